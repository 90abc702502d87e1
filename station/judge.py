"""Grades and routes the item in work once nothing more is to be asked: the bench's side of `grading`."""

from collections.abc import Mapping

import msgspec

from grading.grade import Grade, grade
from grading.reasons import Reason, deciding
from grading.route import Route, RouteTable, route
from grading.rubric import Rubric, defects, prep_needed
from resources.words import filled, mark
from station.doubtful import doubt_due
from station.exceptions.kinds import ON_HOLD
from station.facts import Recorded
from station.fold import fold
from station.interlocks import OTHER
from station.known import Day, Known
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised
from station.receiving.parcel import FOUND, Item
from station.routing.facts import Graded, Routed
from station.stages import next_shot, question_due, rubric_of, wants_serial
from station.state import State
from station.stops import BETWEEN, found

# The stops of which an exception of their own tells what was found.
_TOLD = ("recall", "recall_part", "serial")
# What the bench found of goods that nothing but a stop speaks against.
_CLEAR: Mapping[str, object] = {"match": "matched", "serial": "same", "weight_in_band": None, "recall_owner": ""}
_OWNERS = ("safety", "client", "supervisor")


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
    if wants_serial(item, known):
        return facts
    if next_shot(item, known) is not None or question_due(item, known) is not None or doubt_due(item) is not None:
        return facts
    return (*facts, *judge(after, item, known))


def judge(state: State, item: Item, known: Known) -> tuple[Recorded, ...]:
    """Return the grade, the route and, for an item on hold, the exception that names who must act."""
    graded = _grade(item, known)
    kind = state.parcel.arrived.kind if state.parcel is not None else "unknown"
    day = known.day()
    facts_of_route = route_facts(item, kind, day, prep_seconds(rubric_of(item, known), item))
    table = known.routes(item.identified.client)
    routed = route(table, graded, facts_of_route)
    name = item.identified.item
    told = defects_of(item, rubric_of(item, known))
    facts: tuple[Recorded, ...] = (_graded(name, graded, told), _routed(name, routed, day, table.name))
    if routed.disposition != "hold":
        return facts
    stopped = _stopped(table, graded, facts_of_route, routed.rule, known)
    if _is_told(state, item, stopped):
        return facts
    decided = (filled(each.text, each.text, each.params) for each in deciding(routed.disposition, routed.reasons))
    held = ExceptionRaised(
        exception_id(state.station, state.exceptions + 1),
        "hazard" if routed.owner == "safety" else "held",
        routed.owner or "supervisor",
        parcel=item.identified.parcel,
        item=name,
        detail=BETWEEN.join(dict.fromkeys((*decided, *stopped))),
    )
    return (*facts, held)


def _stopped(table: RouteTable, graded: Grade, facts: Mapping[str, object], rule: str, known: Known) -> tuple[str, ...]:
    """Return the words of each stop of an item of which the rule that decided says nothing.

    What that rule is about shows when nothing but the stop speaks against the goods; of one that would hold any stopped
    goods nobody learns which stop it was.
    """

    def alone(stop: str) -> str:
        return route(table, msgspec.structs.replace(graded, stops=(stop,)), {**facts, **_CLEAR}).rule

    stops = [each for each in graded.stops if each not in _TOLD]
    of_any = alone(OTHER) if stops else ""
    return tuple(known.interlock(each).text for each in stops if not rule == alone(each) != of_any)


def _graded(item: str, graded: Grade, told: tuple[tuple[str, str], ...]) -> Graded:
    return Graded(
        item,
        graded.letter,
        graded.cosmetic,
        graded.functional,
        graded.rule,
        graded.reasons,
        graded.stops,
        graded.missing,
        graded.scores,
        told,
    )


def defects_of(item: Item, rubric: Rubric | None) -> tuple[tuple[str, str], ...]:
    """Return zone and kind of each defect that the answers tell of, or that a person marked, once, the worst first."""
    said = defects(rubric, item.answers, item.identified.components) if rubric is not None else ()
    found: list[tuple[int, str, str]] = [(each.severity, each.zone, each.kind) for _, each in said]
    found += [(each.severity, each.zone, each.kind) for each in item.marks]
    return tuple(dict.fromkeys((zone, kind) for _, zone, kind in sorted(found, key=lambda each: -each[0])))


def _routed(item: str, routed: Route, day: Day, table: str) -> Routed:
    return Routed(
        item,
        routed.disposition,
        routed.rule,
        routed.reasons,
        routed.values,
        routed.runner_up,
        routed.owner,
        routed.breakdown,
        day.date,
        day.waiting,
        table,
    )


def _is_told(state: State, item: Item, stopped: tuple[str, ...]) -> bool:
    """Tell whether the exception of a recall says already who must act, and nothing else stopped it or that is told."""
    exceptions = state.parcel.exceptions if state.parcel is not None else ()
    kinds = {each.kind for each in exceptions if each.item == item.identified.item}
    return item.is_recalled and not kinds.isdisjoint(FOUND) and (not stopped or not kinds.isdisjoint(ON_HOLD))


def _grade(item: Item, known: Known) -> Grade:
    rubric = rubric_of(item, known)
    if rubric is None:
        why = Reason(
            "no_rubric",
            mark("There are no questions for the category {category}"),
            {"category": item.identified.category},
        )
        return Grade("", "", "untested", (why,), "none", stops=item.stops_found)
    return grade(rubric, item.answers, evidence_of(item))


def evidence_of(item: Item) -> dict[str, object]:
    """Return what the bench found besides the answers, as `grading.grade.Evidence`."""
    return {
        "match": item.match,
        "serial": item.serial.verdict if item.serial is not None else "not_known",
        "weight_in_band": item.weighed.in_band if item.weighed is not None else None,
        "parts": item.identified.components,
        "stops_found": item.stops_found,
    }


def recall_owner(item: Item) -> str:
    """Return who must act on the recalls of an item, the safety officer before others; empty when none is."""
    owners = {each.owner for each in item.interlocks if each.code == "recall"}
    return next((owner for owner in _OWNERS if owner in owners), "")


def prep_seconds(rubric: Rubric | None, item: Item) -> int:
    """Return the seconds that making the item ready takes."""
    if rubric is None:
        return 0
    return sum(step.seconds for step in prep_needed(rubric, item.answers, item.identified.components))


def route_facts(item: Item, kind: str, day: Day, prep_s: int) -> dict[str, object]:
    """Return the facts that `grading.route.route` asks for; `kind` is the return order's."""
    identified = item.identified
    return {
        **evidence_of(item),
        "category": identified.category,
        "client": identified.client,
        "kind": kind,
        "price_minor": identified.price_minor,
        "currency": identified.currency,
        "recall_owner": recall_owner(item),
        "prep_s": prep_s,
        "season": identified.season,
        "today": day.date or None,
        "waiting": dict(day.waiting),
    }
