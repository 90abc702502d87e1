"""Whose a return order is: that of the site that was told of it first, until its own system hands it to another.

An RMA names one thing wherever it is read, and what its lines resolve to is decided once: by what its own site is told.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, update

from sync.central import tokens
from sync.central.statements import Sql, ask
from sync.central.store import insert_once
from sync.central.tables import integrator, order_owner, resolution, resolution_news, site_head

_OF = Sql("SELECT rma, site FROM order_owner WHERE rma = ANY (:rmas)")
# In order, so that nobody waits for each other.
_LOCKED = Sql("SELECT rma, site FROM order_owner WHERE rma = ANY (:rmas) ORDER BY rma FOR UPDATE")


def claim(connection: Connection, site: str, rmas: Iterable[str]) -> None:
    """Let the orders among these that nobody was told of be the site's."""
    insert_once(connection, order_owner, [{"rma": rma, "site": site} for rma in sorted(rmas)])


def of(connection: Connection, rmas: Iterable[str], *, lock: bool) -> dict[str, str]:
    """Return the site of each order that has one. Locked, none is handed over until the transaction ends."""
    wanted = [rma for rma in rmas if "\0" not in rma]
    return dict(ask(connection, _LOCKED if lock else _OF, {"rmas": wanted})()) if wanted else {}


def strangers(connection: Connection, sites: Iterable[str]) -> frozenset[str]:
    """Return those of the names that are no site's: nothing was ever told there, no system may tell anything, and no
    station is there."""
    named = set(sites)
    if not named:
        return frozenset()
    told = select(site_head.c.site).where(site_head.c.site.in_(named))
    telling = select(integrator.c.site).where(integrator.c.site.in_(named))
    return frozenset(named - set(connection.execute(told.union(telling)).scalars()) - tokens.sites(connection))


def hand_over(connection: Connection, to: Mapping[str, str]) -> list[str]:
    """Give each of these orders, which are locked, to another site, and return those that resolve to anything.

    The new site is told of that, as of any other news.
    """
    for rma, site in sorted(to.items()):
        connection.execute(update(order_owner).where(order_owner.c.rma == rma).values(site=site))
    known = select(resolution.c.id, resolution.c.steps, resolution.c.rma).where(resolution.c.rma.in_(list(to)))
    rows = connection.execute(known).all()
    insert_once(connection, resolution_news, [{"id": row.id, "n": row.steps} for row in rows])
    return sorted({row.rma for row in rows})
