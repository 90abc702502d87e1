"""How often a badge had a wrong PIN in a row, and until when it is locked; folded from the bench's facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from station.authority.facts import PinCleared, PinLocked, PinRefused
from station.moments import utc

# So many wrong PINs in a row lock a badge, for so long; the next wrong one after that locks it again.
TRIES = 5
LOCKED_MIN = 15
FACTS = (PinRefused, PinLocked, PinCleared)


class Wrong(msgspec.Struct, frozen=True, omit_defaults=True):
    """The wrong PINs of one badge; `until` is empty while it is not locked."""

    badge: str
    tries: int
    until: str = ""


def after(pins: Sequence[Wrong], fact: PinRefused | PinLocked | PinCleared) -> tuple[Wrong, ...]:
    """Return the wrong PINs after a fact."""
    rest = tuple(each for each in pins if each.badge != fact.badge)
    if isinstance(fact, PinCleared):
        return rest
    was = of(pins, fact.badge)
    if isinstance(fact, PinRefused):
        return (*rest, Wrong(fact.badge, fact.tries, was.until))
    return (*rest, Wrong(fact.badge, was.tries, fact.until))


def of(pins: Sequence[Wrong], badge: str) -> Wrong:
    """Return the wrong PINs of a badge, none if it had none."""
    return next((each for each in pins if each.badge == badge), Wrong(badge, 0))


def minutes_locked(pins: Sequence[Wrong], badge: str, now: str) -> int:
    """Return for how many minutes more a badge is locked, at least one while it is; 0 when it is not."""
    until = of(pins, badge).until
    if until <= now:
        return 0
    left = datetime.fromisoformat(until) - datetime.fromisoformat(now)
    return max(1, -(-left // timedelta(minutes=1)))


def refused(pins: Sequence[Wrong], badge: str, now: str) -> tuple[PinRefused | PinLocked, ...]:
    """Return the facts of one more wrong PIN: from the `TRIES`-th in a row on the badge is locked too."""
    tries = of(pins, badge).tries + 1
    if tries < TRIES:
        return (PinRefused(badge, tries),)
    until = utc(datetime.fromisoformat(now) + timedelta(minutes=LOCKED_MIN))
    return PinRefused(badge, tries), PinLocked(badge, until)
