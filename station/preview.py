"""Draws a label from its ZPL, as the printer would: exactly the commands that our writer uses, and no others.

Source of the commands: Zebra ZPL II programming guide. Bars are exact, dot by dot; text is about as wide and as high
as on paper. A command that is not drawn here is an error, so that a preview never shows less than the label.
"""

import re
from typing import Literal

import msgspec
from barcode.charsets import code128  # type: ignore[import-untyped]
from PIL import Image, ImageDraw

from station.typeface import Typeface

_PAPER = 255
_LARGEST_DOTS = 8_000
_COMMAND = re.compile(r"\^([A-Z][A-Z0-9])([^^~]*)")
_HEX = re.compile(rb"_([0-9A-Fa-f]{2})")
_FIXED = frozenset({"CI28", "LH0,0", "PON", "PQ1,0,1,N", "FH_"})


class PreviewError(ValueError):
    """ZPL that cannot be drawn: what it was, and where."""


class _Field(msgspec.Struct):
    """What the commands since ^FO have said of the field that ^FS will end."""

    left: int = 0
    top: int = 0
    kind: Literal["", "text", "code128"] = ""
    height: int = 0
    data: str | None = None
    block: tuple[int, int] | None = None


def draw(zpl: bytes, dpi: int) -> Image.Image:
    """Return one label as a grey image, one pixel a dot, with its resolution noted for saving.

    Raises PreviewError for an unknown command, more or less than one label, or a label of impossible size.
    """
    label = _Label()
    for command, parameters in _commands(zpl):
        label.take(command, parameters)
    image = label.finished()
    image.info["dpi"] = (dpi, dpi)
    return image


def bars(data: str) -> str:
    """Return the modules of a Code 128 in code set B, `1` for a bar, as ^BC prints it without a mode.

    Raises PreviewError for signs outside code set B.
    """
    try:
        values = [code128.B[sign] for sign in data]
    except KeyError as error:
        raise PreviewError(f"Code 128 has no sign {error.args[0]!r} in code set B") from error
    start: int = code128.START_CODES["B"]
    check = (start + sum(place * value for place, value in enumerate(values, 1))) % 103
    signs = [str(code128.CODES[value]) for value in (start, *values, check)]
    return "".join(signs) + str(code128.STOP) + "11"


def _commands(zpl: bytes) -> list[tuple[str, str]]:
    try:
        text = zpl.decode("ascii")
    except UnicodeDecodeError as error:
        raise PreviewError(f"byte {error.start}: not ASCII") from error
    found, place = [], 0
    while place < len(text):
        match = _COMMAND.match(text, place)
        if match is None:
            raise PreviewError(f"byte {place}: no command of ours: {text[place : place + 12]!r}")
        # A line feed ends nothing in ZPL and means nothing; data never holds one unescaped.
        found.append((match[1], match[2].replace("\n", "")))
        place = match.end()
    return found


class _Label:
    """The state of a printer while it reads one label."""

    def __init__(self) -> None:
        self._face = Typeface()
        self._state: Literal["before", "in", "after"] = "before"
        self._width = 0
        self._image: Image.Image | None = None
        self._module = 2
        self._field = _Field()

    def take(self, command: str, parameters: str) -> None:
        if self._state == "after" or (command == "XA") != (self._state == "before"):
            raise PreviewError(f"^{command} outside the one label")
        match command:
            case "XA":
                self._state = "in"
            case "XZ":
                self._state = "after"
            case "PW":
                self._width = _number(command, parameters)
            case "LL":
                self._image = _paper(self._width, _number(command, parameters))
            case "BY":
                self._module = _number(command, parameters)
            case "FO":
                left, top = _numbers(command, parameters, 2)
                self._field = _Field(left, top)
            case "A0" | "FB" | "BC" | "FD" | "GB" | "FS":
                self._shape(command, parameters)
            case _ if command + parameters in _FIXED:
                pass
            case _:
                raise PreviewError(f"^{command}{parameters[:12]} is no command of ours")

    def finished(self) -> Image.Image:
        if self._state != "after" or self._image is None:
            raise PreviewError("the label has no end or no size")
        return self._image

    def _shape(self, command: str, parameters: str) -> None:
        field = self._field
        match command:
            case "A0":
                field.kind = "text"
                field.height = _numbers(command, parameters.removeprefix("N,"), 2)[0]
            case "FB":
                width, lines = _numbers(command, parameters.removesuffix(",0,L,0"), 2)
                field.block = (width, lines)
            case "BC":
                field.kind = "code128"
                field.height = _number(command, parameters.removeprefix("N,").removesuffix(",N,N,N"))
            case "FD":
                field.data = _HEX.sub(lambda match: bytes.fromhex(match[1].decode()), parameters.encode()).decode(
                    "utf-8", "replace"
                )
            case "GB":
                self._box(*_numbers(command, parameters, 3))
            case "FS":
                self._end()

    def _end(self) -> None:
        field, self._field = self._field, _Field()
        image = self.paper()
        if field.data is None:
            return
        match field.kind:
            case "text" if field.block is not None:
                for number, line in enumerate(self._wrapped(field)):
                    self._face.draw(image, field.left, field.top + number * field.height, field.height, line)
            case "text":
                self._face.draw(image, field.left, field.top, field.height, field.data)
            case "code128":
                # ">" starts a function code of ^BC, of which our writer uses one: ">0" is the sign itself.
                signs = field.data.replace(">0", "\0")
                if ">" in signs:
                    raise PreviewError("^BC with a function code")
                self._bars(field, signs.replace("\0", ">"))
            case _:
                raise PreviewError("a field that is neither text nor barcode")

    def paper(self) -> Image.Image:
        if self._image is None:
            raise PreviewError("a field before ^PW and ^LL")
        return self._image

    def _bars(self, field: _Field, data: str) -> None:
        pen = ImageDraw.Draw(self.paper())
        for number, module in enumerate(bars(data)):
            if module == "1":
                left = field.left + number * self._module
                pen.rectangle((left, field.top, left + self._module - 1, field.top + field.height - 1), fill=0)

    def _box(self, width: int, height: int, thick: int) -> None:
        left, top = self._field.left, self._field.top
        pen = ImageDraw.Draw(self.paper())
        corners = (left, top, left + width - 1, top + height - 1)
        if 2 * thick >= min(width, height):
            pen.rectangle(corners, fill=0)
        else:
            pen.rectangle(corners, outline=0, width=thick)

    def _wrapped(self, field: _Field) -> list[str]:
        """The lines of a ^FB block; like a printer, it prints what is too much over the last line."""
        width, lines = field.block or (0, 1)
        wrapped = [""]
        for word in (field.data or "").split(" "):
            longer = f"{wrapped[-1]} {word}".strip()
            if wrapped[-1] and self._face.width(longer, field.height) > width:
                wrapped.append(word)
            else:
                wrapped[-1] = longer
        return wrapped[:lines]


def _paper(width: int, height: int) -> Image.Image:
    if not (0 < width <= _LARGEST_DOTS and 0 < height <= _LARGEST_DOTS):
        raise PreviewError(f"no label has {width} by {height} dots")
    return Image.new("L", (width, height), _PAPER)


def _number(command: str, parameters: str) -> int:
    return _numbers(command, parameters, 1)[0]


def _numbers(command: str, parameters: str, count: int) -> list[int]:
    parts = parameters.split(",")
    if len(parts) != count or not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        raise PreviewError(f"^{command}{parameters[:20]} is no command of ours")
    return [int(part) for part in parts]
