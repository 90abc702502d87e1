"""Finds the station's mat in a photo, and tells lengths in millimetres and true colours by it.

The mat is a sheet with ArUco markers along its edge, whose places are exact, and patches of known colours between them.
From the corners of the markers follows where each place of the photo lies on the mat's plane; from the patches, how the
light and the camera changed the colours. All lengths hold in the plane of the mat: what stands higher looks larger, by
its height over the camera's.
"""

from collections.abc import Mapping
from itertools import cycle
from typing import Any, TypeAlias

import msgspec

from grading.jpeg import Pixels, decode

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float, float, float, float]
Floats: TypeAlias = Any


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

_EDGE = 12.0  # no office printer prints nearer to the edge of the paper
_BAR = 100.0
_PER_MM = 3.0


class Mat(msgspec.Struct, frozen=True):
    """A mat that was found. `to_mm` takes pixels of the photo to millimetres on the sheet, row by row.

    `markers` were seen, of `of`; `error_mm` is how far their corners are from where they should be (root mean square);
    `confidence` is 0 to 1. `gains` (red, green, blue) make grey grey; `colour` is the 3 × 3 matrix that mends linear
    light, row by row; the colour distances are means of dE76 over the patches, before and after. They are -1, and
    `gains` 1, when too few patches were seen.
    """

    sheet: str
    to_mm: Matrix
    markers: int
    of: int
    error_mm: float
    confidence: float
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    colour: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    distance_before: float = -1.0
    distance_after: float = -1.0


class Length(msgspec.Struct, frozen=True):
    """A length and how far it may be off (both in millimetres, two standard deviations)."""

    mm: float
    off_mm: float


def _sheet(name: str, wide: float, high: float, first: int, across: int, down: int) -> Sheet:
    """A mat with so many markers along its edges, evenly spaced, numbered around it from `first`."""
    marker, quiet, patch = 18.0, 3.0, 10.0
    left, top = _EDGE + quiet, _EDGE + quiet
    right, bottom = wide - _EDGE - quiet - marker, high - _EDGE - quiet - marker
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


def locate(jpeg: bytes, scale: float = 1.0) -> Mat | None:
    """Return the mat in a photo, or None when fewer than two of its markers are seen; never raises.

    `scale` is how much larger than 100 % it was printed: the measured bar over 100 mm.
    """
    pixels = decode(jpeg)
    return None if pixels is None else locate_in(pixels, scale)


def locate_in(pixels: Pixels, scale: float = 1.0) -> Mat | None:
    """The same for a decoded photo. A small copy is looked at first: without a marker in it there is no mat."""
    import cv2
    import numpy

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    shrink = min(1.0, 640 / max(grey.shape))
    small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    if not _markers(small, refine=False):
        return None
    seen = _markers(grey, refine=True)
    sheet = max(SHEETS.values(), key=lambda each: sum(number in each.markers for number in seen))
    mine = {number: corners for number, corners in seen.items() if number in sheet.markers}
    if len(mine) < 2:
        return None
    here = numpy.concatenate(list(mine.values())).astype(numpy.float64)
    there = numpy.concatenate([_corners(sheet, number) for number in mine]) * scale
    matrix, kept = cv2.findHomography(here, there, cv2.RANSAC, 1.5)
    if matrix is None or kept is None or kept.sum() < 8:
        return None
    good = kept.ravel() > 0
    off = _mapped(matrix, here[good]) - there[good]
    error = float(numpy.sqrt((off**2).sum(axis=1).mean()))
    found = min(len(mine), int(good.sum()) // 4)
    confidence = min(1.0, found / len(sheet.markers) + 0.25) * max(0.0, 1 - error / 2)
    plain = Mat(sheet.name, _tuple(matrix / matrix[2, 2]), found, len(sheet.markers), error, round(confidence, 3))
    return _with_colours(pixels, plain, sheet, scale)


def place(mat: Mat, x: float, y: float) -> Point:
    """Return where a pixel of the photo lies on the sheet, in millimetres."""
    return on_sheet(mat.to_mm, x, y)


def on_sheet(to_mm: Matrix, x: float, y: float) -> Point:
    """The same by the matrix alone; needs no picture."""
    a, b, c, d, e, f, g, h, i = to_mm
    depth = g * x + h * y + i or 1e-12
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth


def in_permille(mat: Mat, wide: int, high: int) -> Matrix:
    """Return `to_mm` for thousandths of a photo's width and height instead of pixels, for those who lack its size."""
    a, b, c, d, e, f, g, h, i = mat.to_mm
    x, y = wide / 1000, high / 1000
    return a * x, b * y, c, d * x, e * y, f, g * x, h * y, i


def measure(mat: Mat, p: Point, q: Point) -> Length:
    """Return the length between two pixels of the photo, in the plane of the mat.

    It may be off by the markers' own error, by half a pixel at each end, and more the fewer markers were seen and the
    farther the two points are from them all.
    """
    (x, y), (u, v) = place(mat, *p), place(mat, *q)
    mm = ((x - u) ** 2 + (y - v) ** 2) ** 0.5
    pixel = max(mm_per_pixel(mat, *p), mm_per_pixel(mat, *q))
    few = (mat.of / max(1, mat.markers)) ** 0.5
    off = 2 * ((mat.error_mm * few) ** 2 + 0.5 * (0.5 * pixel) ** 2 + (0.001 * few * mm) ** 2) ** 0.5
    return Length(mm, off)


def mm_per_pixel(mat: Mat, x: float, y: float) -> float:
    """Return how many millimetres a pixel is wide at a place of the photo (the square root of its area)."""
    (left, top), (right, over), (under, bottom) = place(mat, x, y), place(mat, x + 1, y), place(mat, x, y + 1)
    area = abs((right - left) * (bottom - top) - (over - top) * (under - left))
    return float(area**0.5)


def balanced(pixels: Pixels, mat: Mat) -> Pixels:
    """Return the picture in the colours it would have by plain light, as far as the patches tell."""
    import numpy

    matrix = numpy.array(mat.colour).reshape(3, 3)
    seen: Floats = pixels
    light: Floats = numpy.round(_stored(_linear(seen[..., ::-1].astype(numpy.float64)) @ matrix.T))
    return numpy.array(light[..., ::-1], numpy.uint8)


def item_box(pixels: Pixels, mat: Mat, scale: float = 1.0) -> tuple[float, float] | None:
    """Return length and width of the largest thing on the mat, in millimetres; None when nothing lies there.

    What covers the white of the mat inside its frame is the thing.
    """
    import cv2

    outline, _ = _largest(pixels, mat, scale)
    if outline is None:
        return None
    low, long = sorted(cv2.minAreaRect(outline)[1])
    return long / _PER_MM * scale, low / _PER_MM * scale


def item_mask(pixels: Pixels, mat: Mat, scale: float = 1.0) -> Pixels | None:
    """Return 255 in the photo where the largest thing on the mat is and 0 elsewhere; None when nothing lies there."""
    import cv2
    import numpy

    outline, matrix = _largest(pixels, mat, scale)
    if outline is None:
        return None
    seen = cv2.perspectiveTransform(outline.astype(numpy.float64), numpy.linalg.inv(matrix))
    empty = numpy.zeros(pixels.shape[:2], numpy.uint8)
    return cv2.drawContours(empty, [numpy.rint(seen).astype(numpy.int32)], -1, 255, cv2.FILLED)


def _largest(pixels: Pixels, mat: Mat, scale: float) -> tuple[Floats | None, Floats]:
    """The outline of the largest thing, _PER_MM to the millimetre of the sheet, and what takes pixels there."""
    import cv2
    import numpy

    sheet = SHEETS[mat.sheet]
    edge = round((_EDGE + 2 * sheet.quiet + sheet.marker) * _PER_MM)
    size = (round(sheet.wide * _PER_MM), round(sheet.high * _PER_MM))
    matrix = numpy.diag([_PER_MM / scale, _PER_MM / scale, 1.0]) @ numpy.array(mat.to_mm).reshape(3, 3)
    flat = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_AREA)
    colours = cv2.cvtColor(flat[edge:-edge, edge:-edge], cv2.COLOR_BGR2LAB).astype(numpy.float32)
    white = numpy.median(colours[colours[..., 0] >= numpy.percentile(colours[..., 0], 70)], axis=0)
    far = (numpy.linalg.norm(colours - white, axis=2) > 28).astype(numpy.uint8)
    far = numpy.array(cv2.morphologyEx(far, cv2.MORPH_OPEN, numpy.ones((5, 5), numpy.uint8)), numpy.uint8)
    outlines, _ = cv2.findContours(far, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(edge, edge))
    largest = max(outlines, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < (5 * _PER_MM) ** 2:
        return None, matrix
    return numpy.asarray(largest), matrix


def is_bare(pixels: Pixels, mat: Mat) -> bool:
    """Tell whether nothing lies on the mat that was found in these pixels: every marker is seen, and white alone.

    Then the picture may stand for the empty mat (`grading.photo.check`); what lies beside the sheet is not looked at.
    """
    return mat.markers == mat.of and item_box(pixels, mat) is None


def cells(number: int) -> tuple[tuple[bool, ...], ...]:
    """Return a marker's 6 × 6 cells, True where it is black; the outer ones always are."""
    import cv2

    drawn = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50).generateImageMarker(number, 6)
    return tuple(tuple(bool(value < 128) for value in row) for row in drawn)


def _markers(grey: Pixels, *, refine: bool) -> dict[int, Floats]:
    """The corners of each marker, by its id; one that is seen twice is no marker of ours."""
    import cv2

    how = cv2.aruco.DetectorParameters()
    if refine:
        how.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), how)
    corners, numbers, _ = detector.detectMarkers(grey)
    if numbers is None:
        return {}
    told = [int(number) for number in numbers.ravel()]
    return {number: each[0] for number, each in zip(told, corners, strict=True) if told.count(number) == 1}


def _corners(sheet: Sheet, number: int) -> Floats:
    import numpy

    x, y = sheet.markers[number]
    side = sheet.marker
    return numpy.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])


def _mapped(matrix: Floats, points: Floats) -> Floats:
    import cv2

    return cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix).reshape(-1, 2)


def _tuple(matrix: Floats) -> Matrix:
    a, b, c, d, e, f, g, h, i = (float(value) for value in matrix.ravel())
    return a, b, c, d, e, f, g, h, i


def _with_colours(pixels: Pixels, mat: Mat, sheet: Sheet, scale: float) -> Mat:
    """The mat with white balance and colour correction from the patches that can be seen."""
    import numpy

    seen, meant = _patches(pixels, mat, sheet, scale)
    if len(seen) < 6:
        return mat
    there, wanted = _linear(seen), _linear(meant)
    greys = [place for place, colour in enumerate(meant) if colour.max() - colour.min() < 3]
    if len(greys) < 2:
        return mat
    gains = (wanted[greys] * there[greys]).sum(axis=0) / numpy.maximum((there[greys] ** 2).sum(axis=0), 1e-9)
    # Least squares, held towards the gains: few patches must not turn colours that none of them has.
    held = 0.02 * numpy.eye(3)
    matrix = numpy.linalg.solve(there.T @ there + held, there.T @ wanted + held @ numpy.diag(gains)).T
    after = _stored(numpy.clip(there @ matrix.T, 0, 1))
    red, green, blue = (round(float(gain), 4) for gain in gains)
    before, improved = _distance(seen, meant), _distance(after, meant)
    return msgspec.structs.replace(
        mat,
        gains=(red, green, blue),
        colour=_tuple(matrix),
        distance_before=round(before, 2),
        distance_after=round(improved, 2),
    )


def _patches(pixels: Pixels, mat: Mat, sheet: Sheet, scale: float) -> tuple[Floats, Floats]:
    """The colours (red, green, blue) of the patches that lie free in the photo, and those they were printed in."""
    import numpy

    back = numpy.linalg.inv(numpy.array(mat.to_mm).reshape(3, 3))
    seen, meant = [], []
    for (x, y), colour in sheet.patches:
        reach = sheet.patch * 0.3
        grid = [(x + dx * reach, y + dy * reach) for dx in (-1, -0.5, 0, 0.5, 1) for dy in (-1, -0.5, 0, 0.5, 1)]
        spots = numpy.round(_mapped(back, numpy.array(grid) * scale)).astype(int)
        columns, rows = spots[:, 0], spots[:, 1]
        if spots.min() < 0 or columns.max() >= pixels.shape[1] or rows.max() >= pixels.shape[0]:
            continue
        samples = pixels[rows, columns][:, ::-1].astype(numpy.float64)
        # Something lies half over it, a lamp is mirrored in it, or it is too bright to tell.
        if samples.std(axis=0).max() < 14 and numpy.median(samples) < 252:
            seen.append(numpy.median(samples, axis=0))
            meant.append(colour)
    return numpy.array(seen), numpy.array(meant, numpy.float64)


def _linear(values: Floats) -> Floats:
    """Light from sRGB values of 0 to 255 (IEC 61966-2-1)."""
    import numpy

    share = values / 255
    return numpy.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _stored(light: Floats) -> Floats:
    import numpy

    light = numpy.clip(light, 0, 1)
    return 255 * numpy.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _distance(one: Floats, other: Floats) -> float:
    """The mean dE76 of colours in sRGB (red, green, blue)."""
    import cv2
    import numpy

    labs = [cv2.cvtColor((each[None] / 255).astype(numpy.float32), cv2.COLOR_RGB2LAB)[0] for each in (one, other)]
    return float(numpy.linalg.norm(labs[0] - labs[1], axis=1).mean())
