"""The session of any scale: ask or listen, post what changed, and post the weight the bench may use."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from devices.readings import Fault, Weight, WeightState
from devices.scales.acceptance import Acceptance, AcceptanceRule
from devices.scales.frames import Codec
from devices.worker import Link


class Source(Protocol):
    """An open line to a scale."""

    def read(self) -> bytes:
        """What has come, or nothing after a short while; OSError when the line is gone."""

    def write(self, data: bytes) -> None:
        """Send all of it."""


@dataclass(frozen=True, slots=True)
class Polling:
    """What a scale is asked and how often, how long an answer may take, and how many misses make it down.

    Without a `request` the scale sends by itself, and `answer_s` is the longest pause it makes. Where `silence_is_rest`
    it sends only when there is something new: it is up once it can be opened, and no silence makes it down.
    `nonsense` is what it means when nothing of what comes makes sense.
    """

    request: bytes = b""
    interval_s: float = 0.1
    answer_s: float = 0.5
    misses: int = 3
    silence_is_rest: bool = False
    nonsense: Fault = Fault.wrong_line_settings
    shown_every_s: float = 0.2


class _Heard(Enum):
    """What came of one turn of asking or listening."""

    nothing = auto()
    nonsense = auto()
    sense = auto()


_CHECK = "nothing it sends makes sense: check model, dialect and unit, baud rate and parity"
_ASLEEP = "it says nothing: asleep, switched off, or the cable is in another port"


class ScaleSession:
    """The session of one scale. It is up once it has said something sensible.

    `source` opens the line anew for each connection. A turn is one question and its answer, or for a scale that sends
    by itself the time until its next weight; each weight is posted when its last byte has come.
    """

    def __init__(
        self,
        device: str,
        source: Callable[[], AbstractContextManager[Source]],
        codec: Callable[[str], Codec],
        polling: Polling,
        rule: AcceptanceRule,
    ) -> None:
        self._device = device
        self._source = source
        self._codec = codec
        self._polling = polling
        self._acceptance = Acceptance(rule)

    def run(self, link: Link) -> None:
        """Take turns until told to stop."""
        self._acceptance = self._acceptance.interrupted()
        display = _Display(link, self._polling.shown_every_s)
        codec = self._codec(self._device)
        silent = garbled = 0
        with self._source() as source:
            if self._polling.silence_is_rest:
                link.up()
            while not link.stopping:
                heard = self._turn(source, codec, display, link)
                silent = silent + 1 if heard is _Heard.nothing else 0
                garbled = garbled + 1 if heard is _Heard.nonsense else 0
                if not link.stopping:
                    self._complain(silent, garbled, display, link)

    def _turn(self, source: Source, codec: Codec, display: "_Display", link: Link) -> _Heard:
        polling = self._polling
        began = time.monotonic()
        if polling.request:
            source.write(polling.request)
            link.sent(polling.request)
        heard, answered = _Heard.nothing, False
        while not link.stopping:
            data = source.read()
            now = time.monotonic()
            if data:
                link.saw(data)
                weights = codec.feed(data, now)
                for weight in weights:
                    self._take(weight, display, link)
                answered = answered or bool(weights)
                if any(weight.state is not WeightState.garbled for weight in weights):
                    heard = _Heard.sense
                elif heard is _Heard.nothing and (weights or not polling.silence_is_rest):
                    heard = _Heard.nonsense  # of a printed label, the lines without a weight are none
            turn_s = polling.interval_s if answered else polling.answer_s
            if now - began >= turn_s or (answered and not polling.request):
                break
        return heard

    def _take(self, weight: Weight, display: "_Display", link: Link) -> None:
        if weight.state is not WeightState.garbled:
            link.up()
        self._acceptance, accepted = self._acceptance.see(weight)
        display.show(weight, at_once=accepted is not None)
        if accepted is not None:
            link.post(accepted)

    def _complain(self, silent: int, garbled: int, display: "_Display", link: Link) -> None:
        if silent:
            self._acceptance = self._acceptance.silent()
        elif garbled:
            self._acceptance = self._acceptance.interrupted()
        if garbled >= self._polling.misses:
            display.show(_figureless(self._device, WeightState.garbled), at_once=True)
            link.down(self._polling.nonsense, _CHECK)
        elif silent >= self._polling.misses and not self._polling.silence_is_rest:
            display.show(_figureless(self._device, WeightState.no_answer), at_once=True)
            link.down(Fault.no_answer, _ASLEEP)


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
