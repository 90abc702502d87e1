"""The two clocks the courier reads, given to it from outside: one that only counts, and the one on the wall."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec


class Clock(msgspec.Struct, frozen=True):
    """`monotonic` counts seconds from somewhere: waiting goes by it. `utc` is the wall clock and only informs."""

    monotonic: Callable[[], float]
    utc: Callable[[], datetime]


def _utc() -> datetime:
    return datetime.now(UTC)


# The clocks of this computer.
MACHINE = Clock(time.monotonic, _utc)
