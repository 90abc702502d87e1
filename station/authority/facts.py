"""The facts of PINs: the wrong ones, the lock that follows them, and its end."""

from station.fact import Fact


class PinRefused(Fact, frozen=True):
    """A PIN that does not fit the badge was given: the `tries`-th in a row."""

    badge: str
    tries: int


class PinLocked(Fact, frozen=True):
    """After too many wrong PINs the badge opens nothing at this bench until a moment (UTC, ISO 8601)."""

    badge: str
    until: str


class PinCleared(Fact, frozen=True):
    """The wrong PINs of a badge count no more: its right one was given (`by` is the badge itself), or another
    supervisor unlocked it.
    """

    badge: str
    by: str
