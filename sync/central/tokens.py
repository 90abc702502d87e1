"""Who may speak to central: a station by one of its bearer tokens, of which only the hash is kept.

A token has an end and is followed by the next (`enrolment`); the two newest are valid, so a lost answer is no loss.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from station.moments import utc
from sync.central.identity_tables import enrol_code, enrolled_station, station_token
from sync.central.statements import Rows, Sql, ask
from sync.central.store import Store, insert_once
from sync.central.tables import station as old_station
from sync.central.tables import station_lock
from sync.wire import Admission

RENEWED_AFTER = timedelta(days=30)
VALID_FOR = timedelta(days=60)
_VALID_AT_ONCE = 2
# Those given before there were keys have no end.
_KNOWN = Sql(
    "SELECT token_hash, station_token.station, site, expires_at, revoked_at "
    "FROM station_token JOIN enrolled_station ON enrolled_station.station = station_token.station "
    "WHERE token_hash = :given "
    "UNION ALL SELECT token_hash, station.station, station.site, '', COALESCE(revoked_at, '') "
    "FROM station LEFT JOIN enrolled_station ON enrolled_station.station = station.station WHERE token_hash = :given"
)


class Caller(NamedTuple):
    """A station that proved who it is, and the site it belongs to."""

    station: str
    site: str


class Claim(NamedTuple):
    """Who a caller is by what was once proved; with `token_hash`, it must be proved anew before anything is said."""

    caller: Caller
    token_hash: bytes = b""


class NotAdmitted(Exception):
    """A caller that gets no further: HTTP status, a stable word and a sentence."""

    def __init__(self, status: int, error: str, detail: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.detail = detail


def caller(store: Store, token: str, now: str) -> Caller:
    """Return whose token this is; raises NotAdmitted."""
    given = hash_of(token)
    with store.reading() as connection:
        found = ask(connection, _KNOWN, {"given": given})()
    return _admitted(found, given, now)


def proof(connection: Connection, claim: Claim, now: str) -> Callable[[], None]:
    """Ask whether a claim is still true, and return what raises NotAdmitted when it is not.

    Within the transaction that hangs on it: so a token is void for it from the moment it is void, and costs no turn.
    """
    given = claim.token_hash
    found = ask(connection, _KNOWN, {"given": given}) if given else None

    def insist() -> None:
        if found is not None and _admitted(found(), given, now) != claim.caller:
            raise _unknown()

    return insist


def lock(connection: Connection, station: str) -> None:
    """Let nobody else admit or revoke a station of this name, there or not, until the transaction ends."""
    insert_once(connection, station_lock, [{"station": station}])
    connection.execute(select(station_lock).where(station_lock.c.station == station).with_for_update())


def admit(connection: Connection, station: str, site: str, public_key: bytes, now: str) -> None:
    """Let a station in with its key, in the place of who was it before: all tokens there were are void.

    The name must be locked. The station's row goes first: who is just renewing a token holds it, and the token that
    came of that is seen, and void, after it.
    """
    connection.execute(delete(enrolled_station).where(enrolled_station.c.station == station))
    forget(connection, station)
    row = {"station": station, "site": site, "public_key": public_key, "enrolled_at": now, "revoked_at": ""}
    connection.execute(insert(enrolled_station), [row])


def issue(connection: Connection, station: str, site: str, now: str) -> Admission:
    """Give a station its next token; of those it had the newest stays valid beside it."""
    token = secrets.token_urlsafe(32)
    ends = later(now, VALID_FOR)
    row = {"token_hash": hash_of(token), "station": station, "made_at": now, "expires_at": ends}
    mine = station_token.c.station == station
    query = select(station_token.c.token_hash).where(mine).order_by(station_token.c.made_at.desc())
    old = connection.execute(query).scalars().all()[_VALID_AT_ONCE - 1 :]
    connection.execute(delete(station_token).where(station_token.c.token_hash.in_(old)))
    connection.execute(insert(station_token), [row])
    return Admission(station, site, token, later(now, RENEWED_AFTER), ends)


def enrol(store: Store, station: str, site: str, now: str) -> str:
    """Let a station of this computer in, without a key; return its token, which has no end and voids all it had."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": hash_of(token), "station": station, "made_at": now, "expires_at": ""}
    with store.writing() as connection:
        lock(connection, station)
        admit(connection, station, site, b"", now)
        connection.execute(insert(station_token), [row])
    return token


def is_enrolled(store: Store, station: str) -> bool:
    """Tell whether a station was let in."""
    with store.reading() as connection:
        return site_of(connection, station) is not None


def site_of(connection: Connection, station: str) -> str | None:
    """Return the site of a station that was ever let in, shut out since or not."""
    for table in (enrolled_station, old_station):
        site = connection.execute(select(table.c.site).where(table.c.station == station)).scalar()
        if site is not None:
            return str(site)
    return None


def stations_of(connection: Connection, site: str) -> Sequence[str]:
    """Return every station of a site that was ever let in, by name."""
    found = {
        station
        for table in (enrolled_station, old_station)
        for station in connection.execute(select(table.c.station).where(table.c.site == site)).scalars()
    }
    return sorted(found)


def sites(connection: Connection) -> frozenset[str]:
    """Return every site at which a station was ever let in."""
    tables = (enrolled_station, old_station)
    return frozenset(site for table in tables for site in connection.execute(select(table.c.site).distinct()).scalars())


def revoke(store: Store, station: str, now: str) -> bool:
    """Shut a station out until it is enrolled again; False when there is none. Its tokens are then told so."""
    with store.writing() as connection:
        lock(connection, station)
        site = site_of(connection, station)
        if site is None:
            return False
        mine = enrolled_station.c.station == station
        # A code that let it in, or would, lets nobody in any more.
        key = connection.execute(select(enrolled_station.c.public_key).where(mine)).scalar() or b""
        used = (enrol_code.c.used_by == key) & (enrol_code.c.used_by != b"")
        connection.execute(delete(enrol_code).where(used | (enrol_code.c.station == station)))
        if connection.execute(enrolled_station.update().where(mine).values(revoked_at=now)).rowcount == 0:
            row = {"station": station, "site": site, "public_key": b"", "enrolled_at": now, "revoked_at": now}
            connection.execute(insert(enrolled_station), [row])
    return True


def forget(connection: Connection, station: str) -> None:
    """Make every token of a station void."""
    connection.execute(delete(station_token).where(station_token.c.station == station))
    connection.execute(delete(old_station).where(old_station.c.station == station))


def later(at: str, by: timedelta) -> str:
    """Return an instant (UTC, ISO 8601 with Z) that much later, in the same form."""
    return utc(datetime.fromisoformat(at) + by)


def hash_of(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _admitted(found: Rows, given: bytes, now: str) -> Caller:
    """Return who has the token with this hash, found by it, then compared in constant time; raises NotAdmitted."""
    for token_hash, station, site, expires_at, revoked_at in found:
        if hmac.compare_digest(bytes(token_hash), given):
            if revoked_at:
                raise NotAdmitted(403, "revoked", "this station was shut out; nothing of it is lost: enrol it again")
            if expires_at and expires_at <= now:
                raise NotAdmitted(401, "token_expired", "the token has ended; the station's key gets the next one")
            return Caller(station, site)
    raise _unknown()


def _unknown() -> NotAdmitted:
    return NotAdmitted(401, "token_unknown", "no station has this token")
