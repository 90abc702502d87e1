"""Finds what stops an item before the next screen: stop answers, recalls, serial numbers that need a look.

A stop is found once, by the step that makes it known, and written with it; so an undo takes it back with the step.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from grading.defects import WORST
from grading.rubric import Rubric, defects
from station.facts import Recorded
from station.inspecting.facts import DefectMarked, InterlockRaised
from station.known import Known, Unit
from station.patterns import CAUSE, WEIGH_ITEM, WEIGHED_WRONG, wants_weight
from station.plates import exception_id
from station.recalls import applies, said
from station.receiving.facts import ExceptionRaised
from station.receiving.parcel import EXPIRED, FOUND, MARK, USE_BY, Item
from station.records import Owner, Recall
from station.stages import question_due, rubric_of, wants_serial
from station.state import State
from station.weights import explains

# Kinds of exceptions that speak against a serial number: the item is kept for a look.
SERIAL_KINDS = (
    "serial_differs",
    "serial_photo_differs",
    "serial_other_order",
    "serial_returned",
    "serial_stolen",
    "serial_blocked",
    "serial_check_digit",
    "serial_shared",
)
# Between the pieces of evidence in an exception's detail; station.words.evidence puts them into a sentence.
BETWEEN = "|"
# What is told by another exception, or not yet: what is printed on the unit may still tell that no recall holds.
_NOT_TOLD = ("serial", "marked", "recall_part")
# Who is asked for where the words of a stop name nobody, and a site's routes hold the item all the same.
_HELD_BY: Owner = "supervisor"


def found(state: State, item: Item, known: Known) -> tuple[Recorded, ...]:
    """Return the stops of an item that were not raised yet, and for those no answer gave the exception of each."""
    raised = {(each.code, each.cause) for each in item.interlocks}
    facts: list[Recorded] = []
    count = state.exceptions
    answered = tuple(_answered(item, known))
    for stop in (
        *answered,
        *_recalled(item, known),
        *_by_serial(state, item),
        *_by_date(item, known),
        *_to_weigh(item, known, answered),
        *_by_weight(item, known),
        *_by_mark(item, known),
    ):
        if (stop.code, stop.cause) in raised:
            continue
        facts.append(stop)
        if stop.code in FOUND and stop.code not in _NOT_TOLD:
            count += 1
            facts.append(_told(state, item, stop, exception_id(state.station, count)))
    return tuple(facts)


def unread(state: State, item: Item, stop: InterlockRaised) -> tuple[ExceptionRaised, ...]:
    """Return the exception of a recall in part of which nobody could read whether it holds; none if it is told."""
    told = _told(state, item, stop, exception_id(state.station, state.exceptions + 1))
    so_far = state.parcel.exceptions if state.parcel is not None else ()
    known = {(each.item, each.kind, each.detail) for each in so_far}
    return () if (told.item, told.kind, told.detail) in known else (told,)


def _told(state: State, item: Item, stop: InterlockRaised, name: str) -> ExceptionRaised:
    """Return the exception of a stop."""
    kind, detail = stop.code, BETWEEN.join((stop.cause.partition(":")[2], stop.detail))
    if item.weighed is not None and stop.code == "weight":
        weight, expected = item.weighed.weight_mg, item.weighed.expected_mg
        parcel = state.parcel.weighed if state.parcel is not None else None
        kind = "item_explains_weight" if explains(weight, expected, parcel) else "item_weight"
        detail = BETWEEN.join(map(str, (expected, weight)))
    return ExceptionRaised(name, kind, stop.owner, parcel=item.identified.parcel, item=stop.item, detail=detail)


def late(state: State, known: Known) -> tuple[Recorded, ...]:
    """Return what stops an item that has its grade already: a recall that arrived since."""
    item = state.item
    if item is None or item.routed is None or item.open_interlock is not None:
        return ()
    return found(state, item, known)


def in_open_bins(state: State, known: Known, count: int) -> tuple[ExceptionRaised, ...]:
    """Return an exception for each unit in a bin of this bench that was recalled after it was placed.

    `count` is the number of the last exception given out.
    """
    units = known.recalled_in(tuple(each.code for each in state.bins))
    return tuple(_take_out(state, unit, recall, number) for number, (unit, recall) in enumerate(units, count + 1))


def _take_out(state: State, unit: Unit, recall: Recall, number: int) -> ExceptionRaised:
    detail = BETWEEN.join((unit.plate, unit.bin, recall.id, said(recall)))
    name = exception_id(state.station, number)
    return ExceptionRaised(name, "recall_placed", recall.owner, parcel=unit.parcel, item=unit.item, detail=detail)


def _answered(item: Item, known: Known) -> Iterator[InterlockRaised]:
    rubric = rubric_of(item, known)
    if rubric is None:
        return
    options = {(question.id, option.id): option for question in rubric.questions for option in question.options}
    for question, answer in item.answers:
        option = options.get((question, answer))
        if option is not None and option.stop:
            owner = known.interlock(option.stop).owner or _HELD_BY
            yield InterlockRaised(item.identified.item, option.stop, f"{question}:{answer}", owner)


def _recalled(item: Item, known: Known) -> Iterator[InterlockRaised]:
    named = item.identified
    serial = item.serial.serial if item.serial is not None else ""
    for recall in known.recalls(named.sku, named.gtin or named.code):
        holds = applies(recall, item.lot or named.lot, serial, item.made)
        # The serial number is asked for anyway: it may tell.
        if holds == "no" or (holds == "unknown" and recall.serials and wants_serial(item, known)):
            continue
        code = "recall" if holds == "yes" else "recall_part"
        yield InterlockRaised(named.item, code, f"recall:{recall.id}", recall.owner, said(recall))


def _by_serial(state: State, item: Item) -> Iterator[InterlockRaised]:
    """One stop for a serial number, whatever was found of it: the screen says that it needs a look, no more."""
    exceptions = state.parcel.exceptions if state.parcel is not None else ()
    name = item.identified.item
    if item.serial is not None and any(each.item == name and each.kind in SERIAL_KINDS for each in exceptions):
        yield InterlockRaised(name, "serial", f"serial:{item.serial.serial}", "supervisor")


def _by_mark(item: Item, known: Known) -> Iterator[InterlockRaised]:
    """A mark on a photo shows what only a stop answer tells of; or that the goods are spoilt, and all was answered as
    if they were not.
    """
    rubric, raised = rubric_of(item, known), {each.code for each in item.interlocks}
    for each in item.marks:
        code = _stop_of(rubric, each.kind) if rubric is not None else ""
        if code and code not in raised:
            raised.add(code)
            owner = known.interlock(code).owner or _HELD_BY
            yield InterlockRaised(item.identified.item, code, f"{MARK}{each.mark}", owner)
    if question_due(item, known) is None and raised <= {"marked"}:
        for each in _untold(item, known):
            yield InterlockRaised(item.identified.item, "marked", f"{MARK}{each.mark}", _HELD_BY)


def _stop_of(rubric: Rubric, kind: str) -> str:
    """Return the stop of a kind of defect that no answer tells of without stopping; empty for every other kind."""
    options = (option for question in rubric.questions for option in question.options)
    stops = [option.stop for option in options if option.defect is not None and option.defect.kind == kind]
    return next((each for each in stops if each), "") if all(stops) else ""


def _untold(item: Item, known: Known) -> tuple[DefectMarked, ...]:
    """Return the marks of defects that spoil the goods of which no answer tells: as bad, of that kind or in that
    place.
    """
    rubric = rubric_of(item, known)
    if rubric is None:
        return ()
    told = [each for _, each in defects(rubric, item.answers, item.identified.components) if each.severity == WORST]
    return tuple(
        each
        for each in item.marks
        if each.severity == WORST and not any(one.kind == each.kind or one.zone == each.zone for one in told)
    )


def _by_date(item: Item, known: Known) -> Iterator[InterlockRaised]:
    """The date that stands on the goods is past; or nearer than the answer to a question about it may let pass."""
    until = item.identified.expiry
    if not until or any(each.code == EXPIRED for each in item.interlocks):
        return
    today, words, rubric = known.day().date, known.interlock(EXPIRED), rubric_of(item, known)
    asks = rubric is not None and any(option.stop == EXPIRED for _, option in rubric.pairs.values())
    if until < (_later(today, words.months) if asks else today):
        yield InterlockRaised(item.identified.item, EXPIRED, USE_BY + until, words.owner or _HELD_BY, until)


def _later(day: str, months: int) -> str:
    """Return the same day so many months on, or the last one of a shorter month."""
    then = date.fromisoformat(day)
    year, month = divmod(then.year * 12 + then.month - 1 + months, 12)
    return date(year, month + 1, min(then.day, monthrange(year, month + 1)[1])).isoformat()


def _to_weigh(item: Item, known: Known, answered: tuple[InterlockRaised, ...]) -> Iterator[InterlockRaised]:
    """The item goes onto the scale by itself, where earlier returns of the customer ask for it; not before it is known
    to be safe, nor what a stop leaves where it is.
    """
    due = question_due(item, known)
    is_open = due is not None and due.at_once
    if is_open or any(not known.interlock(each.code).photos for each in answered):
        return
    if wants_weight(item.asked) and item.weighed is None and not item.is_recalled:
        yield InterlockRaised(item.identified.item, WEIGH_ITEM, CAUSE, "supervisor")


def _by_weight(item: Item, known: Known) -> Iterator[InterlockRaised]:
    """What is serialised or dear and does not weigh what its article weighs is weighed once more, and held then."""
    named, weighed = item.identified, item.weighed
    if weighed is None or weighed.in_band is not False or item.is_recalled:
        return
    if not known.item_weights().is_watched(named.serialised, named.price_minor, named.currency):
        return
    yield InterlockRaised(named.item, WEIGH_ITEM, WEIGHED_WRONG, "supervisor")
    if any(each.cause == WEIGHED_WRONG for each in item.acknowledged):
        yield InterlockRaised(named.item, "weight", f"weight:{weighed.weight_mg}", "supervisor")
