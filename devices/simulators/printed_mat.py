"""Draws the printed A4 mat as a bench camera sees it from above, for scenes in which lengths and colours can be told.

Its markers and patches lie where the printed sheet has them (a test holds the two together).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

PER_MM = 3.3
"""Pixels of the picture in a millimetre on the mat."""

_WIDE, _HIGH, _EDGE, _MARKER, _QUIET, _PATCH = 297.0, 210.0, 12.0, 18.0, 3.0, 10.0
_COLUMNS, _ROWS, _PER_GAP = 4, 3, 5
_COLOURS = (
    (243, 243, 242),
    (200, 200, 200),
    (160, 160, 160),
    (122, 122, 121),
    (85, 85, 85),
    (52, 52, 52),
    (175, 54, 60),
    (70, 148, 73),
    (56, 61, 150),
    (231, 199, 31),
    (187, 86, 149),
    (8, 133, 161),
)


def lay(picture: Picture) -> None:
    """Put the mat into the middle of a picture (BGR)."""
    start = _EDGE + _QUIET
    columns = np.linspace(start, _WIDE - start - _MARKER, _COLUMNS).tolist()
    rows = np.linspace(start, _HIGH - start - _MARKER, _ROWS).tolist()
    sheet = np.full((round(_HIGH * PER_MM), round(_WIDE * PER_MM), 3), 246, np.uint8)
    around = [(x, rows[0]) for x in columns] + [(columns[-1], y) for y in rows[1:]]
    around += [(x, rows[-1]) for x in columns[-2::-1]] + [(columns[0], y) for y in rows[-2:0:-1]]
    known = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, (x, y) in enumerate(around):
        side = round(_MARKER * PER_MM)
        left, top = round(x * PER_MM), round(y * PER_MM)
        sheet[top : top + side, left : left + side] = known.generateImageMarker(number, side)[..., None]
    free = columns[1] - columns[0] - _MARKER - 2 * _QUIET
    places = [
        (column + _MARKER + _QUIET + free * (step + 0.5) / _PER_GAP, y + _MARKER / 2)
        for y in (rows[0], rows[-1])
        for column in columns[:-1]
        for step in range(_PER_GAP)
    ]
    for number, (x, y) in enumerate(places):
        corners = [(round((x + off) * PER_MM), round((y + off) * PER_MM)) for off in (-_PATCH / 2, _PATCH / 2)]
        red, green, blue = _COLOURS[number % len(_COLOURS)]
        cv2.rectangle(sheet, corners[0], corners[1], (blue, green, red), -1)
    top, left = ((whole - part) // 2 for whole, part in zip(picture.shape[:2], sheet.shape[:2], strict=True))
    picture[top : top + sheet.shape[0], left : left + sheet.shape[1]] = sheet
