"""Tells the facts of a story in sentences, one for each kind of fact."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from resources.words import Translator, mark
from station import facts
from station.exceptions.evidence import evidence
from station.exceptions.kinds import DECISION_WORDS, ON_HOLD
from station.patterns import words as sign_words
from station.records import Ruled
from station.weights import weight_words
from station.words import EVIDENCE_WORDS, EXCEPTION_WORDS, ROUTE_WORDS
from ui import wording
from ui.view import Line, View

# Each kind of fact: the sentence; its parameters are the fact's own fields, put into words where there are words.
SENTENCES: Mapping[type, str] = {
    facts.ParcelArrived: mark("Parcel {code} arrived"),
    facts.ParcelWeighed: mark("Parcel weighed: {weight}"),
    facts.WeighingSkipped: mark("Parcel opened unweighed: {why}"),
    facts.ExceptionRaised: mark("Exception: {kind}"),
    facts.ItemIdentified: mark("Item scanned: {title}"),
    facts.ItemFoundWrong: mark("Not what its code says, {was}: {title}"),
    facts.ItemRelinked: mark("It belongs to {rma}"),
    facts.ItemUnlinked: mark("That it belongs to an order was taken back"),
    facts.SerialChecked: mark("Serial number {serial}: {verdict}"),
    facts.ItemWeighed: mark("Item weighed: {weight}"),
    facts.PhotoTaken: mark("Photo taken: {shot}"),
    facts.PhotoRead: mark("Print read in the photo: {shot}"),
    facts.ReadingAnswered: mark("Asked what was read in the photo. Answer: {answer} {chosen}"),
    facts.ExpiryRead: mark("Expiry date read in the photo: {expiry}"),
    facts.PhotoSkipped: mark("Photo left out: {shot}. {why}"),
    facts.BoxFoundEmpty: mark("Opened: nothing was in it."),
    facts.BoxPhotographed: mark("Photo of the open box taken."),
    facts.BoxNotPhotographed: mark("No photo of the open box. {why}"),
    facts.Answered: mark("{question} Answer: {option}"),
    facts.DefectMarked: mark("Marked on a photo: {zone}, {kind}, severity {severity} of 4"),
    facts.PrepDone: mark("Prepared: {prep}"),
    facts.PrepSkipped: mark("Not prepared: {prep}. {why}"),
    facts.InterlockRaised: mark("Stopped: {code} {detail}"),
    facts.InterlockAcknowledged: mark("Stop acknowledged: {code} ({proof})"),
    facts.PatternNoted: mark("Central counted in this customer's returns: {signs}"),
    facts.MarksRead: mark("Read from it: {lot} {made}"),
    facts.Graded: mark("Graded {letter}"),
    facts.Routed: mark("Goes to {disposition}"),
    facts.RouteOverridden: mark("A person sent it to {disposition} instead of {was}: {why}"),
    facts.PlateAllotted: mark("Plate {plate} allotted"),
    facts.PlatePrinted: mark("Label of {plate} printed, copy {copy}"),
    facts.PlateReprintAsked: mark("Label of {plate} asked for again: {why}"),
    facts.PlateConfirmed: mark("Plate {plate} scanned back from the item"),
    facts.PlateVoided: mark("Plate {plate} voided"),
    facts.Placed: mark("Put into bin {bin}"),
    facts.Carried: mark("Carried from bin {was_bin} into bin {bin}"),
    facts.Regraded: mark("Graded again: {letter}, before: {was_letter}. Goes to {disposition}"),
    facts.LineMissing: mark("Missing from {rma}: {quantity} × {line}"),
    facts.ParcelFinished: mark("Parcel finished. Items: {items}. Missing: {missing}."),
    facts.Undone: mark("Undone: {step}"),
    facts.SecondLookBegan: mark("Somebody else looks at it again"),
    facts.SecondAnswered: mark("Second look: {question} {option}"),
    facts.SecondAnswerTakenBack: mark("Second look: {question} taken back"),
    facts.SecondLookLeft: mark("The second look was left"),
    facts.SecondGraded: mark("Second look by another: {first_letter}, then {letter}"),
    facts.StepUpGiven: mark("{allowed_by} allowed {asked_by} to do more than they may"),
    facts.WriteOffAsked: mark("Written off once a second supervisor signs shift {shift}"),
    facts.ItemWrittenOff: mark("Written off at the signature of shift {shift}"),
    facts.ItemFoundAgain: mark("Found again in the count of shift {shift}, in bin {bin}"),
    facts.ExceptionTaken: mark("{badge} sees to an exception"),
    facts.ExceptionDecided: mark("Decided: {decision} {to}. {why}"),
    facts.DecisionTakenBack: mark("A decision about an exception was taken back"),
}

# What shall be done, by how a review at central was ended.
_RULED: Mapping[str, str] = {
    "refund": mark("the customer gets money back"),
    "exchange": mark("the customer gets other goods"),
    "repair": mark("it is repaired"),
    "ship_back": mark("it is sent back to the customer"),
    "nothing": mark("nothing is paid"),
    "noted": mark("seen, and left as it is"),
    "together": mark("it belongs to this return order"),
    "apart": mark("it does not belong together"),
}


def sentence(tr: Translator, line: Line) -> str:
    """Return one line of a story in words; a kind of fact nobody wrote a sentence for shows its name."""
    fact = line.told.fact
    text = SENTENCES.get(type(fact))
    if text is None:
        return facts.name_of(fact)
    values = msgspec.structs.asdict(fact)
    params = {name: _WORDS.get(name, _plain)(tr, value) for name, value in values.items()}
    if isinstance(fact, facts.ParcelWeighed | facts.ItemWeighed):
        params["weight"] = weight_words(tr, fact.weight_mg)
    if isinstance(fact, facts.Regraded):
        params["letter"] = _WORDS["letter"](tr, fact.graded.letter)
    if isinstance(fact, facts.ExceptionRaised) and fact.kind in (*EVIDENCE_WORDS, *ON_HOLD):
        said = wording.say(tr, SENTENCES[type(fact)], {"kind": params["kind"]})
        return f"{said}. {evidence(tr, fact.kind, fact.detail, wording.say)}"
    params.update({name: wording.say(tr, words, more) for name, (words, more) in line.words.items()})
    return wording.say(tr, text, params)


def ruling(tr: Translator, ruled: Ruled) -> str:
    """Return what a supervisor decided on a review, in words."""
    what = wording.word(tr, _RULED, ruled.then)
    if ruled.kind == "merge_suggestion":
        return tr.format(mark("Decided at central on {number}: {what}"), number=ruled.line, what=what)
    words = mark("Decided at central on {rma}, line {line}: {what}")
    return tr.format(words, rma=ruled.rma, line=ruled.line, what=what)


def moment(view: View, at: str, badge: str) -> str:
    """Return a UTC instant (ISO 8601) by the clock on the wall, and who it was: by name, where it is known."""
    return " · ".join(part for part in (wording.brief_moment(view.tr, at), view.names.get(badge, badge)) if part)


def _plain(_tr: Translator, value: Any) -> str:
    return str(value)


_WORDS: Mapping[str, Callable[[Translator, Any], str]] = {
    "kind": lambda tr, kind: wording.word(tr, EXCEPTION_WORDS, kind),
    "disposition": lambda tr, route: wording.word(tr, ROUTE_WORDS, route),
    "was": lambda tr, route: wording.word(tr, ROUTE_WORDS, route),
    "verdict": lambda tr, verdict: wording.word(tr, wording.SERIALS, verdict),
    "signs": lambda tr, signs: " ".join(wording.say(tr, *said) for each in signs if (said := sign_words(each))),
    "shot": lambda tr, shot: wording.word(tr, wording.SHOTS, shot),
    "answer": lambda tr, answer: wording.word(tr, wording.READING_ANSWERS, answer),
    "letter": lambda tr, letter: letter or tr.gettext(mark("not gradable")),
    "was_letter": lambda tr, letter: letter or tr.gettext(mark("not gradable")),
    "step": lambda tr, step: tr.gettext(step),
    "decision": lambda tr, decision: wording.word(tr, DECISION_WORDS, decision),
}
