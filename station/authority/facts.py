"""The facts of people: who signed in and out, wrong PINs, the lock that follows them, its end, and each step-up."""

from station.fact import Fact
from station.records import Role


class SignedIn(Fact, frozen=True):
    """A person showed their badge and knew their PIN."""

    badge: str
    name: str
    role: Role


class SignedOut(Fact, frozen=True):
    """The person at the bench left it."""

    badge: str


class PinRefused(Fact, frozen=True):
    """A PIN that does not fit the badge was given: the `tries`-th in a row."""

    badge: str
    tries: int


class PinLocked(Fact, frozen=True):
    """After too many wrong PINs the badge opens nothing at this bench until a moment (UTC, ISO 8601).

    `run` is the run of the station in which it was locked, `run_ms` how many milliseconds after that began: by these it
    is known how long ago that is, whatever the clock on the wall was set to since.
    """

    badge: str
    until: str
    run: str = ""
    run_ms: int = 0


class PinCleared(Fact, frozen=True):
    """The wrong PINs of a badge count no more: its right one was given (`by` is the badge itself), or another
    supervisor unlocked it.
    """

    badge: str
    by: str


class StepUpGiven(Fact, frozen=True):
    """A person asked for more than they may, and another's badge and PIN allowed it, at the bench, this once.

    `act` is `override` (the item is sent `to` another way, and `why`), `close` (the count of a shift), `move` (a bin
    leaves for the place `why` while a shift is counted, `to` is the bin), `decide` (an exception is decided about,
    `to` says how) or `relink` (that takes a unit from the return line it belongs to, for the order `to`).
    `value_minor` is the list price of what that is about, 0: not known.
    """

    act: str
    asked_by: str
    allowed_by: str
    item: str = ""
    to: str = ""
    why: str = ""
    value_minor: int = 0
    currency: str = ""
