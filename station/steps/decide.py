"""The result: taking it, or sending the item elsewhere with a reason and the authority to do so."""

from collections.abc import Mapping

import msgspec

from devices.readings import Scan
from grading.worth import override_cost
from resources.words import mark
from station.authority.facts import StepUpGiven
from station.authority.may import Override
from station.inputs import Command
from station.known import Known
from station.outcome import Outcome
from station.plates import make
from station.receiving.parcel import Item
from station.records import DISPOSITIONS, Disposition, Operator
from station.routing.facts import PlateAllotted, PlateReprintAsked, RouteOverridden
from station.stages import prep_due
from station.state import Ask, Choice, State
from station.steps.allowed import answer, ask_other, is_allowed
from station.steps.notices import accepted, attention, refused
from station.steps.plate import label_of
from station.words import ROUTE_WORDS

_LESS: Mapping[Disposition, str] = {
    "restock": mark("Restock: {amount} less"),
    "refurb": mark("Refurb: {amount} less"),
    "resale": mark("Resale: {amount} less"),
    "recycle": mark("Recycle: {amount} less"),
    "hold": mark("Hold"),
}
_MORE: Mapping[Disposition, str] = {
    "restock": mark("Restock: {amount} more"),
    "refurb": mark("Refurb: {amount} more"),
    "resale": mark("Resale: {amount} more"),
    "recycle": mark("Recycle: {amount} more"),
    "hold": mark("Hold"),
}
_NOT_KNOWN: Mapping[Disposition, str] = {
    "restock": mark("Restock: cost not known"),
    "refurb": mark("Refurb: cost not known"),
    "resale": mark("Resale: cost not known"),
    "recycle": mark("Recycle: cost not known"),
    "hold": mark("Hold"),
}
_STICK = mark("The label is printing. Stick it on and scan it.")
_STICK_OVER = mark("The label is printing. Stick it over the old one and scan it.")
# The reasons that are not offered: until its label is asked for, every answer of an item can be taken back, and given
# as it is; and only what is on hold can be cleared.
_ANSWER_WRONG, _CLEARED = "answer_wrong", "cleared"
# Why a label is printed again without a person having asked for it.
AGAIN = "regraded"
_PREPARE = mark("The label is printing. Prepare the item meanwhile.")


def accept_result(state: State, command: Command, known: Known) -> Outcome:
    """allots the plate and prints its label"""
    item = state.item
    if item is None or state.parcel is None:
        return Outcome()
    if item.again is not None:
        return _label_again(item, known)
    plate = make(state.station, state.plates + 1)
    label = label_of(item, plate, 1, known)
    fact = PlateAllotted(item.identified.item, plate)
    taken = msgspec.structs.replace(item, plate=plate)
    words = _PREPARE if prep_due(taken, known) is not None else _STICK
    return Outcome(accepted(words), (fact,), labels=(label,))


def _label_again(item: Item, known: Known) -> Outcome:
    """Print the label of an item that was graded again: its plate stays, its grade and way may be others."""
    copy = item.copies_asked + 1
    fact = PlateReprintAsked(item.identified.item, item.plate, copy, AGAIN)
    return Outcome(accepted(_STICK_OVER), (fact,), labels=(label_of(item, item.plate, copy, known),))


def ask_route(state: State, command: Command, known: Known) -> Outcome:
    """asks where the item shall go instead; what nobody may do is not offered"""
    item = state.item
    if item is None or item.is_taken:
        return attention(mark("The label is printed. Undo it first, then change the route."))
    ways = [each for each in DISPOSITIONS if answer(state, _act(item, each), known) != "never"]
    if not ways:
        return refused(mark("Nobody may send this item elsewhere."))
    return Outcome(ask=Ask("route", choices=tuple(_priced(item, each) for each in ways)))


def choose_route(state: State, command: Command, known: Known) -> Outcome:
    """asks for the reason"""
    item = state.item
    if item is None:
        return Outcome(ask=None)
    reasons = known.routes(item.identified.client).override_reasons
    choices = tuple(Choice(each.code, each.text) for each in reasons)
    idle = {_ANSWER_WRONG} if item.disposition == "hold" else {_ANSWER_WRONG, _CLEARED}
    fitting = tuple(each for each in choices if each.value not in idle)
    return Outcome(ask=Ask("route-why", code=command.value, choices=fitting or choices))


def choose_route_why(state: State, command: Command, known: Known) -> Outcome:
    """records the change, or asks for the badge of somebody who may when it is beyond the person's authority"""
    item, ask, operator = state.item, state.ask, state.operator
    if item is None or ask is None or operator is None:
        return Outcome(ask=None)
    if is_allowed(state, _act(item, ask.code), known):
        return _override(item, ask.code, command.value, operator.badge, "")
    return Outcome(ask=ask_other("override", ask.code, command.value))


def act_asked(state: State, ask: Ask, known: Known) -> Override | None:
    """Return the change of route that a question for a badge is about; None without an item."""
    return _act(state.item, ask.params["to"]) if state.item is not None else None


def allowed(state: State, ask: Ask, by: Operator, known: Known) -> Outcome:
    """Return the change of route that was allowed by another."""
    item, operator = state.item, state.operator
    if item is None or operator is None:
        return Outcome(ask=None)
    named, to, why = item.identified, ask.params["to"], ask.params["why"]
    changed = _override(item, to, why, operator.badge, by.badge)
    fact = StepUpGiven("override", operator.badge, by.badge, named.item, to, why, named.price_minor, named.currency)
    return msgspec.structs.replace(changed, facts=(fact, *changed.facts))


def scan_at_result(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the result is to be accepted first"""
    return refused(mark("Press Enter to print the label first."))


def _act(item: Item, to: str) -> Override:
    letter, stops = (item.graded.letter, item.graded.stops) if item.graded is not None else ("", ())
    named = item.identified
    return Override(str(item.disposition or ""), to, letter, named.price_minor, named.currency, stops)


def _priced(item: Item, to: Disposition) -> Choice:
    """The way, and what choosing it would cost; of what is on hold nobody says, for holding has no worth."""
    cost = _cost(item, to)
    if cost is None:
        return Choice(to, (ROUTE_WORDS if item.disposition == "hold" else _NOT_KNOWN)[to])
    amount = f"{abs(cost) // 100}.{abs(cost) % 100:02d} {item.identified.currency}"
    return Choice(to, _MORE[to] if cost < 0 else _LESS[to], {"amount": amount})


def _cost(item: Item, to: Disposition) -> int | None:
    return override_cost(item.routed, to, item.disposition) if item.routed is not None else None


def _override(item: Item, to: str, why: str, badge: str, authorised_by: str) -> Outcome:
    was = item.disposition or "hold"
    chosen = next(each for each in DISPOSITIONS if each == to)
    fact = RouteOverridden(item.identified.item, was, chosen, why, badge, authorised_by, _cost(item, chosen))
    return Outcome(accepted(mark("The route is changed.")), (fact,), ask=None)
