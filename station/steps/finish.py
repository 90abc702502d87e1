"""Finishing a parcel with nothing skipped, leaving a question, and taking a step back."""

from resources.words import mark
from station.bins.facts import BinStepTakenBack
from station.facts import Recorded, Undone
from station.inputs import Command
from station.known import Known
from station.outcome import Notice, Outcome, Tone
from station.plates import exception_id
from station.receiving.facts import BoxFoundEmpty, ExceptionRaised, LineMissing, ParcelFinished
from station.receiving.parcel import Item, Parcel, open_lines
from station.routing.facts import PlateVoided
from station.state import Ask, Choice, State
from station.steps.notices import accepted, attention, finished, refused

_MISSING = (
    Choice("missing", mark("They are not in the parcel")),
    Choice("search", mark("Look again")),
)
_EMPTY = (
    Choice("missing", mark("Nothing was in it")),
    Choice("search", mark("Look again")),
)


def finish(state: State, command: Command, known: Known) -> Outcome:
    """finishes when every declared line is received; asks first when one is missing, or nothing was in our parcel"""
    parcel = state.parcel
    if parcel is None:
        return attention(mark("There is no parcel to finish."))
    missing = open_lines(parcel)
    if missing or not (parcel.items or _is_misrouted(parcel)):
        words = ", ".join(f"{count} × {line.title}" for line, count in missing)
        return Outcome(ask=Ask("missing", params={"lines": words}, choices=_MISSING if missing else _EMPTY))
    return closed(state, known)


def choose_missing(state: State, command: Command, known: Known) -> Outcome:
    """`missing` records each line that was not found and finishes, an empty box after its photo; `search` goes back"""
    if command.value != "missing" or state.parcel is None:
        return Outcome(ask=None)
    if not state.parcel.items:
        return Outcome(facts=(BoxFoundEmpty(state.parcel.arrived.parcel),), ask=None)
    return closed(state, known)


def closed(state: State, known: Known) -> Outcome:
    """Return the end of the parcel on the bench: what is missing of it, whom that concerns, and that it is finished."""
    parcel = state.parcel
    if parcel is None:
        return Outcome(ask=None)
    name = parcel.arrived.parcel
    missing = [LineMissing(name, line.rma, line.line, count) for line, count in open_lines(parcel)]
    facts: list[Recorded] = [*missing]
    if missing or not (parcel.items or _is_misrouted(parcel)):
        number = exception_id(state.station, state.exceptions + 1)
        facts.append(ExceptionRaised(number, _kind(parcel), "supervisor", parcel=name))
    facts.append(ParcelFinished(name, len(parcel.items), sum(each.quantity for each in missing)))
    waiting = known.second_looks_due(state.operator.badge) if state.operator is not None else ()
    text = mark("Parcel finished. Scan the next one.")
    if waiting:
        text = mark("Parcel finished. Scan the next one, or press F11: {count} wait for a second look by you.")
    notice = finished(text, count=str(len(waiting))) if waiting else finished(text)
    return Outcome(notice, tuple(facts), ask=None)


def _is_misrouted(parcel: Parcel) -> bool:
    """Tell whether it is another site's: it goes there unopened, and nobody says that it was empty."""
    return any(each.kind == "misrouted_parcel" for each in parcel.exceptions)


def _kind(parcel: Parcel) -> str:
    """Return what is missing: some lines, everything, or everything as its weight said before it was opened."""
    if parcel.items:
        return "lines_missing"
    weighed_empty = any(each.kind == "empty_box" for each in parcel.exceptions)
    return "empty_box_opened" if weighed_empty else "empty_parcel"


def leave_question(state: State, command: Command, known: Known) -> Outcome:
    """leaves the question inside the step; nothing was recorded yet"""
    return Outcome(ask=None)


def undo(state: State, command: Command, known: Known) -> Outcome:
    """takes the last step of this parcel, or with a bin, back by a new fact; refused when the goods have moved on"""
    if state.ask is not None:
        return Outcome(ask=None)
    if not state.steps:
        return attention(mark("There is nothing to undo."))
    last = state.steps[-1]
    if last.kind is not None:
        back = BinStepTakenBack(last.kind, last.txns[0], last.placed_bin, last.moved)
        return Outcome(accepted(mark("Undone: {step}."), step=last.name), (back,))
    if last.placed_bin and not any(each.code == last.placed_bin for each in state.bins):
        return refused(mark("Bin {bin} is closed and gone: this cannot be undone."), bin=last.placed_bin)
    facts: tuple[Recorded, ...] = (Undone(last.txns, last.name),)
    jobs = _print_jobs(state.item, last.before)
    if not last.plate:
        return Outcome(accepted(mark("Undone: {step}."), step=last.name), facts, cancel_jobs=jobs)
    voided = PlateVoided(last.plate, "undone")
    notice = Notice(Tone.ATTENTION, mark("Undone. Destroy the label {plate}."), {"plate": last.plate})
    return Outcome(notice, (*facts, voided), cancel_jobs=jobs)


def _print_jobs(item: Item | None, before: Parcel | None) -> tuple[str, ...]:
    """Return the print jobs of the item's plate that were not asked for yet before the step."""
    if item is None or not item.plate:
        return ()
    then = before.item if before is not None else None
    asked = then.copies_asked if then is not None else 0
    return tuple(f"{item.plate}/{copy}" for copy in range(asked + 1, item.copies_asked + 1))
