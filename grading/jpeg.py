"""Turns the bytes of one JPEG into pixels, or says that they are none; never raises for what it is given."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cv2.typing import MatLike

    Pixels = MatLike
else:
    Pixels = Any

MAX_PIXELS = 100_000_000

_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})


def decode(jpeg: bytes) -> Pixels | None:
    """Return the photo as height × width × 3 bytes (blue, green, red), or None when it is not a whole JPEG.

    A header that asks for more than 100 megapixels is refused before any memory is taken.
    """
    pixels = _pixels(jpeg)
    if pixels is None or pixels > MAX_PIXELS:
        return None
    import cv2
    import numpy

    try:
        return cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None


def _pixels(jpeg: bytes) -> int | None:
    """Height times width from the frame header (ITU-T T.81, B.2.2), or None when there is none to be found."""
    if not jpeg.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(jpeg[at + 5 : at + 7], "big") * int.from_bytes(jpeg[at + 7 : at + 9], "big")
        # 0xFF may be repeated as filling before a marker (B.1.1.2).
        at += 1 if marker == 0xFF else 2 + length
    return None
