"""Lays one grey picture over another where they show the same thing, or says that they cannot be laid."""

from typing import TYPE_CHECKING, Any, NamedTuple

from grading.jpeg import Pixels

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
else:
    Mask = Any

Matrix = Pixels

LEAST_MATCHES = 14
"""So many features must agree on one placing; below, chance does it."""
_RATIO = 0.78  # Lowe (2004), 7.1: the second best must be clearly worse
_FEATURES = 1500


class Placing(NamedTuple):
    """What takes a place of a photo to a reference's, None where nothing does; and how many features agree on it."""

    matrix: Matrix | None
    matches: int


class Laid(NamedTuple):
    """`photo` as it looks from where `reference` was seen, and where it reaches (`inside`); all of one size.

    `matrix` takes a place of the photo to the reference's; `matches` is how many features agree.
    """

    photo: Pixels
    reference: Pixels
    inside: Mask
    matrix: Matrix
    matches: int


def laid_over(photo: Pixels, reference: Pixels) -> Laid | None:
    """Lay the photo over the reference, both grey; None when they do not show the same thing or it cannot be seen.

    SIFT features, a homography by MAGSAC, and the last fractions of a pixel by ECC.
    """
    return laid_by(placing(photo, reference), photo, reference)


def laid_by(placed: Placing, photo: Pixels, reference: Pixels) -> Laid | None:
    """The same where it is known how they are placed."""
    if placed.matrix is None:
        return None
    import cv2
    import numpy

    matrix = _refined(photo, reference, placed.matrix)
    size = (reference.shape[1], reference.shape[0])
    seen = cv2.warpPerspective(photo, matrix, size, flags=cv2.INTER_LINEAR)
    full = numpy.full(photo.shape[:2], 255, numpy.uint8)
    inside = cv2.warpPerspective(full, matrix, size, flags=cv2.INTER_NEAREST)
    # As far from the edge of the overlap as blurs and patches reach: what is beyond it is no difference.
    well_inside = cv2.erode(inside, numpy.ones((19, 19), numpy.uint8), borderValue=0) > 0
    return Laid(seen, reference, well_inside, matrix, placed.matches)


def placing(
    photo: Pixels, reference: Pixels, within: Pixels | None = None, within_there: Pixels | None = None
) -> Placing:
    """Find how the photo is to be laid over the reference, by what both show where `within` is not 0 (None: all)."""
    import cv2
    import numpy

    sift = cv2.SIFT.create(_FEATURES)
    places, marks = sift.detectAndCompute(photo, within)
    places_there, marks_there = sift.detectAndCompute(reference, within_there)
    if marks is None or marks_there is None or min(len(marks), len(marks_there)) < LEAST_MATCHES:
        return Placing(None, 0)
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(marks, marks_there, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    if len(good) < LEAST_MATCHES:
        return Placing(None, len(good))
    here = numpy.array([places[each.queryIdx].pt for each in good], numpy.float32)
    there = numpy.array([places_there[each.trainIdx].pt for each in good], numpy.float32)
    # The random choices of MAGSAC must be the same each time: a hint is evidence.
    cv2.setRNGSeed(7)
    matrix, agree = cv2.findHomography(here, there, cv2.USAC_MAGSAC, 3.0, None, 2000, 0.999)
    count = 0 if agree is None else int(agree.sum())
    if matrix is None or count < LEAST_MATCHES or not _plausible(matrix, photo.shape, reference.shape):
        return Placing(None, count)
    return Placing(matrix, count)


def _plausible(matrix: Matrix, here: tuple[int, ...], there: tuple[int, ...]) -> bool:
    """Whether the photo's frame stays a frame: not turned inside out, not shrunk to a spot or blown up."""
    import cv2
    import numpy

    height, width = here[:2]
    corners = numpy.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], numpy.float32)
    seen = cv2.perspectiveTransform(corners, matrix)
    share = float(cv2.contourArea(seen, True)) / (there[0] * there[1])
    flat = float(cv2.contourArea(corners, True))
    return bool(cv2.isContourConvex(seen)) and share * flat > 0 and 0.05 < abs(share) < 20


def _refined(photo: Pixels, reference: Pixels, matrix: Matrix) -> Matrix:
    """The placing with a last affine step of at most a few pixels; as it was where that does not converge."""
    import cv2
    import numpy

    size = (reference.shape[1], reference.shape[0])
    seen = cv2.warpPerspective(photo, matrix, size)
    full = cv2.warpPerspective(numpy.full(photo.shape[:2], 255, numpy.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    step: Matrix = numpy.eye(2, 3, dtype=numpy.float32)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
    try:
        # The template is the photo, so that its mask says where it has pixels; the step then goes the other way.
        _, step = cv2.findTransformECC(seen, reference, step, cv2.MOTION_AFFINE, stop, full, 5)
    except cv2.error:
        return matrix
    if abs(step - numpy.eye(2, 3)).max(axis=0)[2] > 12 or abs(step[:, :2] - numpy.eye(2)).max() > 0.05:
        return matrix
    whole = numpy.vstack([step.astype(numpy.float64), [0.0, 0.0, 1.0]])
    placed: Matrix = whole @ matrix
    return placed
