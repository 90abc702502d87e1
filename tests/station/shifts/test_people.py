"""One shift of one bench with a break and several people: it stays one shift, and each has their own figures."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from station import facts as f
from station.__main__ import main
from station.inputs import Do
from station.journal import Journal
from station.outcome import Tone
from station.receiving.facts import Declared
from station.rules import Rules
from station.shifts import facts as s
from tests.station.shifts.closed import PLATES, RECEIVER, RESALE, STATION, SUPERVISOR, opened

FIRST = "S-A01-1"
GRADER = ("BDG-2001", "2222")
DAY = "2026-03-02T{}:00.000000Z"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the clock on the wall that the journal reads."""
    return lambda hour: monkeypatch.setattr("station.journal.now", lambda: DAY.format(hour))


@pytest.fixture
def work(tmp_path: Path, at: Callable[[str], None]) -> Callable[[int, str, str, str], None]:
    """Lets a person put a unit of a parcel of its own into the bin, from one moment to another."""

    def _work(number: int, badge: str, begun: str, done: str) -> None:
        parcel, item, plate = f"P{number}", f"I{number}", PLATES[number]
        line = Declared(f"R-{number}", "1", "SKU", "Shoe", "footwear", "Northwind")
        rest = (f.Routed(item, "resale", "r/1"), f.PlateAllotted(item, plate), f.PlateConfirmed(item, plate))
        with Journal.open(tmp_path / "station.sqlite", STATION) as journal:
            at(begun)
            arrived = f.ParcelArrived(parcel, f"1Z{number}", "ups", "return", "one", (line.rma,), "Northwind", (line,))
            named = f.ItemIdentified(parcel, item, "c", "matched", "Shoe", "footwear", "Northwind", rma=line.rma)
            opening = () if number else (f.BinOpened(RESALE, "resale"),)
            journal.append((*opening, arrived, named), operator=badge, shift=FIRST)
            at(done)
            ended = f.ParcelFinished(parcel, 1, 0)
            journal.append((*rest, f.Placed(item, plate, RESALE), ended), operator=badge, shift=FIRST)

    return _work


def test_a_break_and_several_people_are_one_shift_that_adds_up(
    tmp_path: Path,
    rules: Rules,
    at: Callable[[str], None],
    work: Callable[[int, str, str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    at("08:00")
    with opened(tmp_path, rules) as floor:
        assert f.ShiftOpened(FIRST, "Bench 1") in floor.sign_in(RECEIVER).facts
    work(0, RECEIVER[0], "08:10", "08:20")
    at("09:00")
    with opened(tmp_path, rules) as floor:
        floor.do(Do.SIGN_OUT)
    # Nobody is there for more than an hour; then somebody else comes.
    at("10:10")
    with opened(tmp_path, rules) as floor:
        assert floor.stage == "sign-in" and floor.bench.state.shift == FIRST
        shown = floor.sign_in(GRADER)
        assert shown.notice.tone is Tone.ACCEPTED, "a break is no forgotten shift"
        assert not any(isinstance(each, f.ShiftOpened) for each in shown.facts)
    work(1, GRADER[0], "10:15", "10:20")
    work(2, GRADER[0], "10:20", "10:25")
    with opened(tmp_path, rules) as floor:
        floor.do(Do.SIGN_OUT)
        floor.sign_in(RECEIVER)
    work(3, RECEIVER[0], "10:30", "10:40")
    with opened(tmp_path, rules) as floor:
        floor.do(Do.SIGN_OUT)
        floor.sign_in(SUPERVISOR)
        floor.close()
        floor.count(RESALE, *PLATES[:4])
        floor.do(Do.FINISH)
        lines = floor.history.shift_lines(FIRST)
        assert {line.rule: line.difference for line in lines} == dict.fromkeys({line.rule for line in lines}, 0)
        floor.do(Do.CONFIRM)
        signed = floor.sign_in(SUPERVISOR).facts
        assert [type(each) for each in signed] == [s.ShiftSigned, s.ShiftLocked, f.SignedOut]
        kinds = [each.type for each in floor.bench.journal.entries(0, 1000)]
        assert kinds.count("ShiftOpened") == 1
    assert main(["shift", str(tmp_path), "--form", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["figures"]
    assert told["hours"] == [["2026-03-02T08", 1], ["2026-03-02T10", 3]]
    # The receiver needed 10 minutes each, the grader 5; of these goods everyone together 7.5. The break is nobody's.
    assert told["people"] == [
        {"badge": RECEIVER[0], "items": 2, "per_hour": 6.0, "mix_per_hour": 8.0},
        {"badge": GRADER[0], "items": 2, "per_hour": 12.0, "mix_per_hour": 8.0},
    ]
    assert (told["cycle_median_s"], told["untimed"]) == (450.0, 0)
