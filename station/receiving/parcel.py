"""A parcel on the bench and the units in it, as far as they have come."""

import msgspec

from station.inspecting.facts import (
    DefectMarked,
    Hinted,
    InterlockAcknowledged,
    InterlockRaised,
    PhotoRead,
    PhotoSkipped,
    PhotoTaken,
    PrepDone,
    PrepSkipped,
)
from station.receiving.facts import (
    Declared,
    ExceptionRaised,
    ItemFoundWrong,
    ItemIdentified,
    ItemWeighed,
    Match,
    ParcelArrived,
    ParcelWeighed,
    PatternNoted,
    SerialChecked,
)
from station.records import Disposition
from station.routing.facts import Graded, Routed, RouteOverridden

# The stops the station finds by itself; every other code comes from an answer.
FOUND = ("recall", "recall_part", "serial", "weight", "marked")
# The one stop that comes from either: by a date that stands on the goods its cause begins so, as no answer's does.
EXPIRED, USE_BY = "expired", "use-by:"
# So the cause of every stop begins that a mark on a photo shows, whatever its code.
MARK = "mark:"


# The proof of a stop that was found not to hold for this unit.
CLEARED = "read"


def is_found(stop: InterlockRaised) -> bool:
    """Tell whether the station found this stop by itself."""
    return stop.code in FOUND or stop.cause.startswith((USE_BY, MARK))


class Again(msgspec.Struct, frozen=True):
    """An item that is inspected for the `n`-th time: its own name, the bin it lies in, and the labels it had."""

    item: str
    parcel: str
    n: int
    bin: str
    copies: int
    letter: str
    disposition: Disposition


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One unit on the bench, as far as it has come; `rubric` is the version its first answer was given by.

    `model` is the model number that a person found on it; `other_serial`: its serial number is another than was read.
    `asked` are the codes of what is asked besides the questions, because of earlier returns.
    """

    identified: ItemIdentified
    serial: SerialChecked | None = None
    weighed: ItemWeighed | None = None
    photos: tuple[PhotoTaken | PhotoSkipped, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    graded: Graded | None = None
    routed: Routed | None = None
    overridden: RouteOverridden | None = None
    plate: str = ""
    copies_asked: int = 0
    copies_printed: int = 0
    confirmed: bool = False
    bin: str = ""
    prepared: tuple[PrepDone | PrepSkipped, ...] = ()
    rested: tuple[str, ...] = ()
    marks: tuple[DefectMarked, ...] = ()
    rubric: str = ""
    hints: tuple[Hinted, ...] = ()
    read: tuple[PhotoRead, ...] = ()
    readings_answered: tuple[str, ...] = ()
    interlocks: tuple[InterlockRaised, ...] = ()
    acknowledged: tuple[InterlockAcknowledged, ...] = ()
    lot: str = ""
    made: str = ""
    model: str = ""
    other_serial: bool = False
    asked: tuple[str, ...] = ()
    again: Again | None = None
    found_wrong: ItemFoundWrong | None = None

    @property
    def is_taken(self) -> bool:
        """Whether its result was taken: its label is asked for, for one that is graded again a new one."""
        return bool(self.plate) and (self.again is None or self.copies_asked > self.again.copies)

    @property
    def open_interlocks(self) -> tuple[InterlockRaised, ...]:
        """The stops that nobody has acknowledged, in the order they were found."""
        done = {(each.code, each.cause) for each in self.acknowledged}
        return tuple(each for each in self.interlocks if (each.code, each.cause) not in done)

    @property
    def open_interlock(self) -> InterlockRaised | None:
        """The stop that waits for a person; nothing else goes on meanwhile."""
        return next(iter(self.open_interlocks), None)

    @property
    def found(self) -> tuple[InterlockRaised, ...]:
        """The stops that no answer gave: found by the station, and not cleared by what was read since."""
        cleared = {(each.code, each.cause) for each in self.acknowledged if each.proof == CLEARED}
        return tuple(each for each in self.interlocks if is_found(each) and (each.code, each.cause) not in cleared)

    @property
    def stops_found(self) -> tuple[str, ...]:
        """The codes of the stops that the station found and nothing cleared since, each once."""
        return tuple(dict.fromkeys(each.code for each in self.found))

    @property
    def match(self) -> Match:
        """How it belongs to the parcel: the wrong item, too, when its own model number is not that of its article."""
        return "wrong" if self.model and self.model != self.identified.model else self.identified.match

    @property
    def recalls(self) -> tuple[InterlockRaised, ...]:
        """The stops of the recalls that hold for it, or of which nobody knows whether they do."""
        return tuple(each for each in self.found if each.code in ("recall", "recall_part"))

    @property
    def is_recalled(self) -> bool:
        """Whether a recall has decided: nothing more is asked of the item, and it stays as it came."""
        return bool(self.recalls)

    @property
    def disposition(self) -> Disposition | None:
        """Where it goes: the person's choice before the rule's; None while nothing has been decided."""
        if self.overridden is not None:
            return self.overridden.disposition
        return self.routed.disposition if self.routed is not None else None

    @property
    def is_hazard(self) -> bool:
        """Whether it must be kept apart until the safety officer has seen it."""
        return self.disposition == "hold" and self.routed is not None and self.routed.owner == "safety"


def as_found(named: ItemIdentified, fact: ItemFoundWrong) -> ItemIdentified:
    """Return what an item is once somebody saw that it is another article: under its own name, where that is known."""
    title = fact.title or fact.was
    return msgspec.structs.replace(
        named, match="wrong", title=title, sku=fact.sku, gtin=fact.gtin, weight_mg=fact.weight_mg
    )


class Parcel(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parcel on the bench. `arrived` holds what was expected of it; `found_empty`: nothing was in it."""

    arrived: ParcelArrived
    weighed: ParcelWeighed | None = None
    unweighed_why: str = ""
    items: tuple[Item, ...] = ()
    exceptions: tuple[ExceptionRaised, ...] = ()
    patterns: tuple[PatternNoted, ...] = ()
    found_empty: bool = False

    @property
    def item(self) -> Item | None:
        """The item in work: the last one, until it lies in its bin."""
        return self.items[-1] if self.items and not self.items[-1].bin else None


def open_lines(parcel: Parcel) -> tuple[tuple[Declared, int], ...]:
    """Return the declared lines of which units are still to come, each with how many."""
    found: dict[tuple[str, str], int] = {}
    for item in parcel.items:
        if item.identified.match != "matched":
            continue
        key = (item.identified.rma, item.identified.line)
        found[key] = found.get(key, 0) + 1
    return tuple(
        (line, line.quantity - found.get((line.rma, line.line), 0))
        for line in parcel.arrived.declared
        if line.quantity > found.get((line.rma, line.line), 0)
    )
