"""MT-SICS, the Mettler-Toledo Standard Interface Command Set, level 0 (also Ohaus after `PSI`).

Source: Mettler-Toledo AL-IC and AT manuals, "Immediate weight value": the answer to SI starts with `S`,
then `S` stable, `D` dynamic, `I` not executable now, `+` overload or `-` underload; value and unit stand in
columns of blanks. ES, ET and EL are answers too: syntax, transmission and logical error.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from devices.readings import MILLIGRAMS_PER_UNIT, Weight, WeightState
from devices.serial_port import LineSettings

REQUEST = b"SI\r\n"
_LONGEST_FRAME = 80
_FIGURE = re.compile(r"S +(?P<status>[SD]) +(?P<value>-?\d{1,10}(?:\.\d{1,6})?) +(?P<unit>[A-Za-z]{1,3})")
_STATES: Mapping[str, WeightState] = {
    "S I": WeightState.moving,
    "S +": WeightState.over,
    "S -": WeightState.under,
    "ES": WeightState.garbled,
    "ET": WeightState.garbled,
    "EL": WeightState.garbled,
}
# Answers to commands that carry no weight: reset and identification, zero, tare.
_NO_WEIGHT = re.compile(r'(?:I\d+ [AB]|ZI?|TI?|TA|TAC) .*|I4 A ".*"')


def line_settings(port: str) -> LineSettings:
    """Factory settings of the line: 9600 baud, 8 data bits, no parity, 1 stop bit."""
    return LineSettings(port)


class MtSics:
    """Bytes in, weights out. Frames may come in any pieces; what is no frame becomes a `garbled` weight."""

    request = REQUEST

    def __init__(self, device: str) -> None:
        self._device = device
        self._buffer = bytearray()

    def feed(self, data: bytes, at: float) -> list[Weight]:
        """Decode what came at `at`; never raises, whatever the bytes."""
        out: list[Weight] = []
        for byte in data:
            self._buffer.append(byte)
            if byte == 0x0A or len(self._buffer) > _LONGEST_FRAME:
                frame = bytes(self._buffer)
                self._buffer.clear()
                weight = self._decode(frame, at)
                if weight is not None:
                    out.append(weight)
        return out

    def _decode(self, frame: bytes, at: float) -> Weight | None:
        text = frame.decode("ascii", "replace").rstrip("\r\n")
        figure = _FIGURE.fullmatch(text)
        if frame.endswith(b"\r\n") and figure:
            return self._figure(figure, frame, at)
        state = _STATES.get(text, WeightState.garbled)
        if state is WeightState.garbled and _NO_WEIGHT.fullmatch(text):
            return None
        return Weight(self._device, state, None, "", "unknown", frame, at)

    def _figure(self, figure: re.Match[str], frame: bytes, at: float) -> Weight:
        value, unit = Decimal(figure["value"]), figure["unit"]
        state = WeightState.stable if figure["status"] == "S" else WeightState.moving
        if unit not in MILLIGRAMS_PER_UNIT:
            state = WeightState.garbled
        elif state is WeightState.stable and value == 0:
            state = WeightState.stable_zero
        # S and SI give the net weight once the scale is tared, and do not say which it is.
        basis: Literal["unknown"] = "unknown"
        return Weight(self._device, state, value, unit, basis, frame, at)
