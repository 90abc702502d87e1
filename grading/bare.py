"""Takes out of a JPEG all that is not its picture (EXIF, XMP, GPS, thumbnails, comments), without coding it anew.

Cameras add such segments by themselves. They go before the hash is taken, so that one picture has one name, and nothing
of where, when and by which device it was taken leaves with it. The segments are those of ITU-T T.81, B.1.1.
"""

import re

_START, _END, _SCAN, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE

# Frame headers, tables, restart interval and line count: without any of these the picture is another one.
_PICTURE = frozenset({*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}) - {0xC8}
_NO_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})

# In a scan 0xFF 0x00 is a value of 0xFF, 0xFF 0xD0 to 0xD7 are restarts, 0xFF 0xFF is filling (B.1.1.5).
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_JFIF_WITHOUT_THUMBNAIL = 12
_ADOBE_LENGTH = 12
_LONGEST_IFD = 200
_ORIENTATION, _SHORT = 0x0112, 3


def bare(jpeg: bytes) -> bytes | None:
    """Return the JPEG with its picture alone, bit for bit as it was coded, or None when it is not one.

    A picture that lies on its side keeps that one word of its EXIF (orientation, EXIF 2.32, 4.6.4), in a segment of our
    own making; so do its colour profile and its colour model (APP2 ICC, APP14 Adobe). All else goes: other
    applications' segments, comments, thumbnails, what stands between segments, and what follows the picture. One that
    is cut off stays cut off. Doing it twice is the same as doing it once.
    """
    if jpeg[:2] != b"\xff\xd8":
        return None
    kept: list[bytes] = []
    orientation = 0
    at = 2
    while (at := _next_marker(jpeg, at)) >= 0:
        marker = jpeg[at + 1]
        if marker == _END:
            kept.append(b"\xff\xd9")
            break
        if marker in _NO_LENGTH:
            at += 2
            continue
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        after = at + 2 + length
        if marker == _START or length < 2 or after > len(jpeg):
            return None
        content = jpeg[at + 4 : after]
        orientation = orientation or _orientation(marker, content)
        kept.append(_segment(marker, content))
        if marker == _SCAN:
            after = _end_of_scan(jpeg, after)
            kept.append(jpeg[at + 2 + length : after])
        at = after
    turned = [_turned(orientation)] if orientation > 1 else []
    has_header = bool(kept) and kept[0][1:2] == bytes([_APP0])
    head = kept[:1] if has_header else []
    return b"".join([b"\xff\xd8", *head, *turned, *kept[len(head) :]])


def _next_marker(jpeg: bytes, at: int) -> int:
    """Where the next marker is, -1 at the end. What lies between is skipped, as every decoder skips it."""
    at = jpeg.find(b"\xff", at)
    while 0 <= at < len(jpeg) - 1 and jpeg[at + 1] == 0xFF:
        at += 1
    return at if at < len(jpeg) - 1 else -1


def _end_of_scan(jpeg: bytes, at: int) -> int:
    found = _SCAN_END.search(jpeg, at)
    return found.start() if found else len(jpeg)


def _segment(marker: int, content: bytes) -> bytes:
    """The segment as it is kept, empty when it is not."""
    if marker == _APP0 and content.startswith(b"JFIF\0"):
        content = content[:_JFIF_WITHOUT_THUMBNAIL].ljust(_JFIF_WITHOUT_THUMBNAIL, b"\0") + b"\0\0"
    elif marker == _APP14 and content.startswith(b"Adobe"):
        content = content[:_ADOBE_LENGTH]
    elif marker not in _PICTURE and marker != _SCAN and not (marker == _APP2 and content.startswith(b"ICC_PROFILE\0")):
        return b""
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def _orientation(marker: int, content: bytes) -> int:
    """The orientation an EXIF segment tells, 1 to 8; 0 for any other segment and for one that tells none."""
    if marker != _APP1 or not content.startswith(b"Exif\0\0"):
        return 0
    tiff = content[6:]
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(tiff[:4])
    if order is None:
        return 0

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    first = number(4, 4)
    for entry in range(min(number(first, 2), _LONGEST_IFD)):
        at = first + 2 + entry * 12
        if number(at, 2) == _ORIENTATION and number(at + 2, 2) == _SHORT:
            told = number(at + 8, 2)
            return told if 1 <= told <= 8 else 0
    return 0


def _turned(orientation: int) -> bytes:
    """An EXIF segment that tells the orientation and nothing else."""
    entry = _ORIENTATION.to_bytes(2, "big") + _SHORT.to_bytes(2, "big") + (1).to_bytes(4, "big")
    directory = (1).to_bytes(2, "big") + entry + orientation.to_bytes(2, "big") + bytes(2) + bytes(4)
    content = b"Exif\0\0" + b"MM\0*" + (8).to_bytes(4, "big") + directory
    return bytes([0xFF, _APP1]) + (len(content) + 2).to_bytes(2, "big") + content
