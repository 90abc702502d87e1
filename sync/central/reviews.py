"""Finds what benches say against one another: more units of a return line than were declared, one serial twice.

Nothing is overwritten or refused: both are kept, the first stays what it is, and a review waits for a person.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from station.entries import Entry
from station.facts import ItemIdentified, ItemRelinked, ParcelArrived, Recorded, SerialChecked
from station.records import ReturnOrder
from station.schema import item
from sync.central.feed import latest
from sync.central.store import insert_once
from sync.central.tables import order_lock, parcel_order, review

KIND = "duplicate_receipt"


class Line(NamedTuple):
    """A return line by its RMA and its name in the order."""

    rma: str
    line: str


def compare(connection: Connection, station: str, facts: Sequence[tuple[Entry, Recorded]], now: str) -> frozenset[str]:
    """Hold what was just written against what others wrote; open reviews; return ids of the entries in conflict.

    Orders are locked one after the other in alphabetical order, so two benches never wait for each other in a ring.
    """
    _note_parcels(connection, station, facts)
    named = _lines(connection, station, facts)
    lines = sorted(set(named.values()))
    if not lines:
        return frozenset()
    rmas = sorted({line.rma for line in lines})
    insert_once(connection, order_lock, [{"rma": rma} for rma in rmas])
    for rma in rmas:
        connection.execute(select(order_lock).where(order_lock.c.rma == rma).with_for_update())
    orders = latest(connection, "order", rmas)
    doubled = {line: why for line in lines if (why := _doubled(connection, line, orders.get(line.rma, b"")))}
    for line, (reason, detail) in doubled.items():
        _open(connection, line, reason, detail, now)
    return frozenset(entry_id for entry_id, line in named.items() if line in doubled)


def _note_parcels(connection: Connection, station: str, facts: Sequence[tuple[Entry, Recorded]]) -> None:
    rows = [
        {"rma": rma, "station": station, "parcel": fact.parcel}
        for _, fact in facts
        if isinstance(fact, ParcelArrived)
        for rma in fact.orders
    ]
    insert_once(connection, parcel_order, rows)


def _lines(connection: Connection, station: str, facts: Sequence[tuple[Entry, Recorded]]) -> dict[str, Line]:
    """Return which return line each entry is about, by the entry's id."""
    named: dict[str, Line] = {}
    by_item: dict[str, list[str]] = {}
    for entry, fact in facts:
        if isinstance(fact, ItemIdentified | ItemRelinked) and fact.line:
            named[entry.id] = Line(fact.rma, fact.line)
        elif isinstance(fact, SerialChecked) and fact.serial:
            by_item.setdefault(fact.item, []).append(entry.id)
    if by_item:
        query = select(item.c.item, item.c.rma, item.c.line).where(
            item.c.station == station, item.c.item.in_(list(by_item)), item.c.line != ""
        )
        for row in connection.execute(query):
            named.update((entry_id, Line(row.rma, row.line)) for entry_id in by_item[row.item])
    return named


def _doubled(connection: Connection, line: Line, order: bytes) -> tuple[str, str] | None:
    """Tell why a line has more than it can have, and the units in question; None when all is well."""
    query = (
        select(item.c.station, item.c.item, item.c.serial)
        .where(item.c.rma == line.rma, item.c.line == line.line)
        .order_by(item.c.identified_at, item.c.station, item.c.item)
    )
    units = connection.execute(query).all()
    if len({unit.station for unit in units}) < 2:
        return None
    detail = msgspec.json.encode(
        [{"station": unit.station, "item": unit.item, "serial": unit.serial} for unit in units]
    ).decode()
    serials = [unit.serial for unit in units if unit.serial]
    if len(set(serials)) < len(serials):
        return "same_serial", detail
    declared = _declared(order, line.line)
    return ("beyond_quantity", detail) if declared is not None and len(units) > declared else None


def _declared(order: bytes, line: str) -> int | None:
    """Return how many units were declared, or None when central was never told of the order."""
    if not order:
        return None
    lines = msgspec.json.decode(order, type=ReturnOrder).lines
    return next((each.quantity for each in lines if each.line == line), 0)


def _open(connection: Connection, line: Line, why: str, detail: str, now: str) -> None:
    """Open a review, or bring the one there is up to date."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"kind": KIND, "rma": line.rma, "line": line.line, "why": why, "detail": detail, "opened_at": now}
    connection.execute(
        insert(review)
        .values(row)
        .on_conflict_do_update(index_elements=["kind", "rma", "line"], set_={"why": why, "detail": detail})
    )
