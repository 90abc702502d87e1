"""The lines of a shift: what was expected, what there is, what differs, and what was said about that."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from station.shifts.facts import SignedLine, Verdict
from station.shifts.parts import FOUND_AGAIN, REFUSED, WAITING, Side


class Counted(msgspec.Struct, frozen=True):
    """How many units one part of a rule has, for a client and a way (a disposition, or a carrier)."""

    rule: int
    client: str
    way: str
    side: Side
    name: str
    units: int


class Explained(msgspec.Struct, frozen=True):
    """What a supervisor said of a difference: so many units over (above 0) or short (below 0), and why."""

    rule: int
    client: str
    way: str
    why: str
    units: int
    operator: str = ""


class Line(msgspec.Struct, frozen=True):
    """One line of a rule. `parts` come in the rule's order; `reasons` are those that people gave."""

    rule: int
    client: str
    way: str
    parts: tuple[Counted, ...]
    reasons: tuple[Explained, ...] = ()

    @property
    def expected(self) -> int:
        """The units there should be."""
        return self._sum("expected")

    @property
    def actual(self) -> int:
        """The units there are."""
        return self._sum("actual")

    @property
    def difference(self) -> int:
        """Units over (above 0) or short (below 0)."""
        return self.actual - self.expected

    @property
    def explained(self) -> int:
        """How much of the difference has its reasons, with its sign."""
        return sum(each.units for each in self.reasons) - self._sum("reasoned")

    @property
    def unexplained(self) -> int:
        """How much of the difference has no reason yet, with its sign."""
        return self.difference - self.explained

    @property
    def is_settled(self) -> bool:
        """Whether the reasons add up to the difference."""
        return self.difference == self.explained

    def _sum(self, side: Side) -> int:
        return sum(each.units for each in self.parts if each.side == side)


def lines(counted: Iterable[Counted], explained: Iterable[Explained] = ()) -> tuple[Line, ...]:
    """Put parts and reasons together: one line for each rule, client and way that has any, in this order."""
    reasons: dict[tuple[int, str, str], list[Explained]] = {}
    for each in explained:
        if each.units:
            reasons.setdefault(_key(each), []).append(each)
    parts = {key: tuple(group) for key, group in groupby(sorted(counted, key=_key), key=_key)}
    return tuple(Line(*key, parts.get(key, ()), tuple(reasons.get(key, ()))) for key in sorted({*parts, *reasons}))


def verdict(told: Sequence[Line]) -> Verdict:
    """Return how a shift can be closed: with facts that wait or were refused, or without all reasons, only `open`."""
    if any(each.units for line in told for each in line.parts if each.name in (WAITING, REFUSED)) or not all(
        line.is_settled for line in told
    ):
        return "open"
    return "explained" if off(told) else "balanced"


def before_the_count(told: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines that say something before the bins are counted: all but those of what lies in them."""
    return tuple(line for line in told if line.rule != 4)


def off(told: Sequence[Line]) -> int:
    """Return by how many units the lines differ in all, over or short: what a tolerance is held against.

    A unit that was given up and is there again differs from what was signed before, though its line adds up.
    """
    again = sum(each.units for line in told for each in line.parts if each.name == FOUND_AGAIN)
    return sum(abs(line.difference) for line in told) + again


def signed(told: Sequence[Line]) -> tuple[SignedLine, ...]:
    """Return the lines as they stand in the fact that signs them."""
    return tuple(
        SignedLine(line.rule, line.expected, line.actual, line.explained, line.client, line.way) for line in told
    )


def _key(each: Counted | Explained) -> tuple[int, str, str]:
    return each.rule, each.client, each.way
