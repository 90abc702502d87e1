"""A stop before the next screen: acknowledged by a key or, for a hazard, by the scan of the fire-safe box."""

import re

from devices.readings import AcceptedWeight, Scan
from resources.words import mark
from station.codes import plain
from station.facts import Recorded
from station.fold import fold
from station.inputs import TYPED, Command
from station.inspecting.facts import InterlockAcknowledged, InterlockRaised
from station.judge import conclude, judge
from station.known import Known
from station.outcome import Capture, Label, Notice, Outcome, Tone
from station.patterns import WEIGH_ITEM
from station.recalls import applies
from station.receiving.facts import MarksRead
from station.receiving.parcel import CLEARED, Item, is_found
from station.routing.facts import PlateReprintAsked, RouteOverridden
from station.stages import next_shot
from station.state import State
from station.steps import pins
from station.steps.examine import request_of
from station.steps.examine import weigh as weigh_item
from station.steps.notices import accepted, attention, best, refused, warned
from station.steps.plate import label_of
from station.stops import found, unread

# The proof of a stop that asked for a weight and got none.
UNWEIGHED = "unweighed"
STOPPED = mark("Do what the screen says before anything else.")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Why a label is printed again, and a route changed, without a person having asked for it.
_BY_RECALL = "recall"
_LONGEST_LOT = 20  # GS1 General Specifications 3.4.1, AI (10)


def confirm(state: State, command: Command, known: Known) -> Outcome:
    """the person has read the stop and done what it says; a hazard wants the fire-safe box scanned instead"""
    item, stop = _standing(state)
    if item is None or stop is None:
        return Outcome()
    if known.interlock(stop.code).proof == "box":
        return refused(mark("Put it into the fire-safe box and scan the box. A supervisor's badge will do as well."))
    if known.interlock(stop.code).proof == "weight":
        return refused(mark("Put the item on the scale by itself, or press S if it cannot be weighed."))
    return _acknowledged(state, stop, "confirm", known)


def shoot(state: State, command: Command, known: Known) -> Outcome:
    """asks the camera for the photo that the stop is about, before what it asks for is done; no other is due now"""
    item, stop = _standing(state)
    if item is None or stop is None or not wants_photo(item, known):
        return attention(mark("No photo is wanted at this step. Do what the screen asks: it says when to take one."))
    return Outcome(capture=Capture(request_of(item, stop.code), stop.code), ask=None)


def wants_photo(item: Item, known: Known) -> bool:
    """Tell whether the photo that is due bears the name of the stop that stands: what it shows is gone afterwards."""
    stop, shot = item.open_interlock, next_shot(item, known)
    return stop is not None and shot is not None and shot.id == stop.code


def weigh(state: State, reading: AcceptedWeight, known: Known) -> Outcome:
    """the item's own weight is recorded, and answers a stop that asks for it"""
    item, stop = _standing(state)
    if item is None or stop is None or known.interlock(stop.code).proof != "weight":
        return Outcome()
    weighed = weigh_item(state, item, reading, known)
    facts = (*weighed.facts, InterlockAcknowledged(stop.item, stop.code, stop.cause, "weight"))
    return Outcome(weighed.notice or accepted(mark("The item is weighed.")), conclude(state, facts, known))


def leave_unweighed(state: State, command: Command, known: Known) -> Outcome:
    """notes that an item which a stop wants weighed cannot be; any other stop is not skipped"""
    item, stop = _standing(state)
    if item is None or stop is None or known.interlock(stop.code).proof != "weight":
        return attention(mark("A stop cannot be left out. Do what it says, or take the answer back with U."))
    facts = (InterlockAcknowledged(stop.item, stop.code, stop.cause, UNWEIGHED),)
    return Outcome(warned(mark("The item was not weighed; this is noted.")), conclude(state, facts, known))


def scan(state: State, scan: Scan, known: Known) -> Outcome:
    """a hazard is acknowledged by the fire-safe box or a supervisor's badge; a lot tells whether a recall holds"""
    item, stop = _standing(state)
    if item is None or stop is None:
        return Outcome()
    if known.interlock(stop.code).proof == "box":
        return _by_box(state, stop, scan, known)
    if stop.code == "recall_part":
        return _by_mark(state, item, scan, known)
    return refused(mark("Do what the screen says first, then press Enter."))


def alarm(outcome: Outcome) -> Outcome:
    """Return the outcome of a step; where it stopped an item, with the alarm in the place of its own notice.

    That an item is to be weighed is no alarm: it is asked because of counts, and nothing is wrong with the item.
    """
    if not any(isinstance(fact, InterlockRaised) and fact.code != WEIGH_ITEM for fact in outcome.facts):
        return outcome
    return Outcome(
        Notice(Tone.STOPPED, STOPPED),
        outcome.facts,
        outcome.ask,
        outcome.labels,
        outcome.cancel_jobs,
        outcome.capture,
    )


def _standing(state: State) -> tuple[Item | None, InterlockRaised | None]:
    item = state.item
    return item, item.open_interlock if item is not None else None


def _by_box(state: State, stop: InterlockRaised, scan: Scan, known: Known) -> Outcome:
    candidates = known.recognise(scan.text, scan.aim)
    badge = best(candidates, "badge")
    person = known.operator(badge.value) if badge is not None else None
    if person is not None and person.role == "supervisor" and scan.device != TYPED:
        if (stopped := pins.locked(state, person, known)) is not None:
            return stopped
        return _acknowledged(state, stop, person.badge, known)
    box = best(candidates, "bin")
    safe = known.bin(box.value) if box is not None else None
    if safe is None or not safe.hazard:
        return refused(mark("That is not the fire-safe box. Put it into the box and scan the box."))
    if scan.device == TYPED:
        return refused(mark("The box is scanned here, not typed."))
    return _acknowledged(state, stop, safe.code, known)


def _by_mark(state: State, item: Item, scan: Scan, known: Known) -> Outcome:
    """Take the lot or the day of making that was scanned or typed, and see whether the recall holds now."""
    read = _mark_in(item, scan, known)
    if read is None:
        return refused(mark("That is no lot and no date. Scan or type what is printed on the unit or the box."))
    after = fold(state, "", (read,)).item
    if after is None:
        return Outcome()
    settled = tuple(each for each in after.open_interlocks if _is_settled(after, each, known))
    if not settled:
        return Outcome(accepted(mark("That is noted, but it is not enough. Look for the rest.")), (read,))
    cleared = (InterlockAcknowledged(each.item, each.code, each.cause, CLEARED) for each in settled)
    facts: tuple[Recorded, ...] = (read, *cleared)
    then = fold(state, "", facts)
    if then.item is not None and then.item.routed is not None:
        facts = (*facts, *found(then, then.item, known))
    return Outcome(accepted(mark("It is not one of those recalled. Go on.")), conclude(state, facts, known))


def _is_settled(item: Item, stop: InterlockRaised, known: Known) -> bool:
    """Tell whether what was read decides a recall in part; a withdrawn one is settled too."""
    if stop.code != "recall_part":
        return False
    named = item.identified
    recalls = known.recalls(named.sku, named.gtin or named.code)
    recall = next((each for each in recalls if stop.cause == f"recall:{each.id}"), None)
    serial = item.serial.serial if item.serial is not None else ""
    return recall is None or applies(recall, item.lot or named.lot, serial, item.made) != "unknown"


def _mark_in(item: Item, scan: Scan, known: Known) -> MarksRead | None:
    name = item.identified.item
    candidates = known.recognise(scan.text, scan.aim)
    lot = next((each.lot for each in candidates if each.lot), "")
    if lot:
        return MarksRead(name, lot)
    text = plain(scan.text)
    if _DAY.fullmatch(text):
        return MarksRead(name, made=text)
    ours = {"command", "badge", "plate", "bin", "gtin", "sscc", "tracking"}
    if not text or len(text) > _LONGEST_LOT or (scan.device != TYPED and candidates and candidates[0].kind in ours):
        return None
    return MarksRead(name, text)


def _acknowledged(state: State, stop: InterlockRaised, proof: str, known: Known) -> Outcome:
    facts: tuple[Recorded, ...] = (InterlockAcknowledged(stop.item, stop.code, stop.cause, proof),)
    if stop.code == "recall_part" and state.item is not None:
        facts = (*facts, *unread(state, state.item, stop))
    after = fold(state, "", facts)
    item = after.item
    if item is None or item.routed is None or not is_found(stop):
        return Outcome(accepted(mark("Noted with your name.")), conclude(state, facts, known))
    over = accepted(mark("Noted with your name. Stick the new label over the old one."))
    return decide_anew(state, facts, after, known, _BY_RECALL, (accepted(mark("Noted with your name.")), over))


def decide_anew(
    state: State, facts: tuple[Recorded, ...], after: State, known: Known, why: str, said: tuple[Notice, Notice]
) -> Outcome:
    """Grade and route once more an item of which something was seen after its grade, and `why` it is on hold now.

    A label that says otherwise is replaced; what is said is the second notice then, else the first.
    """
    noted, over = said
    item = after.item
    if item is None or item.open_interlock is not None:
        return Outcome(noted, facts)
    facts = (*facts, *judge(after, item, known))
    if item.overridden is not None and state.operator is not None:
        back = RouteOverridden(item.identified.item, item.overridden.disposition, "hold", why, state.operator.badge)
        facts = (*facts, back)
    if not item.plate:
        return Outcome(noted, facts)
    copy = item.copies_asked + 1
    facts = (*facts, PlateReprintAsked(item.identified.item, item.plate, copy, why))
    held = fold(state, "", facts).item
    labels: tuple[Label, ...] = (label_of(held, item.plate, copy, known),) if held is not None else ()
    return Outcome(over, facts, labels=labels)
