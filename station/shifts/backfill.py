"""Fills in, once, in which shift each thing happened, for tables that were made before they said so."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text
from sqlalchemy.engine import Connection

from station.calibration.facts import SecondGraded
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided
from station.plates import shift_count
from station.receiving.facts import ParcelArrived
from station.shifts.changes import reasons_of
from station.shifts.facts import DeliveryCounted, ShiftCountersigned

_AT_ONCE = 1_000


class Told(NamedTuple):
    """What is needed of one entry of a journal."""

    station: str
    at: str
    shift: str
    type: str
    body: bytes
    operator: str = ""


# The columns that follow from another one of the same row: without its fact, what was done counts for its own shift.
_OWN = (
    ("parcel", "shift_n", "finished_n", "finished_at"),
    ("item", "shift_n", "placed_n", "placed_at"),
    ("exception", "shift_n", "", ""),
    ("shift", "n", "", ""),
)

# What each type of fact fills in. The moment tells the fact that the row still rests on from those undone since.
_FROM: Mapping[str, tuple[str, str]] = {
    "ParcelFinished": (
        "parcel",
        "UPDATE parcel SET finished_n = :n WHERE station = :station AND parcel = :name AND finished_at = :at",
    ),
    "Placed": ("item", "UPDATE item SET placed_n = :n WHERE station = :station AND item = :name AND placed_at = :at"),
    "PlateAllotted": (
        "plate",
        "UPDATE plate SET allotted_n = :n WHERE station = :station AND plate = :name AND allotted_at = :at",
    ),
    "PlateConfirmed": (
        "plate",
        "UPDATE plate SET confirmed_n = :n, confirmed_at = :at WHERE station = :station AND plate = :name",
    ),
    "PlateVoided": (
        "plate",
        "UPDATE plate SET voided_n = :n WHERE station = :station AND plate = :name AND voided_at = :at",
    ),
    "BinOpened": ("bin", "UPDATE bin SET hazard = 1 WHERE station = :station AND bin = :name"),
    "Undone": ("txns", "UPDATE undone SET shift_n = :n WHERE station = :station AND txn = :name AND undone_at = :at"),
}
TYPES = tuple(_FROM)

# What the facts say that fill the tables of a later revision.
_LATER: Mapping[str, str] = {
    "ParcelArrived": "UPDATE parcel SET reasons = :reasons WHERE station = :station AND parcel = :parcel",
    "ShiftCountersigned": "UPDATE shift SET countersigned_n = :n WHERE station = :station AND shift = :shift",
    "DeliveryCounted": (
        "INSERT INTO delivery (station, shift, carrier, said_n, delivered, refused, not_found)"
        " VALUES (:station, :shift, :carrier, :n, :delivered, :refused, :not_found)"
        " ON CONFLICT (station, shift, carrier, said_n) DO UPDATE"
        " SET delivered = excluded.delivered, refused = excluded.refused, not_found = excluded.not_found"
    ),
}
LATER_TYPES = tuple(_LATER)

# What the facts say that fill the columns of the revision after it: in which shift something was said.
_SAID_IN: Mapping[str, str] = {
    "ExceptionDecided": (
        "UPDATE decision SET decided_n = :shift_n WHERE station = :station AND exception = :exception AND n = :n"
    ),
    "DecisionTakenBack": (
        "UPDATE decision SET taken_back_n = :shift_n WHERE station = :station AND exception = :exception AND n = :n"
    ),
    "SecondGraded": (
        "UPDATE second_look SET looked_n = :shift_n"
        " WHERE station = :station AND item = :item AND second = :operator AND looked_at = :at"
    ),
}
SAID_IN_TYPES = tuple(_SAID_IN)


def fill(connection: Connection, told: Iterable[Told]) -> None:
    """Fill the numbers in from the rows themselves, then from the facts of `TYPES`, each station's in their order.

    Facts that cannot be read fill nothing in. Raises the database's errors.
    """
    for table, column, later, moment in _OWN:
        _fill_own(connection, table, column)
        if later:
            connection.execute(text(f"UPDATE {table} SET {later} = {column} WHERE {moment} <> ''"))
    rest = iter(told)
    while some := list(islice(rest, _AT_ONCE)):
        _fill_from(connection, some)


def fill_later(connection: Connection, told: Iterable[Told]) -> None:
    """Fill in what the facts of `LATER_TYPES` say, each station's in their order; one that cannot be read says nothing.

    Raises the database's errors.
    """
    for each in told:
        try:
            fact = msgspec.json.decode(each.body, type=_LATER_FACTS)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        values = {"station": each.station, "n": shift_count(each.shift), **msgspec.structs.asdict(fact)}
        if isinstance(fact, ParcelArrived):
            values = {"station": each.station, "parcel": fact.parcel, "reasons": reasons_of(fact)}
        connection.execute(text(_LATER[each.type]), values)


def fill_said_in(connection: Connection, told: Iterable[Told]) -> None:
    """Fill in what the facts of `SAID_IN_TYPES` say, like `fill_later`. Raises the database's errors."""
    for each in told:
        try:
            fact = msgspec.json.decode(each.body, type=ExceptionDecided | DecisionTakenBack | SecondGraded)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        about = {"station": each.station, "at": each.at, "operator": each.operator, "shift_n": shift_count(each.shift)}
        connection.execute(text(_SAID_IN[each.type]), about | msgspec.structs.asdict(fact))


_LATER_FACTS = ParcelArrived | DeliveryCounted | ShiftCountersigned


def _fill_own(connection: Connection, table: str, column: str) -> None:
    shifts = [row[0] for row in connection.execute(text(f'SELECT DISTINCT shift FROM "{table}"'))]
    values = [{"shift": shift, "n": shift_count(shift)} for shift in shifts]
    if values:
        connection.execute(text(f'UPDATE "{table}" SET {column} = :n WHERE shift = :shift'), values)


def _fill_from(connection: Connection, told: Sequence[Told]) -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    for each in told:
        field, statement = _FROM[each.type]
        for name in _names(each, field):
            rows.setdefault(statement, []).append(
                {"station": each.station, "name": name, "at": each.at, "n": shift_count(each.shift)}
            )
    for statement, values in rows.items():
        connection.execute(text(statement), values)


def _names(told: Told, field: str) -> Sequence[str]:
    """Return what an entry speaks of, as the tables hold it; nothing of a damaged one, or of a bin without hazard."""
    try:
        fact = msgspec.json.decode(told.body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ()
    if field == "bin" and not fact.get("hazard"):
        return ()
    named = fact.get(field, ())
    return [each for each in (named if isinstance(named, list) else [named]) if isinstance(each, str)]
