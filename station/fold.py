"""The fold that arranges facts into the bench's state.

`fold(state, txn, facts)` is the only thing that changes a state. Nothing here reads a clock, a file or a device, so the
state after a power cut is the state before it: the same facts, folded again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from resources.words import mark
from station.authority import pins
from station.authority.facts import PinCleared, PinLocked, PinRefused, SignedIn, SignedOut
from station.bins import checking
from station.bins import folding as bins
from station.bins.facts import BinStepTakenBack
from station.bins.folding import bin_step, with_units
from station.calibration import looking, practising
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided
from station.facts import Recorded, Undone, Unknown
from station.inspecting.facts import (
    Answered,
    DefectMarked,
    Hinted,
    InterlockAcknowledged,
    PhotoRead,
    PhotoSkipped,
    PhotoTaken,
    PrepDone,
    PrepSkipped,
    ReadingAnswered,
)
from station.receiving import folding as receiving
from station.receiving.facts import (
    BoxFoundEmpty,
    ItemFoundWrong,
    ItemIdentified,
    MarksRead,
    ParcelArrived,
    ParcelFinished,
    ParcelWeighed,
    RegradeBegan,
    Regraded,
    SerialChecked,
    WeighingSkipped,
)
from station.receiving.folding import hinted, with_reading
from station.receiving.parcel import Parcel
from station.routing.facts import Placed, PlateAllotted, PlateConfirmed, PlateReprintAsked, RouteOverridden
from station.shifts import folding as shifts
from station.shifts.facts import CountBegan
from station.state import State, Step


def fold(state: State, txn: str, facts: Iterable[Recorded | Unknown]) -> State:
    """Return the state after the facts of one transaction; what is being asked is left alone."""
    before = state
    facts = tuple(facts)
    for fact in facts:
        change = _CHANGES.get(type(fact))
        if change is not None:
            state = change(state, fact)
    step = bin_step(before, txn, facts) if state.parcel is None else None
    if step is not None:
        return msgspec.structs.replace(state, steps=(*state.steps, step))
    return _remember(state, before.parcel, txn, facts)


def _remember(state: State, before: Parcel | None, txn: str, facts: tuple[Recorded | Unknown, ...]) -> State:
    """Keep the step for undo; a transaction no person made is added to the step before it."""
    if any(isinstance(fact, _NO_STEP) for fact in facts) or not facts:
        return state
    if all(isinstance(fact, Hinted | PinRefused | PinLocked | PinCleared) for fact in facts):
        # Nobody did this, and taking the last step back does not make a photo look otherwise.
        return state
    if before is None and all(isinstance(fact, RouteOverridden) for fact in facts):
        # Another bench decided it.
        return state
    if all(isinstance(fact, PhotoRead) for fact in facts):
        return _read_before(state, facts)
    if any(isinstance(fact, ParcelFinished | Regraded | SignedIn | SignedOut | CountBegan) for fact in facts):
        return msgspec.structs.replace(state, steps=())
    name = next((_step_name(fact) for fact in facts if type(fact) in _STEP_NAMES), "")
    if name:
        placed = next((fact.bin for fact in facts if isinstance(fact, Placed)), "")
        plate = next((fact.plate for fact in facts if isinstance(fact, PlateAllotted)), "")
        step = Step(name, (txn,), before, placed, plate)
        return msgspec.structs.replace(state, steps=(*state.steps, step))
    if state.steps:
        last = state.steps[-1]
        last = msgspec.structs.replace(last, txns=(*last.txns, txn))
        return msgspec.structs.replace(state, steps=(*state.steps[:-1], last))
    return state


def _read_before(state: State, facts: tuple[Any, ...]) -> State:
    """Let an undo go back to a parcel whose photos are read too, as long as they are its photos."""
    steps = []
    for step in state.steps:
        before = step.before
        for fact in facts:
            before = with_reading(before, fact) if before is not None else None
        steps.append(msgspec.structs.replace(step, before=before))
    return msgspec.structs.replace(state, steps=tuple(steps))


# What is taken back by other facts, and names no step of a parcel.
_NO_STEP = (Undone, BinStepTakenBack, ExceptionDecided, DecisionTakenBack, *checking.FACTS, *practising.FACTS)

# English message ids; resources.words translates them where they are shown.
_STEP_NAMES: Mapping[type, str] = {
    ParcelArrived: mark("parcel scan"),
    ParcelWeighed: mark("weight"),
    WeighingSkipped: mark("no weight"),
    ItemIdentified: mark("item scan"),
    ItemFoundWrong: mark("wrong item"),
    RegradeBegan: mark("grade again"),
    SerialChecked: mark("serial number"),
    PhotoTaken: mark("photo"),
    PhotoSkipped: mark("photo left out"),
    ReadingAnswered: mark("reading"),
    Answered: mark("answer"),
    DefectMarked: mark("mark on the photo"),
    PrepDone: mark("preparation"),
    PrepSkipped: mark("preparation left out"),
    InterlockAcknowledged: mark("stop acknowledged"),
    MarksRead: mark("lot"),
    RouteOverridden: mark("changed route"),
    BoxFoundEmpty: mark("empty parcel"),
    PlateAllotted: mark("label"),
    PlateReprintAsked: mark("reprint"),
    PlateConfirmed: mark("label check"),
    Placed: mark("place in bin"),
}
_REST_STEP = mark("answers to the rest")


def _step_name(fact: Recorded | Unknown) -> str:
    return _REST_STEP if isinstance(fact, Answered) and fact.how == "rest" else _STEP_NAMES[type(fact)]


def _undone(state: State, fact: Undone) -> State:
    """Go back to the parcel before the step; counters stay, so no number is given twice."""
    if not state.steps or state.steps[-1].txns != fact.txns:
        return state
    last = state.steps[-1]
    hints = [hint for item in (state.parcel.items if state.parcel is not None else ()) for hint in item.hints]
    state = msgspec.structs.replace(state, parcel=last.before, steps=state.steps[:-1])
    for hint in hints:
        state = hinted(state, hint)
    return with_units(state, last.placed_bin, -1) if last.placed_bin else state


def _practised(state: State, fact: Any) -> State:
    badge = state.operator.badge if state.operator is not None else ""
    asked = practising.waiting(state.refreshers, fact, badge)
    return msgspec.structs.replace(state, practice=practising.after(state.practice, fact), refreshers=asked)


_CHANGES: Mapping[type, Callable[[State, Any], State]] = {
    **receiving.CHANGES,
    **bins.CHANGES,
    **shifts.CHANGES,
    SignedIn: lambda state, fact: msgspec.structs.replace(state, operator=fact),
    **dict.fromkeys(pins.FACTS, lambda state, fact: msgspec.structs.replace(state, pins=pins.after(state.pins, fact))),
    SignedOut: lambda state, _: msgspec.structs.replace(state, operator=None, practice=None),
    Undone: _undone,
    **dict.fromkeys(
        looking.FACTS,
        lambda state, fact: msgspec.structs.replace(state, looking=looking.after(state.looking, fact)),
    ),
    **dict.fromkeys(practising.FACTS, _practised),
}
