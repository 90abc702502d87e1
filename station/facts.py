"""The facts a bench records: what happened, in the past tense, frozen and typed.

The same types are on disk, on the wire and at central. A fact's tag (`t`) is its class name; its `VERSION` rises
when a field changes meaning. A tag this program does not know, or a newer version, becomes `Unknown` and is kept.
Long because each fact is one class, and they are read together.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from grading.reading import Reading
from grading.reasons import Reason
from grading.worth import Worth
from station.authority.facts import PinCleared, PinLocked, PinRefused, StepUpGiven
from station.bins.facts import (
    BinCheckBegan,
    BinChecked,
    BinCheckLeft,
    BinMerged,
    BinPlateChecked,
    BinPlateUnchecked,
    BinReopened,
    BinStepTakenBack,
    Carried,
)
from station.calibration.facts import (
    SecondAnswered,
    SecondAnswerTakenBack,
    SecondGraded,
    SecondLookBegan,
    SecondLookLeft,
)
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.fact import Fact
from station.records import Disposition, OrderKind, Owner, PatternLevel, PatternSign, Role
from station.shifts.facts import (
    BinCountBegan,
    BinCounted,
    BinMoved,
    CountBegan,
    CountCalledOff,
    CountEnded,
    DeliveryCounted,
    DifferenceExplained,
    ItemFoundAgain,
    ItemWrittenOff,
    PlateCounted,
    PlateUncounted,
    ShiftCountersigned,
    ShiftLocked,
    ShiftSigned,
)

Match = Literal["matched", "undeclared", "wrong"]
SerialVerdict = Literal["same", "different", "not_known", "unread"]
PhotoVerdict = Literal["good", "accepted"]
ReadingSubject = Literal["serial", "expiry", "lot", "model"]
ReadingWord = Literal["yes", "no", "unreadable"]


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


class ShiftOpened(Fact, frozen=True):
    """A shift began at this bench because someone signed in and none was open."""

    shift: str
    bench: str


class SignedIn(Fact, frozen=True):
    """A person showed their badge and knew their PIN."""

    badge: str
    name: str
    role: Role


class SignedOut(Fact, frozen=True):
    """The person at the bench left it."""

    badge: str


class BinOpened(Fact, frozen=True):
    """A bin's label was scanned at the bench: goods of this disposition (and client) may go in, or hazards only.

    `fill` is how often the bin had left the bench before.
    """

    bin: str
    disposition: Disposition
    client: str = ""
    hazard: bool = False
    fill: int = 0


class BinLabelled(Fact, frozen=True):
    """A new bin code was allotted and its label sent to the printer; `replaces` names the full bin."""

    bin: str
    disposition: Disposition
    client: str = ""
    replaces: str = ""


class BinClosed(Fact, frozen=True):
    """A bin takes no more goods; `items` is what the bench had put in."""

    bin: str
    why: str
    items: int = 0


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


class ExceptionRaised(Fact, frozen=True):
    """Something a person must decide; `owner` is the role that must act."""

    exception: str
    kind: str
    owner: str
    parcel: str = ""
    item: str = ""
    detail: str = ""


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
    """The serial number showed which return line the unit belongs to; it is matched to that one from now on."""

    item: str
    rma: str
    line: str
    shipped_serials: tuple[str, ...] = ()


class ItemUnlinked(Fact, frozen=True):
    """An item belongs to no line by a decision any more: it is again what it was before (`match`, `rma`, `line`)."""

    item: str
    match: Match
    rma: str = ""
    line: str = ""


class ItemWeighed(Fact, frozen=True):
    """The unit itself was weighed; `in_band` is None when its weight was not known before."""

    item: str
    weight_mg: int
    expected_mg: int = 0
    in_band: bool | None = None


class PhotoTaken(Fact, frozen=True):
    """A photo is on disk under its SHA-256. `verdict` is `accepted` when a person kept one the gate doubted.

    Only the copy `shared_sha256`, in which no shipping label can be read, leaves the bench where there is one; else the
    photo itself may. `mat` and `gains` are those of station.inputs."""

    item: str
    shot: str
    sha256: str
    size: int
    sharpness_milli: int = 0
    brightness_milli: int = 0
    verdict: PhotoVerdict = "good"
    problems: tuple[str, ...] = ()
    fingerprint: str = ""
    codes: tuple[str, ...] = ()
    shared_sha256: str = ""
    mat: tuple[float, ...] = ()
    gains: tuple[float, ...] = ()


class PhotoRead(Fact, frozen=True):
    """What was found in the print and the barcodes of a photo, on which day: candidates, none of them confirmed."""

    item: str
    shot: str
    sha256: str
    readings: tuple[Reading, ...] = ()
    on: str = ""


class ReadingAnswered(Fact, frozen=True):
    """A person looked at the goods: which of the offered readings is right (`chosen`), or none, or nobody can read it.

    `subject` is serial, expiry, lot or model; `sha256` names the photo they were read in.
    """

    item: str
    subject: ReadingSubject
    answer: ReadingWord
    chosen: str = ""
    offered: tuple[str, ...] = ()
    sha256: str = ""


class ExpiryRead(Fact, frozen=True):
    """The expiry date (ISO) was read in a photo and confirmed by a person; a batch nobody confirmed stays out."""

    item: str
    expiry: str


class PhotoSkipped(Fact, frozen=True):
    """A demanded photo was not taken, and why."""

    item: str
    shot: str
    why: str


class Hinted(Fact, frozen=True):
    """A comparison of a photo gave a hint, with its confidence: something to look at; no grade or route rests on it.

    `region` is left, top, width and height in thousandths of the photo; `detail` says what the hint rests on, `beside`
    is the SHA-256 of a photo it was compared with.
    """

    item: str
    shot: str
    sha256: str
    kind: str
    confidence_permille: int
    region: tuple[int, ...] = ()
    detail: str = ""
    beside: str = ""


class Answered(Fact, frozen=True):
    """One question of the rubric was answered.

    `how` is `rest` when "nothing found on the rest" answered it with others, and empty when it was asked by itself.
    """

    item: str
    question: str
    option: str
    rubric: str
    how: Literal["", "rest"] = ""


class PrepDone(Fact, frozen=True):
    """What the rubric wants done to the goods before they go on was done; `prep` is the step's id."""

    item: str
    prep: str


class PrepSkipped(Fact, frozen=True):
    """A wanted preparation was left out, and why."""

    item: str
    prep: str
    why: str


class DefectMarked(Fact, frozen=True):
    """A person showed where a defect is on a photo: evidence, which changes no grade.

    From one point to another (the same for a tap), in thousandths of the picture's width and height; `length_um` is
    0 where nobody knows how large the picture is in reality.
    """

    item: str
    mark: int
    sha256: str
    x_permille: int
    y_permille: int
    x2_permille: int
    y2_permille: int
    zone: str
    kind: str
    severity: int
    length_um: int = 0


class InterlockRaised(Fact, frozen=True):
    """Nothing goes on with the item until a person has acknowledged this stop.

    `cause` is the answer (`battery:yes`), the recall (`recall:ID`) or the serial number (`serial:...`) behind it.
    """

    item: str
    code: str
    cause: str
    owner: Owner
    detail: str = ""


class InterlockAcknowledged(Fact, frozen=True):
    """A person has read a stop and did what it asks for; `proof` is `confirm`, the box's code or a badge.

    `read` as proof: what was not known before was read, and the stop does not hold for this unit.
    """

    item: str
    code: str
    cause: str
    proof: str


class MarksRead(Fact, frozen=True):
    """The lot, or the day of making (ISO date), was read from the unit or its box; empty is what was not read."""

    item: str
    lot: str = ""
    made: str = ""


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


class Graded(Fact, frozen=True):
    """The grade, computed; `letter` is empty when no rule could grade the answers. `rule` is the frozen version.

    `scores` are sub-scores of 100 by name; they explain the letter and decide nothing.
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

    `cost_minor` is what that loses in the item's currency (below 0: gains); None when nobody knows.
    """

    item: str
    was: Disposition
    disposition: Disposition
    why: str
    badge: str
    authorised_by: str = ""
    cost_minor: int | None = None


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


class LineMissing(Fact, frozen=True):
    """A person confirmed that declared units were not in the parcel."""

    parcel: str
    rma: str
    line: str
    quantity: int


class ParcelFinished(Fact, frozen=True):
    """Every declared line was received or confirmed missing; nothing was skipped."""

    parcel: str
    items: int
    missing: int


class Undone(Fact, frozen=True):
    """A step was taken back: no fact of the transactions `txns` holds any more. `step` names it for people."""

    txns: tuple[str, ...]
    step: str


class Unknown(msgspec.Struct, frozen=True):
    """A fact this program is too old for: kept as it came, never dropped, changes nothing here."""

    type: str
    version: int
    body: bytes


Recorded = (
    ShiftOpened
    | SignedIn
    | SignedOut
    | BinOpened
    | BinLabelled
    | BinClosed
    | ParcelArrived
    | ParcelWeighed
    | WeighingSkipped
    | ExceptionRaised
    | ItemIdentified
    | SerialChecked
    | ItemRelinked
    | ItemUnlinked
    | ItemWeighed
    | PhotoTaken
    | PhotoSkipped
    | Hinted
    | PhotoRead
    | ReadingAnswered
    | ExpiryRead
    | Answered
    | PrepDone
    | PrepSkipped
    | DefectMarked
    | InterlockRaised
    | InterlockAcknowledged
    | MarksRead
    | PatternNoted
    | Graded
    | Routed
    | RouteOverridden
    | PlateAllotted
    | PlatePrinted
    | PlateReprintAsked
    | PlateConfirmed
    | PlateVoided
    | Placed
    | RegradeBegan
    | Regraded
    | LineMissing
    | ParcelFinished
    | Undone
    | DeliveryCounted
    | CountBegan
    | CountCalledOff
    | BinCountBegan
    | PlateCounted
    | BinCounted
    | CountEnded
    | DifferenceExplained
    | ShiftSigned
    | ShiftCountersigned
    | ShiftLocked
    | BinMoved
    | ExceptionTaken
    | ExceptionDecided
    | DecisionTakenBack
    | PinRefused
    | PinLocked
    | PinCleared
    | PlateUncounted
    | SecondLookBegan
    | SecondAnswered
    | SecondAnswerTakenBack
    | SecondLookLeft
    | SecondGraded
    | BinReopened
    | BinMerged
    | Carried
    | BinCheckBegan
    | BinPlateChecked
    | BinPlateUnchecked
    | BinChecked
    | BinCheckLeft
    | BinStepTakenBack
    | StepUpGiven
    | ItemWrittenOff
    | ItemFoundAgain
)

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Recorded] = msgspec.json.Decoder(Recorded)
_header: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VERSIONS: Mapping[str, int] = {kind.__name__: kind.VERSION for kind in Recorded.__args__}


def encode(fact: Recorded) -> bytes:
    """Return the canonical JSON of a fact: declared field order, defaults left out; equal facts give equal bytes."""
    return _encoder.encode(fact)


def name_of(fact: Recorded | Unknown) -> str:
    """Return the fact's type name as it stands in the journal."""
    return fact.type if isinstance(fact, Unknown) else type(fact).__name__


def version_of(fact: Recorded | Unknown) -> int:
    """Return the version of the fact's meaning."""
    return fact.version if isinstance(fact, Unknown) else fact.VERSION


def decode(type_name: str, version: int, body: bytes) -> Recorded | Unknown:
    """Read a fact back; an unknown type or newer version comes back as `Unknown`.

    Raises msgspec.ValidationError or msgspec.DecodeError when the body is damaged.
    """
    if _VERSIONS.get(type_name, -1) < version:
        return Unknown(type_name, version, body)
    return _decoder.decode(body)
