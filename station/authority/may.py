"""Whether a role may do a thing: by itself, with the badge and PIN of another, or not at all. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from station.authority.roles import EVERY, LETTERS, Authority, Overrides, Role
from station.records import DISPOSITIONS

Answer = Literal["yes", "step_up", "never"]
_AFTER_STOP = ("hold", "recycle")


class Override(msgspec.Struct, frozen=True):
    """An item is sent another way than `was`: its grade's letter (empty: none), list price (0: unknown) and stops."""

    was: str
    to: str
    letter: str = ""
    value_minor: int = 0
    currency: str = ""
    stops: tuple[str, ...] = ()


class Decide(msgspec.Struct, frozen=True):
    """An exception of a kind is decided about."""

    kind: str


class Close(msgspec.Struct, frozen=True):
    """The count of a shift is begun, its differences are explained, or bins are counted again."""


class Sign(msgspec.Struct, frozen=True):
    """A shift is signed first, or (`second`) by another one too."""

    second: bool = False


Act = Override | Decide | Close | Sign


def may(authority: Authority, role: str, act: Act) -> Answer:
    """Tell whether a role may do it; `step_up` when a role may that helps others."""
    if _is_given(authority, authority.of(role), act):
        return "yes"
    helpers = (each for each in authority.role if each.steps_up)
    return "step_up" if any(_is_given(authority, each, act) for each in helpers) else "never"


def needs_second(authority: Authority, role: str, units: int, written_off: Sequence[tuple[str, int]] = ()) -> bool:
    """Tell whether a shift that a role signs is signed by another one too.

    `units` are off in all, over or short; `written_off` the currency and list price (0: unknown) of each unit that is
    given up.
    """
    given = authority.of(role)
    if given.signs_off_units is None or units > given.signs_off_units:
        return True
    if not written_off:
        return False
    if given.write_off is None:
        return True
    limit = given.write_off.up_to_minor
    return limit is not None and not _all_within(limit, written_off)


def decides_alone(authority: Authority, role: str, decision: str, worth: Sequence[tuple[str, int]]) -> bool:
    """Tell whether a role that decides a kind of exceptions takes this decision without another who does, too.

    `worth` are the currency and list price (0: unknown) of each unit that is decided about.
    """
    alone = authority.of(role).alone
    return alone is None or decision not in alone.decisions or _all_within(alone.up_to_minor, worth)


def _all_within(limit: Mapping[str, int], worth: Sequence[tuple[str, int]]) -> bool:
    """Tell whether all units together are within a limit; none of unknown price is."""
    totals: dict[str, int] = {}
    for currency, minor in worth:
        totals[currency] = totals.get(currency, 0) + minor
    return all(minor for _, minor in worth) and all(_within(limit, *total) for total in totals.items())


def letters_better(authority: Authority, letter: str, to: str) -> int | None:
    """Return by how many letters the way is for better goods than the grade (below 0: for worse).

    None where either has no letter.
    """
    stands_for = {str(way): each for way, each in authority.stands_for.items()}.get(to, "")
    if not letter or not stands_for or letter not in LETTERS:
        return None
    return LETTERS.index(letter) - LETTERS.index(stands_for)


def _is_given(authority: Authority, role: Role, act: Act) -> bool:
    if isinstance(act, Close):
        return role.closes
    if isinstance(act, Sign):
        return role.countersigns if act.second else role.signs_off_units is not None
    if isinstance(act, Decide):
        return EVERY in role.decides or act.kind in role.decides
    # Whatever a site writes down: after a stop nobody does more than hold or recycle.
    if act.was == act.to or act.to not in DISPOSITIONS or (act.stops and act.to not in _AFTER_STOP):
        return False
    distance = letters_better(authority, act.letter, act.to)
    return any(_covers(each, act, distance) for each in role.override)


def _covers(given: Overrides, act: Override, distance: int | None) -> bool:
    """Tell whether a line of a role covers the act; what nobody knows is within no limit, and hold has no letter."""
    if act.was not in given.from_ or act.to not in given.to:
        return False
    if given.up_to_minor is not None and not (
        act.value_minor and _within(given.up_to_minor, act.currency, act.value_minor)
    ):
        return False
    if act.to == "hold" or (given.better is None and given.worse is None):
        return True
    if distance is None:
        return False
    return (given.better is None or distance <= given.better) and (given.worse is None or -distance <= given.worse)


def _within(limit: Mapping[str, int], currency: str, minor: int) -> bool:
    return currency in limit and minor <= limit[currency]
