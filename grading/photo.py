"""Judges a photo at once, so that a bad one is taken again while the item lies there, and knows one taken
before.

The measures and where their limits come from stand with `Limits`. None of them tells what is in the picture.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from grading.jpeg import Pixels, decode

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
    "empty": "There is nothing on the mat. Lay the item under the camera.",
    "blurred": "Not sharp. Hold the item still, or wipe the lens.",
    "glare": "The lamp is mirrored. Turn the item or tilt the lamp.",
}
"""English message ids by problem code: what is wrong and what to do, in the order of `Gate.problems`."""


class Limits(msgspec.Struct, frozen=True):
    """Where a photo stops being good. Pixel values run from 0 to 255, shares from 0 to 1.

    The defaults were set on 19 openly licensed photos and on drawn scenes, not at a bench: a station should
    measure its own. `sharpness`: least sharpness without a reference (photos 0.09 to 0.48; blurred by 1.5
    pixels at most 0.062). `ratio`: least share of the station's reference (between shots of one scene 0.85
    would do; items differ more). `dark_light`, `dark_middle`: dark is when the lightest hundredth and the
    middle of the frame are below these (found 19 of 19 at -2 EV). `bright_share`: so much of the frame has a
    clipped channel (15 of 19 at +2 EV), or nearly twice as much of the item is white. `glare_share`: one spot
    of so much of the item has a value of 252 and more and a saturation under 40. `mat_distance`: how far from
    the mat's a colour must be (CIELAB, 8 bit). `item_share`: least part of the frame an item fills, for a
    photo of the empty mat; `edge`: else, the step from one 160th of the frame to the next that an empty mat
    does not have.
    """

    sharpness: float = 0.06
    ratio: float = 0.5
    dark_light: float = 135.0
    dark_middle: float = 85.0
    bright_share: float = 0.2
    glare_share: float = 0.006
    mat_distance: float = 16.0
    item_share: float = 0.004
    edge: float = 5.0


LIMITS = Limits()


class Gate(msgspec.Struct, frozen=True):
    """The verdict: `problems` are keys of PROBLEM_TEXTS, what to mend first coming first; `ok` means none.

    `sharpness` as in `Limits`, about 0 to 0.6, comparable between photos; `brightness` is the mean of the
    frame, 0 to 1.
    """

    ok: bool
    problems: tuple[str, ...]
    sharpness: float
    brightness: float


def check(
    jpeg: bytes,
    station_reference: float | None = None,
    empty_mat: bytes | None = None,
    limits: Limits = LIMITS,
) -> Gate:
    """Judge one JPEG; never raises.

    `station_reference` is the sharpness a good photo has at this station (its median, say); `empty_mat` a
    photo of the mat with nothing on it, without which the mat is taken to have the colour of the picture's
    border.
    """
    pixels = decode(jpeg)
    if pixels is None or min(pixels.shape[:2]) < 32:
        return Gate(False, ("unreadable",), 0.0, 0.0)
    import cv2

    pixels = _fitted(pixels)
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    steps = _steps(grey)
    mat = decode(empty_mat) if empty_mat is not None else None
    item = _item(pixels, mat, limits)
    present = _is_structured(grey, limits) if mat is None else bool(item.mean() >= limits.item_share)
    region = item if item.any() else item | True
    sharpness = _sharpness(grey, steps, region) if present else 0.0
    needed = limits.sharpness if station_reference is None else station_reference * limits.ratio
    problems = _light(pixels, grey, region, limits)
    if not present and "dark" not in problems:
        problems.append("empty")
    if present and "dark" not in problems and sharpness < needed:
        problems.append("blurred")
    ordered = tuple(code for code in PROBLEM_TEXTS if code in problems)
    return Gate(not ordered, ordered, round(sharpness, 4), round(float(grey.mean()) / 255, 4))


def fingerprint(jpeg: bytes) -> int | None:
    """Return 64 bits that stay nearly the same when a photo is scaled, compressed or brightened; None if unreadable.

    A perceptual hash: the 8 × 8 lowest frequencies of a 32 × 32 cosine transform, a bit set where one is clearly
    above the median, so that grain does not decide. It finds the same picture again; two like items in the same
    place look the same to it too.
    """
    pixels = decode(jpeg)
    if pixels is None:
        return None
    import cv2
    import numpy

    small = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (32, 32), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(numpy.float32))[:8, :8].flatten()
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


def distance(one: int, other: int) -> int:
    """Return in how many of 64 bits two fingerprints differ; up to 4 is the same picture, 12 and more another."""
    return (one ^ other).bit_count()


def _fitted(pixels: Pixels) -> Pixels:
    """The photo at no more than 1600 pixels a side, so that measures mean the same with every camera."""
    import cv2

    scale = 1600 / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _steps(grey: Pixels) -> Pixels:
    """How steep the brightness is at each pixel, in values per pixel."""
    import cv2

    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return cv2.magnitude(across, down) / 4


def _is_structured(grey: Pixels, limits: Limits) -> bool:
    """Whether there is more than a mat under a lamp; seen coarsely, so that grain and blur do not matter."""
    import cv2

    scale = 160 / max(grey.shape)
    coarse = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bool(_steps(coarse).max() > limits.edge)


def _item(pixels: Pixels, mat: Pixels | None, limits: Limits) -> Mask:
    """Where the picture differs from the mat."""
    import cv2
    import numpy

    lab = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_BGR2LAB), (0, 0), 3).astype(numpy.float32)
    if mat is None:
        edge = max(4, min(lab.shape[:2]) // 40)
        border = (lab[:edge], lab[-edge:], lab[:, :edge], lab[:, -edge:])
        ground = numpy.median(numpy.concatenate([side.reshape(-1, 3) for side in border]), axis=0)
    else:
        same_size = cv2.resize(mat, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_AREA)
        ground = cv2.GaussianBlur(cv2.cvtColor(same_size, cv2.COLOR_BGR2LAB), (0, 0), 3).astype(numpy.float32)
        # A lamp that got brighter or dimmer since must not look like an item.
        ground[..., 0] += numpy.median(lab[..., 0] - ground[..., 0])
    far = (numpy.linalg.norm(lab - ground, axis=2) > limits.mat_distance).astype(numpy.uint8)
    far = cv2.morphologyEx(far, cv2.MORPH_OPEN, numpy.ones((7, 7), numpy.uint8))
    outlines, _ = cv2.findContours(far, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = cv2.drawContours(numpy.zeros_like(far), outlines, -1, 1, cv2.FILLED)
    return cv2.dilate(filled, numpy.ones((9, 9), numpy.uint8)) > 0


def _sharpness(grey: Pixels, steps: Pixels, region: Mask) -> float:
    """The variance of the Laplacian along the item's steepest edges, less noise, over the variance of the
    steps there.

    The plain variance of the Laplacian (Pech-Pacheco 2000) tells a patterned item from a plain one before it
    tells sharp from blurred; this ratio depends on how wide an edge is, hardly on how many there are or how
    strong.
    """
    import cv2
    import numpy

    bend = cv2.Laplacian(grey, cv2.CV_32F)
    steepest = region & (steps >= numpy.percentile(steps[region], 97))
    near = cv2.dilate(steepest.astype(numpy.uint8), numpy.ones((3, 3), numpy.uint8)) > 0
    # Noise is everywhere, edges are not: the medians know only noise. Of Gaussian noise 0.6745 and 1.177
    # sigma.
    bend_noise = (float(numpy.median(numpy.abs(bend))) / 0.6745) ** 2
    step_noise = 2 * (float(numpy.median(steps)) / 1.177) ** 2
    bends = float(numpy.mean(bend[near] ** 2)) - bend_noise
    strength = float(numpy.mean(steps[near] ** 2)) - step_noise
    return bends / strength if bends > 0 and strength > 1 else 0.0


def _light(pixels: Pixels, grey: Pixels, region: Mask, limits: Limits) -> list[str]:
    """Exposure and mirrored lamps."""
    import cv2
    import numpy

    middle, light = numpy.percentile(grey, (50, 99))
    if middle < limits.dark_middle and light < limits.dark_light:
        return ["dark"]
    clipped = pixels.max(axis=2) >= 252
    if clipped.mean() > limits.bright_share or (grey[region] >= 250).mean() > 1.75 * limits.bright_share:
        return ["bright"]
    colour = cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV)
    white = ((colour[..., 2] >= 252) & (colour[..., 1] < 40) & region).astype(numpy.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(white)
    largest = int(stats[1:, cv2.CC_STAT_AREA].max()) if count > 1 else 0
    return ["glare"] if largest > limits.glare_share * int(region.sum()) else []
