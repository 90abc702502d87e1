"""What the languages of scales share: bytes are cut into frames, a frame is decoded, what is no frame is garbled."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from devices.readings import MILLIGRAMS_PER_UNIT, Weight, WeightState

Basis = Literal["gross", "net", "unknown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one frame says: a state, and where the scale gave one, a figure with its unit."""

    state: WeightState
    value: Decimal | None = None
    unit: str = ""
    basis: Basis = "unknown"


GARBLED = Shown(WeightState.garbled)
MOVING = Shown(WeightState.moving)
OVER = Shown(WeightState.over)
UNDER = Shown(WeightState.under)
FAULT = Shown(WeightState.fault)

# One whole frame in; what it says, or None for an answer that is sound and carries no weight.
Decode = Callable[[bytes], Shown | None]


class Codec(Protocol):
    """One scale language: bytes in any pieces in, weights out."""

    def feed(self, data: bytes, at: float) -> list[Weight]:
        """Decode what came at `at` (monotonic seconds); never raises, never holds more than one frame's bytes."""


def figure(value: Decimal, unit: str, still: bool, basis: Basis = "unknown") -> Shown:
    """A figure as the scale shows it; with a unit we do not know (pieces, per cent) it is garbled, never a weight."""
    state = WeightState.stable if still else WeightState.moving
    if unit not in MILLIGRAMS_PER_UNIT:
        state = WeightState.garbled
    elif still and value == 0:
        state = WeightState.stable_zero
    return Shown(state, value, unit, basis)


class Frames:
    """Frames that end with one byte. Whatever else stands before that byte belongs to the frame and spoils it.

    So a frame never begins in the middle of another, and after noise the next whole frame is read.
    """

    def __init__(self, device: str, decode: Decode, last: int, longest: int) -> None:
        self._device = device
        self._decode = decode
        self._last = last
        self._longest = longest
        self._buffer = bytearray()
        self._skipping = False

    def feed(self, data: bytes, at: float) -> list[Weight]:
        """Decode what came at `at`; never raises, whatever the bytes."""
        out: list[Weight] = []
        for byte in data:
            if not self._skipping:
                self._buffer.append(byte)
            if byte == self._last:
                if not self._skipping:
                    self._end(at, out)
                self._skipping = False
            elif len(self._buffer) > self._longest:
                out.append(_weight(self._device, GARBLED, bytes(self._buffer), at))
                self._buffer.clear()
                # The rest of it is no frame either: a figure cut in two would be another figure.
                self._skipping = True
        return out

    def _end(self, at: float, out: list[Weight]) -> None:
        frame = bytes(self._buffer)
        self._buffer.clear()
        shown = self._decode(frame)
        if shown is not None:
            out.append(_weight(self._device, shown, frame, at))


class SizedFrames:
    """Frames of one size that open with known bytes, for languages whose check byte may look like any other byte."""

    def __init__(self, device: str, decode: Decode, first: bytes, size: int) -> None:
        self._device = device
        self._decode = decode
        self._first = first
        self._size = size
        self._buffer = bytearray()
        self._junk = bytearray()

    def feed(self, data: bytes, at: float) -> list[Weight]:
        """Decode what came at `at`; never raises, whatever the bytes."""
        out: list[Weight] = []
        for byte in data:
            self._buffer.append(byte)
            self._seek()
            if len(self._buffer) == self._size:
                self._end(at, out)
            if len(self._junk) >= self._size:
                self._complain(at, out)
        return out

    def _seek(self) -> None:
        """Drop what cannot be the start of a frame."""
        while not self._first.startswith(self._buffer[: len(self._first)]):
            self._junk.append(self._buffer.pop(0))

    def _end(self, at: float, out: list[Weight]) -> None:
        frame = bytes(self._buffer)
        shown = self._decode(frame)
        if shown is GARBLED:
            # A frame that lost bytes has swallowed the start of the next one: look for that behind its own.
            self._junk.append(self._buffer.pop(0))
            self._seek()
            return
        self._buffer.clear()
        self._complain(at, out)
        if shown is not None:
            out.append(_weight(self._device, shown, frame, at))

    def _complain(self, at: float, out: list[Weight]) -> None:
        if self._junk:
            out.append(_weight(self._device, GARBLED, bytes(self._junk), at))
            self._junk.clear()


def _weight(device: str, shown: Shown, raw: bytes, at: float) -> Weight:
    return Weight(device, shown.state, shown.value, shown.unit, shown.basis, raw, at)
