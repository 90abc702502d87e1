"""Pictures that nobody should hand in: each made here, small, and named by what is wrong with it."""

import io
import struct
import zlib
from collections.abc import Mapping

import numpy
from PIL import Image

RED, WHITE = (200, 40, 30), (240, 240, 240)


def drawn(mode: str = "RGB", size: tuple[int, int] = (160, 96)) -> Image.Image:
    """Red, with a white upper left quarter: one sees how it lies."""
    image = Image.new("RGB", size, RED)
    image.paste(WHITE, (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def claiming(jpeg: bytes, high: int, wide: int) -> bytes:
    """A JPEG whose header says another size."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", high, wide) + jpeg[at + 4 :]


def endless_passes() -> bytes:
    """A progressive JPEG that goes over its pixels 400 times more (libjpeg-turbo calls it a bomb)."""
    content = saved(drawn(size=(1_600, 1_200)), progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * 400 + content[-2:]


def turned(orientation: int) -> Image.Exif:
    """EXIF data that say how the stored rows and columns lie (EXIF 2.32, 4.6.4)."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def deep(mode: str) -> bytes:
    """A PNG with 16 bits for each colour; Pillow writes grey ones alone, so that colours are written by hand."""
    if mode == "L":
        return saved(Image.fromarray(numpy.full((192, 320), 40_000, numpy.uint16)), "PNG")
    return png(320, 192, 16, (b"\x00" + b"\x9c\x40\x20\x00\x10\x00" * 320) * 192)


def png(wide: int, high: int, bits: int, rows: bytes) -> bytes:
    """A PNG in colours that says it is so large, and holds these rows."""
    header = struct.pack(">II5B", wide, high, bits, 2, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    for name, content in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        made += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return made


_WHOLE = saved(drawn(size=(320, 192)), comment=b"x" * 200)

FOREIGN: Mapping[str, bytes] = {
    "nothing": b"",
    "text": b"this is no picture at all\n" * 50,
    "a page": b"<!doctype html><script>alert(1)</script>",
    "PNG": saved(drawn(), "PNG"),
    "PNG of 16 bits": deep("L"),
    "PNG of 16 bits in colour": deep("RGB"),
    "animated PNG": saved(drawn(), "PNG", save_all=True, append_images=[drawn("L").convert("RGB")] * 3),
    "GIF": saved(drawn("P"), "GIF"),
    "animated GIF": saved(drawn("P"), "GIF", save_all=True, append_images=[drawn("P")] * 3),
    "WebP": saved(drawn(), "WEBP"),
    "TIFF": saved(drawn(), "TIFF"),
    "BMP": saved(drawn(), "BMP"),
    "PDF": saved(drawn(), "PDF"),
    "a PNG that claims too much": png(60_000, 60_000, 8, bytes(10_000)),
    "a PNG that is cut off": saved(Image.effect_noise((320, 192), 80).convert("RGB"), "PNG")[:9_000],
    "zeros": bytes(100_000),
    "only the beginning": b"\xff\xd8\xff\xe0",
    "filling without end": b"\xff\xd8" + b"\xff" * 200_000,
    "segments of no length": b"\xff\xd8" + b"\xff\xe1\x00\x00" * 20_000,
    "a zip": b"PK\x03\x04" + zlib.compress(bytes(1_000)),
}
"""What is no JPEG, or only begins like one."""

BROKEN: Mapping[str, bytes] = {
    "cut off in its header": _WHOLE[:150],
    "bomb": claiming(_WHOLE, 65_535, 65_535),
    "no height": claiming(_WHOLE, 0, 320),
    "larger than its bytes": claiming(_WHOLE, 1_920, 3_200),
    "endless passes": endless_passes(),
    "a strip": saved(Image.new("RGB", (1, 30_000), "grey")),
    "huge": saved(Image.new("L", (8_000, 6_400), 128)),
}
"""JPEGs that are damaged, or no picture anybody could use."""

ODD: Mapping[str, bytes] = {
    "one pixel": saved(drawn(size=(1, 1))),
    "grey": saved(drawn("L", (320, 192))),
    "CMYK": saved(drawn("CMYK", (320, 192))),
    "turned": saved(drawn(size=(320, 192)), exif=turned(6)),
    "cut off in its middle": saved(Image.effect_noise((320, 192), 80).convert("RGB"))[:9_000],
    "something behind it": _WHOLE + b"PK\x03\x04" + b"<script>",
}
"""JPEGs that may be taken for what they are, or refused, but never raise."""
