"""What the workflow may look up: the local copy of central's records, the bench's own past, and the rules.

Every look-up answers from this computer, in under a millisecond, with no network.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from grading.route import RouteTable
from grading.rubric import Rubric
from station.authority.roles import Authority
from station.bins.manifest import Manifest
from station.calibration.due import Due
from station.calibration.facts import RefresherBegan, SecondLookBegan
from station.codes import Candidate
from station.exceptions.queue import Decided, Waiting
from station.interlocks import Interlock
from station.moments import Clock
from station.receiving.facts import ItemIdentified, ItemUnlinked, Match, ParcelArrived, SerialChecked
from station.records import (
    Apart,
    Bin,
    Disposition,
    Operator,
    Pattern,
    Product,
    Recall,
    Receipt,
    ReturnOrder,
    SerialNote,
)
from station.resolver.ranking import Evidence, Ranked
from station.routing.facts import RouteOverridden
from station.shifts.facts import ItemFoundAgain
from station.shifts.findings import Finding, Lost
from station.shifts.lines import Line
from station.weights import ItemWeights


class Plated(msgspec.Struct, frozen=True):
    """What the bench knows of a plate: the item that bears it, what it is and where it lies.

    `left_at` (UTC) is when its bin left the bench with it, for the place `left_to` if anybody said; empty while it is
    here. `is_lost`: it was written off, and no count has found it again; `bin` is then where it lay last.
    """

    plate: str
    item: str
    title: str
    disposition: str
    bin: str
    at: str
    left_at: str = ""
    left_to: str = ""
    is_lost: bool = False


class Lying(msgspec.Struct, frozen=True):
    """An item that was put into a bin here: what it is, where it goes, and where it lies.

    `disposition` is where it goes; `bin` is empty when it is in none, or left with it. `is_hazard` is kept apart from
    all else, `is_barred` nobody releases: a hazard or a recall. `is_doubted`: it is to be graded again. `copies` is how
    many labels its plate has, `grades` how often it was graded. `apart`: it goes back, or its return was rejected; if
    another bench decided so, `heard` is the badge of who did, and `was_apart` what holds here so far.
    """

    item: str
    parcel: str
    plate: str
    title: str
    client: str
    rma: str
    letter: str
    disposition: Disposition
    bin: str
    is_hazard: bool = False
    is_barred: bool = False
    is_doubted: bool = False
    copies: int = 1
    grades: int = 1
    price_minor: int = 0
    currency: str = ""
    apart: Apart = ""
    heard: str = ""
    was_apart: Apart = ""


class FoundUnit(msgspec.Struct, frozen=True):
    """A unit that was found in a parcel: by which codes it is known, and to which line it belongs, if any."""

    item: str
    sku: str
    gtin: str
    code: str
    match: Match
    rma: str
    line: str


class Inspected(msgspec.Struct, frozen=True):
    """What the first inspection of an item began with: its parcel, what it is, and its serial number."""

    arrived: ParcelArrived
    identified: ItemIdentified
    serial: SerialChecked | None = None


class Received(msgspec.Struct, frozen=True):
    """One unit of a return line that lies or lay at this bench; the serial number may be empty."""

    line: str
    serial: str


class Day(msgspec.Struct, frozen=True):
    """The day as routes see it: its date by the computer's time zone (ISO), and the items placed today by way."""

    date: str
    waiting: tuple[tuple[Disposition, int], ...] = ()


class Unit(msgspec.Struct, frozen=True):
    """One unit that this bench received: what it is, and where it lies; `bin` is empty until it was placed."""

    item: str
    parcel: str
    title: str
    sku: str
    gtin: str
    lot: str
    serial: str
    plate: str
    bin: str


class Judged(msgspec.Struct, frozen=True):
    """How an item was graded and routed last: the stops, and what each way was worth in minor units, where known."""

    stops: tuple[str, ...]
    values: tuple[tuple[str, int], ...] = ()


class Known(Protocol):
    """The look-ups of one bench. Codes are compared as `station.codes` normalises them."""

    def operator(self, badge: str) -> Operator | None:
        """Return the person whose badge this is."""

    def pin_is_right(self, operator: Operator, pin: str) -> bool:
        """Tell whether the PIN fits the person's Argon2 hash."""

    def recognise(self, text: str, aim: str) -> tuple[Candidate, ...]:
        """Return what a code can be, most likely first; empty when it is like nothing we know."""

    def said(self, language: str, sentence: str) -> str:
        """Return a sentence of a site's own rules in a language that they were written in too; else empty."""

    def orders(self, code: str) -> tuple[ReturnOrder, ...]:
        """Return the return orders that a tracking number, RMA, order number or SSCC stands for."""

    def elsewhere(self, code: str) -> tuple[str, ...]:
        """Return the other sites that expect this code, by name."""

    def product(self, code: str) -> Product | None:
        """Return the product with this GTIN or SKU, of any client."""

    def orders_with_serial(self, serial: str) -> tuple[ReturnOrder, ...]:
        """Return the return orders that shipped this serial number."""

    def receipt(self, code: str) -> Receipt | None:
        """Return when, where and by whom a parcel with this code was received before, here or elsewhere."""

    def received(self, rma: str) -> tuple[Received, ...]:
        """Return the units of a return order that this bench received, whatever parcel they came in."""

    def item_stands(self, item: str) -> bool:
        """Tell whether an item that was named at this bench is still there: nobody took its naming back."""

    def plated(self, plate: str) -> Plated | None:
        """Return what is known of a plate printed at this bench."""

    def bin(self, code: str) -> Bin | None:
        """Return the bin with this code, from central or labelled here, whether open or not."""

    def site_bins(self) -> tuple[Bin, ...]:
        """Return the bins central knows that are not closed here."""

    def bin_is_closed(self, code: str) -> bool:
        """Tell whether this bench closed the bin."""

    def rubric(self, category: str, client: str) -> Rubric | None:
        """Return the questions in force for a client's goods of a category, or None when nobody wrote any."""

    def rubric_version(self, name: str) -> Rubric | None:
        """Return the rubric of this name and version, as in `apparel@2`; None when it is not known any more."""

    def photograph(self, category: str, question: str, option: str, client: str) -> Path | None:
        """Return the photograph of what an answer means, the bench's own or central's; None where there is none."""

    def article_picture(self, sku: str, shots: tuple[str, ...]) -> Path | None:
        """Return a picture of a good unit of an article, of the first of these shots of which there is one, or None."""

    def categories(self) -> tuple[str, ...]:
        """Return the categories that have questions, in the order they are offered."""

    def routes(self, client: str) -> RouteTable:
        """Return the route table that holds for a client."""

    def clock(self) -> Clock:
        """Return what the clocks of this bench say."""

    def authority(self, client: str = "") -> Authority:
        """Return who may do what."""

    def day(self) -> Day:
        """Return what of today matters to a route."""

    def interlock(self, code: str) -> Interlock:
        """Return what a stop means and asks for; for a code nobody wrote words for, those of every other stop."""

    def recalls(self, sku: str, gtin: str) -> tuple[Recall, ...]:
        """Return the recalls of an article that are in force today."""

    def serial_notes(self, serial: str) -> tuple[SerialNote, ...]:
        """Return what central noted of a serial number."""

    def pattern(self, order: ReturnOrder) -> Pattern | None:
        """Return what central counted in earlier returns of an order's customer, if it holds today."""

    def units_with_serial(self, serial: str) -> tuple[Unit, ...]:
        """Return the units with this serial number that this bench received."""

    def recalled_in(self, bins: tuple[str, ...]) -> tuple[tuple[Unit, Recall], ...]:
        """Return the units in these bins that are, or may be, recalled and of which nobody was told yet."""

    def bin_fill(self, code: str) -> int:
        """Return how often a bin has left this bench with all that lay in it."""

    def lying(self, plate: str) -> Lying | None:
        """Return what is known of the item that bears a plate of this bench and was put into a bin."""

    def lying_item(self, item: str) -> Lying | None:
        """Return the same of an item by its name."""

    def told_apart(self, plate: str = "") -> tuple[Lying, ...]:
        """Return the items in bins here of which another bench decided that they go back, that their return is
        rejected, or none of it any more, and this one has not noted so yet; with `plate` only the one that bears it.
        """

    def sent_by(self, parcel: str, exception: str, n: int) -> tuple[RouteOverridden, ...]:
        """Return where the `n`-th decision about an exception of a parcel sent its items."""

    def found_in(self, parcel: str) -> tuple[FoundUnit, ...]:
        """Return the units that were found in a parcel, in the order they were taken out."""

    def linked_before(self, parcel: str, item: str, exception: str, n: int) -> ItemUnlinked | None:
        """Return what an item was linked to before the `n`-th decision about an exception of its parcel."""

    def inspected(self, parcel: str, item: str) -> Inspected | None:
        """Return what the inspection of an item of a parcel began with; None when it cannot be read any more."""

    def judged(self, parcel: str, item: str) -> Judged | None:
        """Return how an item of a parcel was graded and routed last; None when that cannot be read any more."""

    def plates_in(self, code: str) -> tuple[str, ...]:
        """Return the plates that should lie in a bin, by our own count."""

    def manifest(self, code: str) -> Manifest | None:
        """Return what lies in a bin of this bench now, by our own count; None for one that is not known here."""

    def bins_with_goods(self) -> tuple[Bin, ...]:
        """Return the bins in which something should lie, by our own count; never how much."""

    def shift_lines(self, shift: str) -> tuple[Line, ...]:
        """Return how a shift of this bench adds up now, by the ten rules."""

    def shift_opened_at(self, shift: str) -> str:
        """Return when a shift of this bench began (UTC); empty for one that never did."""

    def lost(self, shift: str) -> tuple[Lost, ...]:
        """Return the units that the blind count of a shift did not find."""

    def shift_findings(self, shift: str) -> tuple[Finding, ...]:
        """Return what the blind count of a shift of this bench shows."""

    def found_again(self, shift: str) -> tuple[ItemFoundAgain, ...]:
        """Return the units that had been written off, and that the count of a shift found."""

    def carriers(self) -> tuple[str, ...]:
        """Return the carriers whose numbers are known, by name."""

    def head(self) -> str:
        """Return the hash (hex) of the last fact of this bench's journal."""

    def likely_orders(self, evidence: Evidence) -> tuple[Ranked, ...]:
        """Return the return orders that evidence of an unknown parcel speaks for, the likeliest first."""

    def item_weights(self) -> ItemWeights:
        """Return how far units may weigh from their articles."""

    def decided_elsewhere(self) -> Mapping[str, Decided]:
        """Return what other benches decided about exceptions of this one, by their names, as far as it is known."""
        ...

    def exceptions_waiting(self) -> tuple[Waiting, ...]:
        """Return what waits for a person's decision at this bench, the most pressing first."""

    def decisions_made(self, limit: int) -> tuple[Decided, ...]:
        """Return the latest decisions of this bench that stand, the newest first."""

    def second_looks_due(self, badge: str) -> tuple[Due, ...]:
        """Return the items that wait for a second look by this person, the longest first."""

    def past_items(self, badge: str) -> tuple[RefresherBegan, ...] | None:
        """Return past items that this person may practise on, the best first; None where nobody practises."""

    def first_look(self, plate: str) -> SecondLookBegan | None:
        """Return what a second look at the item with this plate begins with; None for none that was graded here."""
