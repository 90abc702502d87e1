"""Turns the bytes of one JPEG into pixels, or says that they are none; never raises for what it is given."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cv2.typing import MatLike

    Pixels = MatLike
else:
    Pixels = Any

MAX_BYTES = 40_000_000
MAX_PIXELS = 100_000_000

_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})


def decode(jpeg: bytes) -> Pixels | None:
    """Return the photo as height × width × 3 bytes (blue, green, red), or None when it is not a whole JPEG.

    A file cut short is refused although a decoder would fill the rest with grey, and so is one whose header
    asks for more than 100 megapixels, before any memory is taken.
    """
    size = _size(jpeg)
    if size is None or not 0 < size[0] * size[1] <= MAX_PIXELS:
        return None
    import cv2
    import numpy

    try:
        return cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None


def _size(jpeg: bytes) -> tuple[int, int] | None:
    """Height and width from the frame header (ITU-T T.81, B.2.2); None if start, frame or end is missing."""
    if not jpeg.startswith(b"\xff\xd8") or len(jpeg) > MAX_BYTES:
        return None
    # Some cameras pad a frame with zeros behind its end marker.
    if not jpeg[-4096:].rstrip(b"\0").endswith(b"\xff\xd9"):
        return None
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(jpeg[at + 5 : at + 7], "big"), int.from_bytes(jpeg[at + 7 : at + 9], "big")
        if marker == 0xDA or length < 2:
            return None
        at += 2 + length
    return None
