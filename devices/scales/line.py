"""Scales on a serial line: ask, listen, post what changed, and post the weight the bench may use."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from devices.readings import Fault, Weight, WeightState
from devices.scales.acceptance import Acceptance, AcceptanceRule
from devices.serial_port import LineSettings, SerialPort, open_port
from devices.worker import Link


class Codec(Protocol):
    """One scale language. To add a scale: one module like mt_sics.py, golden frames, a simulator dialect."""

    @property
    def request(self) -> bytes:
        """What is sent to ask for the weight at once."""

    def feed(self, data: bytes, at: float) -> list[Weight]:
        """Decode bytes in any pieces; never raises."""


@dataclass(frozen=True, slots=True)
class Polling:
    """How often the scale is asked, how long it may take, and how many misses make it down.

    Some scales beep at each request: the interval is a setting of the site, not of the program.
    """

    interval_s: float = 0.1
    answer_s: float = 0.5
    misses: int = 3
    shown_every_s: float = 0.2


_CHECK_LINE = "only garbled frames: check baud rate, parity and dialect"
FACTORY_RULE = AcceptanceRule()
FACTORY_POLLING = Polling()


class SerialScale:
    """The session of a scale on a serial line. It is up once it has answered sensibly."""

    def __init__(
        self,
        device: str,
        line: LineSettings,
        codec: Callable[[str], Codec],
        rule: AcceptanceRule = FACTORY_RULE,
        polling: Polling = FACTORY_POLLING,
    ) -> None:
        self._device = device
        self._line = line
        self._codec = codec
        self._polling = polling
        self._acceptance = Acceptance(rule)

    def run(self, link: Link) -> None:
        """Poll until told to stop."""
        self._acceptance = self._acceptance.interrupted()
        display = _Display(link, self._polling.shown_every_s)
        codec = self._codec(self._device)
        silent = garbled = 0
        with open_port(self._line) as port:
            while not link.stopping:
                asked_at = time.monotonic()
                heard, weights = self._ask(port, codec, link)
                good = bool(weights) and all(w.state is not WeightState.garbled for w in weights)
                silent = 0 if heard else silent + 1
                garbled = 0 if good or not heard else garbled + 1
                if good:
                    link.up()
                for weight in weights:
                    self._take(weight, display, link)
                if not weights and not link.stopping:
                    self._miss(silent, garbled, display, link)
                elif garbled >= self._polling.misses:
                    link.down(Fault.wrong_line_settings, _CHECK_LINE)
                link.wait(max(0.0, asked_at + self._polling.interval_s - time.monotonic()))

    def _ask(self, port: SerialPort, codec: Codec, link: Link) -> tuple[bool, list[Weight]]:
        """Whether anything came in time, and the weights in it."""
        port.write(codec.request)
        deadline = time.monotonic() + self._polling.answer_s
        heard = False
        weights: list[Weight] = []
        while not weights and not link.stopping and time.monotonic() < deadline:
            data = port.read()
            if data:
                heard = True
                link.saw(data)
                weights = codec.feed(data, time.monotonic())
        return heard, weights

    def _take(self, weight: Weight, display: "_Display", link: Link) -> None:
        self._acceptance, accepted = self._acceptance.see(weight)
        display.show(weight, at_once=accepted is not None)
        if accepted is not None:
            link.post(accepted)

    def _miss(self, silent: int, garbled: int, display: "_Display", link: Link) -> None:
        self._acceptance = self._acceptance.interrupted()
        if silent >= self._polling.misses:
            display.show(_figureless(self._device, WeightState.no_answer), at_once=True)
            link.down(Fault.no_answer)
        elif garbled >= self._polling.misses:
            display.show(_figureless(self._device, WeightState.garbled), at_once=True)
            link.down(Fault.wrong_line_settings, _CHECK_LINE)


def _figureless(device: str, state: WeightState) -> Weight:
    return Weight(device, state, None, "", "unknown", b"", time.monotonic())


class _Display:
    """Posts weights as a person wants to see them: only changes, and moving figures a few times a second."""

    def __init__(self, link: Link, every_s: float) -> None:
        self._link = link
        self._every_s = every_s
        self._shown: Weight | None = None

    def show(self, weight: Weight, at_once: bool = False) -> None:
        last = self._shown
        if last is not None:
            if (last.state, last.value, last.unit) == (weight.state, weight.value, weight.unit):
                return
            if not at_once and last.state is weight.state and weight.at - last.at < self._every_s:
                return
        self._shown = weight
        self._link.post(weight)
