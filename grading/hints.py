"""What comparing photos can hint at: kinds, words that say what to check, and which are on; never a grade."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from grading.compare import OTHER_FEATURES, Comparison, Region
from grading.jpeg import Pixels, decode
from grading.mat import item_box, item_mask, locate_in
from grading.unusual import Unusual

Kind = Literal[
    "photo_reused",
    "same_item_again",
    "wrong_item",
    "damage_area",
    "unusual_area",
    "missing_part",
    "wrong_colour",
    "wrong_size",
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]

HINT_TEXTS: Mapping[Kind, str] = {
    "photo_reused": "This picture looks like one of an earlier item. Is the item itself on the mat?",
    "same_item_again": "An earlier item has the same marks. Is it this very one, come back again?",
    "wrong_item": "It does not look like others of this article. Is it the right one?",
    "damage_area": "Something differs from good ones. Look at the marked place.",
    "unusual_area": "This place looks unusual. Look at it closely.",
    "missing_part": "Something good ones have is not seen here. Look at the marked place.",
    "wrong_colour": "Compare the colour with the picture.",
    "wrong_size": "Measure the item: it is not of the size it should be.",
}
"""English message ids by kind: what to check."""

ON: Mapping[Kind, tuple[str, ...]] = {
    "photo_reused": ("*",),
    "same_item_again": (),
    "wrong_item": (),
    "damage_area": ("audio", "china", "electronics", "home", "laptops", "media", "phones"),
    "unusual_area": (),
    "missing_part": (),
    "wrong_colour": (),
    "wrong_size": (),
}
"""The categories (`*`: all) for which a kind is on where a site says nothing: only kinds whose use was measured.

`damage_area` needs an article that keeps its shape, so it is off for clothes, bags and shoes. What is off has been
tried on shop photos (`wrong_item`) or made pictures only.
"""

HIGHEST_MM = 60
_CAMERA_MM = 400.0

UNUSUAL = 1250
"""So much more unusual than the middle one few good ones are (see tests/long/compare_photos.py)."""

SAME_MARKS = 500
"""From this share of marks on (`Comparison.shared`) two photos show one piece (see tests/long/compare_photos.py)."""

LIKELY = 700
"""From this confidence on a hint is likely; below it, perhaps."""


class Hint(msgspec.Struct, frozen=True):
    """One thing to check: its kind, how sure it is (0 to 1000), where (empty: everywhere) and what it rests on."""

    kind: Kind
    confidence: int
    region: Region | None = None
    detail: str = ""


def is_on(kind: Kind, category: str, chosen: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether a kind is on for a category; `chosen` are a site's categories by kind, before the program's."""
    categories = chosen.get(kind, ON[kind])
    return "*" in categories or category in categories


def of_comparison(comparison: Comparison) -> tuple[Hint, ...]:
    """Return what the places that differ hint at, the surest of each kind; or that it is another article.

    The latter where hardly a feature agrees with any reference, and many among the references.
    """
    if comparison.features < OTHER_FEATURES and comparison.among >= 2 * OTHER_FEATURES:
        sure = round(850 - 500 * comparison.features / OTHER_FEATURES)
        return (Hint("wrong_item", sure, None, f"{comparison.features} / {comparison.among}"),)
    found: dict[Kind, Hint] = {}
    for each in comparison.differences:
        kind: Kind = "missing_part" if each.absent else "damage_area"
        found.setdefault(kind, Hint(kind, each.confidence, each.region, str(comparison.aligned)))
    return tuple(found.values())


def of_look(looked: Unusual) -> Hint | None:
    """Hint at the most unusual place, where it is more than that of good photos."""
    if looked.permille < UNUSUAL:
        return None
    sure = round(min(800, 300 + 0.8 * (looked.permille - UNUSUAL)))
    return Hint("unusual_area", sure, looked.region, f"{looked.permille / 1000:.2f}")


def of_marks(comparison: Comparison) -> tuple[Hint, int] | None:
    """Hint at the piece of an earlier photo, with the place of that photo among those compared; the surest alone."""
    best = max(comparison.shared, default=0)
    if best < SAME_MARKS:
        return None
    place = comparison.differences[0].region if comparison.differences else None
    return Hint("same_item_again", min(900, best), place), comparison.shared.index(best)


def of_colour(photo: bytes, reference: bytes, gains: Sequence[float] = ()) -> Hint | None:
    """Hint at another colour than the reference's; `gains` (red, green, blue, on linear light) make the photo's white.

    Compared are the middle colours (CIELAB, CIE 1976 difference) of what is not the mat; from 18 on they are two
    colours to most people in unlike light.
    """
    seen, there = _colour(photo, gains), _colour(reference, ())
    if seen is None or there is None:
        return None
    # Brightness counts for a third: the lamp and the lens change it most.
    apart = ((seen[0] - there[0]) / 3) ** 2 + (seen[1] - there[1]) ** 2 + (seen[2] - there[2]) ** 2
    difference = apart**0.5
    if difference < 18:
        return None
    return Hint("wrong_colour", round(min(900, 300 + 20 * (difference - 18))), None, f"dE {difference:.0f}")


def of_size(photo: bytes, size_mm: Sequence[int]) -> Hint | None:
    """Hint at another size than the article's length, width and height, whichever face it lies on; None without a mat.

    A high thing looks larger than it is, as its top is nearer to the camera: nothing is said of what is higher than
    HIGHEST_MM, and what is not is given the room that a camera 400 mm above the mat makes.
    """
    pixels = decode(photo)
    mat = locate_in(pixels) if pixels is not None else None
    if pixels is None or mat is None:
        return None
    box = item_box(pixels, mat)
    off = size_off(box, size_mm) if box is not None else None
    if box is None or not off:
        return None
    known = " x ".join(str(each) for each in size_mm)
    return Hint("wrong_size", round(min(900, 400 + 2000 * off)), None, f"{box[0]:.0f} x {box[1]:.0f} / {known} mm")


def size_off(box: tuple[float, float], size_mm: Sequence[int]) -> float | None:
    """Return how far a measured length and width are beyond what each face of the article allows, as a share of it.

    The best face counts; 0 when one fits, None when a size is not known or every face is too high to say.
    """
    if len(size_mm) != 3 or min(size_mm) <= 0:
        return None
    offs = []
    for height in set(size_mm):
        if height <= HIGHEST_MM:
            face = sorted(size_mm, reverse=True)
            face.remove(height)
            near = _CAMERA_MM / (_CAMERA_MM - height)
            offs.append(max(_beyond(seen, known, near) for seen, known in zip(box, face, strict=True)))
    return min(offs, default=None)


def _beyond(seen_mm: float, known_mm: float, near: float) -> float:
    slack = max(3.0, 0.04 * known_mm)
    return max(known_mm - slack - seen_mm, seen_mm - known_mm * near - slack, 0.0) / known_mm


def _colour(jpeg: bytes, gains: Sequence[float]) -> tuple[float, float, float] | None:
    """The middle L*, a*, b* of the item; None where there is next to nothing.

    On a printed mat that is what lies on its white; elsewhere what is not of the border's colour.
    """
    pixels = decode(jpeg)
    if pixels is None or min(pixels.shape[:2]) < 64:
        return None
    import cv2
    import numpy

    small: Pixels = cv2.resize(pixels, (160, 160), interpolation=cv2.INTER_AREA).astype(numpy.float32) / 255
    # A gain of light is so much less of a stored value, which is light to the power of about 1 / 2.2.
    factors = numpy.array(gains[::-1] or (1.0, 1.0, 1.0), numpy.float32) ** (1 / 2.2)
    lab = cv2.cvtColor(numpy.clip(small * factors, 0, 1), cv2.COLOR_BGR2LAB)
    mat = locate_in(pixels)
    item = item_mask(pixels, mat) if mat is not None else None
    if item is not None:
        # Only what is wholly the item: its edge is half mat.
        inner = cv2.erode(cv2.resize(item, (160, 160), interpolation=cv2.INTER_AREA), numpy.ones((3, 3), numpy.uint8))
        apart = inner == 255
    else:
        border = numpy.concatenate([lab[:8].reshape(-1, 3), lab[-8:].reshape(-1, 3), lab[:, :8].reshape(-1, 3)])
        apart = numpy.linalg.norm(lab - numpy.median(border, axis=0), axis=2) > 14
    if apart.mean() < (0.004 if item is not None else 0.02):
        return None
    middle = numpy.median(lab[apart], axis=0)
    return float(middle[0]), float(middle[1]), float(middle[2])
