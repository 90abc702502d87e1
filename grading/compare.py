"""Shows where a photo differs from pictures of the same article: a hint where to look, never a finding.

Each reference is laid over the photo; where it fits, three measures of difference are put together: structure (SSIM,
Wang 2004), brightness that no near pixel of the reference has, and edges that are in one of the two only. Of several
references the most alike counts, place by place: what varies among good articles is no difference. Where the article
lies on a printed mat, it alone is looked at: the mat is the same in all photos.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from grading.align import Laid, laid_by, placing
from grading.jpeg import Pixels, decode
from grading.mat import item_mask, locate_in

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
ENOUGH_REFERENCES = 3
OTHER_FEATURES = 30
"""Fewer features agree between photos of two articles; with one reference alone too often of one article too."""
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

    `heat` is a PNG of at most HEAT_SIDE pixels a side, white where it differs most; `features` how many agree with the
    reference that fits best, for telling another article, and where these are few, `among` how many agree between the
    references, 0 where less than ENOUGH_REFERENCES were compared: goods on which little is to be seen never have
    many; `shared` how much of what differs (0 to 1000) each of the
    earlier photos has as well, for telling the same piece.
    """

    aligned: int
    differences: tuple[Difference, ...] = ()
    heat: bytes = b""
    features: int = 0
    among: int = 0
    shared: tuple[int, ...] = ()


class _Seen(NamedTuple):
    """A photo in grey at no more than SIDE pixels a side, and where its item lies (None: anywhere)."""

    grey: Pixels
    item: Pixels | None


def compare(jpeg: bytes, references: Sequence[bytes], earlier: Sequence[bytes] = ()) -> Comparison:
    """Compare a photo with pictures of the same article, the catalogue's or good ones taken before; never raises.

    `earlier` are photos of other pieces of the article that may be this very one.
    """
    photo = _seen(jpeg)
    if photo is None:
        return Comparison(0)
    fits = [_laid(other, photo) for other in references]
    laid = [each for each, _ in fits if each is not None]
    features = max((matches for _, matches in fits), default=0)
    few = features < OTHER_FEATURES and len(references) >= ENOUGH_REFERENCES
    among = _among(references) if few else 0
    if not laid:
        return Comparison(0, features=features, among=among)
    heat = difference(laid)
    places = _places(heat, laid)
    shared = tuple(_shared(heat, _laid(other, photo)[0]) if places else 0 for other in earlier)
    return Comparison(len(laid), places, _png(heat), features, among, shared)


def heat_map(jpeg: bytes, references: Sequence[bytes]) -> Map | None:
    """Return the difference at each place of the photo, 0 to 1, at no more than SIDE pixels a side; None: no fit."""
    photo = _seen(jpeg)
    laid = [each for each, _ in (_laid(other, photo) for other in references) if each is not None] if photo else []
    return difference(laid) if laid else None


def difference(laid: Sequence[Laid]) -> Map:
    """Return the least difference that any of the laid references has, place by place, 0 to 1."""
    import numpy

    maps = numpy.stack([_difference(each) for each in laid])
    least: Map = maps.min(axis=0)
    return least


def _seen(jpeg: bytes) -> _Seen | None:
    import cv2

    pixels = decode(jpeg)
    if pixels is None or min(pixels.shape[:2]) < 64:
        return None
    mat = locate_in(pixels)
    item = item_mask(pixels, mat) if mat is not None else None
    grey = _grey(pixels)
    if item is not None:
        item = cv2.resize(item, grey.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return _Seen(grey, item)


def _laid(reference: bytes, photo: _Seen) -> tuple[Laid | None, int]:
    """The reference laid over the photo, if it can be; and how many features agree."""
    other = _seen(reference)
    if other is None:
        return None, 0
    placed = placing(other.grey, photo.grey, other.item, photo.item)
    laid = laid_by(placed, other.grey, photo.grey)
    if laid is None or photo.item is None or other.item is None:
        return laid, placed.matches
    import cv2
    import numpy

    there = cv2.warpPerspective(other.item, laid.matrix, photo.grey.shape[::-1], flags=cv2.INTER_NEAREST)
    either = cv2.dilate(cv2.bitwise_or(photo.item, there), numpy.ones((9, 9), numpy.uint8)) > 0
    return laid._replace(inside=laid.inside & either), placed.matches


def _among(references: Sequence[bytes]) -> int:
    """How many features of one reference agree with the one that fits it best."""
    first, *others = (_seen(each) for each in references)
    pairs = [(first, other) for other in others if first is not None and other is not None]
    return max((placing(a.grey, b.grey, a.item, b.item).matches for a, b in pairs), default=0)


def _shared(heat: Map, laid: Laid | None) -> int:
    """How much of what sets a photo apart from good ones does not set it apart from an earlier photo, 0 to 1000."""
    if laid is None:
        return 0
    apart = heat > DIFFERS
    if not (laid.inside & apart).sum() > 0.9 * apart.sum():
        return 0
    weight = heat[apart]
    left = float((_difference(laid)[apart] * weight).sum() / (weight * weight).sum())
    return round(1000 * min(1.0, max(0.0, 1.0 - left)))


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
