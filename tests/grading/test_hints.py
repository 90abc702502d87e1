"""Hints say what to check, only where their kind is on, and only beyond what light and hands make."""

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading import hints
from grading.compare import Comparison, Difference, Region
from tests.grading.conftest import stored


def on_a_mat(colour: tuple[int, int, int], light: tuple[float, float, float] = (1, 1, 1)) -> bytes:
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
@given(st.sampled_from([RED, BLUE, GREEN]), st.floats(0.85, 1.15))
def test_the_same_colour_in_brighter_or_darker_light_is_none(colour: tuple[int, int, int], bright: float) -> None:
    assert hints.of_colour(on_a_mat(colour), on_a_mat(colour, (bright, bright, bright))) is None


def test_white_balance_takes_the_colour_of_the_lamp_away() -> None:
    lamp = (0.6, 0.9, 1.25)
    warm = on_a_mat((120, 130, 125), lamp), on_a_mat(RED, lamp)
    assert hints.of_colour(warm[1], on_a_mat(RED), tuple(1 / each for each in lamp)) is None  # type: ignore[arg-type]
    assert hints.of_colour(on_a_mat((150, 70, 90), lamp), on_a_mat((150, 70, 90))) is not None


@given(st.integers(1, 2000), st.floats(-0.039, 0.039))
def test_a_length_within_four_percent_is_none(known: int, off: float) -> None:
    assert hints.of_size(known * (1 + off), known) is None


@given(st.integers(60, 2000), st.floats(0.06, 3))
def test_a_length_that_is_off_is_a_hint_both_ways(known: int, off: float) -> None:
    for length in (known * (1 + off), known / (1 + off)):
        hint = hints.of_size(length, known)
        assert hint is not None and hint.kind == "wrong_size" and 400 <= hint.confidence <= 900


def test_a_length_nobody_knows_hints_at_nothing() -> None:
    assert hints.of_size(120, 0) is None


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
