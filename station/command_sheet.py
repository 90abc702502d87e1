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
PER_PAGE = _COLUMNS * _ROWS
_MODULE = 5  # 0.42 mm: read at arm's length
_BAR_HEIGHT = 150
_QUIET = 10 * _MODULE


def pdf(commands: Sequence[tuple[str, str]], heading: str, codes: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return as many A4 pages as are needed as PDF, to be printed at full size on any office printer.

    `commands` are (value, words), the words already in the person's language; each barcode holds `RS:` and the value.
    `codes` are (data, words) that stand behind the commands and hold just the data, such as the code that shows a
    scanner's keyboard layout. Raises ValueError for a value that is empty, not printable ASCII or too long for its
    place.
    """
    every = [*_coded(commands), *codes]
    starts = range(0, max(1, len(every)), PER_PAGE)
    first, *others = [_page(every[start : start + PER_PAGE], heading) for start in starts]
    file = io.BytesIO()
    first.save(file, "PDF", resolution=DPI, save_all=True, append_images=others)
    return file.getvalue()


def _coded(commands: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if not all(value for value, _ in commands):
        raise ValueError("a command has no value")
    return [(f"RS:{value}", words) for value, words in commands]


def _page(codes: Sequence[tuple[str, str]], heading: str) -> Image.Image:
    page = Image.new("L", _PAGE, 255)
    face = Typeface()
    face.draw(page, _MARGIN, _MARGIN, 110, heading)
    width = (_PAGE[0] - 2 * _MARGIN) // _COLUMNS
    height = (_PAGE[1] - 2 * _MARGIN - 200) // _ROWS
    for number, code in enumerate(codes):
        row, column = divmod(number, _COLUMNS)
        _code(page, face, (_MARGIN + column * width, _MARGIN + 200 + row * height), width, code)
    return page.convert("1")


def _code(page: Image.Image, face: Typeface, corner: tuple[int, int], width: int, said: tuple[str, str]) -> None:
    data, words = said
    left, top = corner
    modules = bars(data)
    if len(modules) * _MODULE + 2 * _QUIET > width:
        raise ValueError(f"{data!r} is too long for its place on the sheet")
    size = min(70.0, 70 * (width - _QUIET) / max(1.0, face.width(words, 70)))
    face.draw(page, left + _QUIET, top, round(size), words)
    pen = ImageDraw.Draw(page)
    for place, module in enumerate(modules):
        if module == "1":
            x = left + _QUIET + place * _MODULE
            pen.rectangle((x, top + 80, x + _MODULE - 1, top + 80 + _BAR_HEIGHT - 1), fill=0)
