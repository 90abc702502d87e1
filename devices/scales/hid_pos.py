"""USB scales of the HID point-of-sale class (Dymo, Stamps.com, Fairbanks): one six-byte report for each weight.

Source: USB HID Point of Sale Usage Tables 1.02, page 0x8D; erjiang/usbscale. `[0]` report id 3 (some send 4), `[1]`
status, `[2]` unit, `[3]` signed power of ten, `[4]` and `[5]` magnitude, low byte first and without a sign: below
zero there is only status 5. The kernel gives one report for each read. A short, long or zero-filled report is
garbled: taken for good it would be "0 lb, stable" (qzind/tray issue 25).
"""

from collections.abc import Mapping
from decimal import Decimal

from devices.readings import Weight, WeightState
from devices.scales.frames import FAULT, GARBLED, MOVING, OVER, UNDER, Shown, figure

REPORT_SIZE = 6
_REPORT_IDS = frozenset({3, 4})
_LARGEST_POWER = 6  # a bench scale shows micrograms to tonnes; beyond that the byte is not an exponent
_STABLE_ZERO, _MOVING, _STABLE = 2, 3, 4
_WITHOUT_FIGURE: Mapping[int, Shown] = {
    1: FAULT,
    5: UNDER,
    6: OVER,
    7: Shown(WeightState.needs_calibration),
    8: MOVING,  # "re-zero": it wants its zero set, and the figure counts for nothing until then
}
# Tael (5) and ton (9) differ from country to country and are named, not converted.
_UNITS: Mapping[int, str] = {
    1: "mg",
    2: "g",
    3: "kg",
    4: "ct",
    5: "tael",
    6: "gr",
    7: "dwt",
    8: "t",
    9: "ton",
    10: "ozt",
    11: "oz",
    12: "lb",
}


class HidPos:
    """Reports in, weights out: each `feed` is one report as read."""

    def __init__(self, device: str) -> None:
        self._device = device

    def feed(self, data: bytes, at: float) -> list[Weight]:
        """Decode one report; never raises."""
        shown = decode(data)
        return [Weight(self._device, shown.state, shown.value, shown.unit, shown.basis, data[:64], at)] if data else []


def decode(report: bytes) -> Shown:
    """What one report says."""
    if len(report) != REPORT_SIZE or report[0] not in _REPORT_IDS:
        return GARBLED
    status, power = report[1], int.from_bytes(report[3:4], "little", signed=True)
    if status in _WITHOUT_FIGURE:
        return _WITHOUT_FIGURE[status]
    if status not in {_STABLE_ZERO, _MOVING, _STABLE} or report[2] not in _UNITS or abs(power) > _LARGEST_POWER:
        return GARBLED
    magnitude = int.from_bytes(report[4:6], "little")
    if status == _STABLE_ZERO and magnitude:
        return GARBLED
    # Zero is status 2: a 4 with nothing behind it may be a report that was not filled.
    still = status == _STABLE_ZERO or (status == _STABLE and magnitude > 0)
    return figure(Decimal(magnitude).scaleb(power), _UNITS[report[2]], still)
