"""Goods that go back, or of which the return was rejected: fetched by plate, into a bin for these alone, and undone."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest

from station import facts as f
from station.__main__ import main
from station.bins.facts import BinLabelled, Carried
from station.database import open_sqlite
from station.exceptions.facts import DecisionTakenBack
from station.exceptions.of_site import KIND, ExceptionNote
from station.exceptions.queue import Decided
from station.inputs import Do
from station.journal import Journal
from station.labels import load, to_zpl
from station.local_copy import LocalCopy, Record
from station.outcome import Tone
from station.projections import rebuild, rows
from station.rules import Rules
from station.stages import Stage
from tests.station.printed.test_shift_pdf import words_of
from tests.station.shifts.closed import HOLD, PLATES, RECEIVER, RESALE, STATION, SUPERVISOR, Floor, opened, work

SHIFT = "S-A01-1"
DIFFERS, HELD, PARCEL, MISSING = "E-A01-000001", "E-A01-000002", "E-A01-000003", "E-A01-000004"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Path:
    """The folder of a bench with three units in resale and one on hold, and a supervisor signed in."""
    folder = tmp_path_factory.mktemp("apart")
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        work(journal)
        raised = (
            f.ExceptionRaised(DIFFERS, "serial_differs", "client", "P1", "I0"),
            f.ExceptionRaised(HELD, "held", "client", "P1", "I3"),
            f.ExceptionRaised(PARCEL, "weight_out_of_band", "supervisor", "P1"),
            f.ExceptionRaised(MISSING, "lines_missing", "supervisor", "P1"),
        )
        journal.append(raised, operator=RECEIVER[0], shift=SHIFT)
    with opened(folder, rules) as floor:
        floor.sign_in(SUPERVISOR)
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """The folder for one test."""
    return copytree(made_once, tmp_path / "worked")


@pytest.fixture
def floor(folder: Path, rules: Rules) -> Iterator[Floor]:
    with opened(folder, rules) as made:
        yield made


def decide(floor: Floor, exception: str, *chosen: str):
    floor.do(Do.DECIDE)
    floor.choose(exception) if exception in str(floor.bench.state.ask) else floor.scan(exception)
    floor.choose(*chosen[:-1])
    shown = floor.do(Do.CHOOSE, chosen[-1])
    floor.do(Do.CANCEL)
    return shown


def take_back(floor: Floor):
    floor.do(Do.DECIDE)
    floor.do(Do.UNDO)
    shown = floor.do(Do.CHOOSE, "1")
    floor.do(Do.CANCEL)
    return shown


def item(floor: Floor, name: str) -> dict[str, Any]:
    with floor.bench.journal.reading() as connection:
        return next(row for row in rows(connection)["item"] if row["item"] == name)


def carry(floor: Floor, plate: str) -> str:
    """Fetch an item and put it into a bin that is labelled for it at once; returns the bin."""
    floor.scan(plate)
    assert floor.stage == Stage.CARRY
    (labelled,) = floor.do(Do.BIN_FULL).facts
    assert isinstance(labelled, BinLabelled)
    assert floor.scan(labelled.bin).notice.tone is Tone.ACCEPTED
    return labelled.bin


def adds_up(floor: Floor) -> bool:
    floor.close()
    for bin_ in floor.bench.known.bins_with_goods():
        floor.count(bin_.code, *floor.bench.known.plates_in(bin_.code))
    floor.do(Do.FINISH)
    fine = floor.history.shift_findings(SHIFT) == ()
    return fine and all(line.difference == 0 for line in floor.history.shift_lines(SHIFT) if line.rule == 4)


@pytest.mark.parametrize("decision", ["ship_back", "reject"])
def test_it_is_fetched_by_its_plate_into_a_bin_for_such_goods_alone(folder: Path, rules: Rules, decision: Any) -> None:
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        broken = f.Graded("I0", "D", "A", "untested", "china@7", stops=("broken",))
        journal.append((broken,), operator=RECEIVER[0], shift=SHIFT)
    with opened(folder, rules) as floor:
        shown = decide(floor, DIFFERS, decision, "customer")
        sent = f.RouteOverridden("I0", "resale", "hold", decision, SUPERVISOR[0], apart=decision)
        assert shown.facts[1:] == (sent,)
        assert shown.notice.params["plate"] == PLATES[0] and shown.notice.params["bin"] == RESALE
        (told,) = (each for each in floor.history.bins() if each.bin == RESALE)
        assert (told.items, told.leaving) == (3, 1)
    with opened(folder, rules) as floor:
        floor.scan(PLATES[0])
        assert floor.stage == Stage.CARRY
        (labelled,) = floor.do(Do.BIN_FULL).facts
        assert (labelled.disposition, labelled.client, labelled.apart) == ("hold", "", decision)
        for wrong in (HOLD, RESALE, PLATES[0]):
            assert floor.scan(wrong).notice.tone is Tone.REFUSED, "on hold is not yet: that is another bin"
        shown = floor.scan(labelled.bin)
        assert Carried("I0", PLATES[0], labelled.bin, "hold", RESALE) in shown.facts
        (label,) = shown.labels
        word = {"ship_back": b"Ship back", "reject": b"Rejected"}[decision]
        printed = to_zpl(load("plate"), {**label.fields, "code": "x"}, 203)
        assert word in printed and b"Sharp edges: put on gloves" in printed
        assert floor.bench.known.plates_in(labelled.bin) == (PLATES[0],)
    with opened(folder, rules) as floor:
        assert floor.scan(PLATES[0]).notice.tone is Tone.ATTENTION
        assert floor.stage == Stage.IDLE, "it lies where it goes"
        assert adds_up(floor)


def test_what_left_in_such_a_bin_is_told_as_shipped_back_and_the_shift_adds_up(floor: Floor) -> None:
    decide(floor, DIFFERS, "ship_back", "customer")
    apart = carry(floor, PLATES[0])
    floor.scan(apart)
    floor.choose("move", "")
    assert adds_up(floor)
    parts = [part for line in floor.history.shift_lines(SHIFT) for part in line.parts if part.rule == 4]
    told = {(part.name, part.way): part.units for part in parts}
    assert told["shipped back", "hold"] == 1 and ("moved away", "hold") not in told


def test_no_other_goods_go_into_such_a_bin(floor: Floor) -> None:
    decide(floor, DIFFERS, "ship_back", "customer")
    apart = carry(floor, PLATES[0])
    decide(floor, HELD, "reject", "client")
    floor.scan(PLATES[3])
    assert floor.scan(apart).notice.tone is Tone.REFUSED, "rejected is not shipped back"
    floor.do(Do.CANCEL)
    floor.do(Do.BINS)
    floor.scan(HOLD)
    floor.choose("merge")
    assert floor.scan(apart).notice.tone is Tone.REFUSED
    floor.do(Do.CANCEL)
    floor.do(Do.BINS)
    floor.scan(apart)
    floor.choose("close")
    floor.scan(apart)
    floor.choose("reopen", "room")
    (again,) = (each for each in floor.bench.state.bins if each.code == apart)
    assert (again.apart, again.items) == ("ship_back", 1), "closed and opened again it is still for these alone"


def test_taken_back_the_goods_go_where_they_went_before(floor: Floor) -> None:
    decide(floor, DIFFERS, "ship_back", "customer")
    apart = carry(floor, PLATES[0])
    back, sent = take_back(floor).facts
    assert isinstance(back, DecisionTakenBack)
    assert (sent.disposition, sent.apart, sent.was_apart) == ("resale", "", "ship_back")
    floor.scan(PLATES[0])
    assert floor.stage == Stage.CARRY
    assert floor.scan(apart).notice.tone is Tone.REFUSED
    floor.scan(RESALE)
    assert set(floor.bench.known.plates_in(RESALE)) == set(PLATES[:3])
    assert (item(floor, "I0")["disposition"], item(floor, "I0")["apart"]) == ("resale", "")
    assert adds_up(floor)


def test_of_a_parcel_every_unit_goes_and_of_what_is_missing_none(floor: Floor) -> None:
    assert decide(floor, MISSING, "reject", "customer").facts[1:] == ()
    shown = decide(floor, PARCEL, "ship_back", "customer")
    assert [each.item for each in shown.facts[1:]] == ["I0", "I1", "I2", "I3"]
    assert shown.notice.params["count"] == "4"
    assert take_back(floor).facts[1:] != ()
    with floor.bench.journal.reading() as connection:
        ways = {(row["item"], row["disposition"], row["apart"]) for row in rows(connection)["item"]}
    assert ways == {*((f"I{n}", "resale", "") for n in range(3)), ("I3", "hold", "")}


def test_a_parcel_that_goes_back_says_so_when_its_label_is_scanned_again(floor: Floor) -> None:
    def said() -> tuple[str, str]:
        notice = floor.scan("1Z1").notice
        assert floor.stage == Stage.AGAIN
        aside = next(each.text for each in floor.bench.state.ask.choices if each.value == "aside")
        floor.choose("aside")
        return notice.params.get("decided", ""), aside

    decide(floor, MISSING, "reject", "customer")
    assert said() == ("", "Put it aside"), "only what is not there was decided about"
    decide(floor, PARCEL, "ship_back", "customer")
    assert said() == ("A supervisor decided: it goes back.", "Put it with what goes back")
    take_back(floor)
    assert said() == ("", "Put it aside")


def test_what_burns_stays_in_the_fire_safe_box(floor: Floor) -> None:
    floor.bench.journal.append((f.Routed("I3", "hold", "t@1", owner="safety"),), operator=RECEIVER[0], shift=SHIFT)
    assert decide(floor, HELD, "ship_back", "safety").facts[1:] == ()


def tell(folder: Path, made: Decided) -> None:
    """Have central tell this bench what another one decided."""
    told = ExceptionNote(
        STATION, DIFFERS, "serial_differs", "client", "2026-11-20T08:00:00.000000Z", "P1", item="I0", decisions=(made,)
    )
    with closing(LocalCopy.open(folder / "expected.sqlite")) as copy:
        last = copy.cursor()
        record = Record(last + 1, KIND, f"{STATION}|{DIFFERS}", msgspec.Raw(msgspec.json.encode(told)))
        copy.apply(last + 1, last + 1, [record])


def test_what_another_bench_decided_is_done_where_the_goods_lie_and_undone(folder: Path, rules: Rules) -> None:
    made = Decided("B02", DIFFERS, 1, "reject", "", "seen", "BDG-9002", "2026-11-20T09:00:00.000000Z")
    tell(folder, made)
    with opened(folder, rules) as floor:
        floor.do(Do.SIGN_OUT)
        shown = floor.sign_in(RECEIVER)
        sent = f.RouteOverridden("I0", "resale", "hold", "reject", "BDG-9002", apart="reject")
        assert sent in shown.facts and shown.notice.params["count"] == "1"
        floor.do(Do.SIGN_OUT)
        assert sent not in floor.sign_in(SUPERVISOR).facts, "it is noted once"
        apart = carry(floor, PLATES[0])
    tell(folder, msgspec.structs.replace(made, taken_back_at="2026-11-20T10:00:00.000000Z"))
    with opened(folder, rules) as floor:
        shown = floor.scan(PLATES[0])
        assert [(each.disposition, each.apart) for each in shown.facts] == [("hold", "")]
        assert floor.stage == Stage.CARRY, "its plate alone tells so, too"
        floor.scan(HOLD)
        assert floor.bench.known.plates_in(apart) == ()
        assert adds_up(floor)


def test_what_another_bench_decided_stands_beside_what_is_carried_over(
    folder: Path, rules: Rules, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """In every form, with who and when; what is proved is the bench's own journal, with or without it."""
    codes = set()
    for is_told in (False, True):
        if is_told:
            tell(folder, Decided("B02", DIFFERS, 1, "reject", "", "seen", "BDG-9002", "2026-11-20T09:00:00.000000Z"))
        for form, words in _THERE.items():
            assert main(["shift", str(folder), "--form", form]) == 0
            said = capsysbinary.readouterr().out
            told = " ".join(words_of(said).split()) if form == "pdf" else said.decode()
            assert bool(re.search(words, told)) is is_told, form
            codes |= {*re.findall(r"Proof (\S+):", told)}
    (code,) = codes
    assert main(["prove", str(folder), SHIFT, code]) == 0
    with opened(folder, rules) as floor:
        assert [each.badge for each in floor.bench.known.decided_elsewhere().values()] == ["BDG-9002"]


_THERE = {
    "text": rf"carried over: exception {PLATES[0]} \(serial differs\) since \S+, owner client,"
    r" decided elsewhere: reject at B02 by BDG-9002 at 2026-11-20T09:00:00\.000000Z\n",
    "csv": r",client,serial_differs,reject,BDG-9002,2026-11-20T09:00:00\.000000Z,B02\r\n",
    "json": r'"decision": "reject",\s+"by": "BDG-9002",\s+"at": "2026-11-20T09:00:00\.000000Z"',
    "pdf": r"decided at B02 by BDG-9002, 2026-11-20 09:00 UTC: Reject",
}


def test_the_tables_made_anew_from_the_facts_say_the_same(floor: Floor, tmp_path: Path) -> None:
    decide(floor, PARCEL, "reject", "customer")
    carry(floor, PLATES[1])
    floor.do(Do.UNDO)
    take_back(floor)
    with floor.bench.journal.reading() as connection:
        before = rows(connection)
    entries = [(STATION, each) for each in floor.bench.journal.entries(0, 1000)]
    with open_sqlite(tmp_path / "worked" / "station.sqlite").connect() as connection, connection.begin():
        rebuild(connection, entries)
        assert rows(connection) == before
