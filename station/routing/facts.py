"""The facts of where a unit goes: its grade, its route, its plate, and the bin it was put into."""

from grading.reasons import Reason
from grading.worth import Worth
from station.fact import Fact
from station.records import Apart, Disposition


class Graded(Fact, frozen=True):
    """The grade, computed; `letter` is empty when no rule could grade the answers. `rule` is the frozen version.

    `scores` are sub-scores of 100 by name; they explain the letter and decide nothing. `defects` are zone and kind of
    what the answers tell of and of what was marked on photos by then, the worst first; facts of before do not say them.
    """

    item: str
    letter: str
    cosmetic: str
    functional: str
    rule: str
    reasons: tuple[Reason, ...] = ()
    stops: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    scores: tuple[tuple[str, int], ...] = ()
    defects: tuple[tuple[str, str], ...] = ()


class Routed(Fact, frozen=True):
    """Where the item goes, computed; `values` are expected minor units by route, best first.

    `breakdown` tells what each value is made of. `today` (ISO date) and `waiting` (items by way) are what it was
    computed with besides the item's own facts, `table` the versions of all its rules: so it can be computed again.
    """

    item: str
    disposition: Disposition
    rule: str
    reasons: tuple[Reason, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    runner_up: str = ""
    owner: str = ""
    breakdown: tuple[Worth, ...] = ()
    today: str = ""
    waiting: tuple[tuple[Disposition, int], ...] = ()
    table: str = ""


class RouteOverridden(Fact, frozen=True):
    """A person chose another route; `authorised_by` is the supervisor's badge when their own was not enough.

    `cost_minor` is what that loses in the item's currency (below 0: gains); None when nobody knows. Goods on hold of
    which a supervisor decided that they go back, or that the return is rejected, are `apart`; before, `was_apart`.
    """

    item: str
    was: Disposition
    disposition: Disposition
    why: str
    badge: str
    authorised_by: str = ""
    cost_minor: int | None = None
    apart: Apart = ""
    was_apart: Apart = ""


class PlateAllotted(Fact, frozen=True):
    """The item got its licence plate number, allotted offline, never reused."""

    item: str
    plate: str


class PlatePrinted(Fact, frozen=True):
    """The printer took the label; only a scan-back proves that it exists. `copy` counts from 1."""

    item: str
    plate: str
    copy: int = 1


class PlateReprintAsked(Fact, frozen=True):
    """Another copy of the label was asked for, and why."""

    item: str
    plate: str
    copy: int
    why: str


class PlateConfirmed(Fact, frozen=True):
    """The plate was scanned back from the item."""

    item: str
    plate: str


class PlateVoided(Fact, frozen=True):
    """A plate that must never be used; its label, if it exists, is to be destroyed."""

    plate: str
    why: str


class Placed(Fact, frozen=True):
    """The item was put into a bin, proven by the bin's scan; `fill` is how often the bin had left the bench before."""

    item: str
    plate: str
    bin: str
    fill: int = 0
