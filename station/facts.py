"""The facts a bench records: what happened, in the past tense, frozen and typed.

The same types are on disk, on the wire and at central. A fact's tag (`t`) is its class name; its `VERSION` rises
when a field changes meaning. A tag this program does not know, or a newer version, becomes `Unknown` and is kept.
"""

from collections.abc import Mapping

import msgspec

from station.authority.facts import PinCleared, PinLocked, PinRefused, SignedIn, SignedOut, StepUpGiven
from station.bins.facts import (
    BinCheckBegan,
    BinChecked,
    BinCheckLeft,
    BinClosed,
    BinLabelled,
    BinMerged,
    BinOpened,
    BinPlateChecked,
    BinPlateUnchecked,
    BinReopened,
    BinStepTakenBack,
    Carried,
)
from station.calibration.facts import (
    RefresherAnswered,
    RefresherAnswerTakenBack,
    RefresherAsked,
    RefresherBegan,
    RefresherEnded,
    RefresherLeft,
    SecondAnswered,
    SecondAnswerTakenBack,
    SecondGraded,
    SecondLookBegan,
    SecondLookLeft,
)
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.fact import Fact
from station.inspecting.facts import (
    Answered,
    BoxNotPhotographed,
    BoxPhotographed,
    DefectMarked,
    ExpiryRead,
    Hinted,
    InterlockAcknowledged,
    InterlockRaised,
    PhotoRead,
    PhotoSkipped,
    PhotoTaken,
    PrepDone,
    PrepSkipped,
    ReadingAnswered,
)
from station.receiving.facts import (
    BoxFoundEmpty,
    ExceptionRaised,
    ItemFoundWrong,
    ItemIdentified,
    ItemRelinked,
    ItemUnlinked,
    ItemWeighed,
    LineMissing,
    MarksRead,
    ParcelArrived,
    ParcelFinished,
    ParcelWeighed,
    PatternNoted,
    RegradeBegan,
    Regraded,
    SerialChecked,
    WeighingSkipped,
)
from station.routing.facts import (
    Graded,
    Placed,
    PlateAllotted,
    PlateConfirmed,
    PlatePrinted,
    PlateReprintAsked,
    PlateVoided,
    Routed,
    RouteOverridden,
)
from station.shifts.facts import (
    BinCountBegan,
    BinCounted,
    BinMoved,
    CountBegan,
    CountCalledOff,
    CountedAgain,
    CountEnded,
    DeliveryCounted,
    DifferenceExplained,
    ItemFoundAgain,
    ItemWrittenOff,
    PlateCounted,
    PlateUncounted,
    ShiftCountersigned,
    ShiftLocked,
    ShiftOpened,
    ShiftSigned,
    WriteOffAsked,
)


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
    | ItemFoundWrong
    | ItemRelinked
    | ItemUnlinked
    | ItemWeighed
    | PhotoTaken
    | BoxPhotographed
    | BoxNotPhotographed
    | BoxFoundEmpty
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
    | CountedAgain
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
    | WriteOffAsked
    | ItemFoundAgain
    | RefresherAsked
    | RefresherBegan
    | RefresherAnswered
    | RefresherAnswerTakenBack
    | RefresherLeft
    | RefresherEnded
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
