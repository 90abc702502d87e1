"""Makes a photograph fit to stand beside an answer: whole, plain, upright, small, and nothing but the picture."""

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from grading import jpeg

MOST_BYTES = 25 * 1024 * 1024
LEAST = (240, 160)
SIZE = (720, 480)
"""As large as the page with large pictures shows one, in pixels."""
_TIMES_AS_LONG = 2
_QUALITY = 88
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
# Behind the signature: the length and name of the first part, width and height, then the bits of one sample.
_PNG_DEPTH_AT = 24

_TOO_LARGE = f"it has more than {jpeg.MAX_PIXELS // 1_000_000} million pixels; make it smaller"
_FOREIGN = "it is neither a JPEG nor a PNG; save it as one of them"
_NOT_WHOLE = "it is damaged or did not come whole; copy it again"


class NotAPicture(ValueError):
    """A file that cannot stand beside an answer; the message says why, and what to do."""


def read(file: Path) -> bytes:
    """Return the cleaned photograph in a file; raises NotAPicture, or OSError when it cannot be read."""
    with file.open("rb") as opened:
        return cleaned(opened.read(MOST_BYTES + 1))


def cleaned(content: bytes) -> bytes:
    """Return a photograph as a JPEG of at most SIZE, upright and without EXIF data, places and comments.

    Raises NotAPicture.
    """
    if not content:
        raise NotAPicture("it is empty")
    if len(content) > MOST_BYTES:
        raise NotAPicture(f"it has more than {MOST_BYTES // 1024**2} MB; make it smaller")
    if content.startswith(_PNG) and content[_PNG_DEPTH_AT : _PNG_DEPTH_AT + 1] == b"\x10":
        raise NotAPicture("it has 16 bits for each colour; save it with 8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(_TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise NotAPicture(_NOT_WHOLE if content.startswith((_JPEG, _PNG)) else _FOREIGN) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotAPicture(_NOT_WHOLE) from error
    with opened as image:
        _look(image, content)
        return _made(image)


def _look(image: Image.Image, content: bytes) -> None:
    """Refuse, by what its header says, a picture that would be no good or would cost too much to open."""
    if image.format == "PNG" and getattr(image, "is_animated", False):
        raise NotAPicture("it moves; save one picture of it")
    wide, high = image.size
    if wide * high > jpeg.MAX_PIXELS:
        raise NotAPicture(_TOO_LARGE)
    if max(wide, high) > _TIMES_AS_LONG * min(wide, high):
        raise NotAPicture("it is more than twice as long as it is high, or as high as it is long; crop it")
    if max(wide, high) < LEAST[0] or min(wide, high) < LEAST[1]:
        raise NotAPicture(f"it is too small to show anything; it needs {LEAST[0]} × {LEAST[1]} pixels")
    if image.mode == "CMYK":
        raise NotAPicture("it is in the colours of printing (CMYK); save it as RGB")
    # What the bench's own photos are opened by: it refuses passes without end before it takes any memory.
    if image.format != "PNG" and jpeg.decode(content) is None:
        raise NotAPicture(_NOT_WHOLE)


def _made(image: Image.Image) -> bytes:
    try:
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail(SIZE, Image.Resampling.LANCZOS)
        if upright.has_transparency_data:
            upright = upright.convert("RGBA")
            ground = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(ground, upright)
        made = io.BytesIO()
        upright.convert("RGB").save(made, "JPEG", quality=_QUALITY, exif=b"", comment=b"")
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotAPicture(_NOT_WHOLE) from error
    return made.getvalue()
