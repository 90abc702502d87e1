"""Counts the parts of the ten rules from the projected tables, and tells what stands behind each figure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from station.places import as_now
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


def sent_so_far(recorded: int, acked: int, refused: int) -> Sent:
    """Return how a station's facts stand: `acked` is the last one central has answered for, `refused` how many of them
    it could not take.
    """
    return Sent(recorded, max(0, min(recorded, acked) - refused), refused)


class BenchShift(NamedTuple):
    """One shift of one bench; several of them make the shift of a site."""

    station: str
    shift: str


_AT_BENCH = "WITH here AS (SELECT station, shift, n FROM shift WHERE station = :station AND shift = :shift) "


class Family(NamedTuple):
    """Parts that are counted in one look, and the statement that does; `now`: of a shift nothing changed since."""

    parts: tuple[Part, ...]
    sums: Statement
    now: Statement


def families(asked: Iterable[Part]) -> tuple[Family, ...]:
    """Return parts by what they are counted from, for `reconcile`."""
    return tuple(_families(asked))


def _families(asked: Iterable[Part]) -> Iterator[Family]:
    found: dict[tuple[str, str, str], list[Part]] = {}
    for part in asked:
        found.setdefault((part.source, part.client, part.way), []).append(part)
    for (source, client, way), parts in found.items():
        sums = ", ".join(f"SUM(CASE WHEN {part.when} THEN {part.units} ELSE 0 END)" for part in parts)
        text = f"{_AT_BENCH}SELECT {client}, {way}, {sums} FROM {source} GROUP BY 1, 2"
        yield Family(tuple(parts), Statement(text), Statement(as_now(text)))


def _behind(part: Part) -> Statement:
    joint = "AND" if " WHERE " in part.source else "WHERE"
    return Statement(
        f"{_AT_BENCH}SELECT {part.id} AS id, SUM({part.units}) AS units FROM {part.source}"
        f" {joint} {part.when} AND {part.client} = :client AND {part.way} = :way GROUP BY 1 ORDER BY 1"
    )


FAMILIES = families(PARTS)
_BEHIND: Mapping[Part, Statement] = {part: _behind(part) for part in PARTS}
_CHANGED = Statement(
    f"{_AT_BENCH}SELECT 1 FROM earlier_item e JOIN here h ON h.station = e.station WHERE e.until_n > h.n LIMIT 1"
)
_EXPLAINED = Statement(
    "SELECT rule, client, way, why, units, operator FROM explained WHERE station = :station AND shift = :shift"
    " ORDER BY rule, client, way, why"
)


def reconcile(
    connection: Connection, shifts: Iterable[BenchShift], sent: Sent | None = None, asked: Sequence[Family] = FAMILIES
) -> tuple[Line, ...]:
    """Return the lines of one bench's shift, or of those of many benches together, as they are now.

    Without `sent` those of rule 9 are left out; `asked` is what is counted besides. The same call tells how a shift
    stands at noon, what is signed at its end, and what central sees. Raises the database's errors.
    """
    units: dict[tuple[int, str, str, Side, str], int] = {}
    explained: list[Explained] = []
    asking = [shift._asdict() for shift in shifts]
    changed = [_CHANGED.run(connection, named).first() is not None for named in asking]
    # One statement for every shift before the next: the other way round costs half as much again.
    for family in asked:
        for named, is_changed in zip(asking, changed, strict=True):
            for row in (family.sums if is_changed else family.now).run(connection, named):
                client, way, *sums = tuple[Any, ...](row)
                for part, count in zip(family.parts, sums, strict=True):
                    key = (part.rule, client or "", way or "", part.side, part.name)
                    units[key] = units.get(key, 0) + int(count or 0)
    for named in asking:
        explained += [Explained(**row) for row in _EXPLAINED.run(connection, named).mappings()]
    counted = [Counted(*key, count) for key, count in units.items() if count]
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


class Thing(NamedTuple):
    """One thing behind a line: which part of it, the code of the parcel, item, plate or carrier, and its units."""

    part: Counted
    code: str
    units: int


def things(connection: Connection, shift: BenchShift, line: Line) -> tuple[Thing, ...]:
    """Return every thing behind a line of a bench's shift, part by part; none behind the facts of rule 9.

    Raises the database's errors.
    """
    listed = (each for each in line.parts if each.rule != 9)
    return tuple(Thing(part, *thing) for part in listed for thing in behind(connection, shift, part))


def behind(
    connection: Connection, shift: BenchShift, counted: Counted, parts: Sequence[Part] = PARTS
) -> tuple[tuple[str, int], ...]:
    """Return what a part of a line is made of: the codes of parcels, items, plates or bins, each once."""
    part = next(
        each for each in parts if (each.rule, each.side, each.name) == (counted.rule, counted.side, counted.name)
    )
    named = {**shift._asdict(), "client": counted.client, "way": counted.way}
    return tuple((row.id, int(row.units)) for row in (_BEHIND.get(part) or _behind(part)).run(connection, named))
