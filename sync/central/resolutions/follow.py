"""Finds the return orders that anything new was said of, and derives them anew: follows journals and feeds by number.

A station's entries and a site's records are numbered without gaps, so what is below a mark was seen for certain.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from station.schema import item
from sync.central import tables
from sync.central.resolutions.reconcile import REVIEW, reconcile
from sync.central.resolutions.rules import Book
from sync.central.statements import Sql, ask
from sync.central.store import Store, insert_once
from sync.central.tables import ack, counted_unit, journal, parcel_order, resolution_mark, review, site_head

# Enough that a long backlog goes fast, few enough that no transaction holds its orders for long.
_AT_ONCE = 200


# As `evidence` counts them, of many units at once.
_ARRIVED = Sql(
    "SELECT photo.item, COUNT(DISTINCT stored_photo.sha256) FROM photo "
    "LEFT JOIN shared_photo ON shared_photo.sha256 = photo.sha256 "
    "JOIN stored_photo ON stored_photo.sha256 = COALESCE(shared_photo.shared_sha256, photo.sha256) "
    "WHERE photo.station = :station AND photo.item = ANY (:items) GROUP BY photo.item"
)


class _Seen(msgspec.Struct, frozen=True):
    """Of a unit in a review, how many photos of it were here."""

    station: str
    item: str
    photos: int = 0


class _Named(msgspec.Struct, frozen=True):
    """The names in any fact that lead to return orders."""

    rma: str = ""
    orders: tuple[str, ...] = ()
    parcel: str = ""
    item: str = ""
    txns: tuple[str, ...] = ()


def follow(store: Store, book: Book, now: datetime) -> int:
    """Derive all orders that something new was said of; return how many times one was derived."""
    count = 0
    while done := _follow_each(store, book, now):
        count += done
    return count + _follow_photos(store, book, now)


def follow_some(store: Store, book: Book, now: datetime) -> int:
    """The same for the next records of each journal and feed, so that a long one keeps nobody waiting."""
    return _follow_each(store, book, now) + _follow_photos(store, book, now)


def _follow_each(store: Store, book: Book, now: datetime) -> int:
    return sum(_follow_one(store, book, now, *source) for source in _sources(store))


def _follow_photos(store: Store, book: Book, now: datetime) -> int:
    waiting = _without_photos(store)
    for rma in waiting:
        with store.writing() as connection:
            reconcile(connection, rma, book, now)
    return len(waiting)


def _sources(store: Store) -> list[tuple[str, str, str]]:
    """Return the journals and feeds that hold more than was looked at."""
    with store.reading() as connection:
        marks = {(row.source, row.name, row.epoch): row.seq for row in connection.execute(select(resolution_mark))}
        heads = {("feed", row.site, ""): row.last for row in connection.execute(select(site_head))}
        heads |= {("journal", row.station, row.epoch): row.acked for row in connection.execute(select(ack))}
    return sorted(key for key, last in heads.items() if last > marks.get(key, 0))


def _follow_one(store: Store, book: Book, now: datetime, source: str, name: str, epoch: str) -> int:
    """Look at the next records of one source; returns 0 when there was nothing more."""
    key = {"source": source, "name": name, "epoch": epoch}
    with store.writing() as connection:
        insert_once(connection, resolution_mark, [key | {"seq": 0}])
        mine = [resolution_mark.c[column] == value for column, value in key.items()]
        after = connection.execute(select(resolution_mark.c.seq).where(*mine).with_for_update()).scalar_one()
        last, rmas = _journal(connection, name, epoch, after) if source == "journal" else _feed(connection, name, after)
        for rma in sorted(rmas):
            reconcile(connection, rma, book, now)
        connection.execute(update(resolution_mark).where(*mine).values(seq=last))
    return max(len(rmas), 1) if last > after else 0


def _feed(connection: Connection, site: str, after: int) -> tuple[int, set[str]]:
    head = connection.execute(select(site_head.c.last).where(site_head.c.site == site)).scalar() or 0
    last = min(head, after + _AT_ONCE)
    query = select(tables.feed.c.key).where(
        tables.feed.c.site == site, tables.feed.c.seq > after, tables.feed.c.seq <= last, tables.feed.c.kind == "order"
    )
    return last, set(connection.execute(query).scalars())


def _journal(connection: Connection, station: str, epoch: str, after: int) -> tuple[int, set[str]]:
    acked = select(ack.c.acked).where(ack.c.station == station, ack.c.epoch == epoch)
    last = min(connection.execute(acked).scalar() or 0, after + _AT_ONCE)
    mine = (journal.c.station == station, journal.c.epoch == epoch, journal.c.status != "held")
    rows = connection.execute(select(journal).where(*mine, journal.c.seq > after, journal.c.seq <= last)).all()
    named = [_named(row) for row in rows]
    undone = {txn for each in named for txn in each.txns}
    if undone:
        said = (journal.c.station == station, journal.c.status != "held")
        taken_back = select(journal).where(*said, journal.c.txn.in_(undone))
        named += [_named(row) for row in connection.execute(taken_back)]
    return last, _orders(connection, station, named)


def _named(row: Row[Any]) -> _Named:
    try:
        return msgspec.json.decode(row.body, type=_Named)
    except (msgspec.MsgspecError, ValueError):
        # A fact that calls something else by one of these names leads to no order.
        return _Named()


def _orders(connection: Connection, station: str, named: Iterable[_Named]) -> set[str]:
    """Return every order that a fact may have changed: those it names, all of its parcel, and for which it counted."""
    said = list(named)
    rmas = {each.rma for each in said} | {rma for each in said for rma in each.orders}
    parcels = {each.parcel for each in said}
    items = {each.item for each in said if each.item}
    found = connection.execute(
        select(item.c.rma, item.c.parcel).where(item.c.station == station, item.c.item.in_(items))
    ).all()
    rmas |= {row.rma for row in found}
    # What was linked to another order since has left the one that was decided by it.
    was_counted = (counted_unit.c.station == station, counted_unit.c.item.in_(items))
    rmas |= set(connection.execute(select(counted_unit.c.rma).where(*was_counted)).scalars())
    parcels |= {row.parcel for row in found}
    of_parcels = select(parcel_order.c.rma).where(
        parcel_order.c.station == station, parcel_order.c.parcel.in_(parcels - {""})
    )
    return (rmas | set(connection.execute(of_parcels).scalars())) - {""}


def _without_photos(store: Store) -> list[str]:
    """Return the orders that waited for photos of which more are here now: no fact tells of their arrival."""
    query = select(review.c.rma, review.c.detail).where(review.c.kind == REVIEW, review.c.why == "no_evidence")
    with store.reading() as connection:
        waiting = [(row.rma, msgspec.json.decode(row.detail, type=list[_Seen])) for row in connection.execute(query)]
        items: dict[str, set[str]] = {}
        for unit in (unit for _, units in waiting for unit in units):
            items.setdefault(unit.station, set()).add(unit.item)
        arrived: dict[tuple[str, str], int] = {
            (station, item): count
            for station, names in items.items()
            for item, count in ask(connection, _ARRIVED, {"station": station, "items": sorted(names)})()
        }

    def is_new(unit: _Seen) -> bool:
        return unit.photos != arrived.get((unit.station, unit.item), 0)

    return sorted({rma for rma, units in waiting if any(map(is_new, units))})
