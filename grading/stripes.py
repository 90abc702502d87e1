"""Finds the stripe-like places of a photo, lays them upright, and takes blur out of their bars."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from grading.jpeg import Pixels

if TYPE_CHECKING:
    import numpy.typing

    Floats = numpy.typing.NDArray[numpy.float64]
else:
    Floats = Any

MOST_PLACES = 4
# The photo is looked over at this length of its longer side: what can be read still shows stripes there.
_SIDE = 640
# Stripes are strong edges, nearly all of them in one direction.
_LEAST_ENERGY, _ENOUGH, _LEAST_ONE_WAY = 200.0, 4000.0, 0.6
_WAYS = 8
_LEAST_LONG, _LEAST_HIGH = 36, 10
# The shortest codes have some thirty bars and spaces; out of focus, half of them run together.
_LEAST_CHANGES = 14
# An upright place is drawn so long: several pixels for each bar, also of long codes.
_LENGTH = 1200.0
_MOST_LARGER = 4.0
_BANDS = 5
# How far out of focus, as parts of the length; EAN-13 has 95 modules in some 0.8 of it, so 0.008 is one module.
_BLURS = (0.004, 0.006, 0.008, 0.010, 0.012, 0.014)
_NOISE = 0.004


class Place(msgspec.Struct, frozen=True):
    """One stripe-like place with its bars upright, the matrix that leads from there to the photo, and its middle in
    the photo.
    """

    pixels: Pixels
    back: Floats
    middle: tuple[float, float]


def places(grey: Pixels) -> list[Place]:
    """Return the stripe-like places of a grey photo, the strongest first.

    The structure tensor (Bigün and Granlund 1987) has much energy there, nearly all of it in one direction.
    """
    import cv2
    import numpy

    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    across, down = (cv2.Sobel(small, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1)))
    window = (max(9, max(small.shape) // 32),) * 2
    xx, yy, xy = (cv2.blur(each, window) for each in (across * across, down * down, across * down))
    energy = xx + yy
    one_way = numpy.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (energy + 1)
    strong = (energy > min(_ENOUGH, max(_LEAST_ENERGY, 0.1 * float(energy.max())))) & (one_way > _LEAST_ONE_WAY)
    angle = 0.5 * numpy.arctan2(2 * xy, xx - yy)
    found: list[tuple[float, Place]] = []
    for way in range(_WAYS):
        # Stripes of one direction at a time: what lies beside a code seldom runs the same way.
        turned = numpy.abs((angle - way * numpy.pi / _WAYS + numpy.pi / 2) % numpy.pi - numpy.pi / 2)
        mask = (strong & (turned < 0.75 * numpy.pi / _WAYS)).astype(numpy.uint8)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, numpy.ones((2 * window[0],) * 2, numpy.uint8))
        _, parts, stats, _ = cv2.connectedComponentsWithStats(mask)
        for part in range(1, len(stats)):
            if stats[part][cv2.CC_STAT_AREA] < _LEAST_LONG * _LEAST_HIGH:
                continue
            inside = parts == part
            exact = 0.5 * numpy.arctan2(2 * xy[inside].sum(), (xx - yy)[inside].sum())
            place = _upright(grey, numpy.argwhere(inside)[:, ::-1].astype(numpy.float64), float(exact), scale)
            if place is not None:
                found.append((float((energy[inside] * one_way[inside] ** 2).sum()), place))
    found.sort(key=lambda each: -each[0])
    return _apart([place for _, place in found])[:MOST_PLACES]


def _apart(ordered: list[Place]) -> list[Place]:
    """The places without those whose middle lies in a stronger one: two directions can share a code."""
    import numpy

    kept: list[Place] = []
    for place in ordered:
        inside = False
        for other in kept:
            x, y = numpy.linalg.solve(other.back[:, :2], numpy.array(place.middle) - other.back[:, 2])
            height, width = other.pixels.shape
            inside |= bool(0.15 * width < x < 0.85 * width and 0 < y < height)
        if not inside:
            kept.append(place)
    return kept


def _upright(grey: Pixels, points: Floats, angle: float, scale: float) -> Place | None:
    """Cut the place at these points of the small photo out of the large one, with room for quiet zones."""
    import cv2
    import numpy

    along = numpy.array([numpy.cos(angle), numpy.sin(angle)])
    over = numpy.array([-along[1], along[0]])
    (left, right), (top, bottom) = (numpy.percentile(points @ axis, (1, 99)) for axis in (along, over))
    long, high = right - left, bottom - top
    if long < _LEAST_LONG or high < _LEAST_HIGH:
        return None
    middle = (along * (left + right) / 2 + over * (top + bottom) / 2) / scale
    long, high = long * 1.3 / scale, high * 1.1 / scale
    larger = float(numpy.clip(_LENGTH / long, 1.0, _MOST_LARGER))
    width, height = round(long * larger), max(16, round(high * min(larger, 2.0)))
    # Bars are as high as they are long in the worst case, and rows beyond these tell nothing new.
    back = numpy.empty((2, 3))
    back[:, 0], back[:, 1] = along / larger, over * (high / height)
    back[:, 2] = middle - back[:, 0] * width / 2 - back[:, 1] * height / 2
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    pixels = cv2.warpAffine(grey, back, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return Place(pixels, back, (float(middle[0]), float(middle[1]))) if _changes(pixels) >= _LEAST_CHANGES else None


def _changes(upright: Pixels) -> int:
    """How often bars and spaces take turns along the place, by the mean of its rows."""
    import cv2
    import numpy

    height, width = upright.shape
    row = upright[height // 4 : height - height // 4].mean(axis=0, dtype=numpy.float32)[None]
    level = row - cv2.blur(row, (max(3, width // 12) | 1, 1))
    # What lies within some grey levels of the mean is on neither side.
    sides = numpy.sign(level[numpy.abs(level) > 2.0])
    return int((sides[1:] != sides[:-1]).sum())


def focused(place: Place) -> Iterator[Pixels]:
    """Yield the place with less blur, step by step: bands of rows are averaged along the bars, and each is divided by
    what a lens so far out of focus does to it (Wiener's filter with a disc seen from the side).
    """
    import numpy

    rows = numpy.array([band.mean(axis=0) for band in numpy.array_split(place.pixels.astype(numpy.float64), _BANDS)])
    width = rows.shape[1]
    # Mirrored at its ends, the row has no step where it closes.
    spectrum = numpy.fft.rfft(numpy.concatenate([rows, rows[:, ::-1]], axis=1), axis=1)
    offsets = numpy.minimum(numpy.arange(2 * width), 2 * width - numpy.arange(2 * width))
    for part in _BLURS:
        radius = part * width
        kernel = numpy.sqrt(numpy.clip(radius**2 - offsets**2, 0, None)) + 1e-9
        blur = numpy.fft.rfft(kernel / kernel.sum()).real
        sharp = numpy.fft.irfft(spectrum * blur / (blur**2 + _NOISE), axis=1)[:, :width]
        yield _drawn(sharp, round(width / 12))


def _drawn(rows: Floats, window: int) -> Pixels:
    """Rows as a picture with the same contrast all along."""
    import cv2
    import numpy

    kernel = numpy.ones((1, max(3, window)), numpy.uint8)
    values = rows.astype(numpy.float32)
    low = cv2.blur(cv2.erode(values, kernel), (max(3, window), 1))
    high = cv2.blur(cv2.dilate(values, kernel), (max(3, window), 1))
    even = (values - low) / numpy.maximum(high - low, 1.0) * 255
    return numpy.repeat(numpy.clip(even, 0, 255).astype(numpy.uint8), 12, axis=0)
