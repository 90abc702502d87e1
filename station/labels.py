"""Makes labels from templates under resources/labels: what a site may change is data, what must hold is here.

Whatever the fields hold, a label stays one label: text is cut to its place, barcodes keep their quiet zones, and the
ZPL writer turns every sign that could command a printer into data.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import cast

import msgspec

from devices.printers import zpl
from resources import find
from station import plates
from station.records import Apart, Disposition
from station.typeface import Typeface
from station.words import APART_WORDS, ROUTE_WORDS

DOTS_PER_MM: Mapping[int, int] = {203: 8, 300: 12, 600: 24}
_QUIET_MODULES = 10
# Start, check and stop of Code 128 in modules (ISO/IEC 15417); each sign in between has eleven.
_FRAME_MODULES = 11 + 11 + 13
_NARROWEST_MM = 0.19
_WIDEST_DOTS = 10  # of ^BY
_LONGEST_TEXT = 400
_ROW_MM = 0.5
_STOCK = re.compile(r"(\d{2,3})x(\d{2,3})")
# Capitals are three quarters of this: below, a person with reading glasses gives up.
_SMALLEST_MM = 1.6
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


class Text(msgspec.Struct, frozen=True, tag_field="kind", tag="text", forbid_unknown_fields=True):
    """A field, or a sentence (`text`, translated, with {fields}), `size_mm` high.

    Too long for `width_mm`, it shrinks to `smallest_mm` (without one, to a third) and is then cut.
    """

    x_mm: float
    y_mm: float
    size_mm: float
    width_mm: float
    field: str = ""
    text: str = ""
    smallest_mm: float = 0
    when: str = ""


class Code128(msgspec.Struct, frozen=True, tag_field="kind", tag="code128", forbid_unknown_fields=True):
    """A field as Code 128, with its quiet zones inside `width_mm`; bars as wide as fit, at most `module_mm`."""

    field: str
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    module_mm: float
    when: str = ""


class Box(msgspec.Struct, frozen=True, tag_field="kind", tag="box", forbid_unknown_fields=True):
    """A frame with lines `line_mm` thick, or a filled bar."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    line_mm: float = 0.25
    filled: bool = False
    when: str = ""


class Symbol(msgspec.Struct, frozen=True, tag_field="kind", tag="symbol", forbid_unknown_fields=True):
    """The shape that stands for the disposition in `field`, black; nothing for a disposition that has none."""

    field: str
    x_mm: float
    y_mm: float
    size_mm: float
    when: str = ""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label's stock and what stands where. An element with `when` is left out while that field is empty."""

    width_mm: float
    height_mm: float
    element: tuple[Text | Code128 | Box | Symbol, ...]


class LabelError(ValueError):
    """A template that makes no sense, or a field that no barcode can hold."""


@lru_cache(maxsize=64)
def load(name: str, stock: str = "") -> Template:
    """Read the template `name` for a stock such as `57x32` (millimetres, width by height); "" is the template's own.

    A template of that name and stock (`plate_57x32.toml`) is taken as it is; else the one without is set smaller or
    larger. Read once in a run. Raises LabelError for one that makes no sense or does not fit that stock, and
    FileNotFoundError when there is none.
    """
    if not stock:
        return read(find.read(f"labels/{name}.toml"))
    size = _STOCK.fullmatch(stock)
    if size is None:
        raise LabelError(f"a stock is width x height in millimetres, such as 57x32, not {stock!r}")
    if f"labels/{name}_{stock}.toml" in find.names("labels"):
        return read(find.read(f"labels/{name}_{stock}.toml"))
    return scaled(load(name), float(size[1]), float(size[2]))


def scaled(template: Template, width_mm: float, height_mm: float) -> Template:
    """Return a template set for another stock, everything by the same two factors; LabelError when it gets too small.

    Bars become lower and keep their modules where they fit: `to_zpl` makes them as wide as their place allows.
    """
    wide, high = width_mm / template.width_mm, height_mm / template.height_mm
    small = min(wide, high)

    def moved(each: Text | Code128 | Box | Symbol) -> Text | Code128 | Box | Symbol:
        place = {"x_mm": each.x_mm * wide, "y_mm": each.y_mm * high}
        match each:
            case Text():
                sizes = {"size_mm": each.size_mm * small, "width_mm": each.width_mm * wide}
                smallest = each.smallest_mm and max(_SMALLEST_MM, each.smallest_mm * small)
                return msgspec.structs.replace(each, **place, **sizes, smallest_mm=smallest)
            case Symbol():
                return msgspec.structs.replace(each, **place, size_mm=each.size_mm * small)
            case Code128() | Box():
                sizes = {"width_mm": each.width_mm * wide, "height_mm": each.height_mm * high}
                return msgspec.structs.replace(each, **place, **sizes)

    elements = tuple(moved(each) for each in template.element)
    if any(isinstance(each, Text) and each.size_mm < _SMALLEST_MM for each in elements):
        raise LabelError(f"{width_mm:g} x {height_mm:g} mm is too small for this label: nobody could read it")
    return Template(width_mm, height_mm, elements)


def read(toml: bytes) -> Template:
    """Read a template; raises LabelError when it makes no sense or an element leaves the label."""
    try:
        template = msgspec.convert(tomllib.loads(toml.decode()), Template, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise LabelError(f"the label cannot be read: {error}") from error
    for number, each in enumerate(template.element, 1):
        width = each.size_mm if isinstance(each, Symbol) else each.width_mm
        height = each.size_mm if isinstance(each, Text | Symbol) else each.height_mm
        right, bottom = each.x_mm + width, each.y_mm + height
        if min(each.x_mm, each.y_mm) < 0 or right > template.width_mm or bottom > template.height_mm:
            raise LabelError(f"element {number} ({type(each).__name__}) does not lie on the label")
    return template


def to_zpl(template: Template, fields: Mapping[str, str], dpi: int, translate: Callable[[str], str] = str) -> bytes:
    """Return one label as ZPL for a printer of 203, 300 or 600 dpi.

    `word` need not be among the fields: it is the word for `apart`, or for `disposition`. A plate's or bin's number is
    set as `plates.readable` says where it is text. `care` is a message id. A field that is missing is empty.
    Raises LabelError when a barcode's field is empty, too long for its place or not printable ASCII, and
    ValueError for another resolution.
    """
    route = fields.get("disposition", "")
    told = APART_WORDS.get(cast(Apart, fields.get("apart", ""))) or ROUTE_WORDS.get(cast(Disposition, route))
    word = translate(told) if told is not None else route
    filled = {"word": word, **fields}
    if filled.get("care"):
        filled["care"] = translate(filled["care"])
    shown = {name: plates.readable(text) for name, text in filled.items()}
    face = Typeface()
    elements: list[zpl.Element] = []
    for each in template.element:
        if each.when and not filled.get(each.when):
            continue
        match each:
            case Text():
                said = translate(each.text) if each.text else "{" + each.field + "}"
                elements += _text(each, _PLACEHOLDER.sub(lambda match: shown.get(match[1], ""), said), face)
            case Code128():
                elements.append(_code128(each, filled.get(each.field, ""), dpi))
            case Box():
                place = (each.x_mm, each.y_mm, each.width_mm, each.height_mm)
                elements.append(zpl.Box(*place, each.line_mm, each.filled))
            case Symbol():
                elements += _symbol(each, filled.get(each.field, ""))
    return zpl.label(template.width_mm, template.height_mm, dpi, elements)


def fit(text: str, width_mm: float, size_mm: float, smallest_mm: float, face: Typeface) -> tuple[str, float]:
    """Return the text and the size it is set in: shrunk as far as allowed, then cut with three dots."""
    wide = face.width(text, size_mm)
    if wide <= width_mm:
        return text, size_mm
    # A quarter of a millimetre is two dots at 203 dpi; finer steps would only differ on paper.
    size = max(smallest_mm, math.floor(size_mm * width_mm / wide * 4) / 4)
    if face.width(text, size) <= width_mm:
        return text, size
    short, long = 0, len(text)
    while short < long:
        middle = (short + long + 1) // 2
        if face.width(text[:middle] + "...", size) <= width_mm:
            short = middle
        else:
            long = middle - 1
    return text[:short].rstrip() + "...", size


def _text(place: Text, text: str, face: Typeface) -> list[zpl.Element]:
    shown = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in text)
    shown = " ".join(shown.split())[:_LONGEST_TEXT]
    if not shown:
        return []
    smallest = place.smallest_mm or place.size_mm / 3
    shown, size = fit(shown, place.width_mm, place.size_mm, smallest, face)
    return [zpl.Text(place.x_mm, place.y_mm, size, shown)]


def _code128(place: Code128, data: str, dpi: int) -> zpl.Code128:
    if not data or not all(" " <= sign <= "~" for sign in data):
        raise LabelError(f"no Code 128 for {place.field} {data!r}: it must be printable ASCII, and not empty")
    dots_per_mm = DOTS_PER_MM.get(dpi, 8)
    modules = _FRAME_MODULES + 11 * len(data) + 2 * _QUIET_MODULES
    widest = min(int(place.module_mm * dots_per_mm), _WIDEST_DOTS)
    dots = min(widest, int(place.width_mm * dots_per_mm) // modules)
    if dots < _NARROWEST_MM * dots_per_mm:
        raise LabelError(f"{place.field} with {len(data)} signs is too long for a barcode of {place.width_mm} mm")
    module = Decimal(dots) / dots_per_mm
    left = Decimal(str(place.x_mm)) + _QUIET_MODULES * module
    return zpl.Code128(left, place.y_mm, place.height_mm, data, module)


def _symbol(place: Symbol, disposition: str) -> Iterator[zpl.Element]:
    """Rows of filled bars: every ZPL printer has boxes, and not every one has our shapes in its font."""
    rows = round(place.size_mm / _ROW_MM)
    for row in range(rows):
        half = _half_width(disposition, (row + 0.5) / rows) * place.size_mm
        # The shape of hold is striped, so that it is told from the others by more than its outline.
        if half <= 0 or (disposition == "hold" and row % 6 == 4):
            continue
        left = place.x_mm + place.size_mm / 2 - half
        yield zpl.Box(left, place.y_mm + row * _ROW_MM, 2 * half, _ROW_MM, filled=True)


def _half_width(disposition: str, down: float) -> float:
    """Half the width of a disposition's shape, `down` (0 to 1) from its top, as a share of its size."""
    match disposition:
        case "restock":  # a triangle
            return down / 2
        case "refurb":  # a diamond
            return 0.5 - abs(down - 0.5)
        case "resale":  # a disc
            return math.sqrt(0.25 - (down - 0.5) ** 2)
        case "recycle":  # a square
            return 0.45
        case "hold":  # a hexagon
            return 0.5 - abs(down - 0.5) / 2
        case _:
            return 0
