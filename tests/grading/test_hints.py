"""Hints say what to check, only where their kind is on, and only beyond what light and hands make."""

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading import hints
from grading.compare import Comparison, Difference, Region
from grading.mat import locate
from tests.grading.conftest import stored
from tests.grading.test_mat import View


def on_a_mat(colour: tuple[int, int, int], light: tuple[float, ...] = (1, 1, 1)) -> bytes:
    """A thing of one colour (blue, green, red) on a grey mat, in a light."""
    picture = numpy.full((240, 320, 3), 120, numpy.uint8)
    cv2.rectangle(picture, (90, 60), (230, 180), colour, -1)
    return stored(numpy.clip(picture * numpy.array(light), 0, 255).astype(numpy.uint8))


RED, BLUE, GREEN = (40, 40, 190), (180, 60, 40), (60, 150, 50)


def test_every_kind_has_words_and_a_switch() -> None:
    assert set(hints.HINT_TEXTS) == set(hints.ON) == set(hints.KINDS)


@pytest.mark.parametrize(("seen", "there"), [(RED, BLUE), (BLUE, GREEN), (GREEN, RED)])
def test_another_colour_is_hinted_at_whichever_is_asked_about(
    seen: tuple[int, int, int], there: tuple[int, int, int]
) -> None:
    one, other = (hints.of_colour(on_a_mat(a), on_a_mat(b)) for a, b in ((seen, there), (there, seen)))
    assert one is not None and other is not None
    assert (one.kind, one.confidence) == ("wrong_colour", other.confidence)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([RED, BLUE, GREEN]), st.floats(0.75, 1.25))
def test_the_same_colour_in_brighter_or_darker_light_is_none(colour: tuple[int, int, int], bright: float) -> None:
    assert hints.of_colour(on_a_mat(colour), on_a_mat(colour, (bright, bright, bright))) is None


@pytest.mark.parametrize("lamp", [(0.2, 0.6, 1.0), (1.0, 0.75, 0.3)])
def test_white_balance_takes_the_colour_of_the_lamp_away(lamp: tuple[float, float, float]) -> None:
    """A lamp (blue, green, red) on linear light; the gains of a mat undo it."""
    seen = on_a_mat((180, 180, 180), tuple(each ** (1 / 2.2) for each in lamp))
    gains = tuple(1 / each for each in lamp[::-1])
    assert hints.of_colour(seen, on_a_mat((180, 180, 180)), gains) is None
    assert hints.of_colour(seen, on_a_mat((180, 180, 180))) is not None


SIZES = st.tuples(*[st.integers(20, 400)] * 2, st.integers(1, 60))


@given(SIZES, st.permutations([0, 1, 2]), st.floats(-0.039, 0.039))
def test_an_article_of_its_size_is_none_however_its_sides_are_told(
    size: tuple[int, ...], order: list[int], off: float
) -> None:
    box = sorted(size[:2], reverse=True)
    told = [size[place] for place in order]
    assert hints.size_off((box[0] * (1 + off), box[1] * (1 + off)), told) == 0


@given(st.tuples(*[st.integers(80, 400)] * 2, st.integers(61, 90)), st.floats(0, 500))
def test_nothing_is_said_of_high_things(size: tuple[int, ...], seen: float) -> None:
    assert hints.size_off((seen, seen / 2), size) is None


@given(st.integers(80, 400), st.integers(1, 60), st.floats(1.3, 3))
def test_what_is_far_too_large_or_too_small_is_off(side: int, height: int, factor: float) -> None:
    for seen in (side * factor, side / factor):
        assert (hints.size_off((seen, seen), (side, side, height)) or 0) > 0


@pytest.mark.parametrize(("size", "hinted"), [((80, 50, 8), False), ((8, 50, 80), False), ((80, 70, 8), True)])
def test_a_thing_on_the_mat_is_measured(size: tuple[int, ...], hinted: bool) -> None:
    hint = hints.of_size(View("A4", 8, (60, 50, 80, 50)).jpeg(), size)
    assert (hint is not None) == hinted
    assert hint is None or (hint.kind == "wrong_size" and 400 < hint.confidence <= 900)


def test_without_a_mat_a_size_or_a_thing_nothing_is_said() -> None:
    assert hints.of_size(on_a_mat(RED), (80, 50, 8)) is None
    assert hints.of_size(View("A4", 8).jpeg(), (80, 50, 8)) is None
    assert hints.of_size(View("A4", 8, (60, 50, 80, 50)).jpeg(), ()) is None
    assert hints.of_size(b"", (80, 50, 8)) is None


@given(
    st.lists(
        st.builds(Difference, st.builds(Region, *[st.integers(0, 900)] * 4), st.integers(1, 950), st.booleans()),
        max_size=6,
    )
)
def test_of_each_kind_the_surest_place_is_shown(places: list[Difference]) -> None:
    places.sort(key=lambda each: -each.confidence)
    found = {each.kind: each.confidence for each in hints.of_comparison(Comparison(1, tuple(places)))}
    for kind, absent in (("damage_area", False), ("missing_part", True)):
        confidences = [each.confidence for each in places if each.absent == absent]
        assert found.get(kind) == (max(confidences) if confidences else None)


def test_a_site_switches_kinds_by_category() -> None:
    assert hints.is_on("photo_reused", "toys", {})
    assert hints.is_on("damage_area", "media", {}) and not hints.is_on("damage_area", "apparel", {})
    assert hints.is_on("damage_area", "apparel", {"damage_area": ("apparel",)})
    assert not hints.is_on("damage_area", "media", {"damage_area": ()})
    assert hints.is_on("wrong_colour", "toys", {"wrong_colour": ("*",)})


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_photo_have_no_colour(noise: bytes) -> None:
    assert hints.of_colour(noise, on_a_mat(RED)) is None and hints.of_colour(on_a_mat(RED), noise) is None


def test_on_the_mat_the_colour_is_that_of_the_item_alone() -> None:
    """The markers and patches around it, half hidden or not, and the table beyond say nothing."""
    blue = View("A4", 3, (60, 50, 90, 50))
    there = View("A4", 4, (70, 60, 80, 40), (1.0, 0.9, 0.8))
    mat = locate(there.jpeg())
    assert mat is not None
    assert hints.of_colour(there.jpeg(), blue.jpeg(), mat.gains) is None
    green = there.pixels.copy()
    near = numpy.linalg.norm(green.astype(float) - (60, 40, 30), axis=2) < 45
    green[near] = (60, 150, 50)
    hint = hints.of_colour(stored(green), blue.jpeg(), mat.gains)
    assert hint is not None and hint.kind == "wrong_colour"
