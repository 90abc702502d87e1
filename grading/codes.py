"""Reads the barcodes in a photo: as it is first, then helped by contrast, size and rotation."""

from collections import Counter
from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

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


def read(jpeg: bytes, within_s: float = WITHIN_S) -> tuple[Code, ...]:
    """Return the barcodes in a photo, each once, or none; never raises. See `find`."""
    return tuple(dict.fromkeys(each.code for each in find(jpeg, within_s)))


def find(photo: bytes | Pixels, within_s: float = WITHIN_S) -> tuple[Found, ...]:
    """Return the barcodes in a photo (a JPEG, or its pixels) and where they lie, or none; never raises.

    A 2-D code corrects its own errors and counts when it is read once. A linear code has at best one check
    digit, so it counts when two differently treated versions of the photo give the same text.
    No version is begun after `within_s` seconds: then it is what was proven so far.
    """
    until = monotonic() + within_s
    pixels = decode(photo) if isinstance(photo, bytes) else photo
    if pixels is None:
        return ()
    votes: Counter[Code] = Counter()
    places: dict[Code, Corners] = {}
    for tries, (version, back) in enumerate(_versions(pixels), 1):
        for code, linear, corners in _seen(version):
            votes[code] += 1 if linear else 2
            places.setdefault(code, _moved(corners, back))
        if (tries > 1 and votes and min(votes.values()) > 1) or monotonic() > until:
            break
    return tuple(Found(code, places[code]) for code, count in votes.items() if count > 1)[:MAX_CODES]


def _versions(pixels: Pixels) -> Iterator[tuple[Pixels, Matrix]]:
    """The photo as it is, then with even contrast, larger, sharper, and with its stripes upright; each with the
    matrix that leads back.
    """
    import cv2
    import numpy

    same = numpy.eye(2, 3)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
    yield grey, same
    yield even.apply(grey), same
    if grey.size <= 4_000_000:
        large = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        yield even.apply(large), same / 2
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    yield cv2.addWeighted(grey, 2.0, soft, -1.0, 0.0), same
    upright, back = _turned(grey, _stripes(grey))
    yield upright, back
    yield even.apply(upright), back


def _moved(corners: Corners, back: Matrix) -> Corners:
    """Corners in a version, as they lie in the photo."""
    import numpy

    points = numpy.array(corners) @ back[:, :2].T + back[:, 2]
    one, two, three, four = ((round(x), round(y)) for x, y in points.tolist())
    return one, two, three, four


def _stripes(grey: Pixels) -> float:
    """The direction across the most stripe-like place, in degrees.

    That is where the structure tensor (Bigün and Granlund 1987) has much energy, nearly all of it in one direction.
    """
    import cv2
    import numpy

    scale = min(1.0, 640 / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    across = cv2.Sobel(small, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(small, cv2.CV_32F, 0, 1)
    window = (max(small.shape) // 12,) * 2
    xx, yy, xy = (cv2.blur(each, window) for each in (across * across, down * down, across * down))
    energy = xx + yy
    one_way = numpy.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (energy + 1)
    at = numpy.unravel_index(int(numpy.argmax(energy * one_way**2)), energy.shape)
    return float(numpy.degrees(0.5 * numpy.arctan2(2 * xy[at], xx[at] - yy[at])))


def _turned(grey: Pixels, degrees: float) -> tuple[Pixels, Matrix]:
    """The photo rotated, whole, and the matrix back: linear codes are read along rows and columns only."""
    import cv2

    height, width = grey.shape[:2]
    side = int((height * height + width * width) ** 0.5) + 1
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    upright = cv2.warpAffine(grey, matrix, (side, side), flags=cv2.INTER_CUBIC, borderValue=(255.0,))
    return upright, cv2.invertAffineTransform(matrix)


def _seen(grey: Pixels) -> list[tuple[Code, bool, Corners]]:
    """Every distinct code in one version, whether it is linear, and where it lies there."""
    import zxingcpp

    linear = zxingcpp.barcode_formats_list(zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllLinear))
    codes: dict[Code, tuple[bool, Corners]] = {}
    for found in zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain):
        if found.valid and found.text:
            at = found.position
            corners = [(each.x, each.y) for each in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
            code = Code(found.text, str(found.format), found.symbology_identifier)
            codes[code] = (found.format in linear, (corners[0], corners[1], corners[2], corners[3]))
    return [(code, *rest) for code, rest in codes.items()]
