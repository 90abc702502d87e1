"""A shift is closed at a real bench, input by input: counted blind, explained, signed and locked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from resources import find
from station import facts as f
from station.authority.roles import parse
from station.inputs import TYPED, Do
from station.journal import Journal
from station.outcome import Tone
from station.rules import Rules
from station.shifts import facts as s
from station.shifts.counting import BenchShift
from station.shifts.findings import Finding
from station.shifts.lines import off, verdict
from station.shifts.report import Report, as_csv, as_text, report
from station.stages import Stage
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

SHIFT = "S-A01-1"


@pytest.fixture
def floor(worked: Path, rules: Rules) -> Iterator[Floor]:
    with opened(worked, rules) as made:
        yield made


def begin(floor: Floor) -> None:
    floor.sign_in(SUPERVISOR)
    floor.close()
    assert floor.stage == Stage.COUNT


def test_a_shift_that_adds_up_is_signed_by_one_and_the_next_one_opens(floor: Floor) -> None:
    begin(floor)
    floor.count(RESALE, *PLATES[:3])
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    assert floor.stage == Stage.REVIEW
    assert all(line.difference == 0 for line in floor.history.shift_lines(SHIFT))
    head = floor.bench.journal.last_hash.hex()
    floor.do(Do.CONFIRM)
    floor.scan(SUPERVISOR[0])
    shown = floor.scan(SUPERVISOR[1], TYPED)
    signed = shown.facts[0]
    assert isinstance(signed, s.ShiftSigned)
    # Nothing of it was sent to central yet.
    assert (signed.verdict, signed.badge, signed.head, signed.needs_second) == ("open", SUPERVISOR[0], head, False)
    assert [type(each) for each in shown.facts[1:]] == [s.ShiftLocked, f.SignedOut]
    entries = floor.bench.journal.entries(0, 1000)
    assert {each.shift for each in entries[-3:]} == {SHIFT}
    shown = floor.sign_in(RECEIVER)
    assert shown.facts[0] == f.ShiftOpened("S-A01-2", "Bench 1")
    assert floor.stage == Stage.IDLE


def test_what_the_count_shows_is_named_and_each_difference_needs_its_reasons(floor: Floor) -> None:
    """One is gone, one lies in the wrong bin, and one nobody knows lies there."""
    begin(floor)
    floor.count(RESALE, PLATES[0], "NOT-OURS")
    floor.count(HOLD, PLATES[3], PLATES[1])
    floor.do(Do.FINISH)
    assert floor.history.shift_findings(SHIFT) == (
        Finding("foreign", "NOT-OURS", "", RESALE),
        Finding("misplaced", PLATES[1], RESALE, HOLD),
        Finding("missing", PLATES[2], RESALE, ""),
    )
    off = {(line.client, line.way): line.difference for line in floor.history.shift_lines(SHIFT) if line.difference}
    assert off == {("", "foreign"): 1, ("Northwind", "misplaced"): 1, ("Northwind", "resale"): -1}
    assert floor.do(Do.CONFIRM).notice.tone is Tone.REFUSED
    assert floor.stage == Stage.REVIEW
    floor.choose("4//foreign")
    over = {each.value for each in floor.bench.state.ask.choices}
    assert "elsewhere" in over and not over & {"lost", "stolen", "damaged"}, "what is over is not gone"
    floor.choose("other")
    floor.choose("4/Northwind/misplaced", "not_scanned")
    assert floor.do(Do.CONFIRM).notice.tone is Tone.REFUSED, "one of three has no reason"
    floor.choose("4/Northwind/resale", "lost")
    assert all(line.is_settled for line in floor.history.shift_lines(SHIFT))
    floor.do(Do.CONFIRM)
    assert floor.stage == Stage.WRITE_OFF
    assert [each.value for each in floor.bench.state.ask.choices] == ["no", PLATES[2]]
    floor.do(Do.CHOOSE, PLATES[2])
    assert floor.stage == Stage.SIGN


@pytest.mark.parametrize(
    ("resale", "more", "kinds"),
    [
        (PLATES[:2], ("ANY-SHEET-OF-PAPER",), ["foreign", "missing"]),
        (PLATES[:2], (PLATES[0],), ["double", "double", "missing"]),
        (PLATES[:2], (PLATES[3],), ["misplaced", "missing", "missing"]),
    ],
    ids=["foreign", "copied label", "put in the wrong bin"],
)
def test_nothing_that_is_over_makes_up_for_what_is_missing(
    worked: Path, rules: Rules, resale: tuple[str, ...], more: tuple[str, ...], kinds: list[str]
) -> None:
    """One is stolen, and something else is scanned in its place: each finding needs its reason, and counts."""
    with Journal.open(worked / "station.sqlite", STATION) as journal:
        opened_too = f.BinOpened("BIN-RESALE-02", "resale", client="Northwind")
        journal.append([opened_too], operator=RECEIVER[0], shift=SHIFT)
    with opened(worked, rules) as floor:
        begin(floor)
        floor.count(RESALE, *resale)
        floor.count("BIN-RESALE-02", *more)
        floor.count(HOLD, *(PLATES[3:4] if PLATES[3] not in more else ()))
        floor.do(Do.FINISH)
        found = sorted(each.kind for each in floor.history.shift_findings(SHIFT))
        lines = floor.history.shift_lines(SHIFT)
        assert "missing" in found and (found == kinds or "misplaced" in found)
        assert {line.difference for line in lines if line.rule == 4} >= {1, -1}
        assert (off(lines), verdict(lines)) == (2, "open")
        assert floor.do(Do.CONFIRM).notice.params == {"count": "2"}


@pytest.mark.parametrize("code", ["9506000001074", "BDG-1001"])
def test_what_is_no_plate_is_not_counted(floor: Floor, code: str) -> None:
    begin(floor)
    floor.scan(RESALE)
    shown = floor.scan(code)
    assert (shown.notice.tone, shown.facts) == (Tone.REFUSED, ())


def test_who_counts_sees_how_many_they_scanned_and_nothing_else(floor: Floor) -> None:
    begin(floor)
    floor.scan(RESALE)
    for scanned, plate in enumerate((PLATES[0], "NOT-OURS"), start=1):
        floor.scan(plate)
        assert floor.bench.prompt.params == {"counting": RESALE, "scanned": str(scanned)}
    assert "{scanned}" in floor.bench.prompt.reason


def test_only_a_supervisor_has_a_bin_counted_again_once_the_differences_were_seen(floor: Floor) -> None:
    begin(floor)
    floor.count(RESALE, *PLATES[:3])
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    floor.do(Do.SIGN_OUT)
    floor.sign_in(RECEIVER)
    assert floor.do(Do.CANCEL).notice.tone is Tone.REFUSED
    assert floor.stage == Stage.REVIEW
    floor.do(Do.SIGN_OUT)
    floor.sign_in(SUPERVISOR)
    floor.do(Do.CANCEL)
    assert floor.stage == Stage.COUNT


def test_much_that_differs_is_signed_by_two(floor: Floor) -> None:
    begin(floor)
    floor.count(RESALE)
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    floor.choose("4/Northwind/resale", "stolen", "3")
    floor.do(Do.CONFIRM)
    floor.choose("no")
    floor.scan(SUPERVISOR[0])
    shown = floor.scan(SUPERVISOR[1], TYPED)
    assert [type(each) for each in shown.facts] == [s.ShiftSigned, f.SignedOut]
    assert floor.stage == Stage.COUNTERSIGN
    asked = floor.bench.state.ask
    assert asked.params == {"count": "3", "gone": "0"}, "the second one reads what they sign"
    floor.do(Do.CANCEL)
    floor.sign_in(SUPERVISOR)
    floor.do(Do.CLOSE_SHIFT)
    floor.choose(f"second/{SHIFT}")
    assert floor.bench.state.ask == asked, "later as well"
    floor.do(Do.SIGN_OUT)
    assert floor.scan(SUPERVISOR[0]).notice.tone is Tone.REFUSED, "the same person twice"
    assert floor.scan(RECEIVER[0]).notice.tone is Tone.REFUSED
    assert floor.scan(SECOND[0], TYPED).notice.tone is Tone.REFUSED, "a badge that was only typed"
    floor.scan(SECOND[0])
    shown = floor.scan(SECOND[1], TYPED)
    assert [type(each) for each in shown.facts] == [s.ShiftCountersigned, s.ShiftLocked]
    with floor.bench.journal.reading() as connection:
        of = f"FROM shift WHERE shift = '{SHIFT}'"
        (row,) = connection.exec_driver_sql(f"SELECT signed_by, countersigned_by, locked_at <> '' {of}").all()
    assert tuple(row) == (SUPERVISOR[0], SECOND[0], 1)
    assert (floor.stage, floor.bench.state.half_signed) == (Stage.IDLE, ())


def test_the_count_is_blind(floor: Floor) -> None:
    """Nothing that is asked before the review tells how many there should be."""
    begin(floor)
    said = [floor.bench.prompt]
    floor.scan(RESALE)
    said.append(floor.bench.prompt)
    floor.scan(PLATES[0])
    said.append(floor.bench.prompt)
    for each in said:
        words = " ".join((each.title, each.reason, *each.params.values()))
        assert "3" not in words.replace(RESALE, "") and "4" not in words, words


def test_a_power_cut_in_the_count_loses_nothing(worked: Path, rules: Rules) -> None:
    """The bench is opened anew before each input, and comes to the same end."""
    steps: list[Callable[[Floor], object]] = [
        begin,
        lambda floor: floor.scan(RESALE),
        *(lambda floor, plate=plate: floor.scan(plate) for plate in PLATES[:3]),
        lambda floor: floor.scan(RESALE),
        lambda floor: floor.scan(HOLD),
        lambda floor: floor.scan(PLATES[3]),
        lambda floor: floor.do(Do.FINISH),
        lambda floor: floor.do(Do.FINISH),
    ]
    for each in steps:
        with opened(worked, rules) as floor:
            each(floor)
    with opened(worked, rules) as floor:
        assert floor.stage == Stage.REVIEW
        assert floor.history.shift_findings(SHIFT) == ()
        assert all(line.difference == 0 for line in floor.history.shift_lines(SHIFT))


def test_a_bin_is_counted_from_nothing_again(floor: Floor) -> None:
    begin(floor)
    floor.scan(RESALE)
    floor.scan("NOT-OURS")
    floor.do(Do.CANCEL)
    for plate in PLATES[:3]:
        floor.scan(plate)
    assert floor.scan(PLATES[0]).facts == (), "once is enough"
    assert floor.scan("BIN-OF-NOBODY").notice.tone is not Tone.ACCEPTED
    shown = floor.scan(HOLD)
    assert [type(each) for each in shown.facts] == [s.BinCounted, s.BinCountBegan], "who scans it stands before it"
    assert (shown.notice.params["bin"], shown.notice.params["next"]) == (RESALE, HOLD)
    assert floor.scan(PLATES[3]).notice.params["bin"] == HOLD
    floor.scan(HOLD)
    floor.do(Do.FINISH)
    assert floor.history.shift_findings(SHIFT) == ()
    floor.do(Do.CANCEL)
    assert floor.stage == Stage.COUNT
    floor.count(HOLD)
    floor.do(Do.FINISH)
    assert floor.history.shift_findings(SHIFT) == (Finding("missing", PLATES[3], HOLD, ""),)


def test_a_count_called_off_holds_for_nothing(floor: Floor) -> None:
    begin(floor)
    floor.count(RESALE, *PLATES[:2])
    floor.do(Do.CANCEL)
    assert floor.stage == Stage.IDLE
    floor.close()
    shown = floor.do(Do.FINISH)
    assert shown.notice.tone is Tone.REFUSED
    assert shown.notice.params["bins"] == f"{HOLD}, {RESALE}"
    floor.count(RESALE, *PLATES[:3])
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    assert floor.history.shift_findings(SHIFT) == ()


def test_a_bin_that_left_is_not_counted_and_begins_anew(floor: Floor) -> None:
    begin(floor)
    floor.do(Do.MOVE_BIN)
    floor.scan(RESALE)
    assert floor.scan("DOCK 2", TYPED).facts == (s.BinMoved(RESALE, 1, "DOCK 2", SUPERVISOR[0]),)
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    assert all(line.difference == 0 for line in floor.history.shift_lines(SHIFT))
    assert floor.bench.known.bin_fill(RESALE) == 1
    assert [each.code for each in floor.bench.state.bins] == [HOLD]


def test_a_bin_leaves_a_count_only_with_a_place_and_a_supervisors_badge(floor: Floor) -> None:
    begin(floor)
    floor.do(Do.SIGN_OUT)
    floor.sign_in(RECEIVER)
    floor.do(Do.MOVE_BIN)
    floor.do(Do.CHOOSE, RESALE)
    assert floor.do(Do.CHOOSE, "1").facts == (), "a place must be said"
    assert floor.scan("DOCK", TYPED).facts == ()
    assert floor.stage == Stage.SUPERVISOR
    assert floor.scan(RECEIVER[0]).notice.tone is Tone.REFUSED
    floor.scan(SUPERVISOR[0])
    told = floor.scan(SUPERVISOR[1], TYPED).facts[-2:]
    assert told == (
        f.StepUpGiven("move", RECEIVER[0], SUPERVISOR[0], to=RESALE, why="DOCK"),
        s.BinMoved(RESALE, 1, "DOCK", SUPERVISOR[0]),
    )
    assert floor.stage == Stage.COUNT
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    (said,) = (each for each in reported(floor).noted if each.kind == "left")
    assert (said.kind, said.bin, said.about, said.by, said.units) == ("left", RESALE, "DOCK", SUPERVISOR[0], 3)


def test_a_loss_that_was_seen_stays_named_whatever_is_done_about_it(floor: Floor) -> None:
    """The bin is counted again by typed plates; then it is moved away between two parcels: neither hides it."""
    begin(floor)
    floor.count(RESALE, *PLATES[:2])
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    floor.do(Do.CANCEL)
    floor.scan(RESALE)
    assert reported(floor).lines == (), "the second count is blind as well"
    for plate in PLATES[:3]:
        shown = floor.scan(plate, TYPED)
        assert (shown.notice.tone, shown.facts) == (Tone.REFUSED, ())
    floor.scan(RESALE)
    floor.do(Do.CANCEL)
    floor.scan(RESALE)
    floor.do(Do.CHOOSE, "move")
    floor.scan("DOCK", TYPED)
    floor.close()
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    assert floor.history.shift_findings(SHIFT) == ()
    again, left = (each for each in reported(floor).noted if each.kind in ("left", "counted_again"))
    assert (again.kind, again.about, again.plate, again.bin) == ("counted_again", "missing", PLATES[2], RESALE)
    assert (again.by, left.kind, left.about, left.by) == (SUPERVISOR[0], "left", "DOCK", SUPERVISOR[0])
    told = as_text(reported(floor))
    assert f"counted again by {SUPERVISOR[0]}" in told and f"left: {RESALE} with 3 to DOCK" in told
    assert f"counted_again,{RESALE},{PLATES[2]},missing,{SUPERVISOR[0]}" in as_csv(reported(floor))


def reported(floor: Floor) -> Report:
    with floor.bench.journal.reading() as connection:
        told = report(connection, BenchShift(STATION, SHIFT))
    assert told is not None
    return told


def test_only_a_supervisor_begins_explains_and_calls_off(floor: Floor) -> None:
    floor.sign_in(RECEIVER)
    floor.close()
    assert floor.stage == Stage.SUPERVISOR
    assert floor.scan(RECEIVER[0]).notice.tone is Tone.REFUSED
    floor.do(Do.CANCEL)
    floor.do(Do.SIGN_OUT)
    begin(floor)
    floor.do(Do.SIGN_OUT)
    floor.sign_in(RECEIVER)
    assert floor.do(Do.CANCEL).notice.tone is Tone.REFUSED
    floor.count(RESALE)
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    assert floor.do(Do.CHOOSE, "4/Northwind/resale").notice.tone is Tone.REFUSED
    assert floor.do(Do.UNDO).notice.tone is Tone.REFUSED


def test_whom_a_site_lets_close_its_shifts_calls_a_count_off_too(worked: Path, rules: Rules) -> None:
    table = find.read("authority.toml").decode().replace('name = "receiver"', 'name = "receiver"\ncloses = true')
    with opened(worked, msgspec.structs.replace(rules, authority=parse(table.encode()))) as floor:
        floor.sign_in(RECEIVER)
        floor.close()
        assert floor.do(Do.CANCEL).facts == (s.CountCalledOff(SHIFT),)


def test_of_many_units_all_answers_have_room_on_the_screen(floor: Floor) -> None:
    floor.bench.journal.append([s.DeliveryCounted(SHIFT, "ups", 41)], operator=SUPERVISOR[0], shift=SHIFT)
    begin(floor)
    floor.count(RESALE, *PLATES[:3])
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    floor.choose("1//ups", "not_scanned")
    assert [each.value for each in floor.bench.state.ask.choices] == [*"1234567", "40"], "two columns of four"
    floor.choose("7", "1//ups", "not_scanned", "33")
    assert floor.do(Do.CONFIRM).facts == () and floor.stage == Stage.SIGN
    said = floor.bench.prompt
    assert (said.params["verdict"], said.params["count"]) == ("open", "40") and "open items" in said.reason


def test_the_last_plate_is_taken_out_of_the_count_and_the_others_stay(floor: Floor) -> None:
    begin(floor)
    floor.scan(RESALE)
    assert floor.do(Do.UNDO).facts == (), "nothing is counted yet"
    for plate in (PLATES[0], "NOT-OURS", PLATES[1]):
        floor.scan(plate)
    floor.do(Do.UNDO)
    assert floor.do(Do.UNDO).facts == (s.PlateUncounted(SHIFT, RESALE, 1, "NOT-OURS"),)
    for plate in PLATES[1:3]:
        floor.scan(plate)
    floor.do(Do.CONFIRM)
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    assert floor.history.shift_findings(SHIFT) == ()
    assert all(line.difference == 0 for line in floor.history.shift_lines(SHIFT))


def test_reasons_are_taken_back_together(floor: Floor) -> None:
    begin(floor)
    floor.count(RESALE, *PLATES[:2])
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    floor.choose("1", "1")
    assert all(line.is_settled for line in floor.history.shift_lines(SHIFT))
    floor.do(Do.UNDO)
    assert [line.unexplained for line in floor.history.shift_lines(SHIFT) if not line.is_settled] == [-1]


def test_five_wrong_pins_do_not_sign(floor: Floor) -> None:
    begin(floor)
    floor.count(RESALE, *PLATES[:3])
    floor.count(HOLD, PLATES[3])
    floor.do(Do.FINISH)
    floor.do(Do.CONFIRM)
    floor.scan(SUPERVISOR[0])
    for _ in range(5):
        assert floor.scan("0000", TYPED).notice.tone is Tone.REFUSED
    assert floor.stage == Stage.REVIEW


def test_a_forgotten_shift_is_closed_by_a_supervisor_the_next_day(floor: Floor) -> None:
    """Nobody closed it: it is still the running one, and what is found belongs to it."""
    floor.sign_in(SUPERVISOR)
    assert floor.bench.state.shift == SHIFT
    test_shift = [each.shift for each in floor.bench.journal.entries(0, 1000)]
    assert set(test_shift) == {SHIFT}
    floor.close()
    assert floor.stage == Stage.COUNT


def test_a_unit_of_another_order_is_told_and_no_difference(worked: Path, rules: Rules) -> None:
    """Its serial number named an order that nobody expected in this parcel."""
    with Journal.open(worked / "station.sqlite", STATION) as journal:
        order = f.ParcelArrived("P2", "1Z2", "ups", "return", "one", ("R-2",), "Northwind")
        item = f.ItemIdentified("P2", "I9", "code", "matched", "Shoe", "footwear", "Northwind", rma="R-7", line="1")
        for fact in (order, item, f.ParcelFinished("P2", 1, 0)):
            journal.append([fact], operator=RECEIVER[0], shift=SHIFT)
    with opened(worked, rules) as floor:
        (line,) = (each for each in floor.history.shift_lines(SHIFT) if each.rule == 3)
    assert (line.difference, {each.name: each.units for each in line.parts}["of another order"]) == (0, 1)
