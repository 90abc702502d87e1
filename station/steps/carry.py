"""A plate scanned between two parcels: where its item lies, and whether it is to be carried into another bin."""

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.bins.facts import BinLabelled, Carried
from station.facts import Recorded
from station.inputs import Command
from station.known import Known, Lying
from station.outcome import Label, Outcome
from station.plates import make_bin
from station.records import Bin
from station.routing.facts import PlateReprintAsked, RouteOverridden
from station.state import Ask, State
from station.steps import again
from station.steps.listed import label_of_bin
from station.steps.notices import accepted, attention, best, refused, warned
from station.steps.place import Wanted, find, opening, refusal
from station.steps.plate import care
from station.words import way_words

# Why a label is printed again without a person having asked for it.
SENT_ELSEWHERE = "elsewhere"
# Why an item goes another way: what another bench had decided about it was taken back there.
WHY_TAKEN_BACK = "taken_back"
_LOST = mark(
    "Plate {plate}: {title}, written off as lost. If you have found it, put it into bin {bin}: the next count of that"
    " bin names it."
)
_LOST_WITH_BIN = mark(
    "Plate {plate}: {title}, written off as lost. If you have found it, take it to a supervisor: its bin {bin} has"
    " left."
)


def scan_plate(state: State, plate: str, known: Known) -> Outcome:
    """Say where the item of a plate lies; or have it carried, for it goes another way now, or graded again."""
    told = known.told_apart(plate)
    lying = told[0] if told else known.lying(plate)
    if lying is None or not lying.bin:
        return tell(plate, known)
    if lying.is_doubted and not lying.apart:
        return again.begin(lying, known)
    facts, want = noted(told), wanted(lying)
    found = find(state, lying.bin, known)
    if found is None or (found.disposition, found.apart) == (want.disposition, want.apart):
        return msgspec.structs.replace(tell(plate, known), facts=facts)
    goes_to = way_words(want.disposition or "hold", want.apart)
    words = {"title": lying.title, "bin": lying.bin, "goes_to": goes_to}
    notice = warned(mark("It goes another way now. Take it out of bin {bin}."), bin=lying.bin)
    return Outcome(notice, facts, ask=Ask("carry", code=plate, value=want.apart, params=words))


def noted(told: tuple[Lying, ...]) -> tuple[RouteOverridden, ...]:
    """Return the facts by which this bench notes where goods go of which another bench decided."""
    return tuple(_noted(each) for each in told)


def _noted(each: Lying) -> RouteOverridden:
    why = each.apart or WHY_TAKEN_BACK
    return RouteOverridden(
        each.item, each.disposition, "hold", why, each.heard, apart=each.apart, was_apart=each.was_apart
    )


def new_bin(state: State, command: Command, known: Known) -> Outcome:
    """prints the label of a new bin for it, which takes it when it is scanned"""
    lying = known.lying(state.ask.code) if state.ask is not None else None
    if lying is None:
        return Outcome(ask=None)
    want = wanted(lying)
    if want.is_hazard:
        return refused(mark("Ask the safety officer for another fire-safe box."))
    code = make_bin(state.station, state.bin_labels + 1)
    labelled = BinLabelled(code, want.disposition or "hold", apart=want.apart)
    notice = accepted(mark("Stick the new label on an empty bin and scan it."))
    return Outcome(notice, (labelled,), labels=(label_of_bin(labelled),))


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
    return Outcome(notice, facts, ask=None, labels=(_label(lying, found, copy, known),))


def wanted(lying: Lying) -> Wanted:
    """Return what a bin must be to take an item."""
    disposition = "hold" if lying.apart else lying.disposition
    return Wanted(disposition, lying.client, lying.is_hazard and disposition == "hold", lying.apart)


def tell(plate: str, known: Known) -> Outcome:
    """Say what is known of a plate: where its item lies, that it left with its bin, or that it was written off."""
    item = known.plated(plate)
    if item is None:
        return refused(mark("Plate {plate} is not from this bench."), plate=plate)
    if item.is_lost:
        text = _LOST_WITH_BIN if item.left_at else _LOST
        return attention(text, plate=plate, title=item.title, bin=item.bin)
    if item.left_at:
        text = mark("Plate {plate}: {title}, left in bin {bin} on {day}, to {place}.")
        place = item.left_to or mark("a place nobody named")
        words = {"plate": plate, "title": item.title, "bin": item.bin, "day": item.left_at[:10], "place": place}
        return attention(text, **words)
    where = item.bin or item.disposition
    return attention(mark("Plate {plate}: {title}, in {where}."), plate=plate, title=item.title, where=where)


def _label(lying: Lying, found: Bin, copy: int, known: Known) -> Label:
    judged = known.judged(lying.parcel, lying.item)
    fields = {
        "plate": lying.plate,
        "title": lying.title,
        "client": lying.client,
        "rma": lying.rma,
        "letter": lying.letter,
        "disposition": found.disposition,
        "apart": found.apart,
        "care": care(judged.stops if judged is not None else (), known),
        "copy": str(copy),
    }
    return Label(f"{lying.plate}/{copy}", "plate", fields)
