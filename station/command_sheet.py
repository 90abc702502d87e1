"""A sheet of command barcodes for the bench, so that the whole job can be done with the scanner alone."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from station.preview import bars
from station.typeface import Typeface

DPI = 300
_PAGE = (2480, 3508)  # A4 at 300 dpi
_MARGIN = 150
_COLUMNS, _ROWS = 2, 9
_MODULE = 5  # 0.42 mm: read at arm's length
_BAR_HEIGHT = 150
_QUIET = 10 * _MODULE


def draw(commands: Sequence[tuple[str, str]], heading: str) -> bytes:
    """Return one A4 page as PNG: `commands` are (value, words), the words already in the person's language.

    Each barcode holds `RS:` and the value. Raises ValueError for more than a page holds (18), or for a value that is
    empty, not printable ASCII or too long for its place.
    """
    if len(commands) > _COLUMNS * _ROWS:
        raise ValueError(f"{len(commands)} commands do not fit on one page of {_COLUMNS * _ROWS}")
    page = Image.new("L", _PAGE, 255)
    face = Typeface()
    face.draw(page, _MARGIN, _MARGIN, 110, heading)
    width = (_PAGE[0] - 2 * _MARGIN) // _COLUMNS
    height = (_PAGE[1] - 2 * _MARGIN - 200) // _ROWS
    for number, (value, words) in enumerate(commands):
        row, column = divmod(number, _COLUMNS)
        _command(page, face, (_MARGIN + column * width, _MARGIN + 200 + row * height), width, (value, words))
    png = io.BytesIO()
    page.convert("1").save(png, "PNG", dpi=(DPI, DPI))
    return png.getvalue()


def _command(page: Image.Image, face: Typeface, corner: tuple[int, int], width: int, said: tuple[str, str]) -> None:
    value, words = said
    if not value:
        raise ValueError("a command has no value")
    left, top = corner
    modules = bars(f"RS:{value}")
    if len(modules) * _MODULE + 2 * _QUIET > width:
        raise ValueError(f"the command {value!r} is too long for its place on the sheet")
    size = min(70.0, 70 * (width - _QUIET) / max(1.0, face.width(words, 70)))
    face.draw(page, left + _QUIET, top, round(size), words)
    pen = ImageDraw.Draw(page)
    for place, module in enumerate(modules):
        if module == "1":
            x = left + _QUIET + place * _MODULE
            pen.rectangle((x, top + 80, x + _MODULE - 1, top + 80 + _BAR_HEIGHT - 1), fill=0)
