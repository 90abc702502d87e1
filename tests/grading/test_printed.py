"""Bars and lines of print are told by their look from edges and grain."""

import cv2
import numpy

from grading.printed import has_bars

BLOCK = numpy.array([(20, 20), (420, 20), (420, 80), (20, 80)], numpy.float32)


def grained(picture: numpy.ndarray) -> numpy.ndarray:
    # Grain that runs along an edge, as a JPEG's blocks leave it there.
    grain = numpy.random.default_rng(1).normal(0, 1.5, (1, picture.shape[1]))
    return numpy.clip(picture + grain, 0, 255).astype(numpy.uint8)


def test_one_steep_edge_is_no_barcode() -> None:
    picture = numpy.full((100, 440), 240.0)
    picture[:, 230:] = 40
    assert not has_bars(grained(picture), BLOCK)


def test_bars_are_bars_even_when_they_are_soft() -> None:
    chance = numpy.random.default_rng(2)
    widths = chance.choice([3, 6, 9], 80)
    row = numpy.concatenate([numpy.full(wide, 235 if place % 2 else 30) for place, wide in enumerate(widths)])[:440]
    picture = numpy.tile(row, (100, 1)).astype(numpy.float32)
    assert has_bars(grained(picture), BLOCK)
    assert has_bars(grained(cv2.GaussianBlur(picture, (0, 0), 2.0)), BLOCK)
