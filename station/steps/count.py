"""The blind count at the end of a shift: bin by bin, every plate in it, and nobody sees how many there should be."""

from devices.readings import Scan
from resources.words import mark
from station.authority.may import Close
from station.inputs import Command, Do
from station.known import Known
from station.outcome import Outcome
from station.records import Bin
from station.shifts.closing import Closing
from station.shifts.facts import (
    BinCountBegan,
    BinCounted,
    CountCalledOff,
    CountEnded,
    PlateCounted,
    PlateUncounted,
)
from station.state import Ask, Choice, State
from station.steps.allowed import is_allowed
from station.steps.counted import plate_of
from station.steps.notices import accepted, attention, best, refused
from station.steps.place import find


def scan_bin(state: State, scan: Scan, known: Known) -> Outcome:
    """a bin begins its count, from nothing if it was counted before; anything else is refused"""
    candidate = best(known.recognise(scan.text, scan.aim), "bin")
    found = find(state, candidate.value, known) if candidate is not None else None
    if found is None:
        return refused(mark("The shift is being counted. Scan the label of a bin, or press Esc to go on working."))
    return Outcome(facts=(_begun(state, found),))


def begin_again(state: State, command: Command, known: Known) -> Outcome:
    """the bin is counted again, from nothing"""
    found = find(state, _closing(state).bin, known)
    if found is None:
        return Outcome()
    return Outcome(accepted(mark("Counted from nothing again. Scan every plate.")), (_begun(state, found),))


def scan_plate(state: State, scan: Scan, known: Known) -> Outcome:
    """a plate counts once, whosever it is, and is not typed; a bin's label ends the count, another's begins that one"""
    closing = _closing(state)
    bin_ = best(known.recognise(scan.text, scan.aim), "bin")
    if bin_ is not None:
        return end_bin(state, scan, known) if bin_.value == closing.bin else _go_over(state, bin_.value, known)
    code = plate_of(scan, closing.plates, known)
    if isinstance(code, Outcome):
        return code
    counted = PlateCounted(state.shift, closing.bin, closing.count_of(closing.bin), code)
    return Outcome(accepted(mark("{plate} is counted in bin {bin}."), plate=code, bin=closing.bin), (counted,))


def take_plate_back(state: State, command: Command, known: Known) -> Outcome:
    """takes back the plate that was scanned last"""
    closing = _closing(state)
    if not closing.plates:
        return attention(mark("No plate is counted yet in this bin."))
    plate = closing.plates[-1]
    fact = PlateUncounted(state.shift, closing.bin, closing.count_of(closing.bin), plate)
    return Outcome(accepted(mark("{plate} is not counted any more."), plate=plate), (fact,))


def end_bin(state: State, command: object, known: Known) -> Outcome:
    """the count of the bin is over"""
    closing = _closing(state)
    counted = BinCounted(state.shift, closing.bin, closing.count_of(closing.bin), len(closing.plates))
    text = mark("Bin {bin} is counted: {count}. Scan the next bin.")
    return Outcome(accepted(text, bin=closing.bin, count=str(len(closing.plates))), (counted,))


def ask_moved(state: State, command: Command, known: Known) -> Outcome:
    """asks which bin has left the bench with all in it; where to, and the badge of a supervisor, come next"""
    waiting = to_count(state, known)
    if not waiting:
        return attention(mark("Every bin is counted, and none has left."))
    choices = tuple(Choice(each.code, mark("{bin} has left"), {"bin": each.code}) for each in waiting)
    return Outcome(ask=Ask("moved-bin", choices=choices))


def choose_moved(state: State, command: Command, known: Known) -> Outcome:
    """asks where the bin has gone: what lay in it is not counted here any more then"""
    return Outcome(ask=Ask("bin-to", command.value, params={"bin": command.value}))


def scan_moved(state: State, scan: Scan, known: Known) -> Outcome:
    """of a bin that is offered it is asked where it has gone; anything else is refused"""
    candidate = best(known.recognise(scan.text, scan.aim), "bin")
    offered = {each.value for each in (state.ask.choices if state.ask is not None else ())}
    if candidate is None or candidate.value not in offered:
        return refused(mark("Scan the bin that has left, or press its key."))
    return choose_moved(state, Command(Do.CHOOSE, candidate.value), known)


def to_count(state: State, known: Known) -> tuple[Bin, ...]:
    """Return the bins with goods that are not counted yet."""
    return tuple(each for each in known.bins_with_goods() if each.code not in _closing(state).done)


def end(state: State, command: Command, known: Known) -> Outcome:
    """the count is over when every bin with goods is counted or has left; then what differs may be seen"""
    if waiting := to_count(state, known):
        text = mark("Not counted yet: {bins}. Count it, or press M if it has left the bench.")
        return refused(text, bins=", ".join(each.code for each in waiting))
    return Outcome(accepted(mark("Counted. A supervisor looks at the differences now.")), (CountEnded(state.shift),))


def call_off(state: State, command: Command, known: Known) -> Outcome:
    """a supervisor calls the count off: the shift takes parcels again"""
    if not is_allowed(state, Close(), known):
        return refused(mark("Only a supervisor calls a count off."))
    return Outcome(accepted(mark("The count is called off. Scan the next parcel.")), (CountCalledOff(state.shift),))


def _begun(state: State, found: Bin) -> BinCountBegan:
    number = _closing(state).count_of(found.code) + 1
    return BinCountBegan(state.shift, found.code, number, found.disposition, found.client)


def _go_over(state: State, code: str, known: Known) -> Outcome:
    """Who scans another bin stands before it: what they scan next lies in that one."""
    found, done = find(state, code, known), end_bin(state, code, known)
    if found is None:
        return refused(mark("Nobody knows this bin. Bin {bin} is being counted still."), bin=_closing(state).bin)
    text = mark("Bin {bin} is counted: {count}. Now scan every plate in bin {next}.")
    params = done.notice.params if done.notice is not None else {}
    return Outcome(accepted(text, **params, next=found.code), (*done.facts, _begun(state, found)))


def _closing(state: State) -> Closing:
    return state.closing or Closing("")
