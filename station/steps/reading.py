"""What was read in the photos of an item: recorded, and confirmed by a person before it counts for anything."""

from collections.abc import Mapping

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.doubtful import Doubt, doubt_due
from station.facts import Recorded
from station.inputs import Command, LabelRead
from station.inspecting.facts import ExpiryRead, PhotoRead, PhotoTaken, ReadingAnswered, ReadingWord
from station.judge import conclude
from station.known import Known
from station.outcome import Outcome
from station.plates import exception_id
from station.receiving.facts import ExceptionRaised, MarksRead, SerialChecked
from station.receiving.parcel import Item
from station.stages import Stage, stage_of
from station.state import Choice, State
from station.steps import serial
from station.steps.notices import accepted, attention, no_such_answer, refused, warned

NONE_OF_THEM, UNREADABLE = "none", "unreadable"
_LAST = (
    Choice(NONE_OF_THEM, mark("It is another one")),
    Choice(UNREADABLE, mark("It cannot be read")),
)
TITLES: Mapping[str, str] = {
    "serial": mark("Is this the serial number on the item?"),
    "expiry": mark("Is this the date it can be used until?"),
    "lot": mark("Is this the lot on the item?"),
    "model": mark("Which model number is on the item?"),
}
REASONS: Mapping[str, str] = {
    "serial": mark("It was read in the photo. Compare each sign with the item itself."),
    "expiry": mark("It was read in the photo: year, month, day. Look at the item itself."),
    "lot": mark("It was read in the photo. Compare each sign with the item itself."),
    "model": mark("The photo and the order seem to differ. Compare each sign with the item itself."),
}


def take_reading(state: State, given: LabelRead, known: Known) -> Outcome:
    """what was read in a photo is recorded; late or not, it changes no grade that was given"""
    items = state.parcel.items if state.parcel is not None else ()
    item = next((each for each in items if each.identified.item == given.item), None)
    photos = item.photos if item is not None else ()
    if not any(isinstance(each, PhotoTaken) and each.sha256 == given.sha256 for each in photos):
        return Outcome()
    facts: tuple[Recorded, ...] = (PhotoRead(given.item, given.shot, given.sha256, given.readings, given.on),)
    # It may settle the very doubt that the item waits for.
    waits = stage_of(state, known) is Stage.READING
    return Outcome(facts=conclude(state, facts, known) if waits else facts)


def choices(doubt: Doubt) -> tuple[Choice, ...]:
    """Return what can be answered: each reading, another one, or that nobody can read it."""
    return (*(Choice(each, each) for each in doubt.offered), *_LAST)


def answer(state: State, command: Command, known: Known) -> Outcome:
    """the reading a person confirmed counts from now on; one that contradicts a scan is for the supervisor"""
    item = state.item
    doubt = doubt_due(item) if item is not None else None
    if item is None or doubt is None:
        return attention(mark("No question is open."))
    offered = choices(doubt)
    keys = {str(number): each.value for number, each in enumerate(offered, start=1)}
    values = {each.value for each in offered}
    chosen = command.value if command.value in values else keys.get(command.value, "")
    if not chosen:
        return no_such_answer(len(offered))
    if chosen == NONE_OF_THEM and doubt.subject == "serial" and item.serial is not None and not item.serial.serial:
        said = _said(item, doubt, "no")
        text = mark("Scan or type the number that is on the item.")
        return Outcome(accepted(text), conclude(state, (said,), known))
    if chosen in (NONE_OF_THEM, UNREADABLE):
        said = _said(item, doubt, "no" if chosen == NONE_OF_THEM else "unreadable")
        return Outcome(warned(mark("The reading is not used; this is noted.")), conclude(state, (said,), known))
    return _confirmed(state, item, doubt, chosen, known)


def scan_serial(state: State, scan: Scan, known: Known) -> Outcome:
    """a serial number that was not scanned yet can be scanned instead; else refused: a question is open"""
    item = state.item
    doubt = doubt_due(item) if item is not None else None
    if item is None or doubt is None or doubt.subject != "serial" or item.serial is None or item.serial.serial:
        return refused(mark("Answer the question first."))
    return serial.scan_serial(state, scan, known)


def _confirmed(state: State, item: Item, doubt: Doubt, chosen: str, known: Known) -> Outcome:
    name = item.identified.item
    facts: tuple[Recorded, ...] = (_said(item, doubt, "yes", chosen),)
    if doubt.subject == "expiry":
        facts = (*facts, ExpiryRead(name, chosen))
        return Outcome(accepted(mark("The expiry date is noted.")), conclude(state, facts, known))
    if doubt.subject == "lot":
        facts = (*facts, MarksRead(name, chosen))
        return Outcome(accepted(mark("The lot is noted.")), conclude(state, facts, known))
    if doubt.subject == "model":
        return _model(state, item, facts, chosen, known)
    if item.serial is not None and item.serial.serial:
        number = exception_id(state.station, state.exceptions + 1)
        detail = f"{item.serial.serial} / {chosen}"
        raised = ExceptionRaised(
            number, "serial_photo_differs", "supervisor", parcel=item.identified.parcel, item=name, detail=detail
        )
        notice = warned(mark("The photo shows another serial number than was scanned; this is noted."))
        return Outcome(notice, conclude(state, (*facts, raised), known))
    if state.parcel is not None and serial.is_taken(state.parcel, chosen):
        return refused(serial.SERIAL_TAKEN, serial=chosen)
    compared = tuple(
        msgspec.structs.replace(fact, read_from="photo") if isinstance(fact, SerialChecked) else fact
        for fact in serial.compare(state, item, chosen, known)
    )
    differs = any(isinstance(fact, SerialChecked) and fact.verdict == "different" for fact in compared)
    notice = warned(serial.SERIAL_DIFFERS) if differs else accepted(mark("The serial number is noted."))
    return Outcome(notice, conclude(state, (*facts, *compared), known))


def _model(state: State, item: Item, said: tuple[Recorded, ...], chosen: str, known: Known) -> Outcome:
    """The article's own number settles it; another one is for the supervisor, who knows what was sold."""
    named = item.identified
    if chosen == named.model:
        return Outcome(accepted(mark("The model number is noted.")), conclude(state, said, known))
    raised = ExceptionRaised(
        exception_id(state.station, state.exceptions + 1),
        "model_differs",
        "supervisor",
        parcel=named.parcel,
        item=named.item,
        detail=f"{named.model} / {chosen}",
    )
    notice = warned(mark("This is not the model that was ordered; the item is held."))
    return Outcome(notice, conclude(state, (*said, raised), known))


def _said(item: Item, doubt: Doubt, word: ReadingWord, chosen: str = "") -> ReadingAnswered:
    return ReadingAnswered(item.identified.item, doubt.subject, word, chosen, doubt.offered, doubt.sha256)
