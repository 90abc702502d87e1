"""Who may speak to central: one bearer token a station, of which only the hash is kept."""

import hashlib
import secrets
from typing import NamedTuple

from sqlalchemy import delete, insert, select

from sync.central.store import Store
from sync.central.tables import station as stations


class Caller(NamedTuple):
    """A station that proved who it is, and the site it belongs to."""

    station: str
    site: str


def enrol(store: Store, station: str, site: str, now: str) -> str:
    """Make a new token for a station and return it; the one it had is void from now on."""
    token = secrets.token_urlsafe(32)
    row = {"station": station, "site": site, "token_hash": _hash(token), "made_at": now}
    with store.writing() as connection:
        connection.execute(delete(stations).where(stations.c.station == station))
        connection.execute(insert(stations), [row])
    return token


def caller(store: Store, token: str) -> Caller | None:
    """Return whose token this is, or None."""
    query = select(stations.c.station, stations.c.site).where(stations.c.token_hash == _hash(token))
    with store.reading() as connection:
        row = connection.execute(query).first()
    return Caller(row.station, row.site) if row else None


def is_enrolled(store: Store, station: str) -> bool:
    """Tell whether a station has a token."""
    with store.reading() as connection:
        return connection.execute(select(stations).where(stations.c.station == station)).first() is not None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
