"""Turns the bytes of one JPEG into pixels, or says that they are none; never raises for what it is given."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cv2.typing import MatLike

    Pixels = MatLike
else:
    Pixels = Any

MAX_PIXELS = 50_000_000
"""More than any camera of a bench or a telephone makes; three bytes each in memory."""

# A progressive JPEG may go over its pixels again and again in a few bytes each time; encoders use ten passes or so.
_MAX_WORK = 20 * MAX_PIXELS
_MAX_PASSES = 200
_PASS = b"\xff\xda"
# A block of 8 x 8 pixels takes one bit at the very least: what claims more has not come whole (or never was).
_MAX_PIXELS_PER_BYTE = 8 * 64
# Made smaller to be looked at, a longer strip would have no width left; the longest panorama is nowhere near.
_MOST_TIMES_AS_LONG = 100
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})


def decode(jpeg: bytes) -> Pixels | None:
    """Return the photo as height × width × 3 bytes (blue, green, red), upright, or None when it is not a whole JPEG.

    Whatever is not a JPEG is refused, and so is a header that asks for more than MAX_PIXELS, for more passes over
    them than any encoder makes, or for a strip that is no picture, before any memory is taken. Bytes behind the
    picture's end are left alone.
    """
    sides, passes = sorted(_sides(jpeg)), jpeg.count(_PASS)
    pixels = sides[0] * sides[1]
    if not 0 < pixels <= min(MAX_PIXELS, len(jpeg) * _MAX_PIXELS_PER_BYTE) or sides[1] > _MOST_TIMES_AS_LONG * sides[0]:
        return None
    if passes > _MAX_PASSES or passes * pixels > _MAX_WORK:
        return None
    import cv2
    import numpy

    try:
        return cv2.imdecode(numpy.frombuffer(jpeg, numpy.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None


def encode(pixels: Pixels, quality: int = 92) -> bytes:
    """Return the picture as a JPEG with nothing else in it; raises ValueError when it cannot be coded."""
    import cv2

    coded, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not coded:
        raise ValueError("the picture cannot be coded")
    return data.tobytes()


def pixels_of(photo: bytes | Pixels) -> Pixels | None:
    """Return the pixels of a photo, which may be decoded already: one photo is decoded once."""
    return decode(photo) if isinstance(photo, bytes) else photo


def _sides(jpeg: bytes) -> tuple[int, int]:
    """Height and width from the frame header (ITU-T T.81, B.2.2); nothing where there is none to be found."""
    if not jpeg.startswith(b"\xff\xd8"):
        return 0, 0
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(jpeg[at + 5 : at + 7], "big"), int.from_bytes(jpeg[at + 7 : at + 9], "big")
        # 0xFF may be repeated as filling before a marker (B.1.1.2).
        at += 1 if marker == 0xFF else 2 + length
    return 0, 0
