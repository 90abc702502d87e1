"""The blind check of one bin at any time: every plate in it is scanned, and then what does not fit is named."""

from devices.readings import Scan
from resources.words import mark
from station.bins.checking import Check, compare
from station.bins.facts import BinCheckBegan, BinChecked, BinCheckLeft, BinPlateChecked, BinPlateUnchecked
from station.facts import Recorded
from station.inputs import Command
from station.known import Known
from station.outcome import Outcome
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised
from station.records import Bin
from station.state import Ask, Choice, State
from station.steps.counted import plate_of
from station.steps.notices import accepted, attention, best, refused, warned
from station.steps.place import find
from station.stops import BETWEEN

DIFFERS = "bin_differs"
_NAMED = 4


def begin(state: State, found: Bin) -> Outcome:
    """Begin the check of a bin."""
    notice = accepted(mark("Scan every plate in bin {bin}."), bin=found.code)
    return Outcome(notice, (BinCheckBegan(found.code, state.checks + 1),), ask=None)


def scan_plate(state: State, scan: Scan, known: Known) -> Outcome:
    """a plate counts once, whosever it is, and is not typed; a bin's label ends the check, another's begins that one"""
    check = state.check
    if check is None:
        return Outcome()
    bin_ = best(known.recognise(scan.text, scan.aim), "bin")
    if bin_ is not None:
        return end(state, scan, known) if bin_.value == check.bin else _go_over(state, check, bin_.value, known)
    code = plate_of(scan, check.plates, known)
    if isinstance(code, Outcome):
        return code
    notice = accepted(mark("{plate} is counted in bin {bin}."), plate=code, bin=check.bin)
    return Outcome(notice, (BinPlateChecked(check.bin, check.n, code),))


def take_plate_back(state: State, command: Command, known: Known) -> Outcome:
    """takes back the plate that was scanned last"""
    check = state.check
    if check is None or not check.plates:
        return attention(mark("No plate is counted yet in this bin."))
    fact = BinPlateUnchecked(check.bin, check.n, check.plates[-1])
    return Outcome(accepted(mark("{plate} is not counted any more."), plate=fact.plate), (fact,))


def leave(state: State, command: Command, known: Known) -> Outcome:
    """leaves the check, which says nothing then"""
    check = state.check
    if check is None:
        return Outcome()
    text = mark("Bin {bin} is not counted. Scan the next parcel.")
    return Outcome(accepted(text, bin=check.bin), (BinCheckLeft(check.bin, check.n),))


def end(state: State, given: object, known: Known) -> Outcome:
    """says which plates are missing, belong to another bin or are not of this bench; an exception keeps that"""
    check = state.check
    if check is None:
        return Outcome()
    found = compare(check, known.plates_in(check.bin), lambda plate: _place_of(plate, known))
    if not (found.missing or found.misplaced or found.foreign):
        text = mark("Bin {bin} is right: {count} counted, and all belong there.")
        return Outcome(accepted(text, bin=check.bin, count=str(found.plates)), (found,))
    raised = ExceptionRaised(
        exception_id(state.station, state.exceptions + 1), DIFFERS, "supervisor", detail=_evidence(found)
    )
    facts: tuple[Recorded, ...] = (found, raised)
    notice = warned(mark("Bin {bin} is not right. What differs is an exception now."), bin=check.bin)
    return Outcome(notice, facts, ask=told(check, found))


def _go_over(state: State, check: Check, code: str, known: Known) -> Outcome:
    """Who scans another bin stands before it. What differs in the first is not told while the next is counted."""
    found, done = find(state, code, known), end(state, None, known)
    if found is None:
        return refused(mark("Nobody knows this bin. Bin {bin} is being counted still."), bin=check.bin)
    words = {"bin": check.bin, "count": str(len(check.plates)), "next": found.code}
    facts = (*done.facts, *begin(state, found).facts)
    if len(done.facts) == 1:
        return Outcome(
            accepted(mark("Bin {bin} is counted: {count}. Now scan every plate in bin {next}."), **words), facts
        )
    text = mark(
        "Bin {bin} is counted: {count}. It is not right: that is an exception. Now scan every plate in bin {next}."
    )
    return Outcome(warned(text, **words), facts)


def told(check: Check, found: BinChecked) -> Ask:
    """Return what is shown of a bin that is not right: each plate by name, as many as have room."""
    belongs = tuple(
        Choice(each.plate, mark("{plate} is of {bin}"), {"plate": each.plate, "bin": each.belongs_to})
        if each.belongs_to
        else Choice(each.plate, mark("{plate} is in no bin by our count"), {"plate": each.plate})
        for each in found.misplaced
    )
    lines = (
        *(Choice(each, mark("{plate} is missing"), {"plate": each}) for each in found.missing),
        *belongs,
        *(Choice(each, mark("{plate} is not of this bench"), {"plate": each}) for each in found.foreign),
    )
    counts = {
        "bin": check.bin,
        "missing": str(len(found.missing)),
        "misplaced": str(len(found.misplaced)),
        "foreign": str(len(found.foreign)),
    }
    return Ask("bin-differs", code=check.bin, params=counts, choices=lines[:_NAMED])


def seen(state: State, command: Command, known: Known) -> Outcome:
    """goes on: what differs stays an exception, until a supervisor decides"""
    return Outcome(ask=None)


def _place_of(plate: str, known: Known) -> str | None:
    if known.plated(plate) is None:
        return None
    lying = known.lying(plate)
    return lying.bin if lying is not None else ""


def _evidence(found: BinChecked) -> str:
    """Return bin, missing, misplaced and foreign plates, as `station.words.EVIDENCE_WORDS` puts them."""
    misplaced = [f"{each.plate} ({each.belongs_to or '-'})" for each in found.misplaced]
    groups = (found.missing, misplaced, found.foreign)
    return BETWEEN.join((found.bin, *(", ".join(each).replace(BETWEEN, "/") or "-" for each in groups)))
