"""Preparing the goods before they go on: what the rubric wants done, step by step, done or left out with a reason."""

from devices.readings import Scan
from resources.words import mark
from station.inputs import Command
from station.inspecting.facts import PrepDone, PrepSkipped
from station.known import Known
from station.outcome import Outcome
from station.stages import prep_due
from station.state import Ask, Choice, State
from station.steps.notices import accepted, attention, refused, warned

SKIP_PREP = (
    Choice("done_before", mark("It was done before")),
    Choice("supplies", mark("What is needed for it is not here")),
    Choice("not_worth", mark("It is not worth it here")),
    Choice("danger", mark("It is not safe to handle")),
)


def done(state: State, command: Command, known: Known) -> Outcome:
    """records that the preparation was done"""
    item = state.item
    due = prep_due(item, known) if item is not None else None
    if item is None or due is None:
        return attention(mark("Nothing is to be prepared now."))
    return Outcome(accepted(mark("Prepared.")), (PrepDone(item.identified.item, due.id),))


def ask_why_left_out(state: State, command: Command, known: Known) -> Outcome:
    """asks why the preparation is left out"""
    return Outcome(ask=Ask("skip-why", value="prep", choices=SKIP_PREP))


def leave_out(state: State, why: str, known: Known) -> Outcome:
    """Return the answer that records what was left out, and why."""
    item = state.item
    due = prep_due(item, known) if item is not None else None
    if item is None or due is None:
        return Outcome(ask=None)
    fact = PrepSkipped(item.identified.item, due.id, why)
    return Outcome(warned(mark("Not prepared; this is noted.")), (fact,), ask=None)


def scan_before_prep(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: the item is prepared before its label goes on"""
    return refused(mark("Prepare the item first, and press Enter when it is done."))
