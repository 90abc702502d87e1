"""Lengths in a photo that shows the mat, told from the fact alone: its pixels may be long gone."""

import math

from grading.mat import on_sheet
from station.inputs import PhotoChecked
from station.inspecting.facts import PhotoTaken


def length_um(photo: PhotoTaken | PhotoChecked, x1: float, y1: float, x2: float, y2: float) -> int | None:
    """Return the length between two points of a photo in micrometres, or None when no mat was seen in it.

    Points are in thousandths of the photo's width and height, as marks on a screen are kept. The length holds in the
    plane of the mat.
    """
    if len(photo.mat) != 9:
        return None
    a, b, c, d, e, f, g, h, i = photo.mat
    matrix = (a, b, c, d, e, f, g, h, i)
    (x, y), (u, v) = on_sheet(matrix, x1, y1), on_sheet(matrix, x2, y2)
    return round(1000 * math.hypot(x - u, y - v))
