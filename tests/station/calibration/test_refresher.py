"""Refreshers in training, on past items of the real journal: who gets which, what is told, and what it leaves alone."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grading.rubric import Rubric
from station import facts as f
from station.__main__ import main
from station.bench import Bench
from station.calibration.facts import RefresherAsked
from station.calibration.past import TRAINING_FOLDER, Past
from station.history import History
from station.inputs import Do
from station.journal import Journal
from station.local_copy import LocalCopy
from station.lookups import Lookups
from station.photos import PhotoStore
from station.rules import Rules
from station.stages import Stage
from station.state import State
from tests.station.calibration import looked
from tests.station.calibration.looked import answers_of
from tests.station.shifts.closed import PLATES, RECEIVER, SECOND, STATION, SUPERVISOR, Floor, opened

FIRST = "S-A01-1"
CONFLICT = "E-A01-000001"


@pytest.fixture(scope="module")
def rubric(rules: Rules) -> Rubric:
    found = rules.rubric("apparel", "Northwind")
    assert found is not None
    return found


def worse(rubric: Rubric) -> tuple[tuple[str, str], ...]:
    """Answers of which the last one is another than the best."""
    question = answers_of(rubric)[-1][0]
    return answers_of(rubric, **{question: 1})


def looks(folder: Path, rubric: Rubric) -> None:
    """Two items with photos were looked at twice: about I0 two people disagreed, and the first look was let stand."""
    photos = PhotoStore(folder / "photos")
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        for number, (letter, given) in enumerate((("B", worse(rubric)), ("A", answers_of(rubric)))):
            sha256 = photos.put(f"photo {number}".encode())
            best = answers_of(rubric)
            both = tuple((q, a, dict(given)[q]) for q, a in best if q in dict(given))
            graded = f.SecondGraded(
                f"I{number}",
                PLATES[number],
                "apparel",
                "Northwind",
                rubric.name,
                RECEIVER[0],
                "A",
                letter,
                "A",
                "A",
                both,
            )
            taken = f.PhotoTaken(f"I{number}", "front", sha256, 7)
            journal.append((taken, graded), operator=SUPERVISOR[0], shift=FIRST)
        raised = f.ExceptionRaised(CONFLICT, "grade_conflict", "supervisor", "P1", "I0")
        journal.append((raised,), operator=SUPERVISOR[0], shift=FIRST)


def settle(folder: Path) -> None:
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        decided = f.ExceptionDecided(CONFLICT, 1, "accept", "seen", SUPERVISOR[0], parcel="P1", item="I0")
        journal.append((decided,), operator=SUPERVISOR[0], shift=FIRST)


@pytest.fixture
def folder(tmp_path: Path, rubric: Rubric, rules: Rules) -> Path:
    looked.work(tmp_path, rubric)
    looks(tmp_path, rubric)
    with opened(tmp_path, rules):
        pass
    return tmp_path


@contextmanager
def training(folder: Path, rules: Rules, person: tuple[str, str] | None = RECEIVER) -> Iterator[Floor]:
    """The bench's practice journal, beside the real one, and somebody signed in."""
    home = folder / TRAINING_FOLDER
    home.mkdir(exist_ok=True)
    with Journal.open(home / "station.sqlite", STATION) as journal:
        copy, history = LocalCopy.open(folder / "expected.sqlite"), History(journal)
        past = Past(folder / "station.sqlite", PhotoStore(folder / "photos"))
        floor = Floor(
            Bench(journal, Lookups(rules, copy, history, past=past), State(STATION, "Bench 1"), True), history
        )
        if person is not None:
            floor.sign_in(person)
        yield floor
        copy.close()


def refresh(floor: Floor) -> None:
    floor.do(Do.CLOSE_SHIFT)
    floor.choose("refresher")


def answer(floor: Floor, given: tuple[tuple[str, str], ...]) -> None:
    for _, option in given:
        floor.do(Do.CHOOSE, option)


def test_a_past_item_is_graded_blind_and_then_it_is_told_what_was_agreed(
    folder: Path, rules: Rules, rubric: Rubric, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(folder)
    before = hashlib.sha256((folder / "station.sqlite").read_bytes()).digest()
    with training(folder, rules) as floor:
        refresh(floor)
        assert floor.stage == Stage.REFRESHER
        practice = floor.bench.state.practice
        assert practice is not None
        assert (practice.began.item, practice.began.letter) == ("I0", "A"), "what people disagreed about comes first"
        assert "A" not in {floor.bench.prompt.title, floor.bench.prompt.reason}
        answer(floor, worse(rubric))
        assert floor.stage == Stage.REFRESHED
        (ended,) = (each for each in facts(floor) if isinstance(each, f.RefresherEnded))
        question, agreed = answers_of(rubric)[-1]
        assert (ended.agreed, ended.answers) == ("A", ((question, agreed, worse(rubric)[-1][1]),))
        assert floor.bench.prompt.params["agreed"] == "A"
        assert floor.bench.prompt.params["question1"] == next(q.text for q in rubric.questions if q.id == question)
        floor.choose("next")
        practice = floor.bench.state.practice
        assert practice is not None and practice.began.item == "I1"
        answer(floor, answers_of(rubric))
        assert floor.bench.prompt.params["letter"] == "A"
        floor.do(Do.CANCEL)
        assert floor.stage == Stage.IDLE
        assert not {type(each).__name__ for each in facts(floor)} & {
            "Graded",
            "Placed",
            "SecondGraded",
            "ExceptionRaised",
        }
    assert hashlib.sha256((folder / "station.sqlite").read_bytes()).digest() == before, "the real journal is only read"
    alike = 1 + (ended.letter == "A")
    assert main(["calibration", str(folder), "--form", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["refreshers"] == [{"badge": RECEIVER[0], "items": 2, "agreed": alike}]
    assert told["letters"]["pairs"] == 2, "a refresher is no second look"
    assert main(["calibration", str(folder)]) == 0
    assert "refreshers in training, past items" in capsys.readouterr().out
    assert main(["calibration", str(folder), "--form", "csv"]) == 0
    assert f"refresher,{RECEIVER[0]},2,{alike}" in capsys.readouterr().out


def test_what_nobody_settled_is_not_practised_on_and_what_was_practised_comes_last(
    folder: Path, rules: Rules, rubric: Rubric
) -> None:
    with training(folder, rules) as floor:
        assert [each.item for each in floor.bench.known.past_items(RECEIVER[0]) or ()] == ["I1"]
        settle(folder)
        assert [each.item for each in floor.bench.known.past_items(RECEIVER[0]) or ()] == ["I0", "I1"]
        refresh(floor)
        answer(floor, answers_of(rubric))
        assert [each.item for each in floor.bench.known.past_items(RECEIVER[0]) or ()] == ["I1", "I0"]
        assert [each.item for each in floor.bench.known.past_items(SECOND[0]) or ()] == ["I0", "I1"]
        for photo in (folder / "photos").rglob("*.jpg"):
            photo.unlink()
        floor.do(Do.CANCEL)
        refresh(floor)
        assert (floor.stage, facts(floor)[-1].__class__) == (Stage.IDLE, f.RefresherEnded), "nothing without its photos"


def test_it_is_left_at_any_point_taken_back_and_stands_after_a_power_cut(
    folder: Path, rules: Rules, rubric: Rubric
) -> None:
    first = answers_of(rubric)[0][1]
    with training(folder, rules) as floor:
        refresh(floor)
        asked = floor.bench.prompt
        floor.do(Do.CHOOSE, first)
        floor.do(Do.UNDO)
        assert floor.bench.prompt == asked
        assert floor.do(Do.UNDO).facts == ()
        floor.do(Do.CHOOSE, first)
        prompt = floor.bench.prompt
        assert floor.scan(PLATES[0]).facts == ()
    with training(folder, rules, None) as floor:
        assert floor.bench.prompt == prompt, "after a power cut"
        assert floor.do(Do.CANCEL).facts == (f.RefresherLeft("I1"),)
        assert floor.stage == Stage.IDLE
        refresh(floor)
        floor.do(Do.SIGN_OUT)
        floor.sign_in(SUPERVISOR)
        assert floor.stage == Stage.IDLE, "nobody goes on with another person's refresher"


def test_only_training_offers_it(folder: Path, rules: Rules) -> None:
    with opened(folder, rules) as floor:
        floor.sign_in(RECEIVER)
        floor.do(Do.CLOSE_SHIFT)
        assert "refresher" not in {each.value for each in floor.bench.state.ask.choices}


def facts(floor: Floor) -> list[f.Recorded]:
    return [f.decode(each.type, each.v, each.body) for each in floor.bench.journal.entries(0, 1000)]


def test_a_supervisor_asks_another_for_a_refresher_who_does_it_at_the_next_sign_in(
    folder: Path, rules: Rules, rubric: Rubric
) -> None:
    settle(folder)

    def ask(floor: Floor, badge: str) -> tuple[f.Recorded, ...]:
        floor.do(Do.CLOSE_SHIFT)
        floor.choose("refresher-who")
        return floor.scan(badge).facts

    with training(folder, rules) as floor:
        floor.do(Do.CLOSE_SHIFT)
        offered = [each.command.value for each in floor.bench.prompt.buttons]
        assert "refresher" in offered and "refresher-who" not in offered, "a receiver asks nobody"
        floor.do(Do.CANCEL)
        floor.do(Do.SIGN_OUT)
        floor.sign_in(SUPERVISOR)
        assert ask(floor, SUPERVISOR[0]) == () and floor.stage == Stage.REFRESHER_WHO, "each begins their own"
        floor.do(Do.CANCEL)
        assert ask(floor, RECEIVER[0]) == (RefresherAsked(RECEIVER[0], SUPERVISOR[0]),)
        assert ask(floor, RECEIVER[0]) == (RefresherAsked(RECEIVER[0], SUPERVISOR[0], stands=False),)
        assert floor.bench.state.refreshers == ()
        ask(floor, RECEIVER[0])
        floor.do(Do.SIGN_OUT)
    with training(folder, rules, None) as floor:
        floor.sign_in(SECOND)
        assert floor.stage == Stage.IDLE, "nobody asked them"
        floor.do(Do.SIGN_OUT)
        shown = floor.sign_in(RECEIVER)
        asking = floor.bench.known.operator(SUPERVISOR[0])
        assert (floor.stage, shown.notice.params["name"]) == (Stage.REFRESHER, asking.name)
        floor.do(Do.CANCEL)
        floor.do(Do.SIGN_OUT)
        floor.sign_in(RECEIVER)
        answer(floor, answers_of(rubric))
        assert floor.stage == Stage.REFRESHED and floor.bench.state.refreshers == (), "done"
        floor.do(Do.CANCEL)
        floor.do(Do.SIGN_OUT)
        floor.sign_in(RECEIVER)
        assert floor.stage == Stage.IDLE
