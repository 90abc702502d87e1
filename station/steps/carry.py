"""A plate scanned between two parcels: where its item lies, and whether it is to be carried into another bin."""

from devices.readings import Scan
from resources.words import mark
from station.bins.facts import Carried
from station.facts import Recorded
from station.known import Known, Lying
from station.outcome import Label, Outcome
from station.records import Disposition
from station.routing.facts import PlateReprintAsked
from station.state import Ask, State
from station.steps import again
from station.steps.notices import accepted, attention, best, refused, warned
from station.steps.place import Wanted, find, opening, refusal
from station.words import ROUTE_WORDS

# Why a label is printed again without a person having asked for it.
SENT_ELSEWHERE = "elsewhere"


def scan_plate(state: State, plate: str, known: Known) -> Outcome:
    """Say where the item of a plate lies; or have it carried, for it goes another way now, or graded again."""
    lying = known.lying(plate)
    if lying is None or not lying.bin:
        return _tell(plate, known)
    if lying.is_doubted:
        return again.begin(lying, known)
    found = find(state, lying.bin, known)
    if found is None or found.disposition == lying.disposition:
        return _tell(plate, known)
    words = {"title": lying.title, "bin": lying.bin, "goes_to": ROUTE_WORDS[lying.disposition]}
    notice = warned(mark("It goes another way now. Take it out of bin {bin}."), bin=lying.bin)
    return Outcome(notice, ask=Ask("carry", code=plate, params=words))


def scan_bin(state: State, scan: Scan, known: Known) -> Outcome:
    """the right bin takes the item over from the one it lay in, and its label is printed anew; any other is refused"""
    lying = known.lying(state.ask.code) if state.ask is not None else None
    if lying is None or not lying.bin:
        return Outcome(ask=None)
    candidate = best(known.recognise(scan.text, scan.aim), "bin")
    if candidate is None:
        return refused(mark("Scan the label of the bin."))
    found = find(state, candidate.value, known)
    if (no := refusal(found, wanted(lying), known)) is not None or found is None:
        return no or Outcome()
    opened, fill = opening(state, found, known)
    copy = lying.copies + 1
    facts: tuple[Recorded, ...] = (
        *opened,
        Carried(lying.item, lying.plate, found.code, found.disposition, lying.bin, fill),
        PlateReprintAsked(lying.item, lying.plate, copy, SENT_ELSEWHERE),
    )
    notice = accepted(mark("In bin {bin}. Stick the new label over the old one."), bin=found.code)
    return Outcome(notice, facts, ask=None, labels=(_label(lying, found.disposition, copy),))


def wanted(lying: Lying) -> Wanted:
    """Return what a bin must be to take an item."""
    return Wanted(lying.disposition, lying.client, lying.is_hazard and lying.disposition == "hold")


def _tell(plate: str, known: Known) -> Outcome:
    item = known.plated(plate)
    if item is None:
        return refused(mark("Plate {plate} is not from this bench."), plate=plate)
    where = item.bin or item.disposition
    return attention(mark("Plate {plate}: {title}, in {where}."), plate=plate, title=item.title, where=where)


def _label(lying: Lying, disposition: Disposition, copy: int) -> Label:
    fields = {
        "plate": lying.plate,
        "title": lying.title,
        "client": lying.client,
        "rma": lying.rma,
        "letter": lying.letter,
        "disposition": disposition,
        "copy": str(copy),
    }
    return Label(f"{lying.plate}/{copy}", "plate", fields)
