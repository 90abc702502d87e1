"""How a station gets in and stays in: a one-time code for its Ed25519 key, then a token for each signed challenge."""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, func, insert, select, update

from sync.central import tokens
from sync.central.identity_tables import challenge, enrol_code, enrolled_station, station_token
from sync.central.store import Store
from sync.central.tokens import NotAdmitted
from sync.wire import Admission, Challenge, Enrolment, Renewal, enrolment_text, renewal_text

STATION = re.compile(r"[A-Z0-9]{3}", re.ASCII)
CODE_VALID = timedelta(minutes=10)
RENEWABLE_FOR = timedelta(days=90)
_CHALLENGE_VALID = timedelta(minutes=2)
# Of these one station may have open at once: who asks for more pushes out his own oldest.
_MOST_CHALLENGES = 1_000
_MOST_WRONG = 5
# Crockford's base 32: no letter of it looks like another one, or like a digit.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011", "- ")
_ID_LENGTH, _CODE_LENGTH = 4, 16


def make_code(store: Store, site: str, station: str, now: str) -> str:
    """Return a new code for a station of a site (empty: any new one); it lets one key in within ten minutes."""
    id_, secret = _random(_ID_LENGTH), _random(_CODE_LENGTH - _ID_LENGTH)
    row = {"id": id_, "secret_hash": _hash(secret), "site": site, "station": station, "wrong": 0, "used_by": b""}
    with store.writing() as connection:
        ended = enrol_code.c.expires_at <= now
        connection.execute(delete(enrol_code).where(ended | (enrol_code.c.id == id_)))
        connection.execute(insert(enrol_code), [row | {"expires_at": tokens.later(now, CODE_VALID)}])
    whole = id_ + secret
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def enrol(store: Store, asked: Enrolment, now: str) -> Admission:
    """Let a station in by its code; the same key may ask again while the code is valid, for its answer may be lost.

    Raises NotAdmitted. A wrong try is counted although it fails: so the refusal is raised after the commit.
    """
    if not STATION.fullmatch(asked.station):
        raise NotAdmitted(400, "malformed", "a station's code is three of A-Z and 0-9")
    if not _signed(asked.public_key, asked.signature, enrolment_text(asked.code, asked.station)):
        raise NotAdmitted(403, "signature_wrong", "the key did not sign this")
    code = asked.code.upper().translate(_READ_AS)
    if not set(code) <= set(_SIGNS):
        raise _code_unknown()
    with store.writing() as connection:
        site, refusal = _redeem(connection, code, asked, now)
        if refusal is None:
            tokens.admit(connection, asked.station, site, asked.public_key, now)
            return tokens.issue(connection, asked.station, site, now)
    raise refusal


def challenge_for(store: Store, station: str, now: str) -> Challenge:
    """Return a number for a station to sign; raises NotAdmitted where no signature could help."""
    nonce = secrets.token_urlsafe(32)
    mine = challenge.c.station == station
    with store.writing() as connection:
        _renewable(connection, station, now)
        connection.execute(delete(challenge).where(challenge.c.expires_at <= now))
        count = connection.execute(select(func.count()).select_from(challenge).where(mine)).scalar_one()
        if count >= _MOST_CHALLENGES:
            oldest = select(func.min(challenge.c.expires_at)).where(mine).scalar_subquery()
            connection.execute(delete(challenge).where(mine, challenge.c.expires_at == oldest))
        row = {"nonce_hash": _hash(nonce), "station": station, "expires_at": tokens.later(now, _CHALLENGE_VALID)}
        connection.execute(insert(challenge), [row])
    return Challenge(nonce)


def renew(store: Store, station: str, asked: Renewal, now: str) -> Admission:
    """Give a station its next token for a signed challenge, also when its last one has ended; raises NotAdmitted."""
    mine = (challenge.c.nonce_hash == _hash(asked.nonce), challenge.c.station == station, challenge.c.expires_at > now)
    refusal = NotAdmitted(403, "signature_wrong", "the station's key did not sign this challenge, or too late")
    with store.writing() as connection:
        site, public_key = _renewable(connection, station, now, lock=True)
        # Deleted before anything is answered: the same signature never counts twice.
        shown = connection.execute(delete(challenge).where(*mine)).rowcount == 1
        if shown and _signed(public_key, asked.signature, renewal_text(asked.nonce, station)):
            return tokens.issue(connection, station, site, now)
    raise refusal


def _redeem(connection: Connection, code: str, asked: Enrolment, now: str) -> tuple[str, NotAdmitted | None]:
    """Mark a code as used and return its site, or why it does not let this station in; locks the code's row."""
    mine = enrol_code.c.id == code[:_ID_LENGTH]
    row = connection.execute(select(enrol_code).where(mine).with_for_update()).first()
    if row is None or row.expires_at <= now or row.wrong >= _MOST_WRONG:
        return "", _code_unknown()
    if not hmac.compare_digest(bytes(row.secret_hash), _hash(code[_ID_LENGTH:])):
        connection.execute(update(enrol_code).where(mine).values(wrong=row.wrong + 1))
        return "", _code_unknown()
    if row.used_by and bytes(row.used_by) != asked.public_key:
        return "", NotAdmitted(403, "code_used", "this code was used: ask for a new one")
    if row.station and row.station != asked.station:
        return "", NotAdmitted(403, "other_station", f"this code is for station {row.station}")
    # Two who use codes of their own for one name at once take turns: the second sees the first.
    tokens.lock(connection, asked.station)
    if not row.station and _is_another(connection, asked, row.site):
        why = f"there is a station {asked.station}: take another name, or a code made for it (--station)"
        return "", NotAdmitted(409, "station_taken", why)
    connection.execute(update(enrol_code).where(mine).values(used_by=asked.public_key))
    return row.site, None


def _code_unknown() -> NotAdmitted:
    """One word for every way in which a code is wrong: who guesses learns nothing by it."""
    return NotAdmitted(403, "code_unknown", "no such code is open: ask for a new one")


def _is_another(connection: Connection, asked: Enrolment, site: str) -> bool:
    """Tell whether somebody else has this name; who was shut out may come back, with a new key, at the same site."""
    present = tokens.site_of(connection, asked.station)
    query = select(enrolled_station).where(enrolled_station.c.station == asked.station)
    row = connection.execute(query).first()
    if present is None or (row is not None and bytes(row.public_key) == asked.public_key):
        return False
    return present != site or row is None or not row.revoked_at


def _renewable(connection: Connection, station: str, now: str, *, lock: bool = False) -> tuple[str, bytes]:
    """Return site and key of a station that may get a token by its key, locked if asked; raises NotAdmitted."""
    query = select(enrolled_station).where(enrolled_station.c.station == station)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None or not row.public_key:
        raise NotAdmitted(404, "not_enrolled", "no station of this name has a key here: enrol it")
    if row.revoked_at:
        raise NotAdmitted(403, "revoked", "this station was shut out; nothing of it is lost: enrol it again")
    ends = connection.execute(
        select(func.max(station_token.c.expires_at)).where(station_token.c.station == station)
    ).scalar()
    if not ends or tokens.later(ends, RENEWABLE_FOR) <= now:
        raise NotAdmitted(403, "key_expired", "it was away for too long: enrol it again")
    return row.site, bytes(row.public_key)


def _signed(public_key: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _random(length: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(length))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
