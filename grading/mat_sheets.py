"""The printed mats: where their markers and patches are, in millimetres."""

from collections.abc import Mapping
from itertools import cycle

import msgspec

Point = tuple[float, float]


class Sheet(msgspec.Struct, frozen=True):
    """A printed mat: its size, its markers' upper left corners by id, its patches' middles and colours; millimetres.

    Markers are of the dictionary DICT_4X4_50, `marker` wide with a quiet zone of `quiet`; patches are `patch` wide and
    their colours sRGB (red, green, blue). `bar` is the line people measure: left end, right end.
    """

    name: str
    wide: float
    high: float
    marker: float
    quiet: float
    patch: float
    markers: Mapping[int, Point]
    patches: tuple[tuple[Point, tuple[int, int, int]], ...]
    bar: tuple[Point, Point]


COLOURS = (
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
"""The greys and the primary row of the usual 24-patch chart, as nominal sRGB; a printer hits them only about."""

EDGE = 12.0  # no office printer prints nearer to the edge of the paper
_BAR = 100.0


def _sheet(name: str, wide: float, high: float, first: int, across: int, down: int) -> Sheet:
    """A mat with so many markers along its edges, evenly spaced, numbered around it from `first`."""
    marker, quiet, patch = 18.0, 3.0, 10.0
    left, top = EDGE + quiet, EDGE + quiet
    right, bottom = wide - EDGE - quiet - marker, high - EDGE - quiet - marker
    columns = [left + (right - left) * place / (across - 1) for place in range(across)]
    rows = [top + (bottom - top) * place / (down - 1) for place in range(down)]
    corners = [(x, top) for x in columns] + [(right, y) for y in rows[1:]]
    corners += [(x, bottom) for x in columns[-2::-1]] + [(left, y) for y in rows[-2:0:-1]]
    markers = {first + place: corner for place, corner in enumerate(corners)}
    gap = columns[1] - columns[0]
    per_gap = max(1, int((gap - marker - 2 * quiet) // (patch + 1)))
    gaps = [(column, y) for y in (top, bottom) for column in columns[:-1]]
    places = [
        (column + marker + quiet + (gap - marker - 2 * quiet) * (step + 0.5) / per_gap, y + marker / 2)
        for column, y in gaps
        for step in range(per_gap)
    ]
    patches = tuple(zip(places, cycle(COLOURS), strict=False))
    # Above the lower row of markers, where an item covers it last.
    middle = (wide / 2, bottom - quiet - 6)
    bar = ((middle[0] - _BAR / 2, middle[1]), (middle[0] + _BAR / 2, middle[1]))
    return Sheet(name, wide, high, marker, quiet, patch, markers, patches, bar)


SHEETS: Mapping[str, Sheet] = {
    "A4": _sheet("A4", 297.0, 210.0, 0, 4, 3),
    "letter": _sheet("letter", 279.4, 215.9, 10, 4, 3),
    "A3": _sheet("A3", 420.0, 297.0, 20, 5, 4),
    "card": _sheet("card", 148.0, 105.0, 36, 3, 2),
}
"""The mats by name, lying on their long side. No two share a marker, so a photo tells which one lies there."""
