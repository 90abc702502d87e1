"""Reads the barcodes in a photo: as it is first, then helped by contrast, size, rotation and focus."""

from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from grading import stripes
from grading.jpeg import Pixels, decode

if TYPE_CHECKING:
    import numpy.typing

    Matrix = numpy.typing.NDArray[numpy.float64]
else:
    Matrix = Any

Point = tuple[int, int]
Corners = tuple[Point, Point, Point, Point]

MAX_CODES = 32
WITHIN_S = 1.5

# Codes with no check digit, or so short that a wrong text has a right one often enough.
_WEAK = frozenset({"UPC-E", "EAN-8", "ITF", "Codabar", "Code 39"})
_VOTES, _WEAK_VOTES = 2, 3
# A larger photo is drawn no larger: its bars have pixels enough.
_LARGE = 1_000_000


class Code(msgspec.Struct, frozen=True):
    """One barcode: its text, its symbology as zxing-cpp names it (`EAN-13`, `Code 128`), its AIM identifier
    (`]E0`).

    The text is plain: FNC1 of GS1 codes stands as the group separator (0x1D).
    """

    text: str
    symbology: str
    aim: str


class Found(msgspec.Struct, frozen=True):
    """One barcode and where it lies: its corners in pixels of the photo, in the order top left, top right, bottom
    right, bottom left of the code itself.
    """

    code: Code
    corners: Corners


class _Look(msgspec.Struct, frozen=True):
    """One version of the photo or of a part: its pixels, the matrix back to the photo, which codes to look for."""

    pixels: Pixels
    back: Matrix
    kinds: Literal["all", "linear", "bars"]


class _Read(msgspec.Struct):
    """What was read, and in how many versions."""

    found: Found
    linear: bool
    votes: int = 0

    def is_sure(self) -> bool:
        """Whether enough versions say so."""
        return not self.linear or self.votes >= (_WEAK_VOTES if self.found.code.symbology in _WEAK else _VOTES)


Reads = dict[Code, _Read]


def read(jpeg: bytes, within_s: float = WITHIN_S, clock: Callable[[], float] = monotonic) -> tuple[Code, ...]:
    """Return the barcodes in a photo, each once, or none; never raises. See `find`."""
    return tuple(each.code for each in find(jpeg, within_s, clock))


def find(
    photo: bytes | Pixels, within_s: float = WITHIN_S, clock: Callable[[], float] = monotonic
) -> tuple[Found, ...]:
    """Return the barcodes in a photo (a JPEG, or its pixels) and where they lie, or none; never raises.

    A 2-D code corrects its own errors and counts when it is read once. A linear code has at best one check
    digit, so it counts when two differently treated versions of the photo give the same text, three where it is short
    or has no check digit, and when no other text is read at its place nearly as often.
    No version is begun that would likely end later than `within_s` seconds: then it is what was proven so far.
    """
    began = clock()
    pixels = decode(photo) if isinstance(photo, bytes) else photo
    if pixels is None:
        return ()
    reads: Reads = {}
    pace = 0.0
    for look in _looks(pixels, reads):
        started = clock()
        if started - began + pace * look.pixels.size > within_s:
            break
        _count(look, reads)
        pace = max(pace, (clock() - started) / look.pixels.size)
    return tuple(each.found for each in _settled(reads))[:MAX_CODES]


def _looks(pixels: Pixels, reads: Reads) -> Iterator[_Look]:
    """The versions in their order, the cheap and likely ones first; what was read so far tells where to end."""
    import cv2
    import numpy

    whole = numpy.eye(2, 3)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if pixels.ndim == 3 else pixels
    yield _Look(grey, whole, "all")
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
    if any(each.linear for each in reads.values()) or not reads:
        yield _Look(even.apply(grey), whole, "all")
    for place in stripes.places(grey):
        if not _is_read(place.middle, reads):
            yield from _bars(place, reads)
    if reads and _settled(reads) and all(each.is_sure() for each in reads.values()):
        return
    if not _has_texture(grey):
        return
    if grey.size <= _LARGE:
        large = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        yield _Look(even.apply(large), whole / 2, "all")
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    yield _Look(cv2.addWeighted(grey, 2.0, soft, -1.0, 0.0), whole, "all")
    yield _Look(cv2.GaussianBlur(grey, (0, 0), 1.0), whole, "all")


def _bars(place: stripes.Place, reads: Reads) -> Iterator[_Look]:
    """The versions of one stripe-like place, until what stands there is sure."""
    import cv2
    import numpy

    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4))
    soft = cv2.GaussianBlur(place.pixels, (0, 0), 3.0)
    for version in (
        even.apply(place.pixels),
        place.pixels,
        cv2.addWeighted(place.pixels, 2.5, soft, -1.5, 0.0),
    ):
        yield _Look(version, place.back, "linear")
        if _is_read(place.middle, reads):
            return
    for version in stripes.focused(place):
        # The bands are drawn lower than the place is: the matrix stretches them again.
        back = place.back * numpy.array([1.0, place.pixels.shape[0] / version.shape[0], 1.0])
        yield _Look(version, back, "bars")
        if _is_read(place.middle, reads):
            return


def _has_texture(grey: Pixels) -> bool:
    """Whether some part is as full of strong edges as any code is."""
    import cv2

    scale = min(1.0, 640 / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3)))
    dense = cv2.blur((edges > 40).astype("float32"), (24, 24))
    return bool(dense.max() > 0.5)


def _is_read(middle: tuple[float, float], reads: Reads) -> bool:
    """Whether a code that is sure lies at this point."""
    return any(each.is_sure() and _holds(each.found.corners, middle) for each in reads.values())


def _holds(corners: Corners, point: tuple[float, float]) -> bool:
    """Whether a point lies in a code, or nearer to its middle than half its length.

    A linear code is often found as one line, and its bars reach further.
    """
    middle = tuple(sum(corner[axis] for corner in corners) / 4 for axis in (0, 1))
    long = max(abs(one[axis] - other[axis]) for one in corners for other in corners for axis in (0, 1))
    return all(abs(middle[axis] - point[axis]) <= long / 2 for axis in (0, 1))


def _settled(reads: Reads) -> list[_Read]:
    """What is sure, and not said otherwise between the same two ends half as often."""
    return [
        each
        for each in reads.values()
        if each.is_sure()
        and not any(
            other is not each and other.linear and other.votes * 2 > each.votes and _has_same_ends(each, other)
            for other in reads.values()
            if each.linear
        )
    ]


def _has_same_ends(one: _Read, other: _Read) -> bool:
    """Whether two readings can be of the same bars. The two codes of a Japanese book lie right above one another, a
    third of their length apart; the codes that are easily misread are given no such room.
    """
    import numpy

    (left, right), ends = (
        numpy.array([[corners[0], corners[3]], [corners[1], corners[2]]]).mean(axis=1)
        for corners in (one.found.corners, other.found.corners)
    )
    long = float(numpy.hypot(*(right - left))) or 1.0
    along = (right - left) / long
    weak = {one.found.code.symbology, other.found.code.symbology} & _WEAK
    over = numpy.array([-along[1], along[0]])
    offsets = numpy.sort((ends - left) @ along) - (0.0, long)
    return bool(
        numpy.abs(offsets).max() < 0.12 * long
        and numpy.abs((ends - left) @ over).max() < (1.0 if weak else 0.25) * long
    )


def _count(look: _Look, reads: Reads) -> None:
    """Read one version and count each of its codes once."""
    import zxingcpp

    linear = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllLinear)
    whole, bars = look.kinds == "all", look.kinds == "bars"
    all_found = zxingcpp.read_barcodes(
        look.pixels,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllReadable) if whole else linear,
        text_mode=zxingcpp.TextMode.Plain,
        try_rotate=whole,
        try_downscale=not bars,
        try_invert=not bars,
        binarizer=zxingcpp.Binarizer.GlobalHistogram if bars else zxingcpp.Binarizer.LocalAverage,
    )
    lines = zxingcpp.barcode_formats_list(linear)
    seen = {}
    for each in all_found:
        if each.valid and each.text:
            code = Code(each.text, str(each.format), each.symbology_identifier)
            seen[code] = (each.format in lines, _moved(each.position, look.back))
    for code, (is_linear, corners) in seen.items():
        reads.setdefault(code, _Read(Found(code, corners), is_linear)).votes += 1


def _moved(position: Any, back: Matrix) -> Corners:
    """Corners in a version, as they lie in the photo."""
    import numpy

    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    points = numpy.array([(each.x, each.y) for each in corners]) @ back[:, :2].T + back[:, 2]
    one, two, three, four = ((round(x), round(y)) for x, y in points.tolist())
    return one, two, three, four
