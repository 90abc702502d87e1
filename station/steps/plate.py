"""The plate's label: printed, waited for, reprinted with a reason, and scanned back."""

from collections.abc import Mapping, Sequence

from devices.readings import NotPrinted, Printed, PrintWaiting, Scan
from resources.words import mark
from station.inputs import Command
from station.known import Known
from station.outcome import Label, Outcome
from station.receiving.parcel import Item
from station.routing.facts import PlateConfirmed, PlatePrinted, PlateReprintAsked
from station.state import Ask, Choice, State
from station.steps.notices import accepted, attention, best, refused, warned

REPRINT_WHY = (
    Choice("none", mark("No label came out")),
    Choice("damaged", mark("The label is damaged")),
    Choice("unreadable", mark("The scanner cannot read it")),
)
_NOT_PRINTED: Mapping[str, str] = {
    "outcome_unknown": mark("The printer was lost while printing. Look for the label; press R if there is none."),
}


def label_of(item: Item, plate: str, copy: int, known: Known) -> Label:
    """Return the label of an item's plate; its job names the plate and the copy."""
    fields = {
        "plate": plate,
        "title": item.identified.title,
        "client": item.identified.client,
        "rma": item.identified.rma,
        "letter": item.graded.letter if item.graded is not None else "",
        "disposition": item.disposition or "hold",
        "care": care(item.graded.stops if item.graded is not None else (), known),
        "copy": str(copy) if copy > 1 else "",
    }
    return Label(f"{plate}/{copy}", "plate", fields)


def care(stops: Sequence[str], known: Known) -> str:
    """Return what whoever takes an item up must know before, as a message id; empty where no stop says so.

    Of several the danger comes first: it may burn while the rest is read.
    """
    words = [known.interlock(code).label for code in sorted(stops, key="hazard".__ne__)]
    return next((each.text for each in words if each is not None), "")


WAITS = mark("The label waits at the printer. It prints by itself when the printer is ready.")


def printed(state: State, reading: Printed, known: Known) -> Outcome:
    """the printer took the label: recorded; only the scan-back proves it"""
    plate, _, copy = reading.job.partition("/")
    if not copy.isdigit():
        return Outcome()
    owner = next(
        (each for each in (state.parcel.items if state.parcel is not None else ()) if each.plate == plate),
        None,
    )
    item = owner.identified.item if owner is not None else ""
    return Outcome(facts=(PlatePrinted(item, plate, int(copy)),))


def print_waiting(state: State, reading: PrintWaiting, known: Known) -> Outcome:
    """says why the label waits; it prints by itself, once"""
    return Outcome(warned(WAITS))


def not_printed(state: State, reading: NotPrinted, known: Known) -> Outcome:
    """says that no label came out, and how to print it again"""
    text = _NOT_PRINTED.get(str(reading.why), mark("The label was not printed. Press R to print it again."))
    return attention(text)


def confirm_plate(state: State, scan: Scan, known: Known) -> Outcome:
    """the plate scanned back proves the label; another plate is refused"""
    item = state.item
    if item is None:
        return Outcome()
    plate = best(known.recognise(scan.text, scan.aim), "plate")
    if plate is None:
        return refused(mark("Scan the new label on the item."))
    if plate.value != item.plate:
        return refused(mark("That is the label of another item. Scan {plate}."), plate=item.plate)
    fact = PlateConfirmed(item.identified.item, item.plate)
    return Outcome(accepted(mark("The label is on the item. Put it in its bin and scan the bin.")), (fact,), ask=None)


def ask_reprint(state: State, command: Command, known: Known) -> Outcome:
    """asks why another copy is needed"""
    return Outcome(ask=Ask("reprint-why", choices=REPRINT_WHY))


def choose_reprint(state: State, command: Command, known: Known) -> Outcome:
    """records why, and prints another copy of the same plate"""
    item = state.item
    if item is None or not item.plate:
        return Outcome(ask=None)
    copy = item.copies_asked + 1
    fact = PlateReprintAsked(item.identified.item, item.plate, copy, command.value)
    label = label_of(item, item.plate, copy, known)
    notice = accepted(mark("Printing the label again."))
    return Outcome(notice, (fact,), ask=None, labels=(label,))
