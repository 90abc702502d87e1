"""The shifts of all benches of a site on one day, added up by the ten rules: what central sees of them."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec
from sqlalchemy import Connection

from station.exceptions.kinds import DOUBT, LATE, read_kinds
from station.moments import now, utc
from station.safe_text import cell, shown
from station.shifts.counting import BenchShift, Sent, reconcile
from station.shifts.figure_lines import CARRIED_HEAD, carried_line, carried_row
from station.shifts.figures import Carried, carried, heard
from station.shifts.findings import Finding, findings
from station.shifts.late import ABOUT_NOW, Late, late
from station.shifts.lines import Counted, Explained, Line, before_the_count, lines
from station.shifts.noted import Noted, noted
from station.shifts.noted import line as noted_line
from station.shifts.noted import row as noted_row
from station.shifts.report import FACTS, LINE_HEAD, ReportLine, late_line, line_row, report_line, told_line
from sync.central import exceptions, tokens
from sync.central.shift_parts import ARRIVED, CENTRAL_FAMILIES, CENTRAL_PARTS
from sync.central.statements import Sql, ask


class BenchState(msgspec.Struct, frozen=True):
    """One bench's shift of the day. Times are UTC, "" for what has not happened; `heard_at` is when central last heard
    of the bench: what it did since, central does not know.
    """

    station: str
    shift: str
    bench: str
    opened_at: str
    counting_at: str
    reviewed_at: str
    signed_at: str
    locked_at: str
    verdict: str
    heard_at: str


class Overdue(msgspec.Struct, frozen=True, order=True):
    """A parcel that was begun and not finished for a day (`late_parcel`), or a label that was never scanned back
    (`printer_doubt`), at a station; since when (UTC).
    """

    since: str
    station: str
    kind: str
    name: str


class Left(Carried, frozen=True):
    """What a bench's shift left for the next one, and at which station."""

    station: str = ""


class Silent(msgspec.Struct, frozen=True, order=True):
    """A station that belongs to the site and was not heard of in the day, nor since; when last (UTC), "" for never."""

    station: str
    heard_at: str


class SiteShift(msgspec.Struct, frozen=True):
    """A day's shifts of a site: those not closed before `since` and opened before `until` (UTC), and their lines added
    together. One that lasts over midnight belongs to each of its days.

    Of a bench that counts its bins blind there are no lines yet, of one still at work none of what lies in bins. `late`
    is what was said in them of earlier shifts, `overdue` what waits at any bench of the site now, `carried` what the
    latest of each bench leaves for the next. Of the stations in `silent` nobody knows whether they had a shift.
    """

    site: str
    since: str
    until: str
    benches: tuple[BenchState, ...]
    lines: tuple[ReportLine, ...]
    findings: tuple[Finding, ...]
    late: tuple[Late, ...] = ()
    overdue: tuple[Overdue, ...] = ()
    noted: tuple[Noted, ...] = ()
    carried: tuple[Left, ...] = ()
    silent: tuple[Silent, ...] = ()


def of_day(connection: Connection, site: str, day: date) -> SiteShift:
    """Return the shifts of a site that were open at some time of a day, by this computer's time zone.

    Rule 9 counts what central has: recorded are the facts it was sent, refused those it set aside. Raises the
    database's errors.
    """
    at = now()
    since, until = (utc(datetime.combine(each, time()).astimezone()) for each in (day, day + timedelta(days=1)))
    stations = list(tokens.stations_of(connection, site))
    bounds = {"since": since, "until": until}
    rows = ask(connection, _SHIFTS, {"stations": stations, "now": at, **bounds})()
    benches = tuple(BenchState(*row) for row in rows)
    told = [(_shift(each), _seen(connection, each)) for each in benches]
    seen = _together([*(line for _, found in told for line in found), *_facts(connection, benches)])
    named = [shift for shift, found in told if found]
    seeing = [each for each in benches if each.reviewed_at or not each.counting_at]
    return SiteShift(
        site,
        since,
        until,
        benches,
        tuple(report_line(connection, named, each, CENTRAL_PARTS, at if _is_live(each) else "") for each in seen),
        _found(connection, benches),
        _late(connection, stations, benches),
        _overdue(connection, site),
        tuple(said for each in seeing for said in noted(connection, _shift(each))),
        tuple(
            Left(**msgspec.structs.asdict(left), station=each.station)
            for each in {each.station: each for each in seeing}.values()
            for left in _left(connection, each)
        ),
        tuple(Silent(*row) for row in ask(connection, _SILENT, {"site": site, **bounds})()),
    )


def _left(connection: Connection, bench: BenchState) -> tuple[Carried, ...]:
    """Return what a bench's shift left, with what others decided since."""
    left = carried(connection, _shift(bench))
    names = [each.exception for each in left if each.exception]
    return heard(left, exceptions.decided_elsewhere(connection, bench.station, names))


def _is_live(line: Line) -> bool:
    """Whether a line goes on changing when all is signed: money, the facts, and the photos that arrived."""
    return line.rule in (_MONEY, FACTS) or line.way == ARRIVED


def _found(connection: Connection, benches: Sequence[BenchState]) -> tuple[Finding, ...]:
    """Return what the counts of all benches show; a plate that one misses and another found is misplaced, once."""
    counted = [each for each in benches if each.reviewed_at]
    told = [(each.station, found) for each in counted for found in findings(connection, each.station, each.shift)]
    foreign = {found.plate: (station, found) for station, found in told if found.kind == "foreign"}
    missing = {found.plate: (station, found) for station, found in told if found.kind == "missing"}
    both = foreign.keys() & missing.keys()
    moved = [Finding("misplaced", plate, _at(*missing[plate]), _at(*foreign[plate])) for plate in sorted(both)]
    return (*(found for _, found in told if found.plate not in both), *moved)


def _at(station: str, found: Finding) -> str:
    return f"{found.bin or found.found} ({station})"


def _late(connection: Connection, stations: list[str], benches: Sequence[BenchState]) -> tuple[Late, ...]:
    """Return what was said in these shifts of earlier ones, also of another bench's that was locked by then."""
    found = [said for each in benches for said in late(connection, _shift(each))]
    for bench in benches:
        for kind, asked in _ELSEWHERE.items():
            rows = ask(connection, asked, {"stations": stations, **_shift(bench)._asdict()})()
            found += [Late(shift, kind, name, about=about) for shift, name, about in rows]
    return tuple(sorted(found))


def _overdue(connection: Connection, site: str) -> tuple[Overdue, ...]:
    waits = exceptions.waiting(connection, site, read_kinds(), now())
    found = (each for each in waits if each.kind in (LATE, DOUBT))
    return tuple(sorted(Overdue(each.raised_at, each.station, each.kind, each.plate or each.code) for each in found))


def as_json(told: SiteShift) -> str:
    """Return all of it for machines."""
    return msgspec.json.format(msgspec.json.encode(told).decode(), indent=2) + "\n"


def as_csv(told: SiteShift) -> str:
    """Return benches, lines and findings as tables; no cell of them is taken for a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(BenchState.__struct_fields__)
    for bench in told.benches:
        table.writerow(map(cell, msgspec.structs.astuple(bench)))
    table.writerow(())
    table.writerow(LINE_HEAD)
    table.writerows(map(line_row, told.lines))
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
    table.writerow(("overdue", "station", "name", "since"))
    for waits in told.overdue:
        table.writerow(map(cell, (waits.kind, waits.station, waits.name, waits.since)))
    table.writerow(())
    table.writerow((*CARRIED_HEAD, "station"))
    for left in told.carried:
        table.writerow((*carried_row(left), cell(left.station)))
    table.writerow(())
    table.writerow(Noted.__struct_fields__)
    for said_of in told.noted:
        table.writerow(noted_row(said_of))
    table.writerow(())
    table.writerow(("not heard of", "last"))
    for silent in told.silent:
        table.writerow(map(cell, (silent.station, silent.heard_at)))
    return out.getvalue()


def as_text(told: SiteShift, with_things: bool = False) -> str:
    """Return it for people; with the things behind each figure if they are wanted."""
    # Once more for the whole line: also a badge, or a verdict of a later version, is somebody's text.
    return "".join(f"{shown(line)}\n" for line in _text(told, with_things))


def _text(told: SiteShift, with_things: bool) -> Iterator[str]:
    yield f"Shifts of {shown(told.site)} that were open between {told.since} and {told.until}"
    yield from map(_silent_line, told.silent)
    if not told.benches:
        yield "No bench that was heard of had a shift then." if told.silent else "No bench had a shift then."
        return
    yield from (_bench_line(bench, told.since) for bench in told.benches)
    yield ""
    yield f"{'':44} {'expected':>8} {'actual':>8} {'differs':>8} {'explained':>9}"
    for line in told.lines:
        yield from told_line(line, with_things)
    for each in told.findings:
        yield " ".join(part for part in (each.kind, shown(each.plate), shown(each.bin), shown(each.found)) if part)
    yield from map(late_line, told.late)
    yield from map(noted_line, told.noted)
    yield from (f"{carried_line(left)} at {shown(left.station)}" for left in told.carried)
    for waits in told.overdue:
        kind = waits.kind.replace("_", " ")
        yield f"overdue: {kind} {shown(waits.name)} at {shown(waits.station)} since {waits.since}"


def _silent_line(silent: Silent) -> str:
    last = f"last at {silent.heard_at}" if silent.heard_at else "never yet"
    return f"  {shown(silent.station)}: not heard of on this day, {last}: what it did is not in these figures"


def _bench_line(bench: BenchState, since: str) -> str:
    named = f"  {bench.station} {shown(bench.bench)}: {shown(bench.shift)}, {_state(bench)}"
    before = f"; opened {bench.opened_at}, before this day: all of it is told under that day, too"
    return f"{named}{before if bench.opened_at < since else ''}; heard of {bench.heard_at or '-'}"


def _state(bench: BenchState) -> str:
    if bench.locked_at:
        return f"closed as {bench.verdict}"
    if bench.signed_at:
        return "waits for a second signature"
    return "being explained" if bench.reviewed_at else "being counted" if bench.counting_at else "at work"


def _shift(bench: BenchState) -> BenchShift:
    return BenchShift(bench.station, bench.shift)


def _seen(connection: Connection, bench: BenchState) -> tuple[Line, ...]:
    """Return a bench's lines as far as they may be seen: nobody is to know what a blind count should find."""
    if bench.counting_at and not bench.reviewed_at:
        return ()
    found = reconcile(connection, [_shift(bench)], None, CENTRAL_FAMILIES)
    return found if bench.reviewed_at else before_the_count(found)


def _facts(connection: Connection, benches: Sequence[BenchState]) -> tuple[Line, ...]:
    stations = sorted({each.station for each in benches})
    if not stations:
        return ()
    ((recorded, aside),) = ask(connection, _SENT, {"stations": stations})()
    sent = Sent(int(recorded or 0), int(recorded or 0) - int(aside), int(aside))
    return reconcile(connection, (), sent)


def _together(found: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines of many benches as those of one."""
    units: dict[tuple[int, str, str, str, str], Counted] = {}
    reasons: dict[tuple[int, str, str, str, str], Explained] = {}
    for line in found:
        for part in line.parts:
            key = (part.rule, part.client, part.way, part.side, part.name)
            had = units.get(key)
            units[key] = part if had is None else msgspec.structs.replace(had, units=had.units + part.units)
        for reason in line.reasons:
            why = (reason.rule, reason.client, reason.way, reason.why, reason.operator)
            before = reasons.get(why)
            reasons[why] = (
                reason if before is None else msgspec.structs.replace(before, units=before.units + reason.units)
            )
    return lines(units.values(), reasons.values())


_MONEY = 7
_SHIFTS = Sql(
    "SELECT s.station, s.shift, s.bench, s.opened_at, s.counting_at, s.reviewed_at, s.signed_at, s.locked_at,"
    " s.verdict, COALESCE(t.at, '') FROM shift s LEFT JOIN station_heard t ON t.station = s.station"
    " WHERE s.station = ANY (:stations) AND s.opened_at < :until AND :since <= :now"
    " AND (s.locked_at = '' OR s.locked_at >= :since) ORDER BY s.station, s.n"
)
_SILENT = Sql(
    "SELECT e.station, COALESCE(t.at, '') FROM (SELECT station, site, enrolled_at, revoked_at FROM enrolled_station"
    " UNION ALL SELECT station, site, '', '' FROM station o"
    " WHERE NOT EXISTS (SELECT 1 FROM enrolled_station n WHERE n.station = o.station)) e"
    " LEFT JOIN station_heard t ON t.station = e.station"
    " WHERE e.site = :site AND e.enrolled_at < :until AND (e.revoked_at = '' OR e.revoked_at >= :since)"
    " AND COALESCE(t.at, '') < :since ORDER BY 1"
)
_ELSEWHERE: Mapping[str, Sql] = {
    kind: Sql(
        f"SELECT e.shift, {ABOUT_NOW}, d.decision FROM shift h"
        f" JOIN decision d ON d.station = h.station AND d.{moment}_n = h.n AND d.{moment}_n > 0"
        " JOIN exception e ON e.station = ANY (:stations) AND e.station <> d.station AND e.exception = d.exception"
        " JOIN shift s ON s.station = e.station AND s.shift = e.shift"
        f" WHERE h.station = :station AND h.shift = :shift AND s.locked_at <> '' AND s.locked_at < d.{moment}_at"
    )
    for kind, moment in (("decision", "decided"), ("taken_back", "taken_back"))
}
_SENT = Sql(
    "SELECT (SELECT SUM(acked) FROM ack WHERE station = ANY (:stations)),"
    " (SELECT COUNT(*) FROM quarantine WHERE station = ANY (:stations) AND code <> 'came_later')"
)
