"""A&D standard format: `ST,+0001.234 kg CR LF`; the header comes first, for an overload has digits too.

Source: A&D GC manual page 51, GH manual page 42, EK-L manual page 28: two-letter header (ST stable, US unstable,
QT stable count, OL out of range), when comparing a second header (LO, OK, HI, --), sign and eight characters,
unit right-aligned in three. Errors are `EC,Enn`. The scale can be set to other formats (DP, KF, MT, NU), which are
not read. Stable and unstable differ in two bytes and the length is fixed; on a line with parity the port gives a
damaged byte as NUL.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from devices.scales.frames import GARBLED, MOVING, OVER, UNDER, Codec, Frames, Shown, figure

REQUEST = b"Q\r\n"
_LONGEST_FRAME = 40
_FIGURE = re.compile(
    rb"(?P<header>ST|US),(?:(?:LO|OK|HI|--),)?"
    rb"(?=[+-][\d.]{8}[ A-Za-z])(?P<value>[+-]\d+(?:\.\d+)?)(?P<unit> {0,2}[A-Za-z]{1,3})\r\n"
)
_OUT_OF_RANGE = re.compile(rb"OL,(?:(?:LO|OK|HI|--),)?(?P<sign>[+-])[ -~]{0,20}\r\n")
_ERROR = re.compile(rb"EC,E(?P<number>\d{1,2})\r\n")
_NOT_READY = 2
_UNITS: Mapping[str, str] = {"GN": "gr"}


def codec(device: str) -> Codec:
    """Frames end with CR LF."""
    return Frames(device, decode, last=0x0A, longest=_LONGEST_FRAME)


def decode(frame: bytes) -> Shown | None:
    """What one frame says."""
    if found := _OUT_OF_RANGE.fullmatch(frame):
        return OVER if found["sign"] == b"+" else UNDER
    if found := _ERROR.fullmatch(frame):
        return MOVING if int(found["number"]) == _NOT_READY else GARBLED
    found = _FIGURE.fullmatch(frame)
    if not found or len(found["unit"]) != 3:
        return GARBLED
    unit = found["unit"].decode("ascii").strip()
    return figure(Decimal(found["value"].decode("ascii")), _UNITS.get(unit, unit), found["header"] == b"ST")
