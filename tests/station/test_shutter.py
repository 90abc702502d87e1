"""The shutter takes a photo once for each thing shown, when it lies still and can be seen well, and never else."""

from itertools import count

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import shutter
from station.shutter import HOLD_FRAMES, HOLD_S, Shutter

FRAME_S = 0.05


def trace(shade: int) -> numpy.ndarray:
    """A thing of its own: another shade, another place."""
    picture = numpy.full((54, 96), 100, numpy.uint8)
    picture[5 + shade % 20 : 35 + shade % 20, 10 + shade % 40 : 50 + shade % 40] = 30 + shade
    return picture


class Watched:
    """Shows pictures one after the other and remembers when the shutter went off, and for which photo."""

    def __init__(self) -> None:
        self.shutter, self.shot, self.seen = Shutter(), [], None
        self._at = (number * FRAME_S for number in count())

    def show(self, thing: int, frames: int = 30, problems: tuple[str, ...] = (), answered: bool = True) -> "Watched":
        for _ in range(frames):
            self.seen = trace(thing)
            self.shutter, look = shutter.look(self.shutter, problems, self.seen, next(self._at))
            if look.shoot:
                self.shot.append(self.shutter.due)
                if answered:
                    self.still()
        return self

    def still(self) -> "Watched":
        self.shutter = shutter.taken(self.shutter, self.seen)
        return self

    def arm(self, request: str) -> "Watched":
        self.shutter = shutter.arm(self.shutter, request, self.seen)
        return self


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_what_lies_still_and_is_good_is_taken_once(watched) -> None:
    watched.arm("i1/whole/0").show(1, frames=200)
    assert watched.shot == ["i1/whole/0"]


def test_it_waits_half_a_second_and_shows_how_far_it_is(watched) -> None:
    watched.arm("i1/whole/0")
    shares = []
    for number in range(20):
        watched.shutter, look = shutter.look(watched.shutter, (), trace(1), number * FRAME_S)
        shares.append(look.steady)
        if look.shoot:
            break
    assert number * FRAME_S == pytest.approx(HOLD_S)
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_slow_camera_shows_enough_pictures_first(watched) -> None:
    watched.arm("i1/whole/0")
    looks = []
    for number in range(HOLD_FRAMES):
        watched.shutter, look = shutter.look(watched.shutter, (), trace(1), number * 1.0)
        looks.append(look.shoot)
    assert looks == [False] * (HOLD_FRAMES - 1) + [True]


def test_nothing_is_taken_when_nothing_is_due(watched) -> None:
    watched.show(1, frames=200)
    assert watched.shot == []


@pytest.mark.parametrize("problem", ["moving", "blurred", "dark", "empty", "cut"])
def test_a_problem_begins_the_waiting_anew(watched, problem: str) -> None:
    watched.arm("i1/whole/0")
    for _ in range(10):
        watched.show(1, frames=8).show(1, frames=1, problems=(problem,))
    assert watched.shot == []


def test_what_creeps_is_not_still(watched) -> None:
    """From picture to picture hardly anything changes, and yet it does."""
    watched.arm("i1/whole/0")
    for step in range(60):
        moved = numpy.full((54, 96), 100, numpy.uint8)
        moved[10:40, step : step + 30] = 30
        watched.shutter, look = shutter.look(watched.shutter, (), moved, step * FRAME_S)
        assert not look.shoot


def test_the_next_photo_waits_until_something_else_is_shown(watched) -> None:
    watched.arm("i1/whole/0").show(1).arm("i1/label/1").show(1, frames=100)
    assert watched.shot == ["i1/whole/0"]
    watched.show(2)
    assert watched.shot == ["i1/whole/0", "i1/label/1"]


def test_a_hand_that_passes_over_it_changes_nothing(watched) -> None:
    watched.arm("i1/whole/0").show(1).arm("i1/label/1").show(9, frames=5, problems=("moving",)).show(1, frames=100)
    assert watched.shot == ["i1/whole/0"]


def test_a_photo_that_failed_is_taken_again_of_something_else_only(watched) -> None:
    watched.arm("i1/whole/0").show(1).show(1, frames=100)
    assert len(watched.shot) == 1
    watched.show(2)
    assert watched.shot == ["i1/whole/0", "i1/whole/0"]


def test_a_photo_by_hand_counts_as_one(watched) -> None:
    watched.arm("i1/whole/0").show(1, frames=3).still().show(1, frames=100)
    assert watched.shot == []


def test_who_takes_a_photo_back_or_leaves_a_question_is_not_overruled(watched) -> None:
    watched.arm("i1/whole/0").show(1).arm("i1/label/1").show(1).arm("i1/whole/0").show(1, frames=100)
    assert watched.shot == ["i1/whole/0"]
    watched.show(2, frames=3).arm("").show(2).arm("i1/whole/0").show(2, frames=100)
    assert watched.shot == ["i1/whole/0"], "the question was left; what lies there is what lay there then"


def test_a_photo_that_was_left_out_does_not_bring_the_next_one(watched) -> None:
    watched.arm("i1/whole/0").show(1, frames=3).arm("").arm("i1/label/1").show(1, frames=100)
    assert watched.shot == []


def test_the_next_item_may_lie_there_already(watched) -> None:
    watched.arm("i1/whole/0").show(1).arm("").show(2).arm("i2/whole/0").show(2)
    assert watched.shot == ["i1/whole/0", "i2/whole/0"]


def test_the_item_before_that_still_lies_there_is_told_from_the_same_side() -> None:
    watched = Watched().arm("i1/whole/0").show(1).arm("i1/label/1")
    assert shutter.look(watched.shutter, (), trace(1), 9.0)[1].same == shutter.SAME
    watched.show(2).arm("").arm("i2/whole/0")
    assert shutter.look(watched.shutter, (), trace(2), 99.0)[1].same == shutter.SAME_ITEM
    assert shutter.look(watched.shutter, (), trace(3), 99.0)[1].same == ""


def test_what_nobody_answered_is_asked_again(watched) -> None:
    watched.arm("i1/whole/0").show(1, frames=60, answered=False)
    assert len(watched.shot) > 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["good", "bad", "arm", "disarm", "still"]), st.integers(0, 3), st.integers(1, 15)),
        max_size=60,
    )
)
def test_it_never_shoots_the_same_thing_twice_nor_what_is_not_due(story: list[tuple[str, int, int]]) -> None:
    watched, last_taken = Watched(), None
    for what, thing, frames in story:
        before = len(watched.shot)
        if what == "arm":
            watched.arm(f"i{thing % 2}/shot{thing}/{thing}")
        elif what == "disarm":
            watched.arm("")
        elif what == "still" and watched.seen is not None:
            watched.still()
            last_taken = watched.seen
        elif what in ("good", "bad"):
            watched.show(thing, frames, () if what == "good" else ("blurred",))
        if len(watched.shot) > before:
            assert what == "good" and watched.shutter.due, (what, watched.shutter)
            assert len(watched.shot) == before + 1
            assert last_taken is None or not numpy.array_equal(last_taken, trace(thing))
            last_taken = trace(thing)
