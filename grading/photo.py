"""Judges a photo at once, so that a bad one is taken again while the item lies there, and knows one taken
before.

The measures and where their limits come from stand with `Limits`. None of them tells what is in the picture.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from grading.jpeg import Pixels, decode, pixels_of
from grading.shake import evenness

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
else:
    Mask = Any

PROBLEM_TEXTS: Mapping[str, str] = {
    "unreadable": "The picture did not arrive whole. Take it again.",
    "dark": "Too dark. Switch on the lamp or move your shadow away.",
    "bright": "Too bright. Turn the lamp down or move it back.",
    "empty": "There is nothing on the mat. Lay it under the camera.",
    "blurred": "Not sharp. Hold the item still, or wipe the lens.",
    "glare": "The lamp is mirrored. Turn the item or tilt the lamp.",
}
"""English message ids by problem code: what is wrong and what to do, in the order of `Gate.problems`."""


class Limits(msgspec.Struct, frozen=True):
    """Where a photo stops being good. Pixel values run from 0 to 255, shares from 0 to 1.

    The defaults were set on 17 openly licensed photos and on drawn scenes, not at a bench: a station should
    measure its own. `sharpness`: least sharpness without a reference (the photos have 0.10 to 0.28; blurred by
    1.5 pixels 15 of 17 were found, by 2 pixels all). `ratio`: least share of the station's reference (between
    shots of one scene 0.85 would do; items differ more). `dark_light`, `dark_middle`: dark is when the lightest
    hundredth and the middle of the frame are below these (17 of 17 found at -2 EV, 1 falsely at 0).
    `bright_share`: so much of the frame has a clipped channel, or nearly twice as much of the item is white (12
    of 17 at +2 EV, none at 0). `glare_share`: one spot of so much of the item has a value of 252 and more and a
    saturation under 40, and does not go on beyond the picture. `mat_distance`: how far from the mat's a colour must be
    (CIELAB, 8 bit), `mat_steps` by how much more the grey levels within 1/160 of the frame deviate than the mat's (its
    grain 0.7 to 1.2, print 40 to 110, the shadow of a white card 4 to 12), which counts where colour finds less than
    `drawn_share` of the frame. `item_share`: least part of the frame that an item fills. `moved_share`: between two
    live pictures more of the frame changes when something moves; `changed_share`: more than this differs when another
    thing, or another side of it, is shown.
    `evenness`: a photo is shaken when the sharpness across its softest direction is a smaller share of that across its
    sharpest (82 photos and 21 drawn had 0.47 to 0.96, but for three 0.6 and more; shaken by 9 pixels most had less than
    0.5).
    """

    sharpness: float = 0.08
    ratio: float = 0.5
    dark_light: float = 135.0
    dark_middle: float = 85.0
    bright_share: float = 0.2
    glare_share: float = 0.012
    mat_distance: float = 16.0
    mat_steps: float = 4.0
    drawn_share: float = 0.02
    item_share: float = 0.004
    moved_share: float = 0.004
    changed_share: float = 0.02
    evenness: float = 0.5


LIMITS = Limits()

JUDGED_PX = 1600
"""The longer side of a photo when its sharpness is measured; smaller ones stay as they are."""

# How many rows of cells at top and bottom tell of a mat nobody took a picture of; how much more than it an item has.
_BORDER, _MAT_TEXTURE = 4, 2.0
_ROUNDS, _MAT_SPREAD = 7, 6.0  # after these the guess of the mat hardly moves; how much a mat itself differs (CIELAB)


class Gate(msgspec.Struct, frozen=True):
    """The verdict: `problems` are keys of PROBLEM_TEXTS, what to mend first coming first; `ok` means none.

    `sharpness` as in `Limits`, about 0 to 0.3, comparable between photos; `brightness` is the mean of the
    frame, 0 to 1.
    """

    ok: bool
    problems: tuple[str, ...]
    sharpness: float
    brightness: float


def check(
    photo: bytes | Pixels,
    station_reference: float | None = None,
    empty_mat: bytes | Pixels | None = None,
    limits: Limits = LIMITS,
) -> Gate:
    """Judge one photo (a JPEG, or its pixels); never raises.

    `station_reference` is the sharpness a good photo has at this station (its median, say); `empty_mat` a
    photo of the mat with nothing on it, without which the mat is guessed from the picture's border.
    """
    pixels = pixels_of(photo)
    if pixels is None or min(pixels.shape[:2]) < 64:
        return Gate(False, ("unreadable",), 0.0, 0.0)
    import cv2

    pixels = _fitted(pixels)
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    item = covered(pixels, pixels_of(empty_mat) if empty_mat is not None else None, limits)
    present = bool(item.mean() >= limits.item_share)
    region = item if present else item | True
    sharpness = sharpness_of(grey, region) if present else 0.0
    problems = light_problems(pixels, grey, region, limits)
    if not present and "dark" not in problems:
        problems.append("empty")
    if present and "dark" not in problems:
        soft = sharpness < least_sharpness(station_reference, limits)
        if soft or evenness(grey, region) < limits.evenness:
            problems.append("blurred")
    ordered = tuple(code for code in PROBLEM_TEXTS if code in problems)
    return Gate(not ordered, ordered, round(sharpness, 4), round(float(grey.mean()) / 255, 4))


def least_sharpness(station_reference: float | None, limits: Limits = LIMITS) -> float:
    """Return the sharpness a photo must have, with or without the station's own reference."""
    return limits.sharpness if station_reference is None else station_reference * limits.ratio


def fingerprint(photo: bytes | Pixels) -> int | None:
    """Return 256 bits that hardly change when a photo is scaled, compressed or brightened; None if
    unreadable.

    A perceptual hash: the 16 × 16 lowest frequencies of a 64 × 64 cosine transform, a bit set where one is
    clearly above the median, so that grain does not decide. (64 bits were tried: drawn goods of one kind had
    equal ones.) It finds the same picture again; two like items in the same place look the same to it too.
    """
    pixels = pixels_of(photo)
    if pixels is None:
        return None
    import cv2
    import numpy

    small = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (64, 64), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(numpy.float32))[:16, :16].flatten()
    # The first value is the mean brightness, which light alone changes.
    clearly = float(numpy.median(low[1:])) + 0.05 * float(numpy.std(low[1:]))
    return sum(1 << place for place, value in enumerate(low) if value > clearly)


def is_same_picture(one: bytes, other: bytes) -> bool:
    """Tell whether two JPEGs are one and the same picture, and not only two like items in the same place.

    Both are shrunk to 160 × 90 grey pixels, which averages the grain of sensor and compression away; what is left
    differs by less than one grey level on average. Measured on the simulated scenes: one scene twice 0.0, two items
    with fingerprints 4 bits apart or less 1.6 to 11.5. Unreadable pictures are the same as none.
    """
    first, second = decode(one), decode(other)
    if first is None or second is None:
        return False
    import cv2
    import numpy

    small = [
        cv2.resize(cv2.cvtColor(each, cv2.COLOR_BGR2GRAY), (160, 90), interpolation=cv2.INTER_AREA)
        for each in (first, second)
    ]
    return float(numpy.abs(small[0].astype(numpy.float32) - small[1].astype(numpy.float32)).mean()) < 1.0


def _fitted(pixels: Pixels) -> Pixels:
    """The photo at no more than JUDGED_PX a side, so that measures mean the same with every camera."""
    import cv2

    scale = JUDGED_PX / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def covered(pixels: Pixels, mat: Pixels | None, limits: Limits = LIMITS) -> Mask:
    """Return where the picture differs from the mat, and a little around it, at the size of the picture."""
    import cv2
    import numpy

    around = cv2.dilate(covered_cells(pixels, mat, limits), numpy.ones((3, 3), numpy.uint8))
    full = (pixels.shape[1], pixels.shape[0])
    return cv2.resize(around, full, interpolation=cv2.INTER_NEAREST) > 0


def covered_cells(pixels: Pixels, mat: Pixels | None, limits: Limits = LIMITS) -> Pixels:
    """Return 1 where the picture differs from the mat and 0 elsewhere, at 160 cells along its longer side.

    A cell differs by its colour; where hardly any does, also by more print, edge or shadow in it than a mat has: white
    goods on a white mat have no colour of their own. Seen so coarsely, grain does not matter. Without the mat's picture
    it is guessed.
    """
    import cv2
    import numpy

    seen = _coarse(pixels, None)
    if mat is None:
        ground = _guessed_mat(seen)
    else:
        ground = _coarse(mat, (seen.shape[1], seen.shape[0]))
        # A lamp that got brighter or dimmer since must not look like an item.
        ground[..., 0] += numpy.median(seen[..., 0] - ground[..., 0])
    far = (numpy.linalg.norm(seen - ground, axis=2) > limits.mat_distance).astype(numpy.uint8)
    speck = numpy.ones((3, 3), numpy.uint8)
    found = cv2.morphologyEx(far, cv2.MORPH_OPEN, speck)
    if found.mean() < limits.drawn_share:
        far |= _drawn_on(pixels, mat, (seen.shape[1], seen.shape[0]), limits)
        found = cv2.morphologyEx(far, cv2.MORPH_OPEN, speck)
    outlines, _ = cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.drawContours(numpy.zeros_like(found), outlines, -1, 1, cv2.FILLED)


def _drawn_on(pixels: Pixels, mat: Pixels | None, size: tuple[int, int], limits: Limits) -> Pixels:
    """Return 1 for the cells that hold, or lie between, more print, edges or shadows than the mat, of that size."""
    import cv2
    import numpy

    steps = _steps(pixels, size)
    least: Any
    if mat is not None:
        least = _steps(mat, size) + limits.mat_steps
    else:
        border = numpy.concatenate((steps[:_BORDER].ravel(), steps[-_BORDER:].ravel()))
        least = max(limits.mat_steps, _MAT_TEXTURE * float(numpy.percentile(border, 90)))
    drawn = (steps > least).astype(numpy.uint8)
    drawn = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, numpy.ones((7, 7), numpy.uint8))
    outlines, _ = cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    # Of a plain white thing there is only the shadow at one or two of its sides.
    return cv2.drawContours(numpy.zeros_like(drawn), [cv2.convexHull(each) for each in outlines], -1, 1, cv2.FILLED)


def _steps(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The deviation of the grey levels within each cell, of which the picture has `size`; a cell is 4 x 4 pixels."""
    import cv2
    import numpy

    fine = (size[0] * 4, size[1] * 4)
    grey = cv2.cvtColor(cv2.resize(pixels, fine, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    levels = grey.astype(numpy.float32)
    mean = cv2.resize(levels, size, interpolation=cv2.INTER_AREA)
    square = cv2.resize(levels * levels, size, interpolation=cv2.INTER_AREA)
    return numpy.sqrt(numpy.maximum(square - mean * mean, 0))


def _coarse(pixels: Pixels, size: tuple[int, int] | None) -> Pixels:
    """The picture in CIELAB at that size, or at 160 pixels along its longer side."""
    import cv2
    import numpy

    scale = 160 / max(pixels.shape[:2])
    size = size or (max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(numpy.float32)


def _guessed_mat(seen: Pixels) -> Pixels:
    """An empty mat under the same lamp: the border's colours, with a lamp's smooth fall-off, over all of it.

    What covers a part of the border must not bend it: each round trusts a place less the farther off it was.
    """
    import numpy

    rows, columns = numpy.mgrid[-1 : 1 : seen.shape[0] * 1j, -1 : 1 : seen.shape[1] * 1j].astype(numpy.float32)
    bends = (rows * 0 + 1, rows, columns, rows * rows, columns * columns, rows * columns)
    terms = numpy.stack(bends, axis=-1)
    border = (abs(rows) > 0.9) | (abs(columns) > 0.9)
    places, colours = terms[border], seen[border]
    trust = numpy.ones((len(places), 1), numpy.float32)
    for _ in range(_ROUNDS):
        weighed = places * trust
        factors = numpy.linalg.solve(weighed.T @ places, weighed.T @ colours)
        off = numpy.linalg.norm(colours - places @ factors, axis=1, keepdims=True)
        trust = 1 / (1 + (off / _MAT_SPREAD) ** 2)
    ground: Pixels = (terms @ factors).astype(numpy.float32)
    return ground


def sharpness_of(grey: Pixels, region: Mask, share: float = 0.01) -> float:
    """The deviation of the Laplacian along the item's steepest edges, less noise, as a share of their
    contrast. `share` is the part of the region that counts as its steepest.

    The plain variance of the Laplacian (Pech-Pacheco 2000) tells a patterned item from a plain one before it
    tells sharp from blurred; this share depends on how wide an edge is, hardly on how many there are, how
    strong, or in what light.
    """
    import cv2
    import numpy

    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    steps = cv2.magnitude(across, cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    bend = cv2.Laplacian(grey, cv2.CV_32F)
    steepest = region & (steps >= numpy.percentile(steps[region], 100 - 100 * share))
    near = cv2.dilate(steepest.astype(numpy.uint8), numpy.ones((3, 3), numpy.uint8)) > 0
    around = numpy.ones((15, 15), numpy.uint8)
    contrast = cv2.dilate(grey, around).astype(numpy.float32) - cv2.erode(grey, around)
    strength = float(numpy.mean(contrast[near] ** 2))
    return float((numpy.mean(bend[near] ** 2) / strength) ** 0.5) if strength > 0 else 0.0


def light_problems(pixels: Pixels, grey: Pixels, region: Mask, limits: Limits = LIMITS) -> list[str]:
    """Exposure and mirrored lamps: one of the codes `dark`, `bright` and `glare`, or none."""
    import cv2
    import numpy

    middle, light = numpy.percentile(grey, (50, 99))
    if middle < limits.dark_middle and light < limits.dark_light:
        return ["dark"]
    clipped = cv2.countNonZero(255 - cv2.inRange(pixels, (0, 0, 0), (251, 251, 251))) / grey.size
    if clipped > limits.bright_share or (grey[region] >= 250).mean() > 1.75 * limits.bright_share:
        return ["bright"]
    colour = cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV)
    white = ((colour[..., 2] >= 252) & (colour[..., 1] < 40) & region).astype(numpy.uint8)
    least = limits.glare_share * int(region.sum())
    # All spots together are no mirrored lamp: then none of them is, and they need not be told apart.
    if cv2.countNonZero(white) <= least:
        return []
    _, _, stats, _ = cv2.connectedComponentsWithStats(white)
    left, top, wide, high, areas = stats[1:].T
    # What goes on beyond the picture is a window or white paper behind the item rather than a lamp mirrored in it.
    inside = (left > 0) & (top > 0) & (left + wide < white.shape[1]) & (top + high < white.shape[0])
    return ["glare"] if bool((areas[inside] > least).any()) else []
