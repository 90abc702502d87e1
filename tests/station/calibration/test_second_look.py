"""A second look at a real bench, input by input: who may, what is seen, and what is left of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grading.rubric import Rubric, next_question
from station import facts as f
from station.calibration.due import is_chosen, parse
from station.calibration.facts import SecondGraded, SecondLookLeft
from station.exceptions.kinds import read_kinds
from station.inputs import Do
from station.journal import Journal
from station.rules import Rules
from station.stages import Stage
from tests.station.calibration import looked
from tests.station.calibration.looked import ALL, answers_of, ask, look
from tests.station.shifts.closed import PLATES, RECEIVER, STATION, SUPERVISOR, Floor, opened


@pytest.fixture
def rubric(rules: Rules) -> Rubric:
    found = rules.rubric("apparel", "Northwind")
    assert found is not None
    return found


@pytest.fixture
def folder(tmp_path: Path, rubric: Rubric) -> Path:
    looked.work(tmp_path, rubric)
    return tmp_path


@pytest.fixture
def floor(folder: Path, rules: Rules) -> Iterator[Floor]:
    with opened(folder, rules) as made:
        made.sign_in(SUPERVISOR)
        yield made


def test_another_person_answers_the_same_questions_and_both_looks_are_kept(floor: Floor, rubric: Rubric) -> None:
    (waiting,) = due_to(floor, SUPERVISOR[0])
    assert waiting.plate == PLATES[0], "its own is not offered to the one who graded it"
    ask(floor)
    floor.scan(PLATES[0])
    assert floor.stage == Stage.SECOND_LOOK
    first = next_question(rubric, (), ())
    assert first is not None and floor.bench.prompt.title == first.text
    *_, last = look(floor, rubric)
    assert isinstance(last, SecondGraded)
    assert (last.grader, last.first_letter, last.letter) == (RECEIVER[0], "A", "A")
    assert sorted(last.answers) == sorted((each, option, option) for each, option in answers_of(rubric))
    assert floor.stage == Stage.IDLE
    assert due_to(floor, SUPERVISOR[0]) == ()


def test_looks_that_differ_become_an_exception_for_a_supervisor_with_both_letters(floor: Floor, rubric: Rubric) -> None:
    ask(floor)
    floor.scan(PLATES[0])
    question = next(each for each in rubric.questions if any(option.cosmetic == "C" for option in each.options))
    worst = next(at for at, option in enumerate(question.options) if option.cosmetic == "C")
    *_, second, raised = look(floor, rubric, **{question.id: worst})
    assert isinstance(second, SecondGraded) and (second.first_letter, second.letter) == ("A", "C")
    assert isinstance(raised, f.ExceptionRaised)
    assert (raised.kind, raised.item, raised.detail) == ("grade_conflict", "I0", "A|C")
    assert "regrade" in read_kinds().fitting(raised.kind)
    assert raised.exception in {each.exception for each in floor.bench.known.exceptions_waiting()}


def test_a_stop_that_only_the_second_look_finds_keeps_the_item_out_of_its_bin(floor: Floor, rubric: Rubric) -> None:
    ask(floor)
    floor.scan(PLATES[0])
    question = next(each for each in rubric.questions if any(option.stop for option in each.options))
    stop = next(option for option in question.options if option.stop)
    while (due := next_question(rubric, floor.bench.state.looking.answers, ())) is not None and due.id != question.id:
        floor.do(Do.CHOOSE, "tagged" if due.id == "packaging" else due.options[0].id)
    said = floor.do(Do.CHOOSE, stop.id)
    assert said.notice is not None and said.notice.params == {"word": stop.word}
    assert "Do not put it back" in said.notice.text
    assert isinstance(said.facts[-1], f.ExceptionRaised) and said.facts[-1].kind == "grade_conflict"
    assert floor.stage == Stage.IDLE


def test_nobody_looks_again_at_what_they_graded_and_only_at_what_lies_here(floor: Floor) -> None:
    ask(floor)
    for code in (PLATES[1], PLATES[4], "1Z1"):
        floor.scan(code)
        assert floor.stage == Stage.SECOND_ITEM
    floor.do(Do.CANCEL)
    assert floor.stage == Stage.IDLE


def test_what_is_on_hold_is_left_where_it_lies(floor: Floor) -> None:
    """It may burn, and somebody sees to it anyway."""
    floor.bench.journal.append((f.Routed("I0", "hold", "r/1", owner="safety"),), operator=RECEIVER[0], shift="S-A01-1")
    assert due_to(floor, SUPERVISOR[0]) == ()
    assert floor.history.first_look(PLATES[0]) is None


def test_nothing_of_the_first_look_is_on_the_screen(floor: Floor) -> None:
    ask(floor)
    floor.scan(PLATES[0])
    shown = floor.bench.prompt
    assert "letter" not in shown.params and floor.bench.state.item is None
    assert not any(each.main for each in shown.buttons), "no answer is offered as the expected one"


def test_an_answer_is_taken_back_and_a_look_can_be_left(floor: Floor, rubric: Rubric) -> None:
    ask(floor)
    floor.scan(PLATES[0])
    title = floor.bench.prompt.title
    floor.do(Do.UNDO)
    assert floor.bench.prompt.title == title, "there was nothing to take back"
    floor.do(Do.CHOOSE, answers_of(rubric)[0][1])
    assert floor.bench.prompt.title != title
    floor.do(Do.UNDO)
    assert floor.bench.prompt.title == title
    floor.scan("1Z1")
    assert floor.stage == Stage.SECOND_LOOK, "the questions come first"
    assert floor.do(Do.CANCEL).facts == (SecondLookLeft("I0"),)
    assert floor.stage == Stage.IDLE
    assert len(due_to(floor, SUPERVISOR[0])) == 1, "it still waits"


def test_a_power_cut_ends_in_the_same_question(folder: Path, rules: Rules, rubric: Rubric) -> None:
    with opened(folder, rules) as before:
        before.sign_in(SUPERVISOR)
        ask(before)
        before.scan(PLATES[0])
        for _, option in answers_of(rubric)[:3]:
            before.do(Do.CHOOSE, option)
        asked = before.bench.prompt
    with opened(folder, rules) as after:
        assert after.bench.prompt == asked


def test_who_graded_it_does_not_go_on_with_the_look(folder: Path, rules: Rules, rubric: Rubric) -> None:
    with opened(folder, rules) as floor:
        floor.sign_in(SUPERVISOR)
        ask(floor)
        floor.scan(PLATES[0])
        floor.do(Do.SIGN_OUT)
        floor.sign_in(RECEIVER)
        assert floor.stage == Stage.SECOND_LOOK
        assert floor.do(Do.CHOOSE, answers_of(rubric)[0][1]).facts == ()
        assert floor.do(Do.CANCEL).facts == (SecondLookLeft("I0"),)


def test_finishing_a_parcel_says_that_looks_wait(folder: Path, rules: Rules) -> None:
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        journal.append(
            (f.ParcelArrived("P2", "1Z2", "ups", "return", "none"), f.WeighingSkipped("P2", "scale")),
            operator=SUPERVISOR[0],
            shift="S-A01-1",
        )
    with opened(folder, rules) as floor:
        floor.bench.known._rate = ALL  # the sample of a few is not sure to hold one of two
        floor.sign_in(SUPERVISOR)
        floor.do(Do.FINISH)
        floor.do(Do.CHOOSE, "missing")
        floor.do(Do.SKIP)
        said = floor.do(Do.CHOOSE, "camera").notice
    assert said is not None and said.params == {"count": "1"}


def test_which_items_are_looked_at_again_is_a_set_share_that_nobody_chooses() -> None:
    names = [f"I-A01-{number:06}" for number in range(20_000)]
    chosen = [each for each in names if is_chosen(each, 3)]
    assert 500 < len(chosen) < 700
    assert set(chosen) <= {each for each in names if is_chosen(each, 10)}, "a higher rate keeps what was chosen"
    assert not any(is_chosen(each, 0) for each in names) and all(is_chosen(each, 100) for each in names)


@pytest.mark.parametrize(
    "toml", ["per_hundred = 101\nwithin_h = 1", "per_hundred = 3\nwithin_h = 0", "per_hundred = 3", "rate = 3", "\0"]
)
def test_a_rate_that_says_nonsense_is_refused(toml: str) -> None:
    with pytest.raises(ValueError, match=r"second looks cannot be read|from 0 to 100"):
        parse(toml.encode())


def due_to(floor: Floor, badge: str) -> tuple[object, ...]:
    return floor.history.second_looks_due(badge, ALL)
