"""Finds the station's mat in a photo, and tells lengths in millimetres and true colours by it.

The mat is a sheet with ArUco markers along its edge, whose places are exact, and patches of known colours between them.
From the corners of the markers follows where each place of the photo lies on the mat's plane; from the patches, how the
light and the camera changed the colours. All lengths hold in the plane of the mat: what stands higher looks larger, by
its height over the camera's.
"""

from typing import Any, TypeAlias

import msgspec

from grading.jpeg import Pixels, decode
from grading.mat_sheets import EDGE, SHEETS, Point, Sheet

Matrix = tuple[float, float, float, float, float, float, float, float, float]
Floats: TypeAlias = Any

_CELLS_ALIKE = 34  # of the 36 cells of a marker, where it lies free
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
    edge = round((EDGE + 2 * sheet.quiet + sheet.marker) * _PER_MM)
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


def without_print(pixels: Pixels, mat: Mat, scale: float = 1.0) -> Pixels:
    """Return the picture with the mat's markers and patches as white as its paper, where they lie free.

    To whom looks for print and barcodes they are both. What covers one of them stays: it is neither the marker nor of
    one colour.
    """
    import cv2
    import numpy

    sheet = SHEETS[mat.sheet]
    back = numpy.linalg.inv(numpy.array(mat.to_mm).reshape(3, 3))
    spots, whites = [], []
    for number, (x, y) in sheet.markers.items():
        half = sheet.marker / 2
        samples = _samples(pixels, _mapped(back, _square(x + half, y + half, half * 5 / 6, 6) * scale))
        light = _samples(pixels, _mapped(back, _square(x + half, y + half, half + sheet.quiet / 2, 2) * scale))
        if samples is None or light is None:
            continue
        dark = samples.mean(axis=1) < (samples.mean(axis=1).max() + samples.mean(axis=1).min()) / 2
        if (dark == numpy.array(cells(number)).ravel()).sum() >= _CELLS_ALIKE:
            spots.append((x, y, sheet.marker))
            whites.append(numpy.median(light, axis=0))
    for (x, y), _ in sheet.patches:
        samples = _samples(pixels, _mapped(back, _square(x, y, sheet.patch * 0.4, 5) * scale))
        if samples is not None and samples.std(axis=0).max() < 14:
            spots.append((x - sheet.patch / 2, y - sheet.patch / 2, sheet.patch))
    if not whites:
        return pixels
    cleared = pixels.copy()
    white = [float(each) for each in numpy.median(whites, axis=0)]
    for x, y, side in spots:
        there: Floats = _mapped(back, _square(x + side / 2, y + side / 2, side / 2 + 1, 2)[[0, 1, 3, 2]] * scale)
        cv2.fillConvexPoly(cleared, there.round().astype(numpy.int32), white)
    return cleared


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
        found = _samples(pixels, _mapped(back, _square(x, y, sheet.patch * 0.3, 5) * scale))
        if found is None:
            continue
        samples = found[:, ::-1]
        # Something lies half over it, a lamp is mirrored in it, or it is too bright to tell.
        if samples.std(axis=0).max() < 14 and numpy.median(samples) < 252:
            seen.append(numpy.median(samples, axis=0))
            meant.append(colour)
    return numpy.array(seen), numpy.array(meant, numpy.float64)


def _square(x: float, y: float, half: float, count: int) -> Floats:
    """So many rows of so many points, evenly from edge to edge of a square about this middle."""
    import numpy

    steps = numpy.linspace(-half, half, count)
    return numpy.array([(x + right, y + down) for down in steps for right in steps])


def _samples(pixels: Pixels, points: Floats) -> Floats | None:
    """The colours at these places of the photo; None when one of them is not in it."""
    import numpy

    spots = numpy.round(points).astype(int)
    columns, rows = spots[:, 0], spots[:, 1]
    if spots.min() < 0 or columns.max() >= pixels.shape[1] or rows.max() >= pixels.shape[0]:
        return None
    return pixels[rows, columns].astype(numpy.float64)


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
