"""CAS: the stream of 22 bytes of its indicators, and the SW-II's answer to DC1.

Sources: NT-200 manual page 48 and CI-600D manual page 74: `ST,GS,<id><lamp>,<8 figures> kg CR LF` with ST, US or OL,
GS or NT, and a lamp byte whose bit 7 is always set (bit 6 stable, bit 4 hold). Header and lamp both say whether the
figure is still; where they differ the frame is garbled. The 10-byte form has no status at all and is refused, and so
is the 18-byte one without the lamps. SW-II manual page 15: `SOH STX S|U sign w5..w0 KG|LB BCC ETX EOT`, BCC the
exclusive or of what stands between (with SOH, STX and ETX or without them is the same figure, as those three cancel
out); public drivers know `F` for overload.
"""

import re
from decimal import Decimal
from functools import reduce
from operator import xor

from devices.scales.frames import GARBLED, MOVING, OVER, Codec, Frames, Shown, SizedFrames, figure

SW2_REQUEST = b"\x11"
_LONGEST_FRAME = 40
_FRAME_22 = re.compile(
    rb"(?P<header>ST|US|OL),(?P<basis>GS|NT),[\x21-\x7e](?P<lamp>[\x80-\xff]),"
    rb"(?P<value>[ \d.+-]{8}) (?P<unit>kg| t|t | g|g |lb)\r\n"
)
_NUMBER = re.compile(rb"(?P<sign>[ +-]?) *(?P<digits>\d+(?:\.\d+)?)")
_LAMP_STABLE, _LAMP_HOLD = 0x40, 0x10
_SW2_SIZE = 15
_SW2_FRAME = re.compile(
    rb"\x01\x02(?P<status>[SUF])(?P<sign>[ -])(?P<value>[ \d.]{6})(?P<unit>KG|LB|kg|lb)[\x00-\xff]\x03\x04", re.DOTALL
)


def codec_22(device: str) -> Codec:
    """The stream of an indicator set to 22 bytes."""
    return Frames(device, decode_22, last=0x0A, longest=_LONGEST_FRAME)


def codec_sw2(device: str) -> Codec:
    """The SW-II."""
    return SizedFrames(device, decode_sw2, b"\x01\x02", _SW2_SIZE)


def decode_22(frame: bytes) -> Shown | None:
    """What one 22-byte frame says."""
    found = _FRAME_22.fullmatch(frame)
    if not found:
        return GARBLED
    if found["header"] == b"OL":
        return OVER
    lamp = found["lamp"][0]
    still = found["header"] == b"ST"
    number = _NUMBER.fullmatch(found["value"])
    if not number or still != bool(lamp & _LAMP_STABLE):
        return GARBLED
    value = Decimal(number["sign"].strip().decode() + number["digits"].decode())
    # A held figure is not what lies there now.
    live = still and not lamp & _LAMP_HOLD
    return figure(value, found["unit"].strip().decode(), live, "net" if found["basis"] == b"NT" else "gross")


def decode_sw2(frame: bytes) -> Shown | None:
    """What one frame of the SW-II says."""
    found = _SW2_FRAME.fullmatch(frame)
    if not found or frame[12] != reduce(xor, frame[2:12]):
        return GARBLED
    if found["status"] == b"F":
        return OVER
    number = _NUMBER.fullmatch(found["value"])
    if not number:
        return MOVING if found["status"] == b"U" else GARBLED
    value = Decimal(number["digits"].decode())
    return figure(-value if found["sign"] == b"-" else value, found["unit"].decode().lower(), found["status"] == b"S")
