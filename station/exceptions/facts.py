"""The facts of decisions: who sees to an exception, what was decided about it, and what of that was taken back."""

from typing import Literal

from station.fact import Fact

Decision = Literal["match", "split", "accept", "reject", "ship_back", "regrade", "release", "unlock"]


class ExceptionTaken(Fact, frozen=True):
    """A person sees to an exception from now on; a later one of another person takes its place."""

    exception: str
    badge: str
    parcel: str = ""
    item: str = ""


class ExceptionDecided(Fact, frozen=True):
    """A supervisor (`badge`) decided about an exception for the `n`-th time (from 1) at this station, and why.

    `to` is the RMA of a `match`, those of a `split` with " + " between, or the disposition of a `release`. What was
    decided first stands, whatever another bench says later.
    """

    exception: str
    n: int
    decision: Decision
    why: str
    badge: str
    to: str = ""
    parcel: str = ""
    item: str = ""


class DecisionTakenBack(Fact, frozen=True):
    """The `n`-th decision of this station about an exception holds no longer; the exception waits again."""

    exception: str
    n: int
    badge: str
    parcel: str = ""
    item: str = ""
