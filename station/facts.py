"""The facts a bench records: what happened, in the past tense, frozen and typed.

The same types are on disk, on the wire and at central. A fact's tag (`t`) is its class name; its `VERSION` rises
when a field changes meaning. A tag this program does not know, or a newer version, becomes `Unknown` and is kept.
Long because every fact stands in one list, to be read together.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

import msgspec

from grading.reasons import Reason
from station.records import Disposition, OrderKind, Owner, Role

Match = Literal["matched", "undeclared", "wrong"]
SerialVerdict = Literal["same", "different", "not_known", "unread"]
PhotoVerdict = Literal["good", "accepted"]


class Fact(msgspec.Struct, frozen=True, tag_field="t", omit_defaults=True):
    """What every fact has in common: a tag, and the version of its meaning."""

    VERSION: ClassVar[int] = 1


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
    """A bin's label was scanned at the bench: goods of this disposition (and client) may go in, or hazards only."""

    bin: str
    disposition: Disposition
    client: str = ""
    hazard: bool = False


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


class SerialChecked(Fact, frozen=True):
    """The serial number on the unit was compared with those shipped. Forgotten serials stay empty."""

    item: str
    serial: str
    verdict: SerialVerdict


class ItemRelinked(Fact, frozen=True):
    """The serial number showed which return line the unit belongs to; it is matched to that one from now on."""

    item: str
    rma: str
    line: str
    shipped_serials: tuple[str, ...] = ()


class ItemWeighed(Fact, frozen=True):
    """The unit itself was weighed; `in_band` is None when its weight was not known before."""

    item: str
    weight_mg: int
    expected_mg: int = 0
    in_band: bool | None = None


class PhotoTaken(Fact, frozen=True):
    """A photo is on disk under its SHA-256. `verdict` is `accepted` when a person kept one the gate doubted."""

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


class PhotoSkipped(Fact, frozen=True):
    """A demanded photo was not taken, and why."""

    item: str
    shot: str
    why: str


class Answered(Fact, frozen=True):
    """One question of the rubric was answered."""

    item: str
    question: str
    option: str
    rubric: str


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


class Graded(Fact, frozen=True):
    """The grade, computed; `letter` is empty when no rule could grade the answers. `rule` is the frozen version."""

    item: str
    letter: str
    cosmetic: str
    functional: str
    rule: str
    reasons: tuple[Reason, ...] = ()
    stops: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Routed(Fact, frozen=True):
    """Where the item goes, computed; `values` are expected minor units by route, best first."""

    item: str
    disposition: Disposition
    rule: str
    reasons: tuple[Reason, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    runner_up: str = ""
    owner: str = ""


class RouteOverridden(Fact, frozen=True):
    """A person chose another route; `authorised_by` is the supervisor's badge when their own was not enough."""

    item: str
    was: Disposition
    disposition: Disposition
    why: str
    badge: str
    authorised_by: str = ""


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
    """The item was put into a bin, proven by the bin's scan."""

    item: str
    plate: str
    bin: str


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
    | ItemWeighed
    | PhotoTaken
    | PhotoSkipped
    | Answered
    | InterlockRaised
    | InterlockAcknowledged
    | MarksRead
    | Graded
    | Routed
    | RouteOverridden
    | PlateAllotted
    | PlatePrinted
    | PlateReprintAsked
    | PlateConfirmed
    | PlateVoided
    | Placed
    | LineMissing
    | ParcelFinished
    | Undone
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
