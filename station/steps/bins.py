"""What is done with a bin between two parcels: opened, closed, reopened, moved, merged, or labelled anew."""

from collections.abc import Mapping
from typing import NamedTuple

from devices.readings import Scan
from resources.words import mark
from station.authority.facts import StepUpGiven
from station.authority.may import Close
from station.bins.facts import BinLabelled, BinMerged, BinReopened
from station.facts import Recorded
from station.inputs import Command
from station.known import Known
from station.outcome import Notice, Outcome
from station.plates import make_bin
from station.records import DISPOSITIONS, Apart, Bin, Disposition, Operator
from station.shifts.facts import BinMoved
from station.state import Ask, Choice, OpenBin, State
from station.steps import check
from station.steps.allowed import ask_other, is_allowed
from station.steps.listed import closed, label_of_bin, labels_of
from station.steps.notices import accepted, attention, best, refused
from station.steps.place import find, opening
from station.words import APART_WORDS, ROUTE_WORDS, way_words

# So many have room with their words; any other is scanned.
OFFERED = 2
NEW, SOMEWHERE, ANYBODY = "new", "", "-"
_PLACE_KEPT = 64

WHY_REOPENED: tuple[Choice, ...] = (
    Choice("room", mark("There is room left in it")),
    Choice("by_mistake", mark("It was closed by mistake")),
    Choice("take_out", mark("Something must be taken out")),
    Choice("other", mark("Another reason")),
)
_ACTS: Mapping[str, Choice] = {
    "open": Choice("open", mark("Open it")),
    "count": Choice("count", mark("Count it")),
    "close": Choice("close", mark("Close it")),
    "merge": Choice("merge", mark("Empty it into another bin")),
    "move": Choice("move", mark("It leaves the bench")),
    "reopen": Choice("reopen", mark("Open it again")),
    "label": Choice("label", mark("New label")),
}


class _Stands(NamedTuple):
    """A bin as it stands at the bench: how many units should lie in it, and how often it has left before."""

    bin: Bin
    is_open: bool
    is_closed: bool
    units: int
    fill: int

    @property
    def acts(self) -> tuple[str, ...]:
        """What can be done with it now."""
        begin = ("reopen",) if self.is_closed else () if self.is_open else ("open",)
        close = ("close",) if self.is_open and not self.bin.hazard else ()
        if not self.units:
            return (*begin, *(("count",) if self.is_open else ()), *close, "label")
        return (*begin, "count", *close, *(() if self.bin.hazard else ("merge",)), "move", "label")


def ask_which(state: State, command: Command, known: Known) -> Outcome:
    """asks which bin, of those that were opened last; any other is scanned"""
    choices = [
        Choice(each.code, mark("{bin}: {way} {client}"), _words(each)) for each in state.bins[: -OFFERED - 1 : -1]
    ]
    return Outcome(ask=Ask("bin", choices=(*choices, Choice(NEW, mark("Label a new bin")))))


def scan_which(state: State, scan: Scan, known: Known) -> Outcome:
    """a bin asks what shall be done with it; anything else is refused"""
    candidate = best(known.recognise(scan.text, scan.aim), "bin")
    found = find(state, candidate.value, known) if candidate is not None else None
    if found is None:
        return refused(mark("That is no bin of ours. Scan the label of a bin, or press its key."))
    return about(state, found, known)


def choose_which(state: State, command: Command, known: Known) -> Outcome:
    """a bin asks what shall be done with it; a new one asks for its disposition"""
    if command.value == NEW:
        ways = tuple(Choice(way, words) for way, words in (*ROUTE_WORDS.items(), *APART_WORDS.items()))
        return Outcome(ask=Ask("bin-way", choices=ways))
    found = find(state, command.value, known)
    return about(state, found, known) if found is not None else Outcome(ask=None)


def about(state: State, found: Bin, known: Known) -> Outcome:
    """Ask what shall be done with a bin: only what it is in a state for is offered."""
    choices = tuple(_ACTS[each] for each in _stands(state, found, known).acts)
    params = {"bin": found.code, "way": way_words(found.disposition, found.apart), "client": found.client}
    return Outcome(ask=Ask("bin-act", code=found.code, params=params, choices=choices))


def choose_act(state: State, command: Command, known: Known) -> Outcome:
    """opens or closes the bin at once, begins its count, or asks why, where to or into which"""
    ask = state.ask or Ask("bin-act")
    found = find(state, ask.code, known)
    if found is None:
        return Outcome(ask=None)
    stands = _stands(state, found, known)
    if command.value not in stands.acts:
        return Outcome(ask=None)
    if command.value == "count":
        return check.begin(state, found)
    if command.value == "reopen":
        return Outcome(ask=Ask("bin-why", ask.code, params=ask.params, choices=WHY_REOPENED))
    if command.value == "move":
        return Outcome(ask=Ask("bin-to", ask.code, params=ask.params, choices=(Choice(SOMEWHERE, mark("No matter")),)))
    if command.value == "merge":
        return _ask_into(state, ask, stands)
    if command.value == "label":
        return _label_again(stands, known)
    return open_bin(state, found, known) if command.value == "open" else _close(stands, known)


def choose_why(state: State, command: Command, known: Known) -> Outcome:
    """the closed bin takes goods again, with the reason"""
    ask = state.ask or Ask("bin-why")
    found = find(state, ask.code, known)
    if found is None or not known.bin_is_closed(found.code):
        return Outcome(ask=None)
    stands = _stands(state, found, known)
    fact = BinReopened(
        found.code, found.disposition, command.value, found.client, stands.fill, stands.units, found.apart
    )
    return Outcome(accepted(mark("Bin {bin} is open again."), bin=found.code), (fact,), ask=None)


def scan_place(state: State, scan: Scan, known: Known) -> Outcome:
    """the bin leaves for the place that is scanned or typed, with all that lies in it"""
    place = scan.text.strip()[:_PLACE_KEPT]
    return _move(state, place, known) if place else Outcome()


def choose_place(state: State, command: Command, known: Known) -> Outcome:
    """the bin leaves, and nobody says where to"""
    return _move(state, "", known)


def scan_into(state: State, scan: Scan, known: Known) -> Outcome:
    """a bin of the same disposition and client takes all that lies in the other one; any other is refused"""
    candidate = best(known.recognise(scan.text, scan.aim), "bin")
    found = find(state, candidate.value, known) if candidate is not None else None
    if found is None:
        return refused(mark("Scan the label of the bin that it all goes into."))
    return _merge(state, found, known)


def choose_into(state: State, command: Command, known: Known) -> Outcome:
    """the same for a bin that is offered"""
    found = find(state, command.value, known)
    return _merge(state, found, known) if found is not None else Outcome(ask=None)


def choose_way(state: State, command: Command, known: Known) -> Outcome:
    """the disposition of a new bin asks for its client; where there is none, its label is printed"""
    told = (*(each.client for each in known.site_bins()), *(each.client for each in state.bins))
    clients = sorted(set(told) - {""})
    if not clients:
        return _label_new(state, command.value, "")
    choices = (Choice(ANYBODY, mark("Goods of every client")), *(Choice(each, each) for each in clients))
    return Outcome(ask=Ask("bin-client", value=command.value, choices=choices))


def choose_client(state: State, command: Command, known: Known) -> Outcome:
    """prints the label of a new bin, which opens when it is scanned"""
    ask = state.ask or Ask("bin-client")
    return _label_new(state, ask.value, "" if command.value == ANYBODY else command.value)


def open_bin(state: State, found: Bin, known: Known) -> Outcome:
    """Open a bin for its disposition."""
    opened, _ = opening(state, found, known)
    way = way_words(found.disposition, found.apart)
    text = mark("Bin {bin} is open for {disposition}.")
    return Outcome(accepted(text, bin=found.code, disposition=way), opened, ask=None)


def _close(stands: _Stands, known: Known) -> Outcome:
    """Close a bin that need not be full, and print what it bears then: that it is closed, and the list of its goods."""
    fact, labels = closed(stands.bin, "closed", known)
    notice = accepted(mark("Bin {bin} is closed. Stick its label and its list on."), bin=fact.bin)
    return Outcome(notice, (fact,), ask=None, labels=labels)


def _label_again(stands: _Stands, known: Known) -> Outcome:
    """Print what a bin bears once more: of a closed one also the list of what lies in it now."""
    again = stands.bin
    notice = accepted(mark("The label of bin {bin} is printing. Destroy the old one."), bin=again.code)
    return Outcome(notice, ask=None, labels=labels_of(again, known) if stands.is_closed else (label_of_bin(again),))


def _move(state: State, place: str, known: Known) -> Outcome:
    """Let the bin leave; while a shift is counted only a supervisor says so, or allows it."""
    code = state.ask.code if state.ask is not None else ""
    if state.closing is not None and state.closing.phase and not is_allowed(state, Close(), known):
        return Outcome(ask=ask_other("move", code, place))
    notice, facts = _left(code, place, state.operator.badge if state.operator is not None else "", known)
    return Outcome(notice, facts, ask=None)


def move_allowed(state: State, ask: Ask, by: Operator, known: Known) -> Outcome:
    """Return the leaving of a bin that was allowed by another."""
    code, place = ask.params["to"], ask.params["why"]
    if state.operator is None:
        return Outcome(ask=None)
    given = StepUpGiven("move", state.operator.badge, by.badge, to=code, why=place)
    notice, facts = _left(code, place, by.badge, known)
    return Outcome(notice, (given, *facts), ask=None)


def _left(code: str, place: str, by: str, known: Known) -> tuple[Notice, tuple[Recorded, ...]]:
    moved = BinMoved(code, known.bin_fill(code) + 1, place, by)
    return accepted(mark("Bin {bin} has left the bench."), bin=code), (moved,)


def _ask_into(state: State, ask: Ask, stands: _Stands) -> Outcome:
    fitting = [
        each
        for each in state.bins
        if _no_merge(stands.bin, Bin(each.code, each.disposition, each.client, each.hazard, each.apart)) == ""
    ]
    choices = tuple(Choice(each.code, mark("{bin}: {way} {client}"), _words(each)) for each in fitting[:OFFERED])
    return Outcome(ask=Ask("bin-into", ask.code, params=ask.params, choices=choices))


def _merge(state: State, into: Bin, known: Known) -> Outcome:
    ask = state.ask or Ask("bin-into")
    bin_ = find(state, ask.code, known)
    if bin_ is None:
        return Outcome(ask=None)
    why = mark("Bin {into} is closed. Take another one.") if known.bin_is_closed(into.code) else _no_merge(bin_, into)
    if why:
        of = into.client or mark("every client")
        return refused(why, into=into.code, way=way_words(into.disposition, into.apart), of=of)
    units = len(known.plates_in(bin_.code))
    if not units:
        return attention(mark("Nothing lies in bin {bin}."), bin=bin_.code)
    opened, fill = opening(state, into, known)
    merged = BinMerged(bin_.code, known.bin_fill(bin_.code), into.code, fill, units)
    notice = accepted(mark("All of bin {bin} is in bin {into} now."), bin=bin_.code, into=into.code)
    return Outcome(notice, (*opened, merged), ask=None)


def _no_merge(bin_: Bin, into: Bin) -> str:
    """Return why a bin does not take all that lies in another one; empty when it does."""
    if into.code == bin_.code:
        return mark("That is the same bin. Scan the one that it all goes into.")
    if into.hazard or bin_.hazard:
        return mark("What lies in the fire-safe box stays in it.")
    if (into.disposition, into.apart) != (bin_.disposition, bin_.apart):
        return mark("Bin {into} is for {way}: goods of two ways never lie in one bin.")
    if into.client != bin_.client:
        return mark("Bin {into} is for goods of {of}: it must be the same client.")
    return ""


def _label_new(state: State, way: str, client: str) -> Outcome:
    disposition: Disposition = next((each for each in DISPOSITIONS if each == way), "hold")
    apart: Apart = next((each for each in APART_WORDS if each == way), "")
    labelled = BinLabelled(make_bin(state.station, state.bin_labels + 1), disposition, client, apart=apart)
    notice = accepted(mark("Stick the new label on an empty bin and scan it."))
    return Outcome(notice, (labelled,), ask=None, labels=(label_of_bin(labelled),))


def _stands(state: State, found: Bin, known: Known) -> _Stands:
    is_open = any(each.code == found.code for each in state.bins)
    is_closed = not is_open and known.bin_is_closed(found.code)
    units = len(known.plates_in(found.code))
    return _Stands(found, is_open, is_closed, units, known.bin_fill(found.code))


def _words(each: OpenBin) -> dict[str, str]:
    return {"bin": each.code, "way": way_words(each.disposition, each.apart), "client": each.client}
