"""MT-SICS, the Mettler-Toledo Standard Interface Command Set, level 0 (also Ohaus after `PSI`).

Source: Mettler-Toledo AL-IC and AT manuals, "Immediate weight value": the answer to SI starts with `S`,
then `S` stable, `D` dynamic, `I` not executable now, `+` overload or `-` underload; value and unit stand in
columns of blanks. ES, ET and EL are answers too: syntax, transmission and logical error.
Nothing in a frame checks it: a damaged digit is another digit.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from devices.scales.frames import GARBLED, MOVING, OVER, UNDER, Codec, Frames, Shown, figure

REQUEST = b"SI\r\n"
_LONGEST_FRAME = 80
_FIGURE = re.compile(r"S +(?P<status>[SD]) +(?P<value>-?\d{1,10}(?:\.\d{1,6})?) +(?P<unit>[A-Za-z]{1,3})")
_STATES: Mapping[str, Shown] = {
    "S I": MOVING,
    "S +": OVER,
    "S -": UNDER,
    "ES": GARBLED,
    "ET": GARBLED,
    "EL": GARBLED,
}
# Answers to commands that carry no weight: reset and identification, zero, tare.
_NO_WEIGHT = re.compile(r'(?:I\d+ [AB]|ZI?|TI?|TA|TAC) .*|I4 A ".*"')


def codec(device: str) -> Codec:
    """Frames end with CR LF."""
    return Frames(device, decode, last=0x0A, longest=_LONGEST_FRAME)


def decode(frame: bytes) -> Shown | None:
    """What one frame says; None for an answer to another command."""
    text = frame.decode("ascii", "replace").rstrip("\r\n")
    found = _FIGURE.fullmatch(text)
    if frame.endswith(b"\r\n") and found:
        # S and SI give the net weight once the scale is tared, and do not say which it is.
        return figure(Decimal(found["value"]), found["unit"], found["status"] == "S")
    state = _STATES.get(text, GARBLED)
    return None if state is GARBLED and _NO_WEIGHT.fullmatch(text) else state
