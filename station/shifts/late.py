"""What came late: said in a shift about one that was over already, by name."""

import msgspec
from sqlalchemy.engine import Connection

from station.places import EARLIER, then
from station.shifts.counting import BenchShift
from station.statements import Statement


class Late(msgspec.Struct, frozen=True, order=True):
    """One thing that belongs to an earlier `shift` and was said in a later one, which tells it.

    `kind` is `sheet` (a carrier's, `name`, which says so many `units` were delivered, refused and not found),
    `signature` (the second one, of the badge `name`), `void` (of the plate `name`), `decision` or `taken_back` (about
    the plate, parcel or exception `name`; `about` is the decision), or `second_look` (at the item with the plate
    `name`).
    """

    shift: str
    kind: str
    name: str
    units: int = 0
    refused: int = 0
    not_found: int = 0
    about: str = ""


def late(connection: Connection, shift: BenchShift) -> tuple[Late, ...]:
    """Return what a bench's shift was told of earlier ones, in order. Raises the database's errors."""
    rows = (row for each in _LATE for row in each.run(connection, shift._asdict()).mappings())
    return tuple(sorted(Late(**row) for row in rows))


_HERE = "WITH here AS (SELECT station, shift, n FROM shift WHERE station = :station AND shift = :shift)"


def _about(plate: str, joined: str, whose: str) -> str:
    return (
        f"COALESCE((SELECT {plate} FROM item i {joined} WHERE i.station = {whose}.station AND i.item = d.item"
        f" AND {plate} <> ''), (SELECT p.code FROM parcel p WHERE p.station = {whose}.station AND p.parcel = d.parcel),"
        " d.exception)"
    )


ABOUT_HERE = _about(then("plate"), EARLIER, "h")
"""What a decision `d` of the station of the shift `h` is about, as people named it then."""
ABOUT_NOW = _about("i.plate", "", "e")
"""What a decision `d` about the exception `e` is about, as people name it now."""


def _decided(kind: str, column: str) -> Statement:
    """Return the question for decisions about exceptions of earlier shifts that were made, or taken back, in this one.

    What nobody raised, such as a late parcel, belongs to the shift of its parcel. A step of a bench cannot be taken
    back once its shift is counted: only a decision can.
    """
    return Statement(
        f"{_HERE} SELECT '{kind}' AS kind, COALESCE(x.shift, e.shift) AS shift, {ABOUT_HERE} AS name,"
        f" d.decision AS about FROM here h JOIN decision d ON d.station = h.station AND d.{column} = h.n"
        " LEFT JOIN exception x ON x.station = d.station AND x.exception = d.exception"
        " LEFT JOIN parcel e ON e.station = d.station AND e.parcel = d.parcel"
        " WHERE COALESCE(x.shift_n, e.shift_n) < h.n"
    )


_LATE = (
    Statement(
        f"{_HERE} SELECT 'sheet' AS kind, d.shift, d.carrier AS name, d.delivered AS units, d.refused, d.not_found"
        " FROM delivery d JOIN here h ON h.station = d.station AND d.said_n = h.n AND d.shift <> h.shift"
    ),
    Statement(
        f"{_HERE} SELECT 'signature' AS kind, s.shift, s.countersigned_by AS name"
        " FROM shift s JOIN here h ON h.station = s.station AND s.countersigned_n = h.n AND s.n < h.n"
    ),
    Statement(
        f"{_HERE} SELECT 'void' AS kind, s.shift, l.plate AS name, l.void_why AS about FROM here h"
        " JOIN plate l ON l.station = h.station AND l.voided_n > 0 AND l.voided_n = h.n"
        " JOIN shift s ON s.station = l.station AND s.n = l.allotted_n WHERE l.allotted_n < h.n"
    ),
    _decided("decision", "decided_n"),
    _decided("taken_back", "taken_back_n"),
    Statement(
        f"{_HERE} SELECT 'second_look' AS kind, s.shift, {then('plate')} AS name FROM here h"
        " JOIN second_look k ON k.station = h.station AND k.looked_n = h.n"
        f" JOIN item i ON i.station = k.station AND i.item = k.item {EARLIER}"
        " JOIN shift s ON s.station = i.station AND s.n = i.placed_n WHERE i.placed_n < h.n"
    ),
)
