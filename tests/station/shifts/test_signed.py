"""Whatever is done later, the report of a shift that is locked stays as it was signed, to the last letter."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import pytest

from grading.reasons import Reason
from station import facts as f
from station.calibration.facts import SecondGraded
from station.database import open_memory
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.records import Disposition
from station.shifts import facts as s
from station.shifts.counting import BenchShift
from station.shifts.figures import Figures, figures
from station.shifts.report import as_json, report
from tests.station.shifts.whole import STATION, Invented

FIRST, NEXT = "S-A01-1", "S-A01-2"
AT, WEEK_LATER = "2026-01-02T00:00:00.000000Z", "2026-01-09T00:00:00.000000Z"
RESALE, HOLD, BOX, BACK = "BIN-RESALE-01", "BIN-HOLD-01", "BIN-HAZARD-01", "BIN-BACK-01"
WORN = Reason("worn", "The sole is worn.")


def graded(item: str, letter: str) -> f.Graded:
    return f.Graded(item, letter, letter, letter, "g/1", (WORN,))


@pytest.fixture
def bench() -> Iterator[Invented]:
    """A bench whose first shift is locked; the second one runs.

    In bins lie I1 (resale), I2 (hold, of no order), I3 (a hazard) and I4, which left to be shipped back; I5 is in work,
    thrown into the bin on hold, with an exception that is open, and one that was decided.
    """
    with closing(open_memory().connect()) as connection, connection.begin():
        made = Invented(connection)
        parcel = made.arrive(3, "Northwind")
        places: dict[str, Disposition] = {RESALE: "resale", HOLD: "hold", BOX: "hold", BACK: "hold"}
        for bin_, way in places.items():
            match = "undeclared" if bin_ == HOLD else "matched"
            item, plate = made.take_out(parcel, match, "Northwind")
            made.say(f.PhotoTaken(item, "front", item.encode().hex().ljust(64, "0"), 9), graded(item, "A"))
            made.place(item, plate, bin_, way)
        made.say(f.Routed("I3", "hold", "r/1", owner="safety"), f.BinOpened(BOX, "hold", hazard=True))
        made.say(f.BinOpened(BACK, "hold", apart="ship_back"))
        _, thrown = made.take_out(parcel, "matched", "Northwind")
        made.lying[HOLD].append(thrown)
        for name in ("E1", "E2"):
            made.say(f.ExceptionRaised(name, "item_weight", "supervisor", parcel, "I5"))
        made.say(ExceptionDecided("E2", 1, "accept", "seen", "B9", parcel=parcel, item="I5"))
        made.say(s.CountBegan(FIRST))
        made.move(BACK)
        for bin_ in (RESALE, HOLD, BOX):
            made.count(bin_)
        made.say(s.CountEnded(FIRST), s.ShiftSigned(FIRST, "explained", "", badge="B9"), s.ShiftLocked(FIRST))
        made.open_shift()
        yield made


def figured(bench: Invented, shift: str, at: str = AT) -> Figures:
    return figures(bench.connection, BenchShift(STATION, shift), at)


def told(bench: Invented, shift: str = FIRST, at: str = AT) -> str:
    """The report of a shift as JSON, all of it but how many facts central has."""
    found = report(bench.connection, BenchShift(STATION, shift))
    assert found is not None
    return as_json(found, figured(bench, shift, at))


def regrade(bench: Invented) -> None:
    routed = f.Routed("I1", "recycle", "r/1")
    bench.say(f.Regraded("I1", "P1", 2, graded("I1", "D"), routed, "recycle", "A", "resale"))
    bench.carry("N1", "I1", "BIN-RECYCLE-01", "recycle")


def release(bench: Invented) -> None:
    bench.release("I3", "resale")
    bench.carry("N3", "I3", RESALE, "resale")


def relink(bench: Invented) -> None:
    bench.say(f.ItemRelinked("I2", "R", "1"))


def go_on(bench: Invented) -> None:
    """What was in work is graded, photographed and placed; its parcel is finished, with a line that is missing."""
    bench.say(f.PhotoTaken("I5", "front", "5" * 64, 9), f.PhotoSkipped("I5", "back", "dark"), graded("I5", "D"))
    bench.say(f.PlateVoided("N5", "torn"), f.PlateAllotted("I5", "N6"))
    bench.place("I5", "N6", HOLD, "hold")
    bench.say(f.LineMissing("P1", "R", "1", 1), f.ParcelFinished("P1", 5, 1))


def reprint(bench: Invented) -> None:
    bench.say(f.PlateReprintAsked("I1", "N1", 2, "torn"), f.PlatePrinted("I1", "N1", 2))


def decide(bench: Invented) -> None:
    bench.say(ExceptionTaken("E1", "B7"), ExceptionDecided("E1", 1, "accept", "seen", "B9", parcel="P1", item="I5"))
    bench.say(DecisionTakenBack("E2", 1, "B9"), f.ExceptionRaised("E3", "held", "client", "P1", "I1"))


def reuse(bench: Invented) -> None:
    """The bin that goods were shipped back in comes back, for other goods."""
    bench.say(f.BinOpened(BACK, "hold", fill=1))


def look(bench: Invented) -> None:
    bench.say(SecondGraded("I1", "N1", "footwear", "Northwind", "r@1", "B2", "A", "B", "B", "B"))


def lose(bench: Invented) -> None:
    bench.write_off("N1")


def find(bench: Invented) -> None:
    bench.find_again(s.ItemFoundAgain(bench.shift, "I1", "N1", HOLD))


def replate(bench: Invented) -> None:
    bench.say(f.PlateVoided("N6", "torn"), f.PlateAllotted("I5", "N7"))
    bench.say(f.PlateVoided("N1", "torn"), f.PlateAllotted("I1", "N8"))


def lose_and_find(bench: Invented) -> None:
    lose(bench)
    bench.open_shift()
    find(bench)


LATER: Mapping[str, Callable[[Invented], None]] = {
    each.__name__: each for each in (regrade, release, relink, go_on, reprint, decide, reuse, look, lose_and_find)
}


@pytest.mark.parametrize("name", LATER)
def test_what_is_done_later_changes_no_letter_of_what_was_signed(bench: Invented, name: str) -> None:
    before = told(bench)
    LATER[name](bench)
    assert told(bench, at=WEEK_LATER) == before


def test_all_of_it_one_after_the_other_changes_nothing_either(bench: Invented) -> None:
    signed = {FIRST: told(bench)}
    for later in (*LATER.values(), lose, find, lose, replate):
        later(bench)
        assert {shift: told(bench, shift) for shift in signed} == signed, later.__name__
        bench.say(s.CountBegan(bench.shift), s.CountEnded(bench.shift), s.ShiftSigned(bench.shift, "open", ""))
        signed[bench.shift] = told(bench, bench.shift)
        bench.open_shift()


def test_what_is_done_later_is_told_in_the_shift_in_which_it_is_done(bench: Invented) -> None:
    assert [each.kind for each in figured(bench, FIRST).units] == ["over"]
    for later in (regrade, go_on, reprint):
        later(bench)
    found = report(bench.connection, BenchShift(STATION, NEXT))
    assert found is not None
    parts = {(line.rule, part.name): part.units for line in found.lines for part in line.parts}
    assert (parts[6, "required"], parts[6, "taken"], parts[5, "printed again"]) == (2, 1, 1)
    units = [(each.kind, each.code) for each in figured(bench, NEXT).units]
    assert units == [("damaged", "N1"), ("damaged", "N6"), ("short", "R")]


def test_open_exceptions_are_carried_over_with_who_sees_to_them(bench: Invented) -> None:
    def left(shift: str) -> list[tuple[str, str, str]]:
        found = figured(bench, shift).carried
        return [(each.about, each.code, each.owner) for each in found if each.what == "exception"]

    assert left(FIRST) == [("item_weight", "N5", "supervisor")]
    decide(bench)
    assert left(FIRST) == [("item_weight", "N5", "supervisor")], "as it was when it was signed"
    assert left(NEXT) == [("item_weight", "N5", "supervisor"), ("held", "N1", "client")], "E2 is open again"
    bench.open_shift()
    bench.say(ExceptionTaken("E3", "B7"))
    assert left(bench.shift) == [("item_weight", "N5", "supervisor"), ("held", "N1", "B7")]
    assert left(NEXT) == [("item_weight", "N5", "supervisor"), ("held", "N1", "client")]
