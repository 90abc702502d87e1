"""What the report of a shift names beside its lines: bins that left, and those counted again after the review."""

from collections.abc import Iterator

import msgspec
from sqlalchemy.engine import Connection

from station.safe_text import shown
from station.shifts.counting import BenchShift
from station.shifts.facts import Seen
from station.shifts.parts import GIVEN_UP
from station.statements import Statement


class Noted(msgspec.Struct, frozen=True, order=True):
    """One thing that was done, by the badge `by`, at a moment (UTC).

    `kind` is `left` (the `bin` left the bench for the place `about`, with so many `units`) or `counted_again` (what the
    count had shown was seen before bins were counted again: `about` is the kind of the finding, empty when there was
    none; `plate`, and the `bin` it belongs to or was counted in).
    """

    at: str
    kind: str
    bin: str
    plate: str = ""
    about: str = ""
    by: str = ""
    units: int = 0


def noted(connection: Connection, shift: BenchShift) -> tuple[Noted, ...]:
    """Return what is to be named of a bench's shift, in order. Raises the database's errors."""
    return tuple(sorted((*_left(connection, shift), *_again(connection, shift))))


def line(said: Noted) -> str:
    """Return one line about it, for a terminal."""
    by = f"by {shown(said.by) or '-'} at {said.at}"
    if said.kind == "left":
        return f"left: {shown(said.bin)} with {said.units} to {shown(said.about) or '-'} {by}"
    seen = " ".join(shown(part) for part in (said.about, said.plate, said.bin) if part)
    return f"counted again {by}, after the count had shown: {seen or 'nothing'}"


def _left(connection: Connection, shift: BenchShift) -> Iterator[Noted]:
    for row in _LEFT.run(connection, shift._asdict()).mappings():
        yield Noted(row["moved_at"], "left", row["bin"], "", row["moved_to"], row["moved_by"], int(row["units"]))


def _again(connection: Connection, shift: BenchShift) -> Iterator[Noted]:
    for row in _AGAIN.run(connection, shift._asdict()).mappings():
        seen = msgspec.json.decode(row["seen"], type=tuple[Seen, ...])
        for each in seen or (Seen(""),):
            yield Noted(row["at"], "counted_again", each.bin or each.found, each.plate, each.kind, row["operator"])


_LEFT = Statement(
    "SELECT m.bin, m.moved_to, m.moved_at, m.moved_by, (SELECT COUNT(*) FROM item i WHERE i.station = m.station"
    f" AND i.bin = m.bin AND i.fill = m.fill - 1 AND i.moved_n = m.moved_n AND NOT {GIVEN_UP}) AS units"
    " FROM bin_move m JOIN shift h ON h.station = m.station AND h.n = m.moved_n"
    " WHERE h.station = :station AND h.shift = :shift"
)
_AGAIN = Statement("SELECT at, operator, seen FROM recount WHERE station = :station AND shift = :shift")
