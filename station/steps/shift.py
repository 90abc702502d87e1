"""What is done in a shift between two parcels: its close, a carrier's sheet, a second look, a signature that waits."""

from collections.abc import Mapping

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.authority.facts import StepUpGiven
from station.authority.may import Close
from station.inputs import Command
from station.known import Known
from station.outcome import Outcome
from station.plates import shift_id
from station.records import Operator
from station.shifts.facts import CountBegan, DeliveryCounted
from station.state import Ask, Choice, State
from station.steps import close, refresher, second_look
from station.steps.allowed import answer, ask_other
from station.steps.notices import accepted, attention, refused

COUNT, SHEET, LATE_SHEET, LOOK, SECOND = "count", "sheet", "late-sheet", "look", "second/"
PRACTISE, ASK_PRACTISE = "refresher", "refresher-who"
_BEGUN = mark("The shift is counted now. Scan the first bin.")
# So many have a key.
_OFFERED = 9
# More parcels than any truck brings.
_MOST = 9999
# The numbers of a sheet, in the order they are asked for.
FIGURES: tuple[str, ...] = ("delivered", "refused", "not_found")
TITLES: Mapping[str, str] = {
    "delivered": mark("How many were delivered?"),
    "refused": mark("How many were refused?"),
    "not_found": mark("How many were not found?"),
}
REASONS: Mapping[str, str] = {
    "delivered": mark("As the sheet of {carrier} says. Then press Enter."),
    "refused": mark("At the door, of {carrier}. Enter alone: none."),
    "not_found": mark("On the sheet of {carrier}. Enter alone: none."),
}


def ask_what(state: State, command: Command, known: Known) -> Outcome:
    """offers what can be done in a shift: count and close it, type in a carrier's sheet, look at an item again, sign"""
    waiting = tuple(
        Choice(f"{SECOND}{each.shift}", mark("Second signature, {shift}"), {"shift": each.shift})
        for each in state.half_signed
    )
    practises = state.operator is not None and known.past_items(state.operator.badge) is not None
    may_close = answer(state, Close(), known) == "yes"
    late = Choice(LATE_SHEET, mark("Late sheet, shift {shift}"), {"shift": _before(state)})
    choices = (
        Choice(COUNT, mark("Count the bins and close")),
        Choice(SHEET, mark("Type in a carrier's sheet")),
        Choice(LOOK, mark("Look at an item again")),
        *((Choice(PRACTISE, mark("Refresher for me")),) if practises else ()),
        *((Choice(ASK_PRACTISE, mark("Refresher for another")),) if practises and may_close else ()),
        *((late,) if state.shifts > 1 else ()),
        *waiting,
    )
    return Outcome(ask=Ask("shift", choices=choices))


def choose_what(state: State, command: Command, known: Known) -> Outcome:
    """begins the count (or asks for the badge of somebody who may), the sheet, a second look or the second signature"""
    if command.value.startswith(SECOND):
        return close.ask_second(state, command.value.removeprefix(SECOND), known)
    if command.value == PRACTISE:
        return refresher.begin(state, command, known)
    if command.value == ASK_PRACTISE:
        return refresher.ask_who(state, command, known)
    if command.value == LOOK:
        return second_look.ask_which(state, command, known)
    if command.value != COUNT:
        shift = _before(state) if command.value == LATE_SHEET else state.shift
        names = tuple(Choice(name, "{carrier}", {"carrier": name}) for name in _carriers(shift, known))
        return Outcome(ask=Ask("sheet", code=shift, params={"shift": shift}, choices=names))
    may = answer(state, Close(), known)
    if may == "yes":
        return Outcome(accepted(_BEGUN), (CountBegan(state.shift),), ask=None)
    if may == "never":
        return refused(mark("Nobody here may close a shift."))
    return Outcome(ask=ask_other("close"))


def allowed(state: State, ask: Ask, by: Operator, known: Known) -> Outcome:
    """Return the beginning of a count that was allowed by another."""
    if state.operator is None:
        return Outcome(ask=None)
    fact = StepUpGiven("close", state.operator.badge, by.badge)
    return Outcome(accepted(_BEGUN), (fact, CountBegan(state.shift)), ask=None)


def choose_carrier(state: State, command: Command, known: Known) -> Outcome:
    """asks for the numbers on the sheet"""
    ask = state.ask or Ask("sheet")
    return Outcome(ask=Ask("sheet-number", ask.code, FIGURES[0], {"carrier": command.value}))


def type_number(state: State, scan: Scan, known: Known) -> Outcome:
    """a number is noted and the next one asked for; the last writes the sheet; what is no number is refused"""
    text = scan.text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST))):
        return refused(mark("That is no number of parcels. Type figures only."))
    return _noted(state, int(text))


def no_more(state: State, command: Command, known: Known) -> Outcome:
    """none was refused, or missing; how many were delivered must be said"""
    ask = state.ask or Ask("sheet-number", value=FIGURES[0])
    if ask.value == FIGURES[0]:
        return attention(mark("Type how many parcels the sheet says, then press Enter."))
    return _noted(state, 0)


def _noted(state: State, number: int) -> Outcome:
    ask = state.ask or Ask("sheet-number", value=FIGURES[0])
    told = {**ask.params, ask.value: str(number)}
    rest = FIGURES[FIGURES.index(ask.value) + 1 :]
    if rest:
        return Outcome(ask=msgspec.structs.replace(ask, value=rest[0], params=told))
    delivered, turned_away, not_found = (int(told.get(name, "0")) for name in FIGURES)
    if turned_away + not_found > delivered:
        again = msgspec.structs.replace(ask, value=FIGURES[0])
        return refused(mark("More were refused or not found than delivered. Type it again."), ask=again)
    fact = DeliveryCounted(ask.code, told["carrier"], delivered, turned_away, not_found)
    text = mark("Noted for {carrier}: delivered {delivered}, refused {refused}, not found {not_found}.")
    words = {name: told[name] for name in (*FIGURES, "carrier")}
    return Outcome(accepted(text, **words), (fact,), ask=None)


def _before(state: State) -> str:
    """Return the shift before the running one."""
    return shift_id(state.station, state.shifts - 1) if state.shifts > 1 else ""


def _carriers(shift: str, known: Known) -> tuple[str, ...]:
    """Return whose sheets can be typed in: those of whom parcels came in the shift first, whatever they are called."""
    came = (line.way for line in known.shift_lines(shift) if line.rule == 1)
    return tuple(dict.fromkeys((*came, *known.carriers())))[:_OFFERED]
