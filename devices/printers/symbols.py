"""Barcodes and pictures as ZPL fields: what each symbology may hold, and how it is written so that it holds just that.

Source: Zebra ZPL II programming guide, ^B2, ^B3, ^B8, ^BC, ^BE, ^BQ, ^BU, ^BX, ^GF and "ZB64 encoding"; GS1 General
Specifications, 3.2 (application identifiers of fixed length).
"""

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["code128", "code39", "itf", "ean13", "ean8", "upca", "qr", "datamatrix", "gs1_128", "gs1_datamatrix"]
LONGEST_FIELD = 3_072  # bytes after ^FD
WIDEST_MODULE = 10  # dots, of ^BY and ^BQ
GS = "\x1d"
# Ends a field of GS1 where the next begins; these two first figures of an identifier say that none is needed.
_FIXED = re.compile(r"0[0-4]|1[1-9]|20|3[1-6]|41")
_ELEMENT = re.compile(r"\((\d{2,4})\)([!-'*-~ ]+)")
_ASCII = re.compile(r"[ -~]+")
_ALLOWED: Mapping[Kind, re.Pattern[str]] = {
    "code128": _ASCII,
    # Readers may take a sign of these four and a letter for one sign of "full ASCII"; so it is not written.
    "code39": re.compile(r"(?!.*[$/+%][A-Z])[0-9A-Z. $/+%-]+"),
    # A shorter one is easily read out of another's middle, and most readers refuse it.
    "itf": re.compile(r"(?:\d\d){3,}", re.ASCII),
    "ean13": re.compile(r"\d{13}", re.ASCII),
    "ean8": re.compile(r"\d{8}", re.ASCII),
    "upca": re.compile(r"\d{12}", re.ASCII),
    "qr": re.compile(r"[^\x00-\x1f\x7f]+"),
    "datamatrix": _ASCII,
    "gs1_128": re.compile(rf"(?:{_ELEMENT.pattern})+", re.ASCII),
    "gs1_datamatrix": re.compile(rf"(?:{_ELEMENT.pattern})+", re.ASCII),
}
# What introduces an escape in ^BX is ours to choose; one that is not in the data cannot be misread.
_ESCAPES = "_@#|!%$&*+=?/:;<>"


@dataclass(frozen=True, slots=True)
class Command:
    """The barcode's own command without ^FO, and its field's content, ready to stand behind ^FH_^FD."""

    setting: str
    field: str


def command(kind: Kind, data: str, module: int, height: int) -> Command:
    """How a barcode is asked for: modules and height in dots; ^BY of the module is the caller's.

    Raises ValueError for data this symbology does not hold, for a wrong check digit, and beyond the printer's limits.
    """
    if not 1 <= module <= WIDEST_MODULE:
        raise ValueError(f"a module of {module} dots; a printer has 1 to {WIDEST_MODULE}")
    if _ALLOWED[kind].fullmatch(data) is None:
        raise ValueError(f"{kind} does not hold {data!r}")
    match kind:
        case "code128":
            return _within(f"^BCN,{height},N,N,N", escaped(data.replace(">", ">0")))
        case "code39":
            return _within(f"^B3N,N,{height},N,N", escaped(data))
        case "itf":
            return _within(f"^B2N,{height},N,N,N", data)
        case "ean13" | "ean8" | "upca":
            letter = {"ean13": "E", "ean8": "8", "upca": "U"}[kind]
            return _within(f"^B{letter}N,{height},N,N" + (",Y" if kind == "upca" else ""), _checked(data))
        case "qr":
            return _within(f"^BQN,2,{module}", "QA," + escaped(data))
        case "datamatrix":
            return _within(*_matrix(module, data))
        case "gs1_128":
            # Code set B from the start, FNC1 behind it and between: nothing is left to the printer's own parser.
            return _within(f"^BCN,{height},N,N,N", ">:>8" + escaped(gs1(data).replace(">", ">0").replace(GS, "\0")))
        case "gs1_datamatrix":
            return _within(*_matrix(module, GS + gs1(data)))


def escaped(text: str) -> str:
    """Text behind ^FH_: everything that is not plain ASCII, and `^`, `~`, `_`, becomes _hh; NUL stands for FNC1."""
    return "".join(
        ">8" if byte == 0 else chr(byte) if 0x20 <= byte < 0x7F and byte not in b"^~_" else f"_{byte:02X}"
        for byte in text.encode("utf-8", "replace")
    )


def gs1(elements: str) -> str:
    """`(01)09501101530003(10)AB` as the data between FNC1s: GS stands where an element of no fixed length ends."""
    found = [(match[1], match[2]) for match in _ELEMENT.finditer(elements)]
    ends = ["" if _FIXED.match(identifier) else GS for identifier, _ in found]
    if ends:
        ends[-1] = ""
    return "".join(identifier + data + end for (identifier, data), end in zip(found, ends, strict=True))


def picture(pixels: bytes, row_bytes: int) -> str:
    """A picture of one bit a dot, 1 black, as ^GF with its CRC; ValueError for rows that are not whole."""
    if row_bytes < 1 or not pixels or len(pixels) % row_bytes:
        raise ValueError(f"{len(pixels)} bytes are no rows of {row_bytes}")
    packed = base64.b64encode(zlib.compress(pixels, 9))
    crc = binascii.crc_hqx(packed, 0)
    return f"^GFA,{len(pixels)},{len(pixels)},{row_bytes},:Z64:{packed.decode('ascii')}:{crc:04X}"


def _matrix(module: int, data: str) -> tuple[str, str]:
    """^BX with an escape sign of our own; FNC1 is that sign and 1."""
    sign = next((sign for sign in _ESCAPES if sign not in data), None)
    if sign is None:
        raise ValueError("a Data Matrix that holds every sign there is leaves none to mark FNC1")
    field = "".join(f"{sign}1" if each == GS else each for each in data)
    return f"^BXN,{module},200,,,,{sign},1", escaped(field)


def _checked(digits: str) -> str:
    """The digits without the check digit, which the printer adds; ValueError when it is not the one it would add."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits[:-1])))
    if (-total) % 10 != int(digits[-1]):
        raise ValueError(f"the check digit of {digits} is wrong")
    return digits[:-1]


def _within(setting: str, field: str) -> Command:
    if len(field) > LONGEST_FIELD:
        raise ValueError(f"a field of {len(field)} bytes is longer than the {LONGEST_FIELD} a printer takes")
    return Command(setting, field)
