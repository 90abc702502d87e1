"""Tells a fact in one sentence, with words for the codes in it: on a screen and on paper alike."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from grading.defects import DEFECT_TEXTS, ZONE_TEXTS
from resources.words import Translator, mark
from station.authority.facts import StepUpGiven
from station.bins.facts import Carried
from station.calibration.facts import (
    SecondAnswered,
    SecondAnswerTakenBack,
    SecondGraded,
    SecondLookBegan,
    SecondLookLeft,
)
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided, ExceptionTaken
from station.exceptions.kinds import DECISION_WORDS
from station.fact import Fact
from station.facts import Undone
from station.inspecting.facts import (
    Answered,
    BoxNotPhotographed,
    BoxPhotographed,
    DefectMarked,
    ExpiryRead,
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
from station.shifts.facts import ItemFoundAgain, ItemWrittenOff, WriteOffAsked
from station.weights import weight_words
from station.words import EXCEPTION_WORDS, READING_ANSWER_WORDS, ROUTE_WORDS, SERIAL_WORDS, SHOT_WORDS

# Each kind of fact: the sentence; its parameters are the fact's own fields, put into words where there are words.
SENTENCES: Mapping[type, str] = {
    ParcelArrived: mark("Parcel {code} arrived"),
    ParcelWeighed: mark("Parcel weighed: {weight}"),
    WeighingSkipped: mark("Parcel opened unweighed: {why}"),
    ExceptionRaised: mark("Exception: {kind}"),
    ItemIdentified: mark("Item scanned: {title}"),
    ItemFoundWrong: mark("Not what its code says, {was}: {title}"),
    ItemRelinked: mark("It belongs to {rma}"),
    ItemUnlinked: mark("That it belongs to an order was taken back"),
    SerialChecked: mark("Serial number {serial}: {verdict}"),
    ItemWeighed: mark("Item weighed: {weight}"),
    PhotoTaken: mark("Photo taken: {shot}"),
    PhotoRead: mark("Print read in the photo: {shot}"),
    ReadingAnswered: mark("Asked what was read in the photo. Answer: {answer} {chosen}"),
    ExpiryRead: mark("Expiry date read in the photo: {expiry}"),
    PhotoSkipped: mark("Photo left out: {shot}. {why}"),
    BoxFoundEmpty: mark("Opened: nothing was in it."),
    BoxPhotographed: mark("Photo of the open box taken."),
    BoxNotPhotographed: mark("No photo of the open box. {why}"),
    Answered: mark("{question} Answer: {option}"),
    DefectMarked: mark("Marked on a photo: {zone}, {kind}, severity {severity} of 4"),
    PrepDone: mark("Prepared: {prep}"),
    PrepSkipped: mark("Not prepared: {prep}. {why}"),
    InterlockRaised: mark("Stopped: {code} {detail}"),
    InterlockAcknowledged: mark("Stop acknowledged: {code} ({proof})"),
    PatternNoted: mark("Central counted in this customer's returns: {signs}"),
    MarksRead: mark("Read from it: {lot} {made}"),
    Graded: mark("Graded {letter}"),
    Routed: mark("Goes to {disposition}"),
    RouteOverridden: mark("A person sent it to {disposition} instead of {was}: {why}"),
    PlateAllotted: mark("Plate {plate} allotted"),
    PlatePrinted: mark("Label of {plate} printed, copy {copy}"),
    PlateReprintAsked: mark("Label of {plate} asked for again: {why}"),
    PlateConfirmed: mark("Plate {plate} scanned back from the item"),
    PlateVoided: mark("Plate {plate} voided"),
    Placed: mark("Put into bin {bin}"),
    Carried: mark("Carried from bin {was_bin} into bin {bin}"),
    Regraded: mark("Graded again: {letter}, before: {was_letter}. Goes to {disposition}"),
    LineMissing: mark("Missing from {rma}: {quantity} × {line}"),
    ParcelFinished: mark("Parcel finished. Items: {items}. Missing: {missing}."),
    Undone: mark("Undone: {step}"),
    SecondLookBegan: mark("Somebody else looks at it again"),
    SecondAnswered: mark("Second look: {question} {option}"),
    SecondAnswerTakenBack: mark("Second look: {question} taken back"),
    SecondLookLeft: mark("The second look was left"),
    SecondGraded: mark("Second look by another: {first_letter}, then {letter}"),
    StepUpGiven: mark("{allowed_by} allowed {asked_by} to do more than they may"),
    WriteOffAsked: mark("Written off once a second supervisor signs shift {shift}"),
    ItemWrittenOff: mark("Written off at the signature of shift {shift}"),
    ItemFoundAgain: mark("Found again in the count of shift {shift}, in bin {bin}"),
    ExceptionTaken: mark("{badge} sees to an exception"),
    ExceptionDecided: mark("Decided: {decision} {to}. {why}"),
    DecisionTakenBack: mark("A decision about an exception was taken back"),
}


def values_in_words(tr: Translator, fact: Fact) -> dict[str, str]:
    """Return what a fact's sentence is filled with: its fields, in the reader's words where a code has some."""
    values = msgspec.structs.asdict(fact)
    params = {name: _WORDS.get(name, _plain)(tr, value) for name, value in values.items()}
    if isinstance(fact, ParcelWeighed | ItemWeighed):
        params["weight"] = weight_words(tr, fact.weight_mg)
    if isinstance(fact, Regraded):
        params["letter"] = _letter(tr, fact.graded.letter)
    if isinstance(fact, ItemFoundWrong):
        params |= {"was": fact.was, "title": fact.title or tr.gettext(mark("nobody knows what"))}
    if isinstance(fact, DefectMarked):
        params |= {"zone": _of(ZONE_TEXTS)(tr, fact.zone), "kind": _of(DEFECT_TEXTS)(tr, fact.kind)}
    return params


def _plain(_tr: Translator, value: Any) -> str:
    return str(value)


def _letter(tr: Translator, letter: str) -> str:
    return letter or tr.gettext(mark("not gradable"))


def _of(words: Mapping[Any, str]) -> Callable[[Translator, Any], str]:
    """Return who looks a code up among these words; one without is shown as it is."""
    return lambda tr, code: tr.gettext(words[code]) if code in words else str(code).replace("_", " ").replace("-", " ")


_WORDS: Mapping[str, Callable[[Translator, Any], str]] = {
    "kind": _of(EXCEPTION_WORDS),
    "disposition": _of(ROUTE_WORDS),
    "was": _of(ROUTE_WORDS),
    "verdict": _of(SERIAL_WORDS),
    "shot": _of(SHOT_WORDS),
    "answer": _of(READING_ANSWER_WORDS),
    "letter": _letter,
    "was_letter": _letter,
    "step": lambda tr, step: tr.gettext(step),
    "decision": _of(DECISION_WORDS),
}
