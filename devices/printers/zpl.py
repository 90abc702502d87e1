"""Labels as ZPL II: elements at millimetre positions to bytes, with user data that cannot break out.

Source: Zebra ZPL II programming guide, ^FH, ^FD, ^CI28, ^BC, ^FB, ^GB, ^PQ. Nothing is left to what the
printer has saved: width, length, home, orientation, character set and quantity are always sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from devices.printers.symbols import LONGEST_FIELD, Kind, command, escaped, picture

_LARGEST_DOTS = 32_000  # of ^PW, ^LL, ^FO and ^GB
_DOTS_PER_MM: Mapping[int, int] = {203: 8, 300: 12, 600: 24}

Millimetres = Decimal | int | float


@dataclass(frozen=True, slots=True)
class Text:
    """Text in the printer's scalable font; `width_mm` and `lines` make it a block that wraps."""

    x_mm: Millimetres
    y_mm: Millimetres
    height_mm: Millimetres
    text: str
    width_mm: Millimetres | None = None
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Code128:
    """A Code 128 barcode (]C0) with bars `height_mm` high and modules `module_mm` wide."""

    x_mm: Millimetres
    y_mm: Millimetres
    height_mm: Millimetres
    text: str
    module_mm: Millimetres = Decimal("0.25")
    with_text: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of lines `line_mm` thick; a line where one side is as short as that; `filled` is black."""

    x_mm: Millimetres
    y_mm: Millimetres
    width_mm: Millimetres
    height_mm: Millimetres
    line_mm: Millimetres = Decimal("0.25")
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode of any kind; `height_mm` is the bars', and without meaning for the square kinds.

    The data of the two GS1 kinds is written with its identifiers in brackets: (01)09501101530003(10)AB-7.
    """

    kind: Kind
    x_mm: Millimetres
    y_mm: Millimetres
    data: str
    module_mm: Millimetres = Decimal("0.25")
    height_mm: Millimetres = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """Dots as they are, one bit each, 1 black, rows of `row_bytes` from the top."""

    x_mm: Millimetres
    y_mm: Millimetres
    pixels: bytes
    row_bytes: int


Element = Text | Code128 | Box | Symbol | Picture


def label(width_mm: Millimetres, height_mm: Millimetres, dpi: int, elements: Sequence[Element]) -> bytes:
    """One label, once: ^XA … ^XZ for a printer of 203, 300 or 600 dpi; ValueError for any other or for a
    field longer than a printer takes.
    """
    if dpi not in _DOTS_PER_MM:
        raise ValueError(f"no ZPL printer has {dpi} dpi; one of {', '.join(map(str, _DOTS_PER_MM))}")
    scale = _DOTS_PER_MM[dpi]
    lines = [
        f"^XA^CI28^PW{_dots(width_mm, scale)}^LL{_dots(height_mm, scale)}^LH0,0^PON^PQ1,0,1,N",
        *(_element(element, scale) for element in elements),
        "^XZ",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def text_field(text: str) -> str:
    """User text as a ^FH_ field: everything that is not plain ASCII, and `^`, `~`, `_`, becomes _hh."""
    field = escaped(text.replace("\0", " "))
    if len(field) > LONGEST_FIELD:
        raise ValueError(f"a field of {len(field)} bytes is longer than the {LONGEST_FIELD} a printer takes")
    return field


def block_field(text: str) -> str:
    r"""User text inside ^FB, where `\&` breaks the line and `\\` means `\` only under ^CI13 (manual, ^FB).

    Under ^CI28 no way to print a backslash is certain, so a slash stands in for it.
    """
    return text_field(text.replace("\\", "/"))


def code128_field(text: str) -> str:
    """User data for ^BC, where `>` starts a function code and so is written `>0`."""
    return text_field(text.replace(">", ">0"))


def _element(element: Element, scale: int) -> str:
    origin = f"^FO{_dots(element.x_mm, scale)},{_dots(element.y_mm, scale)}"
    match element:
        case Symbol():
            module = max(1, _dots(element.module_mm, scale))
            asked = command(element.kind, element.data, module, _dots(element.height_mm, scale))
            return f"{origin}^BY{module}{asked.setting}^FH_^FD{asked.field}^FS"
        case Picture():
            return f"{origin}{picture(element.pixels, element.row_bytes)}^FS"
        case Text():
            return origin + _text(element, scale)
        case Code128():
            module = max(1, _dots(element.module_mm, scale))
            shown = "Y" if element.with_text else "N"
            height = _dots(element.height_mm, scale)
            return f"{origin}^BY{module}^BCN,{height},{shown},N,N^FH_^FD{code128_field(element.text)}^FS"
        case Box():
            width, height = _dots(element.width_mm, scale), _dots(element.height_mm, scale)
            thick = min(width, height) if element.filled else max(1, _dots(element.line_mm, scale))
            return f"{origin}^GB{max(width, thick)},{max(height, thick)},{thick}^FS"


def _text(element: Text, scale: int) -> str:
    height = _dots(element.height_mm, scale)
    font = f"^A0N,{height},{height}"
    if element.width_mm is None:
        return f"{font}^FH_^FD{text_field(element.text)}^FS"
    block = f"^FB{_dots(element.width_mm, scale)},{element.lines},0,L,0"
    return f"{font}{block}^FH_^FD{block_field(element.text)}^FS"


@lru_cache(maxsize=8_192)
def _dots(length_mm: Millimetres, scale: int) -> int:
    dots = round(Decimal(str(length_mm)) * scale)
    if not 0 <= dots <= _LARGEST_DOTS:
        raise ValueError(f"{length_mm} mm are {dots} dots; a printer has 0 to {_LARGEST_DOTS}")
    return dots
