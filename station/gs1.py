"""Reads GS1 element strings and Digital Links through biip, and keeps clear of its traps.

biip 5.2: a wrong check digit does not raise but leaves the field None; one bad element loses the whole
message; a Digital Link behind `]Q1` is not looked at, and a malformed URL raises ValueError; without an AIM
identifier a plain EAN reads as an element string too (9501101530003 as AI 95); one element may come twice and
say different things, which the GS1 General Specifications forbid.
"""

import importlib
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import msgspec

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

_GROUP_SEPARATOR = "\x1d"
# Symbols that start with FNC1: their content is element strings and nothing else (ISO/IEC 15424).
_GS1_AIMS = ("]C1", "]d2", "]Q3", "]e0", "]e1", "]e2", "]J1")
_LINK = re.compile(r"https?://", re.IGNORECASE)
_BARE = re.compile(r"01\d{14}|00\d{18}", re.ASCII)


class Message(msgspec.Struct, frozen=True):
    """What a GS1 code says of the goods; a field is empty when it says nothing, or with a wrong check digit.

    `gtin` has 14 digits, `sscc` 18, `expiry` is an ISO date. `certain` is False where only the shape of the
    text speaks for a GS1 code, and neither the scanner nor a separator.
    """

    gtin: str = ""
    serial: str = ""
    lot: str = ""
    expiry: str = ""
    sscc: str = ""
    certain: bool = True


def load() -> None:
    """Load biip, which unpacks a table of all company prefixes: a twentieth of a start, and then the first scan's."""
    importlib.import_module("biip")


def read(text: str, aim: str) -> Message | None:
    """Read a code as GS1 element strings, bracketed ones or a Digital Link; None when it is none of them."""
    text = text.strip(" \r\n\t")
    if not text.isascii():
        return None
    if _LINK.match(text):
        return _message(_link(text), True)
    if text.startswith("("):
        return _message(_bracketed(text), True)
    body = text.lstrip(_GROUP_SEPARATOR)
    certain = aim in _GS1_AIMS or _GROUP_SEPARATOR in text
    if not certain and _BARE.match(body) is None:
        return None
    elements, rest = _elements(body)
    # With nothing else to go by, the text must be element strings to its very end.
    return None if rest and not certain else _message(elements, certain)


def expand_upc_e(digits: str) -> str:
    """Return the UPC-A that the eight digits of a UPC-E stand for, or an empty string."""
    from biip import ParseError
    from biip.upc import Upc

    try:
        return Upc.parse(digits).as_upc_a()
    except ParseError:
        return ""


def _elements(body: str) -> "tuple[list[GS1ElementString], str]":
    """The element strings up to the first that cannot be read, and what is left from there."""
    from biip import ParseError
    from biip.gs1_element_strings import GS1ElementString

    found: list[GS1ElementString] = []
    separated = False
    while body:
        try:
            element = GS1ElementString.extract(body)
        except ParseError:
            # Whatever ran into what cannot be read may have lost its end to it, or taken some of it.
            if found and found[-1].ai.separator_required and not separated:
                found.pop()
            break
        found.append(element)
        separated = body.startswith(_GROUP_SEPARATOR, len(element))
        body = body[len(element) :].lstrip(_GROUP_SEPARATOR)
    return found, body


def _bracketed(text: str) -> "list[GS1ElementString]":
    from biip import ParseError
    from biip.gs1_messages import GS1Message

    try:
        return list(GS1Message.parse_hri(text).element_strings)
    except ParseError:
        return []


def _link(text: str) -> "list[GS1ElementString]":
    """The elements of a Digital Link; a query that cannot be read must not lose what the path says."""
    from biip import ParseError
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    try:
        parts = urlsplit(text)
    except ValueError:
        return []
    for query in (parts.query, ""):
        uri = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
        try:
            return list(GS1DigitalLinkURI.parse(uri).element_strings)
        except (ParseError, ValueError):
            continue
    return []


def _message(elements: "list[GS1ElementString]", certain: bool) -> Message | None:
    """Return what the elements say; None when they say nothing, or two things of one kind.

    Where only the shape speaks for GS1, a wrong check digit speaks against it.
    """
    said: dict[str, str] = {}
    for element in elements:
        if not certain and (element.gtin_error or element.sscc_error):
            return None
        field, value = _field(element)
        if value and said.setdefault(field, value) != value:
            return None
    message = Message(**said, certain=certain)
    return message if message.gtin or message.sscc or message.serial else None


def _field(element: "GS1ElementString") -> tuple[str, str]:
    """Return the field of a message an element fills, and its value; an empty value where it fills none."""
    match element.ai.ai:
        case "01" if element.gtin is not None and element.value.strip("0"):
            return "gtin", element.gtin.as_gtin_14()
        case "00" if element.sscc is not None and element.value.strip("0"):
            return "sscc", element.value
        case "21":
            return "serial", element.value
        case "10":
            return "lot", element.value
        case "17" if element.date is not None:
            return "expiry", element.date.isoformat()
        case _:
            return "", ""
