"""The systems that may talk to central for one site: a bearer token each, of which only the hash is kept, and roles."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Literal, NamedTuple

from sqlalchemy import delete, insert, select

from sync.central.store import Store
from sync.central.tables import integrator, integrator_role

# `orders`: send return orders in, as each of them may. `resolutions`: see what lines resolve to, settle what waits for
# a person, and be told of it by webhooks. `supervise`: see what waits for a decision at the benches.
# `monitor`: read what central counts, and nothing else beside it.
Role = Literal["orders", "resolutions", "supervise", "monitor"]


_MONITOR: frozenset[str] = frozenset({"monitor"})


class Integrator(NamedTuple):
    """A system that proved who it is, its site, and what it may do there."""

    name: str
    site: str
    roles: frozenset[str]


def admit(store: Store, name: str, site: str, now: str, roles: Iterable[Role] = ()) -> str:
    """Make a new token for a system and return it; token and roles that it had at this site are void from now on.

    It may do what is named, and send orders in where nothing is: an order can move money, and who only looks must not.
    Who may `monitor` may do nothing else, whatever other roles are named.
    """
    token = secrets.token_urlsafe(32)
    row = {"site": site, "name": name, "token_hash": _hash(token), "made_at": now}
    granted = [{"site": site, "name": name, "role": role} for role in sorted({*roles} or {"orders"})]
    with store.writing() as connection:
        for table in (integrator, integrator_role):
            connection.execute(delete(table).where(table.c.site == site, table.c.name == name))
        connection.execute(insert(integrator), [row])
        connection.execute(insert(integrator_role), granted)
    return token


def dismiss(store: Store, name: str, site: str) -> bool:
    """Make a system's token void; False when it had none."""
    with store.writing() as connection:
        mine = (integrator_role.c.site == site, integrator_role.c.name == name)
        connection.execute(delete(integrator_role).where(*mine))
        mine = (integrator.c.site == site, integrator.c.name == name)
        return bool(connection.execute(delete(integrator).where(*mine)).rowcount)


def caller(store: Store, token: str) -> Integrator | None:
    """Return whose token this is, or None. The row is found by the hash, which says nothing of the token."""
    hashed = _hash(token)
    with store.reading() as connection:
        row = connection.execute(select(integrator).where(integrator.c.token_hash == hashed)).first()
        if row is None or not hmac.compare_digest(row.token_hash, hashed):
            return None
        mine = (integrator_role.c.site == row.site, integrator_role.c.name == row.name)
        roles = connection.execute(select(integrator_role.c.role).where(*mine)).scalars()
        granted = frozenset(roles)
        return Integrator(row.name, row.site, _MONITOR if "monitor" in granted else granted)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
