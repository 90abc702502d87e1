"""Signing in with badge and PIN, opening a shift, and signing out."""

from devices.readings import Scan
from resources.words import mark
from station.authority.facts import SignedIn, SignedOut
from station.facts import Recorded
from station.inputs import Command
from station.known import Known
from station.moments import hours_between
from station.outcome import Notice, Outcome
from station.plates import shift_id
from station.records import Operator
from station.shifts.facts import ShiftOpened
from station.state import Ask, State
from station.steps import carry, pins, refresher
from station.steps.notices import accepted, attention, best, recall_notice, refused, warned
from station.stops import in_open_bins

# No shift is as long: whoever signs in then is told that somebody forgot to close it.
FORGOTTEN_H = 16


def scan_badge(state: State, scan: Scan, known: Known) -> Outcome:
    """a badge asks for its PIN; anything else is refused"""
    candidate = best(known.recognise(scan.text, scan.aim), "badge")
    if candidate is None:
        return refused(mark("Sign in first: scan your badge."))
    operator = known.operator(candidate.value)
    if operator is None:
        return refused(mark("Nobody here has this badge. Ask a supervisor."))
    if (stopped := pins.locked(state, operator, known)) is not None:
        return stopped
    return Outcome(ask=Ask("pin", code=operator.badge, params={"name": operator.name}))


def enter_pin(state: State, scan: Scan, known: Known) -> Outcome:
    """the right PIN signs in (and opens a shift if none is), the fifth wrong one locks it; another badge takes over"""
    ask = state.ask or Ask("pin")
    if best(known.recognise(scan.text, scan.aim), "badge") is not None:
        return scan_badge(state, scan, known)
    operator = known.operator(ask.code)
    if operator is None:
        return refused(mark("Nobody here has this badge. Ask a supervisor."), ask=None)
    if (stopped := pins.locked(state, operator, known)) is not None:
        return stopped
    if not known.pin_is_right(operator, scan.text):
        return pins.wrong(state, operator, known, scan.text)
    facts: tuple[Recorded, ...] = (
        *pins.right(state, operator),
        SignedIn(operator.badge, operator.name, operator.role),
    )
    if not state.shift:
        facts = (ShiftOpened(shift_id(state.station, state.shifts + 1), state.bench), *facts)
    recalled = in_open_bins(state, known, state.exceptions)
    told = known.told_apart()
    asked = refresher.asked_of(state, operator.badge, known)
    hello = asked.notice if asked is not None else _hello(state, operator, known, len(told))
    begun = asked.facts if asked is not None else ()
    notice = recall_notice(recalled) if recalled else hello
    return Outcome(notice, (*facts, *recalled, *carry.noted(told), *begun), ask=None)


def _hello(state: State, operator: Operator, known: Known, moved: int) -> Notice:
    """Greet, and say what of earlier shifts waits for somebody: one that nobody closed, one that lacks a signature."""
    opened_at = known.shift_opened_at(state.shift) if state.shift else ""
    hours = hours_between(opened_at, known.clock().at) if opened_at else 0.0
    if hours >= FORGOTTEN_H:
        text = mark("Hello {name}. Shift {shift} is open for {hours} h: a supervisor closes it with F11.")
        return warned(text, name=operator.name, shift=state.shift, hours=str(int(hours)))
    if state.half_signed:
        text = mark("Hello {name}. Shift {shift} waits for its second signature: F11.")
        return warned(text, name=operator.name, shift=state.half_signed[0].shift)
    if moved:
        text = mark("Hello {name}. Items that go another way now: {count}. Page Bins shows which bins they lie in.")
        return warned(text, name=operator.name, count=str(moved))
    return accepted(mark("Hello {name}. Scan the first parcel."), name=operator.name)


def sign_out(state: State, command: Command, known: Known) -> Outcome:
    """the person leaves; the shift stays open"""
    if state.operator is None:
        return attention(mark("Nobody is signed in."))
    return Outcome(accepted(mark("Signed out. Goodbye.")), (SignedOut(state.operator.badge),))
