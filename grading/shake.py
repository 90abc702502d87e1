"""Tells a photo that was shaken: its edges are soft across one direction, and as sharp as ever along the other."""

from typing import TYPE_CHECKING, Any

from grading.jpeg import Pixels

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
else:
    Mask = Any

DIRECTIONS = 8
"""So many directions are looked across, from 0 to 180 degrees; each takes the edges of 15 degrees to both sides."""

_ASIDE = 15.0
_LEAST_STEP = 8.0  # of a Sobel filter: flatter ones are grain
_LEAST_EDGES = 200  # pixels: of fewer nothing is said
_STEEPEST = 0.02


def evenness(grey: Pixels, region: Mask) -> float:
    """Return the sharpness across the softest direction as a share of that across the sharpest, 0 to 1.

    Each is the measure of `grading.photo.sharpness_of`, taken of the steepest fiftieth of the edges that run across
    that direction. Goods all of whose edges run one way (a row of bars) say nothing of the other: then it is 1.
    """
    import cv2
    import numpy

    left, top, wide, high = cv2.boundingRect(region.astype(numpy.uint8))
    # What lies around the item costs time, and says nothing.
    part = slice(top, top + high), slice(left, left + wide)
    grey, region = numpy.ascontiguousarray(grey[part]), region[part]
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    steps, turned = cv2.cartToPolar(across, down, angleInDegrees=True)
    bend = cv2.Laplacian(grey, cv2.CV_32F)
    around = numpy.ones((15, 15), numpy.uint8)
    contrast = cv2.subtract(cv2.dilate(grey, around), cv2.erode(grey, around)).astype(numpy.float32)
    edges = region & (steps >= _LEAST_STEP)
    places = numpy.flatnonzero(edges)
    strength, angle = steps[edges], turned[edges]
    found: list[float] = []
    for number in range(DIRECTIONS):
        off = numpy.abs((angle - number * 180 / DIRECTIONS + 90) % 180 - 90)
        ours = off <= _ASIDE
        if int(ours.sum()) < _LEAST_EDGES:
            continue
        steepest = numpy.zeros(grey.size, numpy.uint8)
        steepest[places[ours][strength[ours] >= numpy.quantile(strength[ours], 1 - _STEEPEST)]] = 1
        near = cv2.dilate(steepest.reshape(grey.shape), numpy.ones((3, 3), numpy.uint8)) > 0
        strongest = max(1.0, float(numpy.mean(contrast[near] ** 2)))
        found.append((float(numpy.mean(bend[near] ** 2)) / strongest) ** 0.5)
    return min(found) / max(found) if len(found) > 1 and max(found) > 0 else 1.0
