"""Which decisions fit which kind of exception, and how its clock runs: data of the site."""

from collections.abc import Mapping
from itertools import pairwise

import msgspec

from resources import find
from resources.words import mark
from station.exceptions.facts import Decision
from station.records import Apart

FILE = "exceptions.toml"
OTHER = "other"
LATE, DOUBT, REFUSED, HALF_SIGNED = "late_parcel", "printer_doubt", "fact_refused", "half_signed"
"""The kinds that nobody raises: they follow from how things stand, and go when those are put right."""

ON_HOLD = ("held", "hazard")
"""The kinds that tell why an item goes on hold: its details are all of that, one sentence after the other."""

MOVING: Mapping[str, Apart] = {"ship_back": "ship_back", "reject": "reject"}
"""The decisions after which the goods on hold wait no more, and go into a bin for these alone."""
NOT_THERE = ("lines_missing",)
"""The kinds that are about what is not in the parcel: what is decided about them moves none of what is."""

DECISION_WORDS: Mapping[str, str] = {
    "match": mark("Match an order"),
    "split": mark("Split orders"),
    "accept": mark("Accept as is"),
    "reject": mark("Reject it"),
    "ship_back": mark("Ship it back"),
    "regrade": mark("Grade it again"),
    "release": mark("Release it"),
    "unlock": mark("Unlock the badge"),
}


class Kinds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The decisions by kind of exception, and the hours of the clock, as resources/exceptions.toml tells them.

    `anywhere` are the decisions that another bench of the site may take, which has not got the goods.
    """

    escalate_h: tuple[int, ...]
    late_h: int
    doubt_h: int
    anywhere: tuple[Decision, ...]
    decisions: Mapping[str, tuple[Decision, ...]]

    def fitting(self, kind: str) -> tuple[Decision, ...]:
        """Return what may be decided about a kind; of one nobody named, what fits every other.

        A shift that waits for its second signature waits for that alone.
        """
        if kind == HALF_SIGNED:
            return ()
        return self.decisions.get(kind) or self.decisions[OTHER]


def parse(toml: bytes) -> Kinds:
    """Return the table of decisions; raises ValueError that names what is wrong."""
    try:
        found = msgspec.toml.decode(toml, type=Kinds)
    except msgspec.DecodeError as error:
        raise ValueError(f"the exceptions cannot be read: {error}") from error
    if OTHER not in found.decisions:
        raise ValueError(f"the exceptions need decisions for the kind `{OTHER}`")
    wrong = sorted(kind for kind, each in found.decisions.items() if not each or len(set(each)) < len(each))
    if wrong:
        raise ValueError(f"no decisions, or one twice, for {', '.join(wrong)}")
    hours = (0, *found.escalate_h)
    if any(a >= b for a, b in pairwise(hours)) or min(found.late_h, found.doubt_h) < 1:
        raise ValueError("hours are above 0, and each of escalate_h more than the one before it")
    return found


def read_kinds() -> Kinds:
    """Read the table that came with the program."""
    return parse(find.read(FILE))
