"""A person's hands at the simulated bench: they scan, type, weigh, and lay things under the camera."""

import time
from collections.abc import Callable

from devices.readings import Scan
from devices.simulators.bench import SimulatedBench
from station.inputs import Command

WOBBLE_S = 0.15


class SimulatedHands:
    """A person's hands at the simulated bench."""

    def __init__(self, devices: SimulatedBench, post: Callable[[object], None]) -> None:
        self._devices = devices
        self._post = post
        self._loaded = False

    def scan(self, text: str, aim: str = "") -> None:
        """Hold a code under the scanner; the scale is cleared first."""
        self._clear()
        self._devices.scanner.scan(text, aim)

    def type(self, text: str) -> None:
        """Type a line on the keyboard."""
        self._post(Scan("keyboard", text, "", time.monotonic()))

    def press(self, key: Command) -> None:
        """Press the key of a command."""
        self._post(key)

    def weigh(self, weight_mg: int) -> None:
        """Put something on the empty scale; it wobbles a little."""
        self._clear()
        self._devices.scale.place(weight_mg, WOBBLE_S)
        self._loaded = True

    def show(self, category: str, seed: int, look: str) -> None:
        """Lay an item on the printed mat under the camera."""
        self._devices.camera.scene(category, seed, look, mat=True)

    def _clear(self) -> None:
        if self._loaded:
            self._devices.scale.remove()
            self._loaded = False
