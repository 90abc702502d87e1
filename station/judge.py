"""Grades and routes the item in work once nothing more is to be asked: the bench's side of `grading`."""

from grading.grade import Grade, grade
from grading.reasons import Reason
from grading.route import Route, route
from resources.words import mark
from station.facts import ExceptionRaised, Graded, Recorded, Routed
from station.known import Known
from station.plates import exception_id
from station.stages import next_shot, question_due, rubric_of, wants_serial
from station.state import FOUND, Item, State, fold
from station.stops import found


def conclude(state: State, facts: tuple[Recorded, ...], known: Known) -> tuple[Recorded, ...]:
    """Return the facts, and behind them the stops they bring to light; else, when nothing is left to ask, the
    grade and the route.
    """
    after = fold(state, "", facts)
    item = after.item
    if item is None or item.routed is not None:
        return facts
    stops = found(after, item, known)
    if stops or item.open_interlock is not None:
        return (*facts, *stops)
    if wants_serial(item):
        return facts
    if next_shot(item, known) is not None or question_due(item, known) is not None:
        return facts
    return (*facts, *judge(after, item, known))


def judge(state: State, item: Item, known: Known) -> tuple[Recorded, ...]:
    """Return the grade, the route and, for an item on hold, the exception that names who must act."""
    graded = _grade(item, known)
    routed = _route(state, item, graded, known)
    name = item.identified.item
    facts: tuple[Recorded, ...] = (
        Graded(
            name,
            graded.letter,
            graded.cosmetic,
            graded.functional,
            graded.rule,
            graded.reasons,
            graded.stops,
            graded.missing,
        ),
        Routed(
            name,
            routed.disposition,
            routed.rule,
            routed.reasons,
            routed.values,
            routed.runner_up,
            routed.owner,
        ),
    )
    if routed.disposition != "hold" or _is_told(state, item):
        return facts
    why = routed.reasons[0].text if routed.reasons else ""
    held = ExceptionRaised(
        exception_id(state.station, state.exceptions + 1),
        "hazard" if routed.owner == "safety" else "held",
        routed.owner or "supervisor",
        parcel=item.identified.parcel,
        item=name,
        detail=why,
    )
    return (*facts, held)


def _is_told(state: State, item: Item) -> bool:
    """Tell whether the exception of a recall says already who must act."""
    exceptions = state.parcel.exceptions if state.parcel is not None else ()
    return item.is_recalled and any(each.item == item.identified.item for each in exceptions if each.kind in FOUND)


def _grade(item: Item, known: Known) -> Grade:
    rubric = rubric_of(item, known)
    if rubric is None:
        why = Reason(
            "no_rubric",
            mark("There are no questions for the category {category}"),
            {"category": item.identified.category},
        )
        return Grade("", "", "untested", (why,), "none", item.stops_found)
    return grade(rubric, item.answers, _evidence(item))


def _evidence(item: Item) -> dict[str, object]:
    return {
        "match": item.identified.match,
        "serial": item.serial.verdict if item.serial is not None else "not_known",
        "weight_in_band": item.weighed.in_band if item.weighed is not None else None,
        "parts": item.identified.components,
        "stops_found": item.stops_found,
    }


def _route(state: State, item: Item, graded: Grade, known: Known) -> Route:
    identified = item.identified
    facts: dict[str, object] = {
        **_evidence(item),
        "category": identified.category,
        "client": identified.client,
        "kind": state.parcel.arrived.kind if state.parcel is not None else "unknown",
        "price_minor": identified.price_minor,
        "currency": identified.currency,
    }
    return route(known.routes(identified.client), graded, facts)
