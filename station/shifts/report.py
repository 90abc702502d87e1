"""The report of a shift: its lines with what stands behind them, and what its count showed; as text, JSON or CSV."""

import csv
import io
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy.engine import Connection

from station.safe_text import cell, shown
from station.shifts import figure_lines
from station.shifts.counting import BenchShift, Sent, behind, reconcile
from station.shifts.figures import Figures
from station.shifts.findings import Finding, findings
from station.shifts.late import Late, late
from station.shifts.lines import Line, before_the_count
from station.shifts.noted import Noted, noted
from station.shifts.noted import line as noted_line
from station.shifts.noted import row as noted_row
from station.shifts.parts import PARTS, RULES, Part
from station.statements import Statement


class Thing(msgspec.Struct, frozen=True):
    """One parcel, item, plate or carrier behind a figure, and how many units it stands for."""

    id: str
    units: int


class ReportPart(msgspec.Struct, frozen=True):
    """One part of a line, with what it is made of."""

    side: str
    name: str
    units: int
    behind: tuple[Thing, ...]


class ReportReason(msgspec.Struct, frozen=True):
    """What was said of a difference: why, of how many units, and whose badge said it."""

    why: str
    units: int
    operator: str


class ReportLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the ten rules.

    `as_of` is when it was asked for (UTC), of a line that goes on changing after the signature; else empty.
    """

    rule: int
    name: str
    client: str
    way: str
    expected: int
    actual: int
    difference: int
    explained: int
    parts: tuple[ReportPart, ...]
    reasons: tuple[ReportReason, ...]
    as_of: str = ""


class Report(msgspec.Struct, frozen=True):
    """A shift of one bench, as it stands. Times are UTC in ISO 8601, "" for what has not happened."""

    station: str
    shift: str
    bench: str
    opened_at: str
    counting_at: str
    reviewed_at: str
    signed_at: str
    signed_by: str
    countersigned_by: str
    countersigned_at: str
    locked_at: str
    verdict: str
    lines: tuple[ReportLine, ...]
    findings: tuple[Finding, ...]
    late: tuple[Late, ...] = ()
    noted: tuple[Noted, ...] = ()


_SHIFT = Statement(
    "SELECT station, shift, bench, opened_at, counting_at, reviewed_at, signed_at, signed_by, countersigned_by,"
    " CASE countersigned_by WHEN '' THEN '' ELSE locked_at END AS countersigned_at, locked_at, verdict FROM shift"
    " WHERE station = :station AND shift = :shift"
)
# Which facts central has goes on changing.
FACTS = 9
_NEWEST = Statement("SELECT shift FROM shift WHERE station = :station ORDER BY n DESC LIMIT 1")


def newest(connection: Connection, station: str) -> str:
    """Return the name of a bench's latest shift; empty when it has had none."""
    return str(_NEWEST.run(connection, {"station": station}).scalar() or "")


def report(connection: Connection, shift: BenchShift, sent: Sent | None = None, at: str = "") -> Report | None:
    """Return the report of a bench's shift, or None when there was no such shift. Raises the database's errors.

    `at` is the moment (UTC) of `sent`, told with the line of facts of a signed shift, which nobody signed so. While the
    bins are counted blind there are no lines, and before that none of what lies in bins.
    """
    row = _SHIFT.run(connection, shift._asdict()).mappings().first()
    if row is None:
        return None
    lines: tuple[Line, ...] = ()
    found: tuple[Finding, ...] = ()
    is_blind = bool(row["counting_at"]) and not row["reviewed_at"]
    if row["reviewed_at"]:
        lines, found = reconcile(connection, [shift], sent), findings(connection, *shift)
    elif not is_blind:
        lines = before_the_count(reconcile(connection, [shift], sent))
    as_of = {FACTS: at if row["signed_at"] else ""}
    told = tuple(report_line(connection, [shift], each, as_of=as_of.get(each.rule, "")) for each in lines)
    named = noted(connection, shift) if not is_blind else ()
    return Report(**row, lines=told, findings=found, late=late(connection, shift), noted=named)


def report_line(
    connection: Connection, shifts: Sequence[BenchShift], line: Line, asked: Sequence[Part] = PARTS, as_of: str = ""
) -> ReportLine:
    """Return a line of these shifts, as of a moment, with what stands behind its parts. Raises the database's errors.

    `as_of` is that of `ReportLine`.
    """
    listed = {(part.rule, part.side, part.name) for part in asked}
    parts = []
    for each in line.parts:
        of = shifts if (each.rule, each.side, each.name) in listed else ()
        things = (thing for shift in of for thing in behind(connection, shift, each, asked))
        parts.append(ReportPart(each.side, each.name, each.units, tuple(Thing(*thing) for thing in things)))
    return ReportLine(
        line.rule,
        RULES[line.rule],
        line.client,
        line.way,
        line.expected,
        line.actual,
        line.difference,
        line.explained,
        tuple(parts),
        tuple(ReportReason(each.why, each.units, each.operator) for each in line.reasons),
        as_of,
    )


def as_json(told: Report, counted: Figures | None) -> str:
    """Return the report for machines, all of it; without its figures while the bins are counted blind."""
    content = {**msgspec.to_builtins(told), "figures": counted}
    return msgspec.json.format(msgspec.json.encode(content).decode(), indent=2) + "\n"


def as_csv(told: Report, counted: Figures | None = None, with_things: bool = False) -> str:
    """Return a report as tables, safe to open in a spreadsheet, with the things behind each figure if they are wanted.

    First whose it is and who signed it, then the lines, their parts, the findings, what came late, and the figures.
    """
    out = io.StringIO()
    table = csv.writer(out)
    table.writerows((SHIFT_FIELDS, [cell(getattr(told, name)) for name in SHIFT_FIELDS], ()))
    table.writerow(LINE_HEAD)
    table.writerows(map(line_row, told.lines))
    table.writerow(())
    table.writerow(("rule", "client", "way", "side", "part", "units"))
    table.writerows(part_rows(told.lines))
    if with_things:
        table.writerow(())
        table.writerow(("rule", "client", "way", "part", "behind", "units"))
        table.writerows(behind_rows(told.lines))
    table.writerow(())
    table.writerow(("finding", "plate", "bin", "found"))
    for each in told.findings:
        table.writerow(map(cell, (each.kind, each.plate, each.bin, each.found)))
    table.writerow(())
    table.writerow(("late", "of shift", "name", "delivered", "refused", "not found", "about"))
    for said in told.late:
        sums = (said.units, said.refused, said.not_found)
        table.writerow((*map(cell, (said.kind, said.shift, said.name)), *sums, cell(said.about)))
    table.writerow(())
    table.writerow(Noted.__struct_fields__)
    for one in told.noted:
        table.writerow(noted_row(one))
    if counted is not None:
        table.writerow(())
        table.writerows(figure_lines.rows(counted))
    return out.getvalue()


SHIFT_FIELDS = Report.__struct_fields__[: Report.__struct_fields__.index("lines")]
LINE_HEAD = ("rule", "name", "client", "way", "expected", "actual", "difference", "explained", "reasons", "as of")


def line_row(line: ReportLine) -> tuple[object, ...]:
    """Return a line as a row under `LINE_HEAD`; no cell of it is taken for a formula."""
    reasons = "; ".join(f"{each.why} {each.units:+d} {each.operator}" for each in line.reasons)
    figures = (line.expected, line.actual, line.difference, line.explained)
    return (line.rule, *map(cell, (line.name, line.client, line.way)), *figures, *map(cell, (reasons, line.as_of)))


def told_line(line: ReportLine, with_things: bool) -> Iterator[str]:
    """Yield a line with its parts and reasons, for a terminal; with the things behind them if they are wanted."""
    about = " · ".join(shown(part) for part in (line.name, line.client, line.way) if part)
    yield f"{line.rule:>2} {about:41} {line.expected:>8} {line.actual:>8} {line.difference:>+8} {line.explained:>+9}"
    for part in line.parts:
        yield f"     {part.name} {part.units}"
        if with_things:
            yield from (f"       {shown(thing.id)} {thing.units}" for thing in part.behind)
    yield from (f"     because: {shown(each.why)} {each.units:+d} ({each.operator})" for each in line.reasons)
    if line.as_of:
        yield f"     as of {line.as_of}: no signature fixes this line"


def part_rows(lines: Sequence[ReportLine]) -> Iterator[tuple[object, ...]]:
    """Yield the parts of lines as rows of a table; no cell of them is taken for a formula."""
    for line in lines:
        for part in line.parts:
            yield (line.rule, *map(cell, (line.client, line.way, part.side, part.name)), part.units)


def behind_rows(lines: Sequence[ReportLine]) -> Iterator[tuple[object, ...]]:
    """Yield what stands behind each part of lines, as rows of a table; no cell of them is taken for a formula."""
    for line in lines:
        for part in line.parts:
            for thing in part.behind:
                yield (line.rule, *map(cell, (line.client, line.way, part.name, thing.id)), thing.units)


def late_line(said: Late) -> str:
    """Return one line about what came late, for a terminal."""
    sums = f" delivered {said.units}, refused {said.refused}, not found {said.not_found}"
    about = f" ({shown(said.about)})" if said.about else ""
    kind = said.kind.replace("_", " ")
    return f"late: {kind} {shown(said.name)} of {shown(said.shift)}{about}{sums if said.kind == 'sheet' else ''}"


def as_text(told: Report, with_things: bool = False, counted: Figures | None = None) -> str:
    """Return the report for a terminal; with the things behind each figure if they are wanted."""
    figures = ("", *figure_lines.lines(counted)) if counted is not None else ()
    # Once more for the whole line: also a badge, or a verdict of a later version, is somebody's text.
    return "".join(f"{shown(line)}\n" for line in (*_text(told, with_things), *figures))


def _text(told: Report, with_things: bool) -> Iterator[str]:
    yield f"Shift {shown(told.shift)} at {shown(told.bench)}, opened {told.opened_at}. {_state(told)}"
    yield ""
    yield f"{'':44} {'expected':>8} {'actual':>8} {'differs':>8} {'explained':>9}"
    for line in told.lines:
        yield from told_line(line, with_things)
    for found in told.findings:
        yield " ".join(
            part
            for part in (
                found.kind,
                shown(found.plate),
                f"belongs to {shown(found.bin)}" if found.bin else "",
                f"counted in {shown(found.found)}" if found.found else "",
            )
            if part
        )
    yield from map(late_line, told.late)
    yield from map(noted_line, told.noted)


def _state(told: Report) -> str:
    if told.locked_at:
        second = f" and by {told.countersigned_by} at {told.countersigned_at}" if told.countersigned_by else ""
        return f"Closed as {told.verdict}, signed by {told.signed_by} at {told.signed_at}{second}."
    if told.signed_at:
        return f"Signed by {told.signed_by}; it waits for a second supervisor's signature."
    if told.reviewed_at:
        return "Counted; its differences are being explained."
    return "Its bins are being counted, blind: no figures yet." if told.counting_at else "At work."
