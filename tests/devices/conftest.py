"""What device tests share: an inbox to await readings in, and leave to go down."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

from devices.readings import Reading

R = TypeVar("R", bound=Reading)


class Inbox:
    """Collects what drivers post, from any thread."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self._came = threading.Condition()
        self._taken = 0

    def post(self, reading: Reading) -> None:
        with self._came:
            self.readings.append(reading)
            self._came.notify_all()

    def next(self, kind: type[R], matching: Callable[[R], bool] = lambda _: True, within_s: float = 60.0) -> R:
        """The next reading of that kind not looked at before; earlier ones of other kinds are passed over."""
        deadline = time.monotonic() + within_s
        with self._came:
            while True:
                while self._taken < len(self.readings):
                    reading = self.readings[self._taken]
                    self._taken += 1
                    if isinstance(reading, kind) and matching(reading):
                        return reading
                left_s = deadline - time.monotonic()
                if left_s <= 0 or not self._came.wait(left_s):
                    pytest.fail(f"no {kind.__name__} came; the last were {self.readings[-8:]}")

    def of(self, kind: type[R]) -> list[R]:
        with self._came:
            return [reading for reading in self.readings if isinstance(reading, kind)]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def goes_down(expect_log) -> None:
    """For tests in which a device goes down, which is logged."""
    expect_log(r"devices\.worker: .* is down: ")
