"""Toledo 8217, and the 8213 of Brecknell's 3700LP: `W` is answered by a bare figure or by a status byte.

Source: Mettler-Toledo DIVA service manual, pages 39 and 45: `STX ww.www[N] CR` when still and not below zero,
else `STX ? status CR`. Six characters: three decimals are kilograms, two are pounds. Brecknell 3700LP manual,
pages 10 and 11: the same with the decimal point where the capacity wants it, and a status at zero too.
The frame names no unit: the bench says which the scale is set to. On a line with parity the port gives a
damaged byte as NUL; without, a damaged digit is another digit.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from devices.readings import WeightState
from devices.scales.frames import FAULT, GARBLED, MOVING, OVER, UNDER, Codec, Frames, Shown, figure

REQUEST = b"W"
UNITS_8217 = ("kg", "lb")
UNITS_8213 = ("lb", "kg", "oz", "g")
_LONGEST_FRAME = 40
_FIGURES_8217: Mapping[str, re.Pattern[bytes]] = {
    "kg": re.compile(rb"\x02(?P<value>(?: \d|\d\d)\.\d{3})(?P<net>N?)\r"),
    "lb": re.compile(rb"\x02(?P<value>(?:  \d| \d\d|\d{3})\.\d{2})(?P<net>N?)\r"),
}
_FIGURE_8213 = re.compile(rb"\x02(?=[ \d.]{6}\r)(?P<value> *\d+(?:\.\d+)?)(?P<net>)\r")
_STATUS = re.compile(rb"\x02\?(?P<status>[\x40-\x7f])\r")
_MOTION, _OVER, _UNDER, _OUTSIDE_ZERO_CAPTURE, _CENTRE_OF_ZERO = 1, 2, 4, 8, 16


def codec_8217(device: str, unit: str) -> Codec:
    """For a scale set to `unit`; a figure with another unit's decimals is garbled."""
    return Frames(device, partial(decode, unit, _FIGURES_8217[unit]), last=0x0D, longest=_LONGEST_FRAME)


def codec_8213(device: str, unit: str) -> Codec:
    """For a scale set to `unit`; its decimals depend on the capacity and cannot contradict the setting."""
    return Frames(device, partial(decode, unit, _FIGURE_8213), last=0x0D, longest=_LONGEST_FRAME)


def decode(unit: str, figures: re.Pattern[bytes], frame: bytes) -> Shown | None:
    """What one frame says."""
    found = figures.fullmatch(frame)
    if found:
        value = Decimal(found["value"].decode("ascii").strip())
        return figure(value, unit, still=True, basis="net" if found["net"] else "gross")
    found = _STATUS.fullmatch(frame)
    return _without_figure(found["status"][0], unit) if found else GARBLED


def _without_figure(status: int, unit: str) -> Shown:
    if status & _OVER:
        return OVER
    if status & _UNDER:
        return UNDER
    if status & _MOTION:
        return MOVING
    if status & _CENTRE_OF_ZERO:
        return Shown(WeightState.stable_zero, Decimal(0), unit)
    # Still, in range and yet without a figure: the zero it was switched on with is out of range, or it tells nothing.
    return FAULT if status & _OUTSIDE_ZERO_CAPTURE else MOVING
