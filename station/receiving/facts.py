"""The facts of receiving: the parcel, what was in it, what ties a unit to its return line, and receiving one again."""

from typing import Annotated, Literal

import msgspec

from station.fact import Fact
from station.records import Disposition, OrderKind, PatternLevel, PatternSign
from station.routing.facts import Graded, Routed

Match = Literal["matched", "undeclared", "wrong"]
SerialVerdict = Literal["same", "different", "not_known", "unread"]


class Declared(msgspec.Struct, frozen=True, omit_defaults=True):
    """A return line as it was known at the moment the parcel was scanned; frozen into the fact as evidence."""

    rma: str
    line: str
    sku: str
    title: str
    category: str
    client: str
    gtin: str = ""
    quantity: int = 1
    serials: tuple[str, ...] = ()
    weight_mg: int = 0
    price_minor: int = 0
    currency: str = "USD"
    serialised: bool = False
    components: tuple[str, ...] = ()
    reason: str = ""
    season: str = ""
    size_mm: tuple[int, ...] = ()
    model: str = ""


class ParcelArrived(Fact, frozen=True):
    """A parcel's code was scanned: what it is, and what it was expected to hold.

    `match` is `one`, `several`, `none` (an unknown parcel, received blind) or `again` (its number was received before).
    """

    parcel: str
    code: str
    carrier: str
    kind: OrderKind | Literal["unknown"]
    match: Literal["one", "several", "none", "again"]
    orders: tuple[str, ...] = ()
    client: str = ""
    declared: tuple[Declared, ...] = ()


class ParcelWeighed(Fact, frozen=True):
    """The stable weight of the unopened parcel. Out of band is evidence, not an accusation."""

    parcel: str
    weight_mg: int
    expected_mg: int = 0
    low_mg: int = 0
    high_mg: int = 0
    in_band: bool | None = None


class WeighingSkipped(Fact, frozen=True):
    """The parcel was opened unweighed, and why."""

    parcel: str
    why: str


class ItemIdentified(Fact, frozen=True):
    """One unit was taken from the parcel and named by a scan; `rma` and `line` are empty when undeclared."""

    parcel: str
    item: str
    code: str
    match: Match
    title: str
    category: str
    client: str = ""
    sku: str = ""
    gtin: str = ""
    rma: str = ""
    line: str = ""
    weight_mg: int = 0
    price_minor: int = 0
    currency: str = "USD"
    serialised: bool = False
    shipped_serials: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    lot: str = ""
    expiry: str = ""
    season: str = ""
    size_mm: tuple[int, ...] = ()
    model: str = ""


class SerialChecked(Fact, frozen=True):
    """The serial number on the unit was compared with those shipped. Forgotten serials stay empty.

    `read_from` is `photo` when nobody scanned it: it was read in a photo, and a person confirmed it.
    """

    item: str
    serial: str
    verdict: SerialVerdict
    read_from: Literal["", "photo"] = ""


class ItemRelinked(Fact, frozen=True):
    """The unit is matched to this return line from now on: its serial number showed that, or a person decided it.

    `was_rma` and `was_line` are the line that a person's decision took it from, empty when it belonged to none; facts
    of before do not say. Who allowed that is in the `StepUpGiven` beside it, where another did.
    """

    item: str
    rma: str
    line: str
    shipped_serials: tuple[str, ...] = ()
    was_rma: str = ""
    was_line: str = ""


class ItemUnlinked(Fact, frozen=True):
    """An item belongs to no line by a decision any more: it is again what it was before (`match`, `rma`, `line`)."""

    item: str
    match: Match
    rma: str = ""
    line: str = ""


class ItemFoundWrong(Fact, frozen=True):
    """A person saw, after its scan, that what is in hand is not the article its code says, or not that size or colour.

    `was` is the title its code says. The other fields are of what is in hand, empty or 0 where no code of it was
    scanned: what it is nobody knows then. The item is the wrong one from now on; the line it came for stays.
    """

    item: str
    differs: Literal["article", "size", "colour"]
    was: str
    title: str = ""
    code: str = ""
    sku: str = ""
    gtin: str = ""
    weight_mg: int = 0


class ItemWeighed(Fact, frozen=True):
    """The unit itself was weighed; `in_band` is None when its weight was not known before."""

    item: str
    weight_mg: int
    expected_mg: int = 0
    in_band: bool | None = None


class MarksRead(Fact, frozen=True):
    """The lot, or the day of making (ISO date), was read from the unit or its box; empty is what was not read."""

    item: str
    lot: str = ""
    made: str = ""


class ExceptionRaised(Fact, frozen=True):
    """Something a person must decide; `owner` is the role that must act."""

    exception: str
    kind: str
    owner: str
    parcel: str = ""
    item: str = ""
    detail: str = ""


class PatternNoted(Fact, frozen=True):
    """At the parcel's scan central had counted this in earlier returns of the customer of an order, in so many days.

    The counts stand here as evidence of why more was asked (`ask`); who the customer is does not.
    """

    parcel: str
    rma: str
    level: PatternLevel
    signs: tuple[PatternSign, ...]
    returns: int
    days: int
    ask: tuple[str, ...] = ()


class BoxFoundEmpty(Fact, frozen=True):
    """A person opened the parcel and found nothing in it; the opened box is photographed next."""

    parcel: str


class LineMissing(Fact, frozen=True):
    """A person confirmed that declared units, at least one, were not in the parcel."""

    parcel: str
    rma: str
    line: str
    quantity: Annotated[int, msgspec.Meta(ge=1)]


class ParcelFinished(Fact, frozen=True):
    """Every declared line was received or confirmed missing; nothing was skipped."""

    parcel: str
    items: int
    missing: int


class RegradeBegan(Fact, frozen=True):
    """An item that was graded is inspected for the `n`-th time (from 2); until it is graded it lies in its bin still.

    `item` is the name of this inspection, and so are the names in `identified` and `arrived`: what is answered now
    takes nothing from what was answered before. `copies` is how many labels its plate had, `letter` and `disposition`
    are what it was given before.
    """

    item: str
    n: int
    plate: str
    bin: str
    copies: int
    letter: str
    disposition: Disposition
    arrived: ParcelArrived
    identified: ItemIdentified
    serial: SerialChecked | None = None


class Regraded(Fact, frozen=True):
    """An item has another grade and way, which hold from now on; the earlier ones (`was_…`) stay told beside them.

    `disposition` is where it goes, a person's choice before the rule's.
    """

    item: str
    parcel: str
    n: int
    graded: Graded
    routed: Routed
    disposition: Disposition
    was_letter: str
    was_disposition: Disposition
