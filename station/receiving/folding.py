"""What each fact about the parcel on the bench, or a unit in it, does to the state."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from station.bins.folding import with_units
from station.inspecting.facts import (
    Answered,
    DefectMarked,
    ExpiryRead,
    Hinted,
    InterlockAcknowledged,
    InterlockRaised,
    PhotoRead,
    PhotoSkipped,
    PhotoTaken,
    PrepDone,
    PrepSkipped,
    ReadingAnswered,
)
from station.patterns import asked
from station.plates import first_id
from station.receiving.facts import (
    BoxFoundEmpty,
    ExceptionRaised,
    ItemFoundWrong,
    ItemIdentified,
    ItemRelinked,
    ItemWeighed,
    MarksRead,
    ParcelArrived,
    ParcelFinished,
    ParcelWeighed,
    PatternNoted,
    RegradeBegan,
    Regraded,
    SerialChecked,
    WeighingSkipped,
)
from station.receiving.parcel import Again, Item, Parcel, as_found
from station.routing.facts import (
    Graded,
    Placed,
    PlateAllotted,
    PlateConfirmed,
    PlatePrinted,
    PlateReprintAsked,
    Routed,
    RouteOverridden,
)
from station.state import State


def with_parcel(state: State, **changes: Any) -> State:
    """Return the state with the parcel on the bench changed; without one nothing changes."""
    if state.parcel is None:
        return state
    return msgspec.structs.replace(state, parcel=msgspec.structs.replace(state.parcel, **changes))


def with_item(state: State, item: str, change: Callable[[Item], dict[str, Any]]) -> State:
    """Change one item of the parcel on the bench; facts about others (late prints) change nothing here."""
    if state.parcel is None:
        return state
    items = tuple(
        msgspec.structs.replace(each, **change(each)) if each.identified.item == item else each
        for each in state.parcel.items
    )
    return with_parcel(state, items=items)


def _arrived(state: State, fact: ParcelArrived) -> State:
    return msgspec.structs.replace(state, parcel=Parcel(fact), parcels=state.parcels + 1)


def _identified(state: State, fact: ItemIdentified) -> State:
    if state.parcel is None:
        return state
    item = Item(fact, asked=asked(state.parcel.patterns, fact.rma))
    state = with_parcel(state, items=(*state.parcel.items, item))
    return msgspec.structs.replace(state, items=state.items + 1)


def _pattern(state: State, fact: PatternNoted) -> State:
    return with_parcel(state, patterns=(*state.parcel.patterns, fact)) if state.parcel is not None else state


def _again(state: State, fact: RegradeBegan) -> State:
    known = Again(
        first_id(fact.item), first_id(fact.arrived.parcel), fact.n, fact.bin, fact.copies, fact.letter, fact.disposition
    )
    item = Item(
        fact.identified,
        fact.serial,
        plate=fact.plate,
        copies_asked=fact.copies,
        copies_printed=fact.copies,
        again=known,
    )
    return msgspec.structs.replace(state, parcel=Parcel(fact.arrived, unweighed_why="regrade", items=(item,)))


def _relinked(state: State, fact: ItemRelinked) -> State:
    link = {"match": "matched", "rma": fact.rma, "line": fact.line, "shipped_serials": fact.shipped_serials}
    return with_item(state, fact.item, lambda item: {"identified": msgspec.structs.replace(item.identified, **link)})


def _photo(state: State, fact: PhotoTaken | PhotoSkipped) -> State:
    return with_item(
        state,
        fact.item,
        lambda item: {
            "photos": (*(p for p in item.photos if p.shot != fact.shot), fact),
            "hints": tuple(hint for hint in item.hints if hint.shot != fact.shot),
        },
    )


def hinted(state: State, fact: Hinted) -> State:
    """Keep a hint with its photo, once; one of a photo that was taken back or taken again changes nothing."""

    def change(item: Item) -> dict[str, Any]:
        shown = any(isinstance(each, PhotoTaken) and each.sha256 == fact.sha256 for each in item.photos)
        return {"hints": (*item.hints, fact)} if shown and fact not in item.hints else {}

    return with_item(state, fact.item, change)


def with_reading(parcel: Parcel, fact: PhotoRead) -> Parcel:
    """Return the parcel with what was read in a photo of it; one that was taken back changes nothing."""
    items = tuple(
        msgspec.structs.replace(each, read=(*each.read, fact))
        if each.identified.item == fact.item
        and any(isinstance(photo, PhotoTaken) and photo.sha256 == fact.sha256 for photo in each.photos)
        else each
        for each in parcel.items
    )
    return msgspec.structs.replace(parcel, items=items)


def _photo_read(state: State, fact: PhotoRead) -> State:
    if state.parcel is None:
        return state
    return msgspec.structs.replace(state, parcel=with_reading(state.parcel, fact))


def _expiry(state: State, fact: ExpiryRead) -> State:
    return with_item(
        state,
        fact.item,
        lambda item: {"identified": msgspec.structs.replace(item.identified, expiry=fact.expiry)},
    )


def _answered(state: State, fact: Answered) -> State:
    return with_item(state, fact.item, lambda item: _answer(item, fact))


def _answer(item: Item, fact: Answered) -> dict[str, object]:
    """Add the answer; the first one freezes the version of the questions."""
    rested = (fact.question,) if fact.how == "rest" else ()
    return {
        "answers": (*item.answers, (fact.question, fact.option)),
        "rested": (*item.rested, *rested),
        "rubric": item.rubric or fact.rubric,
    }


def _reading(item: Item, fact: ReadingAnswered) -> dict[str, object]:
    """Ask no more of the subject; a date, a lot and a serial number that were confirmed are facts of their own."""
    model = {"model": fact.chosen} if fact.subject == "model" else {}
    other = {"other_serial": True} if (fact.subject, fact.answer) == ("serial", "no") else {}
    return {"readings_answered": (*item.readings_answered, fact.subject), **model, **other}


def _prepared(state: State, fact: PrepDone | PrepSkipped) -> State:
    return with_item(state, fact.item, lambda item: {"prepared": (*item.prepared, fact)})


def _interlocked(state: State, fact: InterlockRaised) -> State:
    return with_item(state, fact.item, lambda item: {"interlocks": (*item.interlocks, fact)})


def _raised(state: State, fact: ExceptionRaised) -> State:
    if state.parcel is not None:
        state = with_parcel(state, exceptions=(*state.parcel.exceptions, fact))
    return msgspec.structs.replace(state, exceptions=state.exceptions + 1)


def _finished(state: State, _fact: ParcelFinished | Regraded) -> State:
    return msgspec.structs.replace(state, parcel=None)


def _allotted(state: State, fact: PlateAllotted) -> State:
    state = with_item(state, fact.item, lambda _: {"plate": fact.plate, "copies_asked": 1})
    return msgspec.structs.replace(state, plates=state.plates + 1)


def _placed(state: State, fact: Placed) -> State:
    return with_units(with_item(state, fact.item, lambda _: {"bin": fact.bin}), fact.bin, 1)


CHANGES: Mapping[type, Callable[[State, Any], State]] = {
    ParcelArrived: _arrived,
    ParcelWeighed: lambda state, fact: with_parcel(state, weighed=fact),
    WeighingSkipped: lambda state, fact: with_parcel(state, unweighed_why=fact.why),
    ExceptionRaised: _raised,
    ItemIdentified: _identified,
    SerialChecked: lambda state, fact: with_item(state, fact.item, lambda _: {"serial": fact, "other_serial": False}),
    ItemRelinked: _relinked,
    ItemFoundWrong: lambda state, fact: with_item(
        state, fact.item, lambda item: {"identified": as_found(item.identified, fact), "found_wrong": fact}
    ),
    ItemWeighed: lambda state, fact: with_item(state, fact.item, lambda _: {"weighed": fact}),
    PhotoTaken: _photo,
    PhotoSkipped: _photo,
    Hinted: hinted,
    PhotoRead: _photo_read,
    ReadingAnswered: lambda state, fact: with_item(state, fact.item, lambda item: _reading(item, fact)),
    ExpiryRead: _expiry,
    Answered: _answered,
    DefectMarked: lambda state, fact: with_item(state, fact.item, lambda item: {"marks": (*item.marks, fact)}),
    PrepDone: _prepared,
    PrepSkipped: _prepared,
    InterlockRaised: _interlocked,
    InterlockAcknowledged: lambda state, fact: with_item(
        state, fact.item, lambda item: {"acknowledged": (*item.acknowledged, fact)}
    ),
    MarksRead: lambda state, fact: with_item(
        state, fact.item, lambda item: {"lot": fact.lot or item.lot, "made": fact.made or item.made}
    ),
    PatternNoted: _pattern,
    BoxFoundEmpty: lambda state, _: with_parcel(state, found_empty=True),
    ParcelFinished: _finished,
    RegradeBegan: _again,
    Regraded: _finished,
    Graded: lambda state, fact: with_item(state, fact.item, lambda _: {"graded": fact}),
    Routed: lambda state, fact: with_item(state, fact.item, lambda _: {"routed": fact}),
    RouteOverridden: lambda state, fact: with_item(state, fact.item, lambda _: {"overridden": fact}),
    PlateAllotted: _allotted,
    PlateReprintAsked: lambda state, fact: with_item(state, fact.item, lambda _: {"copies_asked": fact.copy}),
    PlatePrinted: lambda state, fact: with_item(state, fact.item, lambda _: {"copies_printed": fact.copy}),
    PlateConfirmed: lambda state, fact: with_item(state, fact.item, lambda _: {"confirmed": True}),
    Placed: _placed,
}
