"""Counts the parts of the ten rules from the projected tables, and tells what stands behind each figure."""

from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from station.shifts.lines import Counted, Explained, Line, lines
from station.shifts.parts import ACKNOWLEDGED, PARTS, RECORDED, REFUSED, WAITING, Part, Side
from station.statements import Statement


class Sent(msgspec.Struct, frozen=True):
    """How the facts of a shift's stations stand with central: all there are, and those of them it has or refused."""

    recorded: int
    acknowledged: int
    refused: int = 0

    @property
    def waiting(self) -> int:
        """Those central has said nothing of."""
        return self.recorded - self.acknowledged - self.refused


class _Queries(NamedTuple):
    sums: Statement
    behind: Statement


_AT_BENCH = "WITH here AS (SELECT station, shift, n FROM shift WHERE station = :station AND shift = :shift) "


def _of(part: Part) -> _Queries:
    columns = f"{part.client} AS client, {part.way} AS way"
    joint = "WHERE" if " WHERE " not in part.source else "AND"
    return _Queries(
        Statement(f"{_AT_BENCH}SELECT {columns}, SUM({part.units}) AS units FROM {part.source} GROUP BY 1, 2"),
        Statement(
            f"{_AT_BENCH}SELECT {part.id} AS id, {part.units} AS units FROM {part.source}"
            f" {joint} {part.client} = :client AND {part.way} = :way ORDER BY 1"
        ),
    )


_QUERIES = {part: _of(part) for part in PARTS}
_EXPLAINED = Statement(
    "SELECT rule, client, way, why, units, operator FROM explained WHERE station = :station AND shift = :shift"
    " ORDER BY rule, client, way, why"
)


def reconcile(connection: Connection, station: str, shift: str, sent: Sent | None = None) -> tuple[Line, ...]:
    """Return the lines of a bench's shift as they are now; without `sent` those of rule 9 are left out.

    The same call tells how a shift stands at noon, what is signed at its end, and what central sees. Raises the
    database's errors.
    """
    named = {"station": station, "shift": shift}
    counted = [
        Counted(part.rule, row.client or "", row.way or "", part.side, part.name, int(row.units or 0))
        for part, queries in _QUERIES.items()
        for row in queries.sums.run(connection, named)
    ]
    explained = [Explained(**row) for row in _EXPLAINED.run(connection, named).mappings()]
    return lines([*counted, *_facts(sent)], explained)


def _facts(sent: Sent | None) -> list[Counted]:
    if sent is None:
        return []
    told: tuple[tuple[Side, str, int], ...] = (
        ("expected", RECORDED, sent.recorded),
        ("actual", ACKNOWLEDGED, sent.acknowledged),
        ("actual", WAITING, sent.waiting),
        ("actual", REFUSED, sent.refused),
    )
    return [Counted(9, "", "", side, name, units) for side, name, units in told]


def behind(connection: Connection, station: str, shift: str, counted: Counted) -> tuple[tuple[str, int], ...]:
    """Return what a part of a line is made of: the codes of parcels, items, plates or bins, each with its units."""
    part = next(
        each for each in PARTS if (each.rule, each.side, each.name) == (counted.rule, counted.side, counted.name)
    )
    named = {"station": station, "shift": shift, "client": counted.client, "way": counted.way}
    return tuple((row.id, int(row.units)) for row in _QUERIES[part].behind.run(connection, named))
