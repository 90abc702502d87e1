"""What others are told of resolutions: systems at the doors, benches by the feed. Customers' data is in none of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, exists, select, tuple_

from sync.central import owners, webhooks
from sync.central.feed import Change, append
from sync.central.store import Store
from sync.central.tables import order_owner, resolution, resolution_news, resolution_step

_AT_ONCE = 200

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000, pattern="^[^\\x00]+$")]


class Step(msgspec.Struct, frozen=True):
    """How a resolution came to a state."""

    state: str
    at: str
    by: str
    why: str


class Told(msgspec.Struct, frozen=True):
    """One resolution of a return line. `parts` are what its amount is made of, each with its evidence.

    `quantity`: of how many units of the line; 0 where that was not said when it was asked for.
    `later` is what the facts said after it was decided; null when they still say the same.
    """

    id: str
    rma: str
    line: str
    kind: str
    state: str
    amount_minor: int
    currency: str
    quantity: int
    rule: str
    why: str
    reference: str
    parts: Any
    later: Any
    history: tuple[Step, ...]


class Resolutions(msgspec.Struct, frozen=True):
    """A page of a site's resolutions, by their ids; go on after the last one."""

    resolutions: tuple[Told, ...]


class Settlement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"as_": "as"}):
    """What a person found at the provider: it was done (`confirmed`) or was not (`closed`); who says so, and why."""

    as_: Literal["confirmed", "closed"]
    by: Sentence
    why: Sentence


class Standing(msgspec.Struct, frozen=True):
    """What benches hear of one resolution."""

    id: str
    line: str
    kind: str
    state: str
    amount_minor: int
    currency: str


class OfOrder(msgspec.Struct, frozen=True):
    """The record `resolution` in a feed: everything that one return order's lines resolve to."""

    rma: str
    resolutions: tuple[Standing, ...]


def of_order(connection: Connection, rma: str) -> tuple[Told, ...]:
    """Return what an order's lines resolve to."""
    return _told(connection, resolution.c.rma == rma, order_by=(resolution.c.line, resolution.c.kind))


def of_site(connection: Connection, site: str, state: str, after: str, limit: int) -> tuple[Told, ...]:
    """Return resolutions of a site's orders, in a state (`all`: any), with an id above `after`."""
    where: list[ColumnElement[bool]] = [_at(site), resolution.c.id > after]
    if state != "all":
        where.append(resolution.c.state == state)
    return _told(connection, *where, order_by=(resolution.c.id,), limit=limit)


def one(connection: Connection, site: str, id_: str) -> Told | None:
    """Return one resolution of a site, or None."""
    return next(iter(_told(connection, _at(site), resolution.c.id == id_, order_by=(resolution.c.id,))), None)


def publish(store: Store, now: datetime) -> int:
    """Tell the benches and webhooks of each site what changed since the last time; return how many orders that were.

    What changed was noted in the transaction that changed it, so nothing is forgotten however often this is cut off.
    """
    count = 0
    while True:
        with store.writing() as connection:
            done = _publish(connection, now)
        if not done:
            return count
        count += done


def _publish(connection: Connection, now: datetime) -> int:
    query = select(resolution_news).order_by(resolution_news.c.id, resolution_news.c.n).limit(_AT_ONCE)
    news = [(row.id, row.n) for row in connection.execute(query.with_for_update(skip_locked=True))]
    if not news:
        return 0
    named = select(resolution.c.rma).where(resolution.c.id.in_({id_ for id_, _ in news})).distinct()
    rmas = sorted(connection.execute(named).scalars())
    # Locked before anything is read: who is told last is told the newest, and at the site whose order it is.
    sites: dict[str, list[str]] = {}
    for rma, site in owners.of(connection, rmas, lock=True).items():
        sites.setdefault(site, []).append(rma)
    connection.execute(delete(resolution_news).where(tuple_(resolution_news.c.id, resolution_news.c.n).in_(news)))
    for site, keys in sorted(sites.items()):
        changes = [_change(connection, rma) for rma in sorted(keys)]
        webhooks.enqueue(connection, site, [change.body for change in changes if change.body], now)
        append(connection, site, changes)
    return len(rmas)


def _change(connection: Connection, rma: str) -> Change:
    query = select(*(resolution.c[name] for name in Standing.__struct_fields__)).where(resolution.c.rma == rma)
    rows = connection.execute(query.order_by(resolution.c.line, resolution.c.kind))
    standing = tuple(Standing(*row) for row in rows)
    return Change("resolution", rma, msgspec.json.encode(OfOrder(rma, standing)))


def _at(site: str) -> ColumnElement[bool]:
    return exists().where(order_owner.c.rma == resolution.c.rma, order_owner.c.site == site)


def _told(
    connection: Connection, *where: ColumnElement[bool], order_by: Iterable[Any], limit: int | None = None
) -> tuple[Told, ...]:
    rows = connection.execute(select(resolution).where(*where).order_by(*order_by).limit(limit)).mappings().all()
    steps: dict[str, list[Step]] = {row["id"]: [] for row in rows}
    query = select(resolution_step).where(resolution_step.c.id.in_(list(steps)))
    for step in connection.execute(query.order_by(resolution_step.c.id, resolution_step.c.n)):
        steps[step.id].append(Step(step.state, step.at, step.by, step.why))
    return tuple(
        Told(
            **{name: row[name] for name in Told.__struct_fields__[:11]},
            parts=msgspec.Raw(row["parts"].encode() or b"[]"),
            later=msgspec.Raw(row["later"].encode() or b"null"),
            history=tuple(steps[row["id"]]),
        )
        for row in rows
    )
