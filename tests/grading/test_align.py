"""A picture is laid over another of the same thing, wherever the camera stood; and over nothing else."""

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.align import LEAST_MATCHES, laid_over
from tests.grading.conftest import printed


def grey(seed: int) -> numpy.ndarray:
    return cv2.cvtColor(printed(seed), cv2.COLOR_BGR2GRAY)


@settings(max_examples=6, deadline=None)
@given(st.floats(-170, 170), st.floats(0.8, 1.25), st.integers(-12, 12), st.integers(-12, 12))
def test_a_turned_moved_and_scaled_copy_comes_to_lie_where_it_was(
    degrees: float, scale: float, right: int, down: int
) -> None:
    there = grey(1)
    moved = cv2.getRotationMatrix2D((160, 120), degrees, scale)
    moved[:, 2] += (right, down)
    laid = laid_over(cv2.warpAffine(there, moved, (320, 240), borderValue=90), there)
    assert laid is not None and laid.matches >= LEAST_MATCHES
    back = laid.matrix @ numpy.vstack([moved, [0, 0, 1]])
    for place in ((100, 80), (200, 150), (160, 120)):
        x, y, w = back @ (*place, 1)
        assert abs(x / w - place[0]) < 1.5 and abs(y / w - place[1]) < 1.5


def test_what_lies_beyond_the_other_picture_is_not_inside() -> None:
    there = grey(2)
    laid = laid_over(there[:, :200], there)
    assert laid is not None
    assert laid.inside[120, 100] and not laid.inside[:, 200:].any()


@pytest.mark.parametrize("other", [grey(4), numpy.full((240, 320), 90, numpy.uint8), grey(3)[:, ::-1].copy()])
def test_another_thing_an_empty_picture_and_a_mirrored_one_cannot_be_laid(other: numpy.ndarray) -> None:
    assert laid_over(grey(3), other) is None
    assert laid_over(other, grey(3)) is None


def test_the_same_pictures_are_laid_the_same_way_each_time() -> None:
    turned = cv2.rotate(grey(5), cv2.ROTATE_180)
    first, second = laid_over(turned, grey(5)), laid_over(turned, grey(5))
    assert first is not None and second is not None
    assert numpy.array_equal(first.matrix, second.matrix) and first.matches == second.matches
