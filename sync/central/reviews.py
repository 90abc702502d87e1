"""Finds what benches say against one another: more units of a return line than were declared, one serial twice.

Nothing is overwritten or refused: both are kept, the first stays what it is, and a review waits for a person.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, exists, select

from station.entries import Entry
from station.facts import Recorded
from station.receiving.facts import ItemIdentified, ItemRelinked, ParcelArrived, SerialChecked
from station.records import ReturnOrder
from sync.central.feed import latest
from sync.central.statements import Sql, ask, insert_rows, send_held_back, together
from sync.central.store import insert_once
from sync.central.tables import order_lock, parcel_order, review, review_ruling

KIND = "duplicate_receipt"
# Nobody decided what the review says now.
IS_OPEN: ColumnElement[bool] = ~exists().where(
    and_(*(review.c[name] == review_ruling.c[name] for name in ("kind", "rma", "line", "detail"))),
    review.c.why == review_ruling.c.review_why,
)


class Line(NamedTuple):
    """A return line by its RMA and its name in the order."""

    rma: str
    line: str


class Unit(NamedTuple):
    """One item that a bench found."""

    station: str
    item: str
    serial: str


# Whether it is new or there already, a row that is written is locked until the transaction ends.
_LOCKED = "ON CONFLICT (rma) DO UPDATE SET rma = excluded.rma"
_LINES = Sql(
    "SELECT station, item, rma, line FROM item WHERE station = ANY (:stations) AND item = ANY (:items) AND line <> ''"
)
_UNITS = Sql(
    "SELECT rma, line, station, item, serial FROM item WHERE rma = ANY (:rmas) ORDER BY identified_at, station, item"
)


def every(connection: Connection) -> Sequence[Row[Any]]:
    """Return all that waits for a person, the oldest first."""
    return connection.execute(
        select(review).where(IS_OPEN).order_by(review.c.opened_at, *review.primary_key.columns)
    ).all()


def compare(connection: Connection, said: Mapping[str, Sequence[tuple[Entry, Recorded]]], now: str) -> frozenset[str]:
    """Hold what stations just wrote against what others wrote; open reviews; return ids of the entries in conflict.

    Orders are locked one after the other in alphabetical order, so two benches never wait for each other in a ring.
    """
    _note_parcels(connection, said)
    named = _lines(connection, said)
    lines = sorted(set(named.values()))
    if not lines:
        return frozenset()
    rmas = sorted({line.rma for line in lines})
    units = _units(connection, rmas)
    shared = [line for line in lines if len({unit.station for unit in units.get(line, ())}) > 1]
    orders = latest(connection, "order", {line.rma for line in shared})
    doubled = {line: why for line in shared if (why := _doubled(units[line], line, orders.get(line.rma, b"")))}
    for line, (reason, detail) in doubled.items():
        _open(connection, line, reason, detail, now)
    return frozenset(entry_id for entry_id, line in named.items() if line in doubled)


def _note_parcels(connection: Connection, said: Mapping[str, Sequence[tuple[Entry, Recorded]]]) -> None:
    rows = [
        {"rma": rma, "station": station, "parcel": fact.parcel}
        for station, facts in said.items()
        for _, fact in facts
        if isinstance(fact, ParcelArrived)
        for rma in fact.orders
    ]
    insert_once(connection, parcel_order, rows)


def _lines(connection: Connection, said: Mapping[str, Sequence[tuple[Entry, Recorded]]]) -> dict[str, Line]:
    """Return which return line each entry is about, by the entry's id."""
    named: dict[str, Line] = {}
    by_item: dict[tuple[str, str], list[str]] = {}
    for station, facts in said.items():
        for entry, fact in facts:
            if isinstance(fact, ItemIdentified | ItemRelinked) and fact.line:
                named[entry.id] = Line(fact.rma, fact.line)
            elif isinstance(fact, SerialChecked) and fact.serial:
                by_item.setdefault((station, fact.item), []).append(entry.id)
    if by_item:
        items = {"stations": [*said], "items": [item for _, item in by_item]}
        for station, item, *line in ask(connection, _LINES, items)():
            named.update((entry_id, Line(*line)) for entry_id in by_item.get((station, item), ()))
    return named


def _units(connection: Connection, rmas: list[str]) -> dict[Line, list[Unit]]:
    """Lock these orders and return what benches found of each of their lines, the first found first."""
    with together(connection):
        # Written one after the other, as they are given; what others wrote meanwhile is seen after it.
        insert_rows(connection, order_lock, [{"rma": rma} for rma in rmas], _LOCKED)
        send_held_back(connection)
        found = ask(connection, _UNITS, {"rmas": rmas})
        units: dict[Line, list[Unit]] = {}
        for rma, line, *unit in found():
            units.setdefault(Line(rma, line), []).append(Unit(*unit))
    return units


def _doubled(units: Sequence[Unit], line: Line, order: bytes) -> tuple[str, str] | None:
    """Tell why a line has more than it can have, and the units in question; None when all is well."""
    detail = msgspec.json.encode(
        [{"station": unit.station, "item": unit.item, "serial": unit.serial} for unit in units]
    ).decode()
    serials = [unit.serial for unit in units if unit.serial]
    if len(set(serials)) < len(serials):
        return "same_serial", detail
    declared = _declared(order, line.line)
    return ("beyond_quantity", detail) if declared is not None and len(units) > declared else None


def _declared(order: bytes, line: str) -> int | None:
    """Return how many units were declared, or None when central was never told of the order, or cannot read it."""
    if not order:
        return None
    try:
        lines = msgspec.json.decode(order, type=ReturnOrder).lines
    except (msgspec.MsgspecError, ValueError):
        return None
    return next((each.quantity for each in lines if each.line == line), 0)


def _open(connection: Connection, line: Line, why: str, detail: str, now: str) -> None:
    """Open a review, or bring the one there is up to date."""
    row = {"kind": KIND, "rma": line.rma, "line": line.line, "why": why, "detail": detail, "opened_at": now}
    again = "ON CONFLICT (kind, rma, line) DO UPDATE SET why = excluded.why, detail = excluded.detail"
    insert_rows(connection, review, [row], again)
