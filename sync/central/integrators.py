"""The systems that may send return orders in: a bearer token each, of which only the hash is kept, for one site."""

import hashlib
import secrets

from sqlalchemy import delete, insert, select

from sync.central.store import Store
from sync.central.tables import integrator


def admit(store: Store, name: str, site: str, now: str) -> str:
    """Make a new token for a system and return it; the one it had at this site is void from now on."""
    token = secrets.token_urlsafe(32)
    row = {"site": site, "name": name, "token_hash": _hash(token), "made_at": now}
    with store.writing() as connection:
        connection.execute(delete(integrator).where(integrator.c.site == site, integrator.c.name == name))
        connection.execute(insert(integrator), [row])
    return token


def dismiss(store: Store, name: str, site: str) -> bool:
    """Make a system's token void; False when it had none."""
    mine = (integrator.c.site == site, integrator.c.name == name)
    with store.writing() as connection:
        return bool(connection.execute(delete(integrator).where(*mine)).rowcount)


def site_of(store: Store, token: str) -> str | None:
    """Return the site whose orders this token may send in, or None."""
    with store.reading() as connection:
        return connection.execute(select(integrator.c.site).where(integrator.c.token_hash == _hash(token))).scalar()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
