"""The facts of a shift: its opening, and of its close what was counted, explained and signed."""

from typing import Literal

import msgspec

from station.fact import Fact
from station.records import Disposition

Verdict = Literal["balanced", "explained", "open"]


class ShiftOpened(Fact, frozen=True):
    """A shift began at this bench because someone signed in and none was open."""

    shift: str
    bench: str


class SignedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the ten rules as it was signed: numbers of units, for a client and a way (or a carrier)."""

    rule: int
    expected: int
    actual: int
    explained: int = 0
    client: str = ""
    way: str = ""


class DeliveryCounted(Fact, frozen=True):
    """What a carrier's sheet says it left here in a shift, what was refused at the door, and what nobody found.

    A later one of the same carrier and shift takes its place; the report names what was said before, and by whom.
    """

    shift: str
    carrier: str
    delivered: int
    refused: int = 0
    not_found: int = 0


class CountBegan(Fact, frozen=True):
    """The shift takes no more parcels: its bins are counted, by people who do not see what they should hold."""

    shift: str


class BinCountBegan(Fact, frozen=True):
    """Somebody counts a bin for the `count`-th time (from 1) in this shift; what was counted before holds no longer."""

    shift: str
    bin: str
    count: int
    disposition: Disposition
    client: str = ""


class PlateCounted(Fact, frozen=True):
    """A plate was scanned in the bin that is counted, whatever it is."""

    shift: str
    bin: str
    count: int
    plate: str


class PlateUncounted(Fact, frozen=True):
    """A plate was scanned by mistake: it was not in the bin that is counted."""

    shift: str
    bin: str
    count: int
    plate: str


class BinCounted(Fact, frozen=True):
    """All plates of the bin were scanned: so many."""

    shift: str
    bin: str
    count: int
    plates: int


class CountCalledOff(Fact, frozen=True):
    """The count was begun too early: the shift takes parcels again, and what was counted holds no longer."""

    shift: str


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a count showed to be wrong, as `station.shifts.findings.Finding` names it."""

    kind: str
    plate: str = ""
    bin: str = ""
    found: str = ""


class CountedAgain(Fact, frozen=True):
    """A supervisor saw what the count showed, and lets bins be counted again: that stays named, whatever they show."""

    shift: str
    seen: tuple[Seen, ...] = ()


class CountEnded(Fact, frozen=True):
    """The count is over: what differs may be seen and explained."""

    shift: str


class DifferenceExplained(Fact, frozen=True):
    """A supervisor says why some units of a line are over (above 0) or short (below 0).

    A later one of the same line and reason takes its place; 0 takes it back.
    """

    shift: str
    rule: int
    why: str
    units: int
    client: str = ""
    way: str = ""


class ShiftSigned(Fact, frozen=True):
    """A supervisor signed a shift: the lines as they were, and the hash (hex) of the last fact they rest on.

    `verdict` is `balanced`, `explained` (each difference has its reasons), or `open` (facts wait, or a difference
    is left without a reason). `needs_second` when another supervisor must sign too: the shift is over and takes nothing
    more, but is locked only then. `badge` is who signed, whoever is signed in.
    """

    shift: str
    verdict: Verdict
    head: str
    lines: tuple[SignedLine, ...] = ()
    needs_second: bool = False
    badge: str = ""


class WriteOffAsked(Fact, frozen=True):
    """At the signature of a shift `badge` would give up a unit that the count did not find in its bin.

    It is given up with the second signature, and expected until then. The fields are those of `ItemWrittenOff`.
    """

    shift: str
    item: str
    plate: str
    bin: str
    badge: str
    value_minor: int = 0
    currency: str = ""


class ItemWrittenOff(Fact, frozen=True):
    """A unit that the count of `shift` did not find in its bin is given up, by `badge`.

    That is so with the last signature the shift needs. From the shift that runs then on, or the next one, it is not
    expected any more. `value_minor` is its list price, 0 when nobody knows it.
    """

    shift: str
    item: str
    plate: str
    bin: str
    badge: str
    value_minor: int = 0
    currency: str = ""


class ItemFoundAgain(Fact, frozen=True):
    """The count of a shift found a unit that had been written off: from the next shift on it is expected in `bin`.

    `fill` is how often that bin had left the bench before, `disposition` what the bin is for; facts of before do not
    say that.
    """

    shift: str
    item: str
    plate: str
    bin: str
    fill: int = 0
    disposition: Disposition | Literal[""] = ""


class ShiftCountersigned(Fact, frozen=True):
    """A second supervisor signed what the first one had signed, at once or in a later shift."""

    shift: str
    badge: str


class ShiftLocked(Fact, frozen=True):
    """Nothing is added to the shift any more; what comes late belongs to the next one."""

    shift: str


class BinMoved(Fact, frozen=True):
    """A bin left the bench for the `fill`-th time (from 1), with all that lay in it.

    `by` is the badge of who answers for it: who was signed in or, while a shift was counted, who allowed it. Facts of
    before do not say.
    """

    bin: str
    fill: int
    to: str
    by: str = ""
