"""What is in hand is not what its code says: the item is the wrong one from then on, at whatever step that is seen."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from devices.readings import Scan
from grading.rubric import Option
from resources.words import mark
from station.codes import Candidate
from station.facts import Recorded
from station.fold import fold
from station.inputs import Command
from station.inspecting.facts import Answered
from station.judge import conclude
from station.known import Known
from station.outcome import Outcome
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised, ItemFoundWrong
from station.receiving.parcel import Item, open_lines
from station.records import Product
from station.stages import question_due, rubric_of
from station.state import Ask, Choice, State
from station.steps.interlock import decide_anew
from station.steps.notices import attention, refused, warned
from station.stops import BETWEEN

Scanned = Callable[[State, Scan, Known], Outcome]
Chosen = Callable[[State, Command, Known], Outcome]

SCANNED, MISTAKE = "scanned", "mistake"
_DIFFERS: Mapping[str, Literal["article", "size", "colour"]] = {
    "article": "article",
    "size": "size",
    "colour": "colour",
    SCANNED: "article",
}
_WHAT = (
    Choice("article", mark("It is another article")),
    Choice("size", mark("It is another size")),
    Choice("colour", mark("It is another colour")),
)
_MISTAKE = Choice(MISTAKE, mark("No, I scanned something else"))
_DECLARED = mark("{title} is to come in this parcel. Take this item back with U and scan it anew, or finish it first.")
# The stop of the answer that it is not the article that is named.
STOP = "another"
# Why a label is printed again, and a route changed, without a person having asked for it.
_WHY = "wrong_item"


def can_be(item: Item | None) -> bool:
    """Tell whether an item may still be found to be the wrong one: it is not yet, and its label does not prove it."""
    return item is not None and item.identified.match != "wrong" and not item.confirmed


def ask_what(state: State, command: Command, known: Known) -> Outcome:
    """asks what is different about what is in hand: article, size or colour; the code that is on it may be scanned"""
    item = state.item
    if item is None or not can_be(item):
        return attention(mark("It is a wrong item already, and goes on hold."))
    return Outcome(ask=Ask("another", params={"title": item.identified.title}, choices=_WHAT))


def or_answer(otherwise: Chosen) -> Chosen:
    """Return the answer to a choice at a question: to that it is not the article that is named, or else `otherwise`."""

    def choose(state: State, command: Command, known: Known) -> Outcome:
        denial = _denial(state.item, known)
        if denial is None or command.value not in (denial.id, str(denial.key)) or not can_be(state.item):
            return otherwise(state, command, known)
        return ask_what(state, command, known)

    choose.__doc__ = f"{str(otherwise.__doc__).splitlines()[0]}; that it is another article: asks what is different"
    return choose


def scan_what(state: State, scan: Scan, known: Known) -> Outcome:
    """the code of an article somebody sells names what is in hand; any other is refused"""
    found = _other(state, scan, known)
    if isinstance(found, Outcome):
        return found
    if found is None:
        return refused(mark("That is not the code of another article. Choose what is different."))
    return _record(state, SCANNED, *found, known)


def choose_what(state: State, command: Command, known: Known) -> Outcome:
    """the item is the wrong one from now on: held, with an exception, and what was found so far stays"""
    ask = state.ask
    if ask is None or command.value == MISTAKE:
        return Outcome(ask=None)
    return _record(state, command.value, ask.code, known.product(ask.code) if ask.code else None, known)


def or_else(otherwise: Scanned) -> Scanned:
    """Return the answer to a scan while an item is examined: of another article's code, or else `otherwise`."""

    def scan(state: State, scan: Scan, known: Known) -> Outcome:
        return _asked_by(state, scan, known) or otherwise(state, scan, known)

    scan.__doc__ = f"{str(otherwise.__doc__).splitlines()[0]}; another article's code: asks whether that is in hand"
    return scan


def _asked_by(state: State, scan: Scan, known: Known) -> Outcome | None:
    found = _other(state, scan, known)
    if found is None or isinstance(found, Outcome):
        return found
    code, product = found
    choices = (Choice(SCANNED, mark("Yes, {title} is in my hand"), {"title": product.title}), _MISTAKE)
    named = state.item.identified.title if state.item is not None else ""
    ask = Ask("another", code=code, value=product.title, params={"title": named}, choices=choices)
    return Outcome(warned(mark("This is the code of another article.")), ask=ask)


def _other(state: State, scan: Scan, known: Known) -> tuple[str, Product] | Outcome | None:
    """Return the code and the article of a scan that is not the item's own; a refusal for one that is still to come."""
    item = state.item
    if item is None or not can_be(item) or state.parcel is None:
        return None
    for candidate in known.recognise(scan.text, scan.aim):
        code = candidate.gtin or candidate.value
        product = _sold(candidate, code, known)
        if product is None or product.sku == item.identified.sku:
            continue
        coming = [line for line, _ in open_lines(state.parcel) if product.sku == line.sku]
        return refused(_DECLARED, title=product.title) if coming else (code, product)
    return None


def _sold(candidate: Candidate, code: str, known: Known) -> Product | None:
    return known.product(code) if candidate.kind in ("gtin", "other") and code else None


def _denial(item: Item | None, known: Known) -> Option | None:
    """Return the answer that it is not the article that is named, of the question that is due; None of any other."""
    question = question_due(item, known) if item is not None else None
    options = question.options if question is not None else ()
    return next((option for option in options if option.stop == STOP), None)


def _denied(item: Item, known: Known) -> tuple[Answered, ...]:
    """Return that answer, where it is asked for just now: nobody has to give it once more."""
    question, rubric, denial = question_due(item, known), rubric_of(item, known), _denial(item, known)
    if question is None or rubric is None or denial is None:
        return ()
    return (Answered(item.identified.item, question.id, denial.id, rubric.name),)


def _record(state: State, differs: str, code: str, product: Product | None, known: Known) -> Outcome:
    item = state.item
    if item is None or not can_be(item):
        return Outcome(ask=None)
    named = item.identified
    seen = {} if product is None else {"title": product.title, "code": code, "sku": product.sku, "gtin": product.gtin}
    weight = 0 if product is None else product.weight_mg
    fact = ItemFoundWrong(named.item, _DIFFERS[differs], named.title, **seen, weight_mg=weight)
    raised = ExceptionRaised(
        exception_id(state.station, state.exceptions + 1),
        "wrong_item",
        "supervisor",
        parcel=named.parcel,
        item=named.item,
        detail=BETWEEN.join(part for part in (named.title, fact.title) if part),
    )
    facts: tuple[Recorded, ...] = (fact, raised, *_denied(item, known))
    unknown = warned(mark("Wrong item: it is not {title}."), title=fact.was)
    notice = warned(mark("Wrong item: {title}."), title=fact.title) if fact.title else unknown
    if item.routed is None:
        return Outcome(notice, conclude(state, facts, known), ask=None)
    after = fold(state, "", facts)
    over = warned(mark("Wrong item. Stick the new label over the old one."))
    return msgspec.structs.replace(decide_anew(state, facts, after, known, _WHY, (notice, over)), ask=None)
