"""What the rubric wants done to the goods: step by step after the result, done or left out, and taken back by name."""

import pytest

from station import facts as f
from station.fold import fold
from station.inputs import Do
from station.outcome import Tone
from station.prompt import prompt
from station.stages import Stage
from station.state import State

OPENED = {"packaging": "opened"}


def test_opened_goods_are_prepared_step_by_step_while_the_label_prints(walk) -> None:
    walk.arrive("headphones").item("headphones").examine(OPENED).do(Do.CONFIRM)
    assert walk.stage is Stage.PREP
    assert walk.last.labels
    asked = []
    while walk.stage is Stage.PREP:
        asked.append(prompt(walk.state, walk.known).title)
        walk.do(Do.CONFIRM)
    item = walk.state.item.identified.item
    assert asked == ["Wipe it clean", "Put it into a new bag with its accessories"]
    assert [fact for fact in walk.facts if isinstance(fact, f.PrepDone)] == [
        f.PrepDone(item, "wipe"),
        f.PrepDone(item, "rebag"),
    ]
    assert walk.stage is Stage.LABEL


def test_a_preparation_left_out_says_why(walk) -> None:
    walk.arrive("headphones").item("headphones").examine(OPENED).do(Do.CONFIRM).do(Do.SKIP)
    assert (walk.stage, walk.facts[-1].__class__) == (Stage.SKIP_WHY, f.PlateAllotted)
    walk.do(Do.CHOOSE, "2")
    assert walk.facts[-1] == f.PrepSkipped(walk.state.item.identified.item, "wipe", "supplies")
    assert (walk.stage, walk.last.notice.tone) == (Stage.PREP, Tone.ATTENTION)


@pytest.mark.parametrize(
    "answers",
    [{"packaging": "sealed"}, {"battery": "yes"}],
    ids=["sealed", "a stop"],
)
def test_what_is_sealed_or_held_is_left_as_it_came(walk, answers: dict[str, str]) -> None:
    walk.arrive("headphones").item("headphones").examine(answers).do(Do.CONFIRM)
    assert walk.stage is Stage.LABEL


def test_what_a_person_sends_to_hold_is_not_prepared(walk) -> None:
    walk.arrive("headphones").item("headphones").examine(OPENED)
    walk.do(Do.OVERRIDE).do(Do.CHOOSE, "hold").do(Do.CHOOSE, "1").do(Do.CONFIRM)
    assert walk.state.item.disposition == "hold"
    assert walk.stage is Stage.LABEL


def test_no_scan_passes_an_open_preparation(walk) -> None:
    walk.arrive("headphones").item("headphones").examine(OPENED).do(Do.CONFIRM)
    walk.scan(walk.state.item.plate)
    assert (walk.stage, walk.last.facts, walk.last.notice.tone) == (Stage.PREP, (), Tone.REFUSED)


def test_undo_takes_back_one_preparation_and_then_the_label(walk) -> None:
    walk.arrive("headphones").item("headphones").examine(OPENED)
    at_result = walk.state.parcel
    walk.do(Do.CONFIRM)
    first = walk.state.parcel
    walk.do(Do.CONFIRM).do(Do.SKIP).do(Do.CHOOSE, "1")
    assert walk.stage is Stage.LABEL
    walk.do(Do.UNDO)
    assert walk.last.facts[0].step == "preparation left out"
    walk.do(Do.UNDO)
    assert walk.last.facts[0].step == "preparation"
    assert walk.state.parcel == first
    walk.do(Do.UNDO)
    assert walk.state.parcel == at_result


def test_after_a_power_cut_the_same_preparation_is_due(walk, walk_from) -> None:
    walk.arrive("headphones").item("headphones").examine(OPENED).do(Do.CONFIRM).do(Do.CONFIRM)
    again = State("A01", "Bench 1")
    for fact in walk.facts:
        again = fold(again, "t", (fact,))
    assert prompt(again, walk.known).title == prompt(walk.state, walk.known).title
    assert walk_from(again).stage is Stage.PREP
