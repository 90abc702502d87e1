"""What came late: said in a shift about one that was over already, by name."""

import msgspec
from sqlalchemy.engine import Connection

from station.shifts.counting import BenchShift
from station.statements import Statement


class Late(msgspec.Struct, frozen=True, order=True):
    """One thing that belongs to an earlier `shift` and was said in a later one, which tells it.

    `kind` is `sheet` (a carrier's, `name`, which says so many `units` were delivered, refused and not found) or
    `signature` (the second one, of the badge `name`).
    """

    shift: str
    kind: str
    name: str
    units: int = 0
    refused: int = 0
    not_found: int = 0


def late(connection: Connection, shift: BenchShift) -> tuple[Late, ...]:
    """Return what a bench's shift was told of earlier ones, in order. Raises the database's errors."""
    return tuple(sorted(Late(**row) for row in _LATE.run(connection, shift._asdict()).mappings()))


_LATE = Statement(
    "WITH here AS (SELECT station, shift, n FROM shift WHERE station = :station AND shift = :shift)"
    " SELECT 'sheet' AS kind, d.shift, d.carrier AS name, d.delivered AS units, d.refused, d.not_found"
    " FROM delivery d JOIN here h ON h.station = d.station AND d.said_n = h.n AND d.shift <> h.shift"
    " UNION ALL SELECT 'signature', s.shift, s.countersigned_by, 0, 0, 0"
    " FROM shift s JOIN here h ON h.station = s.station AND s.countersigned_n = h.n AND s.n < h.n"
)
