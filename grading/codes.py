"""Reads the barcodes in a photo: as it is first, then helped by contrast, size and rotation."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from grading.jpeg import Pixels, decode

MAX_CODES = 32


class Code(msgspec.Struct, frozen=True):
    """One barcode: its text, its symbology as zxing-cpp names it (`EAN-13`, `Code 128`), its AIM identifier
    (`]E0`).

    The text is plain: FNC1 of GS1 codes stands as the group separator (0x1D).
    """

    text: str
    symbology: str
    aim: str


def read(jpeg: bytes) -> tuple[Code, ...]:
    """Return the barcodes in a photo, or none; never raises.

    A 2-D code corrects its own errors and counts when it is read once. A linear code has at best one check
    digit, so it counts when two differently treated versions of the photo give the same text.
    """
    pixels = decode(jpeg)
    if pixels is None:
        return ()
    votes: Counter[Code] = Counter()
    for tries, version in enumerate(_versions(pixels), 1):
        for code, linear in _seen(version):
            votes[code] += 1 if linear else 2
        if tries > 1 and votes and min(votes.values()) > 1:
            break
    return tuple(code for code, count in votes.items() if count > 1)[:MAX_CODES]


def _versions(pixels: Pixels) -> Iterator[Pixels]:
    """The photo as it is, then with even contrast, larger, sharper, and with its stripes upright."""
    import cv2

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
    yield grey
    yield even.apply(grey)
    if grey.size <= 4_000_000:
        large = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        yield even.apply(large)
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    yield cv2.addWeighted(grey, 2.0, soft, -1.0, 0.0)
    upright = _turned(grey, _stripes(grey))
    yield upright
    yield even.apply(upright)


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


def _turned(grey: Pixels, degrees: float) -> Pixels:
    """The photo rotated, whole: linear codes are read along rows and columns only."""
    import cv2

    height, width = grey.shape[:2]
    side = int((height * height + width * width) ** 0.5) + 1
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    return cv2.warpAffine(grey, matrix, (side, side), flags=cv2.INTER_CUBIC, borderValue=(255.0,))


def _seen(grey: Pixels) -> list[tuple[Code, bool]]:
    """Every distinct code in one version, and whether it is linear."""
    import zxingcpp

    found = zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain)
    linear = zxingcpp.barcode_formats_list(zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllLinear))
    codes = {
        Code(code.text, str(code.format), code.symbology_identifier): code.format in linear
        for code in found
        if code.valid and code.text
    }
    return list(codes.items())
