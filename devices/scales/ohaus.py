"""Ohaus: `P` or `IP` is answered by a line with figure, unit, and `?` while it moves.

Sources: Ohaus RS232 interface manual page EN-3 (figure right-aligned, blank, unit, blank, `?` or blank, legend);
Defender 3000 manual EN-35 (polarity, blank, seven characters); Ranger manual page 36: `POL SP SP W*7 SP UU SP ST SP
NNN` in fixed columns. Before the unit stand at least nine characters, so a line that lost its head is garbled. A `?`
that turns into a blank on the way cannot be told from a still figure, and a damaged digit is another digit.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from devices.scales.frames import FAULT, GARBLED, OVER, UNDER, Basis, Codec, Frames, Shown, figure

LINE_REQUEST = b"IP\r\n"
RANGER_REQUEST = b"P\r\n"
_LONGEST_FRAME = 60
_LINE = re.compile(
    rb"(?=.{9,12} [A-Za-z])(?P<sign>-?) *(?P<value>-?\d+(?:\.\d+)?) (?P<unit>[A-Za-z]{1,4}(?: t)?) *"
    rb"(?P<moving>\??) *(?P<legend>NET|N|B/G|G|)[ ]*\r\n"
)
_RANGER = re.compile(
    rb"(?P<sign>[ -])  (?=[ \d.]{7} )(?P<value> *\d+(?:\.\d+)?) (?P<unit>[A-Za-z][A-Za-z ]) (?P<moving>[ ?]) "
    rb"(?P<legend>NET|B/G)\r\n"
)
# The numbers of the error list in Ohaus's manuals: 8.3 above and 8.4 below the weighing range.
_ERROR = re.compile(rb" *\[?Err(?:or)? ?(?P<number>\d{1,2}\.\d{1,2})\]? *\r\n")
_ERRORS: Mapping[bytes, Shown] = {b"8.3": OVER, b"8.4": UNDER}
_UNITS: Mapping[str, str] = {"oz t": "ozt", "gn": "gr"}
_BASES: Mapping[bytes, Basis] = {b"NET": "net", b"N": "net", b"B/G": "gross", b"G": "gross"}


def codec(device: str, dialect: str) -> Codec:
    """Frames end with CR LF."""
    return Frames(device, decode_ranger if dialect == "ranger" else decode_line, last=0x0A, longest=_LONGEST_FRAME)


def decode_line(frame: bytes) -> Shown | None:
    """What one line of a balance or of a Defender says."""
    return _decode(_LINE, frame)


def decode_ranger(frame: bytes) -> Shown | None:
    """What one line of a Ranger says."""
    return _decode(_RANGER, frame)


def _decode(pattern: re.Pattern[bytes], frame: bytes) -> Shown | None:
    if found := _ERROR.fullmatch(frame):
        return _ERRORS.get(found["number"], FAULT)
    found = pattern.fullmatch(frame)
    if not found:
        return GARBLED
    value = Decimal(found["value"].decode("ascii").strip())
    unit = found["unit"].decode("ascii").strip().lower()
    signed = -value if found["sign"] == b"-" else value
    return figure(signed, _UNITS.get(unit, unit), found["moving"] != b"?", _BASES.get(found["legend"], "unknown"))
