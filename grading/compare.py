"""Shows where a photo differs from pictures of the same article: a hint where to look, never a finding.

Each reference is laid over the photo; where it fits, three measures of difference are put together: structure (SSIM,
Wang 2004), brightness that no near pixel of the reference has, and edges that are in one of the two only. Of several
references the most alike counts, place by place: what varies among good articles is no difference.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from grading.align import Laid, laid_over
from grading.jpeg import Pixels, decode

if TYPE_CHECKING:
    from cv2.typing import MatLike

    Map = MatLike
else:
    Map = Any

SIDE = 640
HEAT_SIDE = 96
REGIONS = 4
DIFFERS = 0.34
"""From this on a place is called different; below, light and JPEG make it (see tests/long/compare_photos.py)."""
_LEAST_SHARE = 0.0004


class Region(msgspec.Struct, frozen=True):
    """A box in the photo, in thousandths of its width and height from the upper left."""

    left: int
    top: int
    width: int
    height: int


class Difference(msgspec.Struct, frozen=True):
    """A place that differs: how sure it is (0 to 1000), and whether something of the reference is not there."""

    region: Region
    confidence: int
    absent: bool = False


class Comparison(msgspec.Struct, frozen=True):
    """What came of it. `aligned` counts the references that fitted; with none nothing can be said of differences.

    `heat` is a PNG of at most HEAT_SIDE pixels a side, white where it differs most; `likeness` how alike the two are
    as wholes, 0 to 1000, for telling another article.
    """

    aligned: int
    differences: tuple[Difference, ...] = ()
    heat: bytes = b""
    likeness: int = 0


def compare(jpeg: bytes, references: Sequence[bytes]) -> Comparison:
    """Compare a photo with pictures of the same article, the catalogue's or good ones taken before; never raises."""
    pixels = decode(jpeg)
    if pixels is None or min(pixels.shape[:2]) < 64:
        return Comparison(0)
    photo = _grey(pixels)
    laid = [each for each in (_laid(other, photo) for other in references) if each is not None]
    if not laid:
        return Comparison(0)
    heat = difference(laid)
    fit = max(each.matches for each in laid)
    return Comparison(len(laid), _places(heat, laid), _png(heat), min(1000, fit * 10))


def heat_map(jpeg: bytes, references: Sequence[bytes]) -> Map | None:
    """Return the difference at each place of the photo, 0 to 1, at no more than SIDE pixels a side; None: no fit."""
    pixels = decode(jpeg)
    if pixels is None:
        return None
    photo = _grey(pixels)
    laid = [each for each in (_laid(other, photo) for other in references) if each is not None]
    return difference(laid) if laid else None


def difference(laid: Sequence[Laid]) -> Map:
    """Return the least difference that any of the laid references has, place by place, 0 to 1."""
    import numpy

    maps = numpy.stack([_difference(each) for each in laid])
    least: Map = maps.min(axis=0)
    return least


def _laid(reference: bytes, photo: Pixels) -> Laid | None:
    pixels = decode(reference)
    return None if pixels is None or min(pixels.shape[:2]) < 64 else laid_over(_grey(pixels), photo)


def _difference(laid: Laid) -> Map:
    import cv2
    import numpy

    seen, other = (cv2.GaussianBlur(each, (0, 0), 1.0).astype(numpy.float32) for each in (laid.reference, laid.photo))
    there = _lit_alike(other, seen, laid)
    structure = numpy.clip((1.0 - _ssim(seen, there)) / 1.4, 0, 1)
    around = numpy.ones((5, 5), numpy.uint8)
    over = numpy.maximum(seen - cv2.dilate(there, around), cv2.erode(there, around) - seen)
    tone = numpy.clip(over / 60.0, 0, 1)
    edge_seen, edge_there = (_edges(each) for each in (seen, there))
    one_only = numpy.maximum(edge_seen - cv2.dilate(edge_there, around), edge_there - cv2.dilate(edge_seen, around))
    edges = numpy.clip(one_only / 120.0, 0, 1)
    whole = cv2.GaussianBlur(0.3 * structure + 0.4 * tone + 0.3 * edges, (0, 0), 2.5)
    return numpy.where(laid.inside, whole, 0).astype(numpy.float32)


def _lit_alike(there: Map, seen: Map, laid: Laid) -> Map:
    """The reference in the photo's light: brightness and contrast of the surroundings are made the same."""
    import cv2
    import numpy

    inside = laid.inside.astype(numpy.float32)
    size = (0, 0)
    share = cv2.GaussianBlur(inside, size, 40) + 1e-3
    mean_seen, mean_there = (cv2.GaussianBlur(each * inside, size, 40) / share for each in (seen, there))
    deep_seen, deep_there = (
        cv2.GaussianBlur((each - mean) ** 2 * inside, size, 40) / share
        for each, mean in ((seen, mean_seen), (there, mean_there))
    )
    gain = numpy.clip(numpy.sqrt((deep_seen + 25) / (deep_there + 25)), 0.6, 1.7)
    return numpy.asarray((there - mean_there) * gain + mean_seen, numpy.float32)


def _ssim(one: Map, other: Map) -> Map:
    import cv2
    import numpy

    size, first, second = (0, 0), 6.5, 58.5
    mean_one, mean_other = cv2.GaussianBlur(one, size, 2.5), cv2.GaussianBlur(other, size, 2.5)
    spread_one = cv2.GaussianBlur(one * one, size, 2.5) - mean_one**2
    spread_other = cv2.GaussianBlur(other * other, size, 2.5) - mean_other**2
    both = cv2.GaussianBlur(one * other, size, 2.5) - mean_one * mean_other
    over = (2 * mean_one * mean_other + first) * (2 * both + second)
    return numpy.asarray(over / ((mean_one**2 + mean_other**2 + first) * (spread_one + spread_other + second)))


def _edges(grey: Map) -> Map:
    import cv2

    return cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))


def _places(heat: Map, laid: Sequence[Laid]) -> tuple[Difference, ...]:
    import cv2
    import numpy

    spots = cv2.dilate((heat > DIFFERS).astype(numpy.uint8), numpy.ones((9, 9), numpy.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(spots)
    found = []
    for spot in range(1, count):
        left, top, width, height, area = (int(each) for each in stats[spot])
        if area < _LEAST_SHARE * heat.size:
            continue
        inside = labels[top : top + height, left : left + width] == spot
        peak = float(heat[top : top + height, left : left + width][inside].max())
        absent = _is_emptier(laid[0], (left, top, width, height))
        found.append(Difference(_region(left, top, width, height, heat.shape), _confidence(peak), absent))
    found.sort(key=lambda each: -each.confidence)
    return tuple(found[:REGIONS])


def _is_emptier(laid: Laid, box: tuple[int, int, int, int]) -> bool:
    """Whether the reference has much more drawing in a box than the photo: something is not there."""
    import numpy

    left, top, width, height = box
    seen, there = (
        float(numpy.mean(_edges(each[top : top + height, left : left + width].astype(numpy.float32))))
        for each in (laid.reference, laid.photo)
    )
    return there > 2.0 * seen + 4.0


def _confidence(peak: float) -> int:
    return round(1000 * min(0.95, max(0.1, (peak - DIFFERS) / 0.4 + 0.3)))


def _region(left: int, top: int, width: int, height: int, size: tuple[int, ...]) -> Region:
    rows, columns = size[:2]
    across, down = 1000 * left // columns, 1000 * top // rows
    return Region(across, down, max(1, 1000 * width // columns), max(1, 1000 * height // rows))


def _grey(pixels: Pixels) -> Pixels:
    import cv2

    scale = SIDE / max(pixels.shape[:2])
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey


def _png(heat: Map) -> bytes:
    import cv2
    import numpy

    scale = HEAT_SIDE / max(heat.shape)
    small = cv2.resize(heat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".png", numpy.clip(small * 255 / 0.8, 0, 255).astype(numpy.uint8))[1].tobytes()
