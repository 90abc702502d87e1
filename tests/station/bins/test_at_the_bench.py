"""Bins at a real bench, input by input: opened, closed, reopened, moved, merged and checked blind; each undone."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pypdfium2
import pytest

from resources.words import Translator
from station import facts as f
from station.bins.checking import Check
from station.bins.facts import BinCheckBegan, BinChecked, BinMerged, BinReopened, BinStepTakenBack, Misplaced
from station.bins.manifest import brief, digest, is_counted_blind
from station.inputs import TYPED, Do
from station.journal import Journal
from station.outcome import Tone
from station.printed.manifest_pdf import pdf
from station.projections import rows
from station.rules import Rules
from station.shifts.facts import BinMoved
from station.stages import Stage
from tests.station.shifts.closed import HOLD, PLATES, RECEIVER, RESALE, STATION, SUPERVISOR, Floor, opened, work

OF_CLIENT = "BIN-RESALE-LUM"
SHIFT = "S-A01-1"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Path:
    """The folder of a bench with three units in resale and one on hold, somebody signed in."""
    folder = tmp_path_factory.mktemp("worked")
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        work(journal)
    with opened(folder, rules) as floor:
        floor.sign_in(RECEIVER)
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """The folder for one test."""
    return copytree(made_once, tmp_path / "worked")


@pytest.fixture
def floor(folder: Path, rules: Rules) -> Iterator[Floor]:
    with opened(folder, rules) as made:
        yield made


def act(floor: Floor, bin_: str, what: str):
    floor.do(Do.BINS)
    floor.scan(bin_)
    assert floor.stage == Stage.BIN_ACT
    return floor.do(Do.CHOOSE, what)


def new_bin(floor: Floor, way: str) -> str:
    """Label a bin for any client's goods, and scan it."""
    floor.do(Do.BINS)
    floor.choose("new", way)
    (labelled,) = floor.do(Do.CHOOSE, "-").facts
    assert isinstance(labelled, f.BinLabelled) and (labelled.disposition, labelled.client) == (way, "")
    floor.scan(labelled.bin)
    return labelled.bin


def lie(floor: Floor, bin_: str) -> tuple[str, ...]:
    return tuple(sorted(floor.bench.known.plates_in(bin_)))


def adds_up(floor: Floor) -> bool:
    """Whether what is found is where it is expected, were every bin counted now as the bench has it."""
    floor.do(Do.SIGN_OUT)
    floor.sign_in(SUPERVISOR)
    floor.close()
    for bin_ in floor.bench.known.bins_with_goods():
        floor.count(bin_.code, *lie(floor, bin_.code))
    floor.do(Do.FINISH)
    assert floor.stage == Stage.REVIEW
    found = floor.history.shift_findings(SHIFT)
    return found == () and all(line.difference == 0 for line in floor.history.shift_lines(SHIFT) if line.rule == 4)


def table(floor: Floor) -> dict[str, list[dict[str, object]]]:
    """What the tables say, but for the facts themselves, and for what tells that something was done and undone."""
    with floor.bench.journal.reading() as connection:
        told = rows(connection)
    return {name: told[name] for name in ("item", "bin_move", "earlier_place")}


def test_a_closed_bin_is_opened_again_with_its_reason_and_what_lies_in_it(floor: Floor) -> None:
    shown = act(floor, RESALE, "close")
    (fact,) = shown.facts
    assert (type(fact), fact.bin, fact.why, fact.items) == (f.BinClosed, RESALE, "closed", 3)
    assert [label.template for label in shown.labels] == ["bin_closed", "bin_list"]
    assert "close" not in {each.command.value for each in act_buttons(floor, RESALE)}
    floor.do(Do.CHOOSE, "reopen")
    assert floor.stage == Stage.BIN_WHY
    assert floor.do(Do.CHOOSE, "room").facts == (BinReopened(RESALE, "resale", "room", items=3),)
    assert {each.code: each.items for each in floor.bench.state.bins}[RESALE] == 3
    assert not floor.bench.known.bin_is_closed(RESALE)


def test_a_closed_bin_bears_a_list_that_agrees_with_what_lies_in_it_until_that_changes(floor: Floor) -> None:
    shown = act(floor, RESALE, "close")
    (fact,), (closed, listed) = shown.facts, shown.labels
    told = floor.history.manifest(RESALE)
    assert told is not None and {each.plate for each in told.items} == set(lie(floor, RESALE))
    assert fact.manifest == digest(told)
    assert {closed.fields["list"], listed.fields["list"]} == {brief(digest(told))}
    assert (closed.fields["items"], listed.fields["items"], listed.fields["linea"]) == ("3", "3", "3 x Shoe")
    document = pypdfium2.PdfDocument(pdf(told, "2026-11-20T08:00:00.000000Z", Translator("en")))
    paper = document[0].get_textpage().get_text_range()
    assert all(text in paper for text in (brief(fact.manifest), *lie(floor, RESALE)))
    act_buttons(floor, RESALE)
    again = floor.do(Do.CHOOSE, "label")
    assert (again.facts, again.labels) == ((), shown.labels), "the same once more"
    act_buttons(floor, RESALE)
    floor.choose("reopen", "take_out")
    assert [each.template for each in act(floor, RESALE, "label").labels] == ["bin"], "it is not closed"
    other = new_bin(floor, "resale")
    act(floor, RESALE, "merge")
    floor.scan(other)
    assert [digest(floor.history.manifest(each)) == fact.manifest for each in (RESALE, other)] == [False, False]


def act_buttons(floor: Floor, bin_: str):
    """Scan a bin between two parcels: one that is not for opening says what can be done with it."""
    floor.scan(bin_)
    assert floor.stage == Stage.BIN_ACT
    return floor.bench.prompt.buttons


def test_a_bin_leaves_for_the_place_that_is_scanned_and_comes_back_empty(floor: Floor) -> None:
    act(floor, RESALE, "move")
    assert floor.scan("DOCK-7", TYPED).facts == (BinMoved(RESALE, 1, "DOCK-7", RECEIVER[0]),)
    assert lie(floor, RESALE) == ()
    floor.scan(RESALE)
    (again,) = (each for each in floor.bench.state.bins if each.code == RESALE)
    assert (again.fill, again.items) == (1, 0), "what goes in now leaves with its next move"
    assert adds_up(floor)


def test_all_of_a_bin_goes_into_another_one_and_the_shift_adds_up(floor: Floor) -> None:
    other = new_bin(floor, "resale")
    act(floor, RESALE, "merge")
    assert [each.command.value for each in floor.bench.prompt.buttons[:-1]] == [other]
    assert floor.scan(other).facts == (BinMerged(RESALE, 0, other, 0, 3),)
    assert (lie(floor, RESALE), lie(floor, other)) == ((), tuple(sorted(PLATES[:3])))
    assert {each.code: each.items for each in floor.bench.state.bins} == {RESALE: 0, HOLD: 1, other: 3}
    assert adds_up(floor)


@pytest.mark.parametrize(("into", "words"), [(HOLD, "two ways"), (OF_CLIENT, "same client"), (RESALE, "same bin")])
def test_what_does_not_belong_together_is_not_merged_and_the_screen_says_why(
    floor: Floor, into: str, words: str
) -> None:
    act(floor, RESALE, "merge")
    written = floor.bench.journal.last_seq
    notice = floor.scan(into).notice
    assert (notice.tone, words in notice.text) == (Tone.REFUSED, True)
    assert (floor.bench.journal.last_seq, floor.stage) == (written, Stage.BIN_INTO)


def test_each_step_with_a_bin_is_undone_and_leaves_no_trace(folder: Path, rules: Rules) -> None:
    """Also by a bench that was started anew in between."""

    def steps(floor: Floor) -> None:
        other = new_bin(floor, "resale")
        act(floor, RESALE, "merge")
        floor.scan(other)
        act(floor, other, "close")
        act(floor, other, "reopen")
        floor.choose("other")
        act(floor, other, "move")
        floor.choose("1")

    with opened(folder, rules) as floor:
        before, bins = table(floor), floor.bench.state.bins
        steps(floor)
        assert lie(floor, RESALE) == ()
    undone = []
    while len(undone) < 5:
        with opened(folder, rules) as floor:
            (fact,) = floor.do(Do.UNDO).facts
            assert isinstance(fact, BinStepTakenBack)
            undone.append(fact.step)
            kinds = {each.code: each for each in floor.bench.state.bins}
            assert len(kinds) == len(floor.bench.state.bins)
    assert undone == ["moved", "reopened", "closed", "merged", "opened"]
    with opened(folder, rules) as floor:
        assert floor.do(Do.UNDO).facts == ()
        assert (table(floor), floor.bench.state.bins) == (before, bins)
        assert adds_up(floor)


def test_nothing_is_undone_once_the_next_parcel_went_into_the_bin(floor: Floor) -> None:
    other = new_bin(floor, "resale")
    act(floor, RESALE, "merge")
    floor.scan(other)
    floor.scan("1Z-NOBODY-KNOWS")
    if floor.stage == Stage.MEANING:
        floor.choose("1")
    floor.do(Do.SKIP)
    floor.choose("size")
    floor.do(Do.FINISH)
    floor.choose("missing")
    floor.do(Do.SKIP)
    floor.choose("camera")
    assert floor.stage == Stage.IDLE
    assert floor.do(Do.UNDO).facts == ()
    assert len(lie(floor, other)) == 3


def test_one_bin_is_counted_blind_at_any_time_and_what_differs_is_named(floor: Floor) -> None:
    """One is missing, one belongs elsewhere, one is nobody's; the shift's own count knows nothing of it."""
    act(floor, RESALE, "count")
    with floor.bench.journal.reading() as connection:
        assert is_counted_blind(connection, STATION)
    for code in (PLATES[0], PLATES[0], "NOT-OURS", PLATES[3], PLATES[2]):
        floor.scan(code)
    assert floor.bench.prompt.params == {"counting": RESALE, "scanned": "4"}
    floor.do(Do.UNDO)
    floor.scan(PLATES[2])
    shown = floor.scan("BIN-ZZ-99")
    assert (shown.notice.tone, shown.facts) == (Tone.REFUSED, ()), "nobody knows this bin"
    checked, raised = floor.scan(RESALE).facts
    assert checked == BinChecked(RESALE, 1, 4, (PLATES[1],), (Misplaced(PLATES[3], HOLD),), ("NOT-OURS",))
    assert floor.stage == Stage.BIN_DIFFERS
    assert [each.params for each in floor.bench.prompt.buttons[:3]] == [
        {"plate": PLATES[1]},
        {"plate": PLATES[3], "bin": HOLD},
        {"plate": "NOT-OURS"},
    ]
    floor.do(Do.CONFIRM)
    assert floor.stage == Stage.IDLE
    (waits,) = floor.bench.known.exceptions_waiting()
    assert (waits.kind, waits.exception) == ("bin_differs", raised.exception)
    assert all(plate in waits.detail for plate in (PLATES[1], PLATES[3], "NOT-OURS"))
    with floor.bench.journal.reading() as connection:
        assert not is_counted_blind(connection, STATION)
    assert floor.history.shift_findings(SHIFT)[0].kind == "uncounted"
    floor.do(Do.SIGN_OUT)
    floor.sign_in(SUPERVISOR)
    floor.do(Do.DECIDE)
    assert floor.bench.prompt.buttons[0].params["about"] == RESALE, "asked about by its name"


def test_a_bin_that_is_right_says_so_and_a_check_that_is_left_says_nothing(folder: Path, rules: Rules) -> None:
    with opened(folder, rules) as floor:
        act(floor, HOLD, "count")
        floor.scan(PLATES[3])
    with opened(folder, rules) as floor:
        assert floor.stage == Stage.CHECK, "a power cut loses no plate"
        shown = floor.do(Do.FINISH)
        assert shown.facts == (BinChecked(HOLD, 1, 1),)
        assert shown.notice.tone is Tone.ACCEPTED
        act(floor, HOLD, "count")
        floor.do(Do.CANCEL)
        assert floor.stage == Stage.IDLE
        assert floor.bench.known.exceptions_waiting() == ()


def test_the_label_of_another_bin_ends_the_check_and_begins_that_one(floor: Floor) -> None:
    act(floor, HOLD, "count")
    floor.scan(PLATES[3])
    assert floor.scan(RESALE).facts == (BinChecked(HOLD, 1, 1), BinCheckBegan(RESALE, 2))
    floor.scan(PLATES[0])
    shown = floor.scan(HOLD)
    assert [type(each).__name__ for each in shown.facts] == ["BinChecked", "ExceptionRaised", "BinCheckBegan"]
    assert PLATES[1] not in str(shown.notice), "nothing is told while one counts"
    assert (floor.stage, floor.bench.state.check) == (Stage.CHECK, Check(HOLD, 3))
    floor.do(Do.CANCEL)
    (waits,) = floor.bench.known.exceptions_waiting()
    assert PLATES[1] in waits.detail


def test_a_fire_safe_box_opens_as_one_between_parcels(floor: Floor) -> None:
    floor.scan("BIN-HAZARD-01")
    assert [each.hazard for each in floor.bench.state.bins if each.code == "BIN-HAZARD-01"] == [True]


def test_page_bins_tells_no_grade_to_who_is_to_look_at_the_item_again(floor: Floor) -> None:
    """The letter of what waits for a second look is left out for this person, and no other."""
    graded = [f.Graded(f"I{n}", "B", "B", "A", "footwear@1") for n in range(3)]
    floor.bench.journal.append(graded, operator=RECEIVER[0], shift=SHIFT)

    def letters(badge: str, *to_look_at: str) -> dict[str, str]:
        told = floor.history.contents(RESALE, badge, lambda: to_look_at)
        assert told is not None
        return {each.plate: each.letter for each in told.items}

    assert letters(RECEIVER[0]) == dict.fromkeys(PLATES[:3], "B")
    assert letters(SUPERVISOR[0], PLATES[1]) == {PLATES[0]: "B", PLATES[1]: "", PLATES[2]: "B"}
    assert letters(RECEIVER[0]) == dict.fromkeys(PLATES[:3], "B")


def test_a_plate_of_a_bin_that_left_says_where_it_went(floor: Floor) -> None:
    act(floor, RESALE, "move")
    floor.scan("DOCK-7", TYPED)
    told = floor.scan(PLATES[0]).notice.params
    assert (told["bin"], told["place"]) == (RESALE, "DOCK-7")
    assert told["day"].startswith("20")


def test_the_queue_of_exceptions_tells_no_bin_while_one_is_counted(floor: Floor) -> None:
    """Of what waits about a unit or a bin, nobody who counts is told where it lies."""
    act(floor, RESALE, "count")
    floor.scan(RESALE)
    floor.do(Do.CONFIRM)
    (waits,) = floor.bench.known.exceptions_waiting()
    assert RESALE in waits.detail
    act(floor, HOLD, "count")
    (waits,) = floor.bench.known.exceptions_waiting()
    assert (waits.bin, waits.detail) == ("", "")
