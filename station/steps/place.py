"""Putting the item into its bin: the right one accepted, any other refused, a full one closed and replaced."""

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.bins.facts import BinLabelled, BinOpened, Carried
from station.facts import Recorded
from station.inputs import Command, Do
from station.known import Known
from station.outcome import Outcome
from station.plates import make_bin
from station.receiving.facts import Regraded
from station.receiving.parcel import Again, Item
from station.records import Apart, Bin, Disposition
from station.routing.facts import Placed
from station.state import Ask, Choice, OpenBin, State
from station.steps.listed import closed, label_of_bin
from station.steps.notices import accepted, best, finished, refused
from station.words import way_words

ONE_MORE = "one-more"

_HAZARD_APART = mark("Wrong bin: this is a hazard. Put it into the fire-safe box and scan that.")


def scan_bin(state: State, scan: Scan, known: Known) -> Outcome:
    """the right bin takes the item (and opens when it was not open); a wrong, closed or unknown one is refused"""
    item = state.item
    if item is None:
        return Outcome()
    candidate = best(known.recognise(scan.text, scan.aim), "bin")
    if candidate is None:
        return refused(mark("Scan the label of the bin."))
    found = find(state, candidate.value, known)
    if (no := refusal(found, _wants(item), known)) is not None or found is None:
        return no or Outcome()
    opened, fill = opening(state, found, known)
    if item.again is not None:
        return _put_back(item, item.again, found, (opened, fill))
    facts: tuple[Recorded, ...] = (*opened, Placed(item.identified.item, item.plate, found.code, fill))
    return Outcome(accepted(mark("In bin {bin}."), bin=found.code), facts)


def _put_back(item: Item, again: Again, found: Bin, opened: tuple[tuple[BinOpened, ...], int]) -> Outcome:
    """Put an item that was graded again into the bin of its way: the one it came from, or another one."""
    if item.graded is None or item.routed is None or item.disposition is None:
        return Outcome()
    regraded = Regraded(
        again.item,
        again.parcel,
        again.n,
        item.graded,
        item.routed,
        item.disposition,
        again.letter,
        again.disposition,
    )
    carried = Carried(again.item, item.plate, found.code, found.disposition, again.bin, opened[1])
    moved: tuple[Recorded, ...] = () if found.code == again.bin else (*opened[0], carried)
    return Outcome(finished(mark("Graded again, and in bin {bin}."), bin=found.code), (regraded, *moved))


class Wanted(msgspec.Struct, frozen=True):
    """What a bin must be to take an item: its disposition, its client's or anybody's, and for hazards or not.

    `apart` is that of the goods, which no other bin takes.
    """

    disposition: Disposition | None
    client: str
    is_hazard: bool
    apart: Apart = ""


def _wants(item: Item) -> Wanted:
    return Wanted(item.disposition, item.identified.client, item.is_hazard)


def refusal(found: Bin | None, wanted: Wanted, known: Known) -> Outcome | None:
    """Return why a bin does not take an item, in words; None when it does."""
    if found is None:
        return refused(mark("Nobody knows this bin. Take one of ours."))
    if known.bin_is_closed(found.code):
        return refused(mark("Bin {bin} is closed. Take another one."), bin=found.code)
    if (found.disposition, found.apart) != (wanted.disposition, wanted.apart):
        return refused(
            mark("Wrong bin: this one is for {is_for}. The item goes to {goes_to}."),
            is_for=way_words(found.disposition, found.apart),
            goes_to=way_words(wanted.disposition or "hold", wanted.apart),
        )
    if found.client and found.client != wanted.client:
        return refused(mark("Wrong bin: it holds goods of {client} only."), client=found.client)
    if found.hazard != wanted.is_hazard:
        return refused(
            _HAZARD_APART if wanted.is_hazard else mark("Wrong bin: this is the fire-safe box, for hazards only.")
        )
    return None


def opening(state: State, found: Bin, known: Known) -> tuple[tuple[BinOpened, ...], int]:
    """Return the fact that opens a bin, none for one that is open, and how often the bin has left before."""
    opened = next((each for each in state.bins if each.code == found.code), None)
    if opened is not None:
        return (), opened.fill
    fill = known.bin_fill(found.code)
    return (BinOpened(found.code, found.disposition, found.client, found.hazard, fill, found.apart),), fill


def bin_full(state: State, command: Command, known: Known) -> Outcome:
    """asks which bin is full; with none open it prints the label of a new one, which opens when it is scanned"""
    item = state.item
    if item is None or item.disposition is None:
        return Outcome()
    if item.is_hazard:
        return refused(mark("Ask the safety officer for another fire-safe box."))
    fitting = right_bins(state, item)
    if not fitting:
        return _new_bin(state, item, None, known)
    choices = tuple(Choice(each.code, mark("{bin} is full"), {"bin": each.code}) for each in fitting)
    return Outcome(ask=Ask("full-bin", choices=(*choices, Choice(ONE_MORE, mark("None is full: one more bin")))))


def choose_full(state: State, command: Command, known: Known) -> Outcome:
    """closes the full bin and prints the label of its replacement, which opens when it is scanned"""
    item = state.item
    if item is None or item.disposition is None:
        return Outcome(ask=None)
    return _new_bin(state, item, next((b for b in right_bins(state, item) if b.code == command.value), None), known)


def scan_full(state: State, scan: Scan, known: Known) -> Outcome:
    """a bin that is offered is the full one; anything else is refused"""
    candidate = best(known.recognise(scan.text, scan.aim), "bin")
    found = find(state, candidate.value, known) if candidate is not None else None
    offered = state.ask.choices if state.ask is not None else ()
    if found is None or all(each.value != found.code for each in offered):
        return refused(mark("Scan the bin that is full, or press its key."))
    return choose_full(state, Command(Do.CHOOSE, found.code), known)


def _new_bin(state: State, item: Item, full: OpenBin | None, known: Known) -> Outcome:
    """Label a new bin, in the place of the full one if there is one."""
    disposition = item.disposition or "hold"
    code = make_bin(state.station, state.bin_labels + 1)
    client = full.client if full is not None else ""
    labelled = BinLabelled(code, disposition, client, replaces=full.code if full is not None else "")
    label = label_of_bin(labelled)
    if full is None:
        notice = accepted(mark("Stick the new label on an empty bin and scan it."))
        return Outcome(notice, (labelled,), ask=None, labels=(label,))
    closing, labels = closed(Bin(full.code, full.disposition, full.client), "full", known)
    notice = accepted(mark("Bin {bin} is closed. Stick the new label on an empty bin and scan it."), bin=full.code)
    return Outcome(notice, (closing, labelled), ask=None, labels=(*labels, label))


def right_bins(state: State, item: Item) -> tuple[OpenBin, ...]:
    """Return the open bins that take an item: those of its client first."""
    fitting = [each for each in state.bins if takes(each, item)]
    return tuple(sorted(fitting, key=lambda each: (not each.client, each.code)))


def takes(found: Bin | OpenBin, item: Item) -> bool:
    """Tell whether a bin is one for this item: its disposition, its client, and hazards apart."""
    own = found.client in ("", item.identified.client)
    return own and found.disposition == item.disposition and found.hazard == item.is_hazard and not found.apart


def find(state: State, code: str, known: Known) -> Bin | None:
    """Return the bin with this code: labelled here and not open yet, or one that is known."""
    labelled = next((each for each in state.labelled if each.bin == code), None)
    if labelled is not None:
        return Bin(labelled.bin, labelled.disposition, labelled.client, apart=labelled.apart)
    return known.bin(code)
