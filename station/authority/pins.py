"""How often a badge had a wrong PIN in a row, and for how long it is locked; folded from the bench's facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from station.authority.facts import PinCleared, PinLocked, PinRefused
from station.moments import Clock, utc

# So many wrong PINs in a row lock a badge, for so long; the next wrong one after that locks it again.
TRIES = 5
LOCKED_MIN = 15
FACTS = (PinRefused, PinLocked, PinCleared)
_LOCKED = timedelta(minutes=LOCKED_MIN)


class Wrong(msgspec.Struct, frozen=True, omit_defaults=True):
    """The wrong PINs of one badge; `locked` is None while it is not locked."""

    badge: str
    tries: int
    locked: PinLocked | None = None


def after(pins: Sequence[Wrong], fact: PinRefused | PinLocked | PinCleared) -> tuple[Wrong, ...]:
    """Return the wrong PINs after a fact."""
    rest = tuple(each for each in pins if each.badge != fact.badge)
    if isinstance(fact, PinCleared):
        return rest
    was = of(pins, fact.badge)
    if isinstance(fact, PinRefused):
        return (*rest, Wrong(fact.badge, fact.tries, was.locked))
    return (*rest, Wrong(fact.badge, was.tries, fact))


def of(pins: Sequence[Wrong], badge: str) -> Wrong:
    """Return the wrong PINs of a badge, none if it had none."""
    return next((each for each in pins if each.badge == badge), Wrong(badge, 0))


def minutes_locked(pins: Sequence[Wrong], badge: str, now: Clock) -> int:
    """Return for how many minutes more a badge is locked, at least one while it is; 0 when it is not.

    In the run of the station that locked it nothing counts but the clock that nobody can set. After a restart that one
    has begun anew: the larger of what the wall says and how long this run goes has passed. So a clock that was set back
    locks nobody for longer than the lock and a restart, and one that was set forward opens nothing while the station
    runs.
    """
    lock = of(pins, badge).locked
    if lock is None:
        return 0
    if lock.run and lock.run == now.run:
        passed = timedelta(milliseconds=now.run_ms - lock.run_ms)
    else:
        began = datetime.fromisoformat(lock.until) - _LOCKED
        passed = max(datetime.fromisoformat(now.at) - began, timedelta(milliseconds=now.run_ms))
    left = _LOCKED - passed
    return max(1, -(-left // timedelta(minutes=1))) if left > timedelta() else 0


def refused(pins: Sequence[Wrong], badge: str, now: Clock) -> tuple[PinRefused | PinLocked, ...]:
    """Return the facts of one more wrong PIN: from the `TRIES`-th in a row on the badge is locked too."""
    tries = of(pins, badge).tries + 1
    if tries < TRIES:
        return (PinRefused(badge, tries),)
    until = utc(datetime.fromisoformat(now.at) + _LOCKED)
    return PinRefused(badge, tries), PinLocked(badge, until, now.run, now.run_ms)
