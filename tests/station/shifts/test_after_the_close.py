"""What is said of a shift when it is over: its second signature, what was lost, sheets that came late; and clocks."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station import facts as f
from station.__main__ import main
from station.authority.facts import StepUpGiven
from station.bins.facts import Misplaced
from station.inputs import TYPED, Do
from station.journal import Journal
from station.moments import utc
from station.outcome import Tone
from station.receiving.facts import Declared
from station.rules import Rules
from station.shifts import facts as s
from station.shifts.closing import HalfSigned
from station.shifts.counting import BenchShift, reconcile
from station.shifts.figures import figures
from station.shifts.findings import Finding
from station.shifts.late import Late
from station.shifts.lines import Counted, Line, lines, off, verdict
from station.shifts.report import as_csv, as_json, as_text, report
from station.stages import Stage
from station.steps import close
from station.steps.close import key_of
from station.steps.sign_in import FORGOTTEN_H
from tests.station.printed.test_shift_pdf import words_of
from tests.station.shifts.closed import (
    HOLD,
    PLATES,
    RECEIVER,
    RESALE,
    SECOND,
    STATION,
    SUPERVISOR,
    Floor,
    opened,
)

FIRST, NEXT, THIRD = "S-A01-1", "S-A01-2", "S-A01-3"


@pytest.fixture
def floor(worked: Path, rules: Rules) -> Iterator[Floor]:
    with opened(worked, rules) as made:
        yield made


def count(floor: Floor, resale: tuple[str, ...], hold: tuple[str, ...] = (PLATES[3],)) -> None:
    """Count both bins and see what differs."""
    floor.sign_in(SUPERVISOR)
    floor.close()
    floor.count(RESALE, *resale)
    if HOLD in {each.code for each in floor.bench.known.bins_with_goods()}:
        floor.count(HOLD, *hold)
    floor.do(Do.FINISH)


def lines_of(floor: Floor, shift: str) -> list[Line]:
    """Return the lines of a shift that never change once it is over."""
    return [line for line in floor.history.shift_lines(shift) if line.rule != 9]


def sign(floor: Floor, person: tuple[str, str] = SUPERVISOR) -> None:
    assert floor.stage in (Stage.SIGN, Stage.COUNTERSIGN)
    floor.scan(person[0])
    floor.scan(person[1], TYPED)


def half_signed(floor: Floor) -> None:
    """Close the shift with three units gone, signed by one."""
    count(floor, ())
    floor.choose("4/Northwind/resale", "stolen", "3")
    floor.do(Do.CONFIRM)
    floor.choose("no")
    sign(floor)


def listed(floor: Floor, bin_: str) -> tuple[tuple[str, ...], int]:
    """The plates that a bin should hold, which its manifest, page Bins and the blind check all agree on."""
    told = floor.history.manifest(bin_)
    assert told is not None
    plates = tuple(sorted(each.plate for each in told.items))
    assert plates == floor.bench.known.plates_in(bin_)
    open_here = tuple(each.code for each in floor.bench.state.bins)
    (shown,) = (each.items for each in floor.history.bins(open_here) if each.bin == bin_)
    (counted,) = (each.items for each in floor.bench.state.bins if each.code == bin_)
    assert shown == counted
    return plates, shown


def tells_that_it_is_lost(floor: Floor, plate: str, item: str) -> None:
    """Nothing says any more that a unit lies in its bin, and nobody releases it from hold."""
    said = floor.scan(plate).notice
    assert said.text.startswith("Plate {plate}: {title}, written off as lost. If you have found it, put it into bin")
    assert said.params["bin"] == RESALE, "who finds it is told where a count names it"
    (hit,) = floor.history.seek(plate, floor.bench.known.recognise).hits
    assert (hit.bin, hit.is_lost) == ("", True)
    bin_ = floor.history.seek(RESALE, floor.bench.known.recognise)
    assert [each.code for each in bin_.hits] == [RESALE, PLATES[1], PLATES[0]] and bin_.hits[0].units == 2
    raised = f.ExceptionRaised("E1", "held", "client", "P1", item)
    floor.bench.journal.append([raised], operator=RECEIVER[0], shift=NEXT)
    floor.do(Do.DECIDE)
    floor.choose("E1")
    refused = floor.do(Do.CHOOSE, "release")
    assert (refused.notice.text, refused.facts, floor.stage) == (said.text, (), Stage.DECISION)
    floor.do(Do.CANCEL)


def differing(floor: Floor, shift: str) -> dict[str, int]:
    return {key_of(line): line.difference for line in floor.history.shift_lines(shift) if line.difference}


def test_a_shift_that_waits_for_its_second_signature_blocks_nobody_and_each_signature_has_its_moment(
    worked: Path, rules: Rules, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    with opened(worked, rules) as floor:
        half_signed(floor)
        floor.do(Do.CANCEL)
        assert floor.stage == Stage.SIGN_IN
    with opened(worked, rules) as floor:
        shown = floor.sign_in(RECEIVER)
        assert shown.facts[0] == f.ShiftOpened(NEXT, "Bench 1")
        assert (shown.notice.tone, shown.notice.params["shift"]) == (Tone.ATTENTION, FIRST)
        assert floor.bench.state.half_signed == (HalfSigned(FIRST, SUPERVISOR[0]),)
        floor.do(Do.CLOSE_SHIFT)
        floor.choose(f"second/{FIRST}")
        assert floor.scan(SUPERVISOR[0]).notice.tone is Tone.REFUSED, "the same person twice"
        floor.scan(SECOND[0])
        assert floor.scan(SECOND[1], TYPED).facts == (s.ShiftCountersigned(FIRST, SECOND[0]), s.ShiftLocked(FIRST))
        assert (floor.stage, floor.bench.state.shift) == (Stage.IDLE, NEXT)
        assert floor.bench.state.operator.badge == RECEIVER[0]
        assert floor.history.late(NEXT) == (Late(FIRST, "signature", SECOND[0]),)
        assert floor.history.late(FIRST) == ()
        with floor.bench.journal.reading() as connection:
            told = report(connection, BenchShift(STATION, FIRST))
        moments = {each.type: each.at for each in floor.bench.journal.entries(0, 500)}
    first, second = moments["ShiftSigned"], moments["ShiftCountersigned"]
    assert told is not None and first < second
    assert (told.signed_at, told.countersigned_at) == (first, second)
    assert f"signed by {SUPERVISOR[0]} at {first} and by {SECOND[0]} at {second}." in as_text(told)
    assert main(["shift", str(worked), FIRST, "--form", "pdf"]) == 0
    paper = " ".join(words_of(capsysbinary.readouterr().out).split())
    day, minute = second[:10], second[11:16]
    assert f"and by {SECOND[0]} at {day} {minute} UTC: closed with open items" in paper, paper[:300]


def test_a_second_signature_at_once_is_not_late(floor: Floor) -> None:
    half_signed(floor)
    sign(floor, SECOND)
    assert floor.bench.state.half_signed == ()
    floor.sign_in(RECEIVER)
    assert floor.history.late(NEXT) == ()
    # As the program of before did, which let nobody else begin meanwhile.
    floor.bench.journal.append([s.ShiftCountersigned(FIRST, SECOND[0])], operator=SECOND[0], shift=FIRST)
    assert floor.history.late(FIRST) == ()


def test_a_bin_of_which_all_is_written_off_is_not_asked_for_any_more(floor: Floor) -> None:
    count(floor, PLATES[:3], ())
    floor.choose("4/Northwind/hold", "damaged")
    floor.do(Do.CONFIRM)
    floor.choose(PLATES[3])
    sign(floor)
    sign(floor, SECOND)
    assert [each.code for each in floor.bench.known.bins_with_goods()] == [RESALE]


def test_what_is_written_off_is_expected_no_more_and_named_when_it_turns_up(worked: Path, rules: Rules) -> None:
    """One unit is lost, given up, and lies on hold two shifts later; after each signature the next shift adds up."""
    with opened(worked, rules) as floor:
        count(floor, PLATES[:2])
        assert differing(floor, FIRST) == {"4/Northwind/resale": -1}
        floor.choose("4/Northwind/resale", "lost")
        floor.do(Do.CONFIRM)
        floor.choose(PLATES[2])
        floor.scan(SUPERVISOR[0])
        shown = floor.scan(SUPERVISOR[1], TYPED)
        # Nobody knows what it is worth: above any limit, so a second one signs, and only then it is given up.
        asked = s.WriteOffAsked(FIRST, "I2", PLATES[2], RESALE, SUPERVISOR[0], 0, "USD")
        assert shown.facts[0].needs_second and shown.facts[1] == asked
        assert listed(floor, RESALE) == (PLATES[:3], 3)
        floor.scan(SECOND[0])
        shown = floor.scan(SECOND[1], TYPED)
        assert shown.facts[1] == s.ItemWrittenOff(FIRST, "I2", PLATES[2], RESALE, SUPERVISOR[0], 0, "USD")
        assert floor.history.shift_findings(FIRST) == (Finding("missing", PLATES[2], RESALE, ""),)
        assert listed(floor, RESALE) == (PLATES[:2], 2), "what was given up is in no list of its bin"
        (lost,) = (each for each in floor.history.noted(FIRST) if each.kind == "written_off")
        assert (lost.plate, lost.bin, lost.by, lost.second) == (PLATES[2], RESALE, SUPERVISOR[0], SECOND[0])
        with floor.bench.journal.reading() as connection:
            told = report(connection, BenchShift(STATION, FIRST))
        assert told is not None
        assert f"written off: {PLATES[2]} {RESALE}, value unknown by {SUPERVISOR[0]}" in as_text(told)
        (row,) = (row for row in csv.reader(as_csv(told).splitlines()) if row[1:2] == ["written_off"])
        (named,) = (each for each in json.loads(as_json(told, None))["noted"] if each["kind"] == "written_off")
        assert row[2:4] == [RESALE, PLATES[2]]
        assert (row[-2:], named["value_minor"], named["currency"]) == (["", ""], None, ""), "not worth 0, but unknown"
        floor.sign_in(SUPERVISOR)
        tells_that_it_is_lost(floor, PLATES[2], "I2")
        floor.do(Do.BINS)
        floor.scan(RESALE)
        floor.choose("count")
        for plate in PLATES[:3]:
            floor.scan(plate)
        checked = floor.do(Do.FINISH).facts[0]
        assert (checked.missing, checked.misplaced) == ((), (Misplaced(PLATES[2], ""),)), "it is in no bin by our count"
        floor.do(Do.CONFIRM)
        floor.do(Do.SIGN_OUT)
    with opened(worked, rules) as floor:
        count(floor, PLATES[:2])
        assert (differing(floor, NEXT), floor.history.shift_findings(NEXT)) == ({}, ())
        floor.do(Do.CONFIRM)
        sign(floor)
    with opened(worked, rules) as floor:
        count(floor, PLATES[:2], (PLATES[3], PLATES[2]))
        found = (Finding("found_again", PLATES[2], "", HOLD),)
        assert (differing(floor, THIRD), floor.history.shift_findings(THIRD)) == ({}, found)
        floor.do(Do.CONFIRM)
        before = lines_of(floor, FIRST)
        floor.scan(SUPERVISOR[0])
        shown = floor.scan(SUPERVISOR[1], TYPED)
        assert shown.facts[0] == s.ItemFoundAgain(THIRD, "I2", PLATES[2], HOLD, disposition="hold")
        assert lines_of(floor, FIRST) == before
        assert floor.history.shift_findings(FIRST) == (Finding("missing", PLATES[2], RESALE, ""),)
        assert (differing(floor, THIRD), floor.history.shift_findings(THIRD)) == ({}, found)
        assert listed(floor, HOLD) == ((PLATES[2], PLATES[3]), 2), "found again it is in that of its bin"
        assert [each.bin for each in floor.history.seek(PLATES[2], floor.bench.known.recognise).hits] == [HOLD]
        count(floor, PLATES[:2])
        assert floor.history.shift_findings("S-A01-4") == (Finding("missing", PLATES[2], HOLD, ""),)
        assert differing(floor, "S-A01-4") == {"4/Northwind/hold": -1}, "it goes the way of its bin now"


def test_units_that_are_found_again_count_to_the_tolerance() -> None:
    said = (Counted(4, "", "hold", "expected", "written off and found again", 3),)
    told = lines((*said, Counted(4, "", "hold", "actual", "counted in bins", 3)))
    assert [line.difference for line in told] == [0]
    assert (off(told), verdict(told)) == (3, "explained")


def test_nothing_is_given_up_before_the_second_signature(worked: Path, rules: Rules) -> None:
    with opened(worked, rules) as floor:
        count(floor, PLATES[:1])
        floor.choose("4/Northwind/resale", "stolen", "2")
        floor.do(Do.CONFIRM)
        floor.choose("all")
        said, both = floor.bench.prompt, f"2 ({PLATES[1]}, {PLATES[2]})"
        assert "Written off: {gone}." in said.reason and said.params["gone"] == both, "the first one reads it, too"
        sign(floor)
        assert floor.bench.prompt.params["gone"] == both
        floor.do(Do.CANCEL)
    with opened(worked, rules) as floor:
        count(floor, PLATES[:2])
        assert differing(floor, NEXT) == {"4/Northwind/resale": -1}, "one signature gives up nothing"
        floor.do(Do.CANCEL)
        floor.choose("leave")
    with opened(worked, rules) as floor:
        waits = [each for each in floor.bench.known.exceptions_waiting() if each.kind == "half_signed"]
        assert [(each.code, each.operator, each.fitting) for each in waits] == [(FIRST, SUPERVISOR[0], ())]
        (half,) = floor.bench.state.half_signed
        assert [each.plate for each in half.gone] == [PLATES[1], PLATES[2]]
        assert [each.plate for each in floor.history.lost(FIRST)] == [PLATES[2]], "the other was counted since"
        asked = close.ask_second(floor.bench.state, FIRST, floor.bench.known).ask
        assert asked.params["gone"] == f"1 ({PLATES[2]})", "the second one reads what is still lost"


def test_what_was_released_and_never_carried_is_written_off_by_the_way_of_its_bin(floor: Floor) -> None:
    way = f.RouteOverridden("I3", "hold", "restock", "seen", SUPERVISOR[0])
    floor.bench.journal.append([way], operator=RECEIVER[0], shift=FIRST)
    count(floor, PLATES[:3], ())
    floor.choose("4/Northwind/hold", "stolen")
    floor.do(Do.CONFIRM)
    assert [each.value for each in floor.bench.state.ask.choices] == ["no", PLATES[3]]


def test_what_lies_somewhere_is_not_offered_to_be_written_off(floor: Floor) -> None:
    count(floor, PLATES[:2])
    floor.choose("4/Northwind/resale", "elsewhere")
    floor.do(Do.CONFIRM)
    assert floor.stage == Stage.SIGN


def test_a_receiver_types_a_sheet_and_the_next_shift_tells_one_that_came_late(floor: Floor) -> None:
    floor.sign_in(RECEIVER)
    floor.do(Do.CLOSE_SHIFT)
    floor.choose("sheet")
    assert [each.value for each in floor.bench.state.ask.choices][:2] == ["ups", "Amazon"], "who came comes first"
    floor.choose("UPS")
    assert floor.do(Do.CONFIRM).facts == (), "how many were delivered must be said"
    assert floor.scan("seven", TYPED).notice.tone is Tone.REFUSED
    floor.scan("3", TYPED)
    floor.scan("9", TYPED)
    assert floor.do(Do.CONFIRM).notice.tone is Tone.REFUSED, "more refused than delivered"
    for number in ("3", "1"):
        floor.scan(number, TYPED)
    assert floor.do(Do.CONFIRM).facts == (s.DeliveryCounted(FIRST, "UPS", 3, 1, 0),)
    floor.do(Do.SIGN_OUT)
    count(floor, PLATES[:3])
    signed = [line for line in floor.history.shift_lines(FIRST) if line.rule == 1]
    floor.choose("1//UPS", "not_scanned", "2")
    floor.do(Do.CONFIRM)
    sign(floor)
    floor.sign_in(RECEIVER)
    floor.do(Do.CLOSE_SHIFT)
    floor.choose("late-sheet", "UPS")
    for number in ("8", "0", "2"):
        floor.scan(number, TYPED)
    assert floor.history.late(NEXT) == (Late(FIRST, "sheet", "UPS", 8, 0, 2),)
    again = [line for line in floor.history.shift_lines(FIRST) if line.rule == 1]
    assert [line.parts for line in again] == [line.parts for line in signed], "what was signed stays"
    assert not [line for line in floor.history.shift_lines(NEXT) if line.rule == 1]


def test_a_receiver_closes_a_shift_with_a_supervisors_badge_and_stays_signed_in(floor: Floor) -> None:
    floor.sign_in(RECEIVER)
    floor.close()
    assert floor.stage == Stage.SUPERVISOR
    assert floor.scan(SUPERVISOR[0], TYPED).notice.tone is Tone.REFUSED
    floor.scan(SUPERVISOR[0])
    assert floor.scan("0000", TYPED).notice.tone is Tone.REFUSED
    facts = floor.scan(SUPERVISOR[1], TYPED).facts
    assert StepUpGiven("close", RECEIVER[0], SUPERVISOR[0]) in facts and s.CountBegan(FIRST) in facts
    assert (floor.stage, floor.bench.state.operator.badge) == (Stage.COUNT, RECEIVER[0])


@pytest.mark.parametrize(("hours", "tone"), [(FORGOTTEN_H - 1, Tone.ACCEPTED), (FORGOTTEN_H + 10, Tone.ATTENTION)])
def test_who_signs_in_is_told_of_a_shift_that_nobody_closed(floor: Floor, hours: int, tone: Tone) -> None:
    began = utc(datetime.now(UTC) - timedelta(hours=hours, minutes=5))
    with floor.bench.journal._writer.begin():  # the wall clock of yesterday
        floor.bench.journal._writer.exec_driver_sql("UPDATE shift SET opened_at = ?", (began,))
    notice = floor.sign_in(RECEIVER).notice
    assert notice.tone is tone
    assert notice.params.get("hours", "") == (str(hours) if tone is Tone.ATTENTION else "")


Clock = Callable[[str], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the clock on the wall that the journal reads."""
    return lambda at: monkeypatch.setattr("station.journal.now", lambda: at)


def test_a_clock_that_is_set_back_in_a_shift_and_in_its_count_changes_no_line(
    worked: Path, rules: Rules, clock: Clock
) -> None:
    """The hour that comes twice in autumn is nothing in UTC; a step back by the network's time is."""
    line = Declared("R-2", "1", "SKU", "Shoe", "footwear", "Northwind", reason="too_small", quantity=2)
    with Journal.open(worked / "station.sqlite", STATION) as journal:
        for at, fact in (
            ("2026-10-25T00:30:00.000000Z", f.ParcelArrived("P2", "1Z2", "ups", "return", "one", declared=(line,))),
            ("2026-10-25T01:30:00.000000Z", f.ParcelFinished("P2", 0, 0)),
            ("2026-10-25T02:00:00.000000Z", f.ParcelArrived("P3", "1Z3", "ups", "return", "one")),
            ("2026-10-25T01:10:00.000000Z", f.ParcelFinished("P3", 0, 0)),
        ):
            clock(at)
            journal.append([fact], operator=RECEIVER[0], shift=FIRST)
        with journal.reading() as connection:
            told = figures(connection, BenchShift(STATION, FIRST), "2026-10-25T01:11:00.000000Z")
    assert (told.untimed, told.cycle_p90_s > 3000, told.returned_why) == (1, True, (("too_small", 2),))
    with opened(worked, rules) as floor:
        floor.sign_in(SUPERVISOR)
        floor.close()
        floor.count(RESALE, PLATES[0])
        clock("2026-10-25T00:05:00.000000Z")
        floor.count(RESALE, *PLATES[:3])
        floor.count(HOLD, PLATES[3])
        floor.do(Do.FINISH)
        assert floor.history.shift_findings(FIRST) == (), "the latest count holds, whatever the clock says"
        assert {key_of(line): line.difference for line in floor.history.shift_lines(FIRST) if line.rule != 3} == {
            key_of(line): 0 for line in floor.history.shift_lines(FIRST) if line.rule != 3
        }


def test_a_hazard_stands_in_the_report_of_every_shift_until_it_has_left(worked: Path) -> None:
    def hazards(shift: str) -> list[tuple[int, int]]:
        with journal.reading() as connection:
            told = reconcile(connection, [BenchShift(STATION, shift)])
        return [(line.expected, line.actual) for line in told if line.rule == 10]

    with Journal.open(worked / "station.sqlite", STATION) as journal:
        cells = (
            f.BinOpened("BIN-HAZARD-01", "hold", hazard=True),
            f.ItemIdentified("P1", "I9", "c", "matched", "Cell", "battery", "Northwind", rma="R-1", line="1"),
            f.Routed("I9", "hold", "r/1", owner="safety"),
            f.PlateAllotted("I9", PLATES[4]),
            f.Placed("I9", PLATES[4], "BIN-HAZARD-01"),
        )
        journal.append(cells, operator=RECEIVER[0], shift=FIRST)
        journal.append([f.ShiftOpened(NEXT, "Bench 1")], operator=RECEIVER[0], shift=NEXT)
        assert (hazards(FIRST), hazards(NEXT)) == ([(1, 1)], [(1, 1)])
        journal.append([s.BinMoved("BIN-HAZARD-01", 1, "safety")], operator=RECEIVER[0], shift=NEXT)
        journal.append([f.ShiftOpened(THIRD, "Bench 1")], operator=RECEIVER[0], shift=THIRD)
        assert (hazards(FIRST), hazards(NEXT), hazards(THIRD)) == ([(1, 1)], [(1, 1)], [])


def test_a_spreadsheet_has_the_things_behind_the_figures_where_they_are_wanted(
    worked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for asked, has in (([], False), (["--behind"], True)):
        assert main(["shift", str(worked), "--form", "csv", *asked]) == 0
        assert (f"5,,,scanned back,{PLATES[0]},1" in capsys.readouterr().out) is has


def test_the_report_for_machines_has_the_figures_but_not_while_bins_are_counted(
    worked: Path, rules: Rules, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["shift", str(worked), "--form", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"]["items"] == 4
    with opened(worked, rules) as floor:
        floor.sign_in(SUPERVISOR)
        floor.close()
    assert main(["shift", str(worked), "--form", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"] is None
