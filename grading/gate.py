"""Judges each picture of the live stream, so that a person sees what to do before a photo is taken.

Light and sharpness are those of `grading.photo`, with its limits, measured on a small copy and on the few places where
the item's edges are steepest; the photo itself is judged by `grading.photo.check` alone. Framing and motion are seen
here only: on a bench, a photo that cuts the item off is a photo all the same.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from grading.jpeg import Pixels
from grading.photo import (
    JUDGED_PX,
    LIMITS,
    Limits,
    Mask,
    covered_cells,
    least_sharpness,
    light_problems,
    sharpness_of,
)

if TYPE_CHECKING:
    from cv2.typing import MatLike

    Cells = MatLike
else:
    Cells = Any

LIVE_TEXTS: Mapping[str, str] = {
    "dark": "Too dark: switch on the lamp",
    "bright": "Too bright: turn the lamp down",
    "empty": "Lay it under the camera",
    "moving": "Hold still",
    "small": "Bring it closer",
    "glare": "The lamp is mirrored: turn the item",
    "blurred": "Not sharp: hold still, or wipe the lens",
    "large": "It does not fit: turn it",
    "cut": "Move it into the frame",
    "aside": "Move it to the middle",
}
"""English message ids by problem code: the few words to be read over a live picture, what to mend first first.

What is not sharp has no edge either: how it lies in the frame is said only when it can be seen.
"""

SMALL_PX = 480
"""The longer side of the copy that light is judged on."""

_TILES, _TILE_PX = 12, 40  # of the small copy
_EDGE_SHARE = 0.04  # of a side, covered: the item goes on beyond it


class Guide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a shot should show. All figures are shares of the picture's width, height or area, 0 to 1.

    `wide` and `high` are the outline that is drawn over the live picture; `whole` means that nothing of the item may
    lie outside the picture; `least` is the smallest part of the picture that the item should fill; `aside` is how far
    its middle may be from the picture's.
    """

    wide: float = 0.8
    high: float = 0.84
    whole: bool = True
    least: float = 0.01
    aside: float = 0.22


def parse_guides(toml_bytes: bytes) -> dict[str, Guide]:
    """Return the guides of a file by the ids of their shots; raises msgspec.DecodeError or ValidationError."""
    return msgspec.toml.decode(toml_bytes, type=dict[str, Guide])


class Glance(msgspec.Struct, frozen=True):
    """What was seen in one picture. `problems` are keys of LIVE_TEXTS in their order; none means good and still.

    `box` is the item's left, top, right and bottom as shares of width and height, or nothing when there is none;
    `sharpness` is as in `grading.photo.Gate`, 0 while something moves; `trace` is the picture in small, in grey.
    """

    problems: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    sharpness: float
    trace: Cells


def glance(
    pixels: Pixels,
    before: Glance | None = None,
    guide: Guide | None = None,
    station_reference: float | None = None,
    mat: Pixels | None = None,
    limits: Limits = LIMITS,
) -> Glance:
    """Judge one picture (height x width x 3 bytes, BGR) of at least 64 x 64 pixels.

    `before` is what was seen in the picture before it, without which nothing counts as still; `station_reference` and
    `mat` are as in `grading.photo.check`, the mat's picture already decoded.
    """
    import cv2

    scale = SMALL_PX / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    trace = cv2.resize(grey, (96, 54), interpolation=cv2.INTER_AREA)
    cells = covered_cells(small, mat, limits)
    present = bool(cells.mean() >= limits.item_share)
    region = cv2.resize(cells, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST) > 0
    problems = set(light_problems(small, grey, region if present else region | True, limits))
    box = _box(cells) if present else None
    if box is None:
        problems |= {"empty"} - ({"empty"} if "dark" in problems else set())
    else:
        problems |= _framing(cells, box, guide or Guide())
    if before is None or differs(before.trace, trace, limits.moved_share):
        problems.add("moving")
    sharpness = 0.0
    if box is not None and not problems & {"dark", "moving"}:
        sharpness = _sharpness(pixels, grey, region)
        if sharpness < least_sharpness(station_reference, limits):
            problems.add("blurred")
    return Glance(tuple(code for code in LIVE_TEXTS if code in problems), box, round(sharpness, 4), trace)


def differs(one: Cells, other: Cells, share: float) -> bool:
    """Tell whether two traces show different things: more than `share` of them is lighter or darker.

    A lamp that got brighter all over changes nothing.
    """
    import numpy

    if one.shape != other.shape:
        return True
    change = one.astype(numpy.int16) - other
    change -= numpy.int16(numpy.median(change))
    return bool((abs(change) > _LEVELS).mean() > share)


_LEVELS = 14  # a cell is the mean of hundreds of pixels: a sensor's grain moves it by less than one


def _box(cells: Cells) -> tuple[float, float, float, float]:
    """Where the item lies, as shares."""
    import cv2

    left, top, wide, high = cv2.boundingRect(cells)
    rows, columns = cells.shape[:2]
    return left / columns, top / rows, (left + wide) / columns, (top + high) / rows


def _framing(cells: Cells, box: tuple[float, float, float, float], guide: Guide) -> set[str]:
    """Whether the item lies where the shot wants it."""
    left, top, right, bottom = box
    found = set()
    if cells.mean() < guide.least:
        found.add("small")
    if not guide.whole:
        return found
    reached = [bool(edge.mean() > _EDGE_SHARE) for edge in (cells[:, 0], cells[:, -1], cells[0], cells[-1])]
    if any(reached):
        across = (reached[0] and reached[1]) or (reached[2] and reached[3])
        found.add("large" if across else "cut")
    elif max(abs(left + right - 1), abs(top + bottom - 1)) / 2 > guide.aside:
        found.add("aside")
    return found


def _sharpness(pixels: Pixels, grey: Pixels, region: Mask) -> float:
    """The sharpness of `grading.photo`, measured only where the small copy has the item's steepest edges."""
    import cv2
    import numpy

    steps = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, numpy.ones((3, 3), numpy.uint8)) * region
    rows, columns = grey.shape[0] // _TILE_PX, grey.shape[1] // _TILE_PX
    tiled = steps[: rows * _TILE_PX, : columns * _TILE_PX].reshape(rows, _TILE_PX, columns, _TILE_PX)
    # Not the steepest step of a tile but all its steep ones: a speck is no edge.
    weight = numpy.square(tiled, dtype=numpy.float32).sum(axis=(1, 3)).flatten()
    best = numpy.argsort(weight)[::-1][:_TILES]
    factor = pixels.shape[1] / grey.shape[1]
    shrink = min(1.0, JUDGED_PX / max(pixels.shape[:2]))
    found = []
    for tile in best:
        top, left = (int(place) * _TILE_PX for place in divmod(int(tile), columns))
        inside = slice(round(top * factor), round((top + _TILE_PX) * factor))
        across = slice(round(left * factor), round((left + _TILE_PX) * factor))
        part = cv2.cvtColor(pixels[inside, across], cv2.COLOR_BGR2GRAY)
        side = max(8, round(_TILE_PX * factor * shrink))
        part = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA) if shrink < 1 else part
        found.append(cv2.GaussianBlur(part, (3, 3), 0))
    side = found[0].shape[0]
    mosaic = cv2.vconcat([part for part in found if part.shape == (side, side)] or found[:1])
    lines = numpy.arange(mosaic.shape[0]) % side
    # Where two tiles meet there is an edge that the picture does not have.
    inner = ((lines > 8) & (lines < side - 8))[:, None] & numpy.ones(mosaic.shape, bool)
    # As many of them are taken for the steepest as of the whole item, so that the figure is the photo's.
    whole = float(region.sum()) * (factor * shrink) ** 2 * float(weight[best].sum() / max(1.0, weight.sum()))
    return sharpness_of(mosaic, inner, min(0.2, 0.01 * whole / max(1, int(inner.sum()))))
