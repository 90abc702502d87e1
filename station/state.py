"""The bench's state: the facts of the running shift and parcel, arranged; and the fold that arranges them.

`fold(state, txn, facts)` is the only thing that changes a state. Nothing here reads a clock, a file or a device, so the
state after a power cut is the state before it: the same facts, folded again.
Long because what a fact does to the state is read beside what the state is.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from resources.words import mark
from station.authority import pins
from station.authority.facts import PinCleared, PinLocked, PinRefused
from station.authority.pins import Wrong
from station.bins import checking
from station.bins.checking import Check
from station.bins.facts import BinMerged, BinReopened, BinStep, BinStepTakenBack, Carried
from station.calibration import looking
from station.calibration.looking import Looking
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided
from station.facts import (
    Answered,
    BinClosed,
    BinLabelled,
    BinOpened,
    Declared,
    DefectMarked,
    ExceptionRaised,
    ExpiryRead,
    Graded,
    Hinted,
    InterlockAcknowledged,
    InterlockRaised,
    ItemIdentified,
    ItemRelinked,
    ItemWeighed,
    LineMissing,
    MarksRead,
    ParcelArrived,
    ParcelFinished,
    ParcelWeighed,
    PatternNoted,
    PhotoRead,
    PhotoSkipped,
    PhotoTaken,
    Placed,
    PlateAllotted,
    PlateConfirmed,
    PlatePrinted,
    PlateReprintAsked,
    PlateVoided,
    PrepDone,
    PrepSkipped,
    ReadingAnswered,
    Recorded,
    RegradeBegan,
    Regraded,
    Routed,
    RouteOverridden,
    SerialChecked,
    ShiftOpened,
    SignedIn,
    SignedOut,
    Undone,
    Unknown,
    WeighingSkipped,
)
from station.inputs import PhotoChecked
from station.patterns import asked
from station.plates import first_id
from station.records import Disposition
from station.shifts import closing as closings
from station.shifts.closing import Closing, HalfSigned
from station.shifts.facts import BinMoved, CountBegan, ShiftLocked, ShiftSigned

# The stops the station finds by itself; every other code comes from an answer.
FOUND = ("recall", "recall_part", "serial")
# The proof of a stop that was found not to hold for this unit.
CLEARED = "read"


class Again(msgspec.Struct, frozen=True):
    """An item that is inspected for the `n`-th time: its own name, the bin it lies in, and the labels it had."""

    item: str
    parcel: str
    n: int
    bin: str
    copies: int
    letter: str
    disposition: Disposition


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One unit on the bench, as far as it has come; `rubric` is the version its first answer was given by.

    `asked` are the codes of what is asked besides the questions, because of earlier returns.
    """

    identified: ItemIdentified
    serial: SerialChecked | None = None
    weighed: ItemWeighed | None = None
    photos: tuple[PhotoTaken | PhotoSkipped, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    graded: Graded | None = None
    routed: Routed | None = None
    overridden: RouteOverridden | None = None
    plate: str = ""
    copies_asked: int = 0
    copies_printed: int = 0
    confirmed: bool = False
    bin: str = ""
    prepared: tuple[PrepDone | PrepSkipped, ...] = ()
    rested: tuple[str, ...] = ()
    marks: tuple[DefectMarked, ...] = ()
    rubric: str = ""
    hints: tuple[Hinted, ...] = ()
    read: tuple[PhotoRead, ...] = ()
    readings_answered: tuple[str, ...] = ()
    interlocks: tuple[InterlockRaised, ...] = ()
    acknowledged: tuple[InterlockAcknowledged, ...] = ()
    lot: str = ""
    made: str = ""
    asked: tuple[str, ...] = ()
    again: Again | None = None

    @property
    def is_taken(self) -> bool:
        """Whether its result was taken: its label is asked for, for one that is graded again a new one."""
        return bool(self.plate) and (self.again is None or self.copies_asked > self.again.copies)

    @property
    def open_interlocks(self) -> tuple[InterlockRaised, ...]:
        """The stops that nobody has acknowledged, in the order they were found."""
        done = {(each.code, each.cause) for each in self.acknowledged}
        return tuple(each for each in self.interlocks if (each.code, each.cause) not in done)

    @property
    def open_interlock(self) -> InterlockRaised | None:
        """The stop that waits for a person; nothing else goes on meanwhile."""
        return next(iter(self.open_interlocks), None)

    @property
    def stops_found(self) -> tuple[str, ...]:
        """The codes of stops that no answer gave: found by the station, and not cleared by what was read since."""
        cleared = {(each.code, each.cause) for each in self.acknowledged if each.proof == CLEARED}
        found = [each.code for each in self.interlocks if (each.code, each.cause) not in cleared]
        return tuple(dict.fromkeys(code for code in found if code in FOUND))

    @property
    def is_recalled(self) -> bool:
        """Whether a recall has decided: nothing more is asked of the item, and it stays as it came."""
        return any(code in ("recall", "recall_part") for code in self.stops_found)

    @property
    def disposition(self) -> Disposition | None:
        """Where it goes: the person's choice before the rule's; None while nothing has been decided."""
        if self.overridden is not None:
            return self.overridden.disposition
        return self.routed.disposition if self.routed is not None else None

    @property
    def is_hazard(self) -> bool:
        """Whether it must be kept apart until the safety officer has seen it."""
        return self.disposition == "hold" and self.routed is not None and self.routed.owner == "safety"


class Parcel(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parcel on the bench. `arrived` holds what was expected of it."""

    arrived: ParcelArrived
    weighed: ParcelWeighed | None = None
    unweighed_why: str = ""
    items: tuple[Item, ...] = ()
    exceptions: tuple[ExceptionRaised, ...] = ()
    patterns: tuple[PatternNoted, ...] = ()

    @property
    def item(self) -> Item | None:
        """The item in work: the last one, until it lies in its bin."""
        return self.items[-1] if self.items and not self.items[-1].bin else None


class OpenBin(msgspec.Struct, frozen=True, omit_defaults=True):
    """A bin at this bench that takes goods, and how many it holds by our own count."""

    code: str
    disposition: Disposition
    client: str = ""
    items: int = 0
    hazard: bool = False
    fill: int = 0


class Step(msgspec.Struct, frozen=True):
    """A step a person can take back: its name, its transactions, and the parcel as it was before.

    `bins` are those of a step with bins alone, as they were before it, `kind` says which, `moved` is the move it made.
    """

    name: str
    txns: tuple[str, ...]
    before: Parcel | None
    placed_bin: str = ""
    plate: str = ""
    kind: BinStep | None = None
    bins: tuple[OpenBin, ...] = ()
    labelled: tuple[BinLabelled, ...] = ()
    moved: int = 0


class Choice(msgspec.Struct, frozen=True):
    """One thing that can be chosen: the value the workflow gets, and the words the person reads."""

    value: str
    text: str
    params: dict[str, str] = {}


class Ask(msgspec.Struct, frozen=True):
    """A question inside a step, not yet a fact: it is asked again after a power cut. `stage` names it.

    `code` and `value` are what was scanned or chosen so far; `photo` is a picture that the gate doubts.
    """

    stage: str
    code: str = ""
    value: str = ""
    params: dict[str, str] = {}
    choices: tuple[Choice, ...] = ()
    photo: PhotoChecked | None = None


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """All a bench is in the middle of. Counters only ever rise, undone or not: numbers are never reused."""

    station: str
    bench: str
    shift: str = ""
    operator: SignedIn | None = None
    parcel: Parcel | None = None
    bins: tuple[OpenBin, ...] = ()
    labelled: tuple[BinLabelled, ...] = ()
    steps: tuple[Step, ...] = ()
    parcels: int = 0
    items: int = 0
    plates: int = 0
    bin_labels: int = 0
    exceptions: int = 0
    shifts: int = 0
    ask: Ask | None = None
    closing: Closing | None = None
    check: Check | None = None
    checks: int = 0
    half_signed: tuple[HalfSigned, ...] = ()
    pins: tuple[Wrong, ...] = ()
    looking: Looking | None = None

    @property
    def item(self) -> Item | None:
        """The item in work, if any."""
        return self.parcel.item if self.parcel is not None else None

    @property
    def phase(self) -> closings.Phase:
        """How far the close of the shift has come; empty while it works."""
        return self.closing.phase if self.closing is not None else ""


def fold(state: State, txn: str, facts: Iterable[Recorded | Unknown]) -> State:
    """Return the state after the facts of one transaction; what is being asked is left alone."""
    before = state
    facts = tuple(facts)
    for fact in facts:
        change = _CHANGES.get(type(fact))
        if change is not None:
            state = change(state, fact)
    step = _bin_step(before, txn, facts) if state.parcel is None else None
    if step is not None:
        return msgspec.structs.replace(state, steps=(*state.steps, step))
    return _remember(state, before.parcel, txn, facts)


# What is done with bins between two parcels; of several facts in one step the first of these names it.
BIN_STEPS: Mapping[type, tuple[BinStep, str]] = {
    Carried: ("carried", mark("item carried")),
    BinMerged: ("merged", mark("bins merged")),
    BinMoved: ("moved", mark("bin left")),
    BinReopened: ("reopened", mark("bin reopened")),
    BinClosed: ("closed", mark("bin closed")),
    BinOpened: ("opened", mark("bin opened")),
}


def _bin_step(before: State, txn: str, facts: tuple[Recorded | Unknown, ...]) -> Step | None:
    """Return the step of what was done with bins alone; None for anything else, and while a shift is closed."""
    if before.parcel is not None or before.closing is not None:
        return None
    for kind, (step, name) in BIN_STEPS.items():
        fact: Any = next((each for each in facts if isinstance(each, kind)), None)
        if fact is not None:
            moved = fact.fill if step == "moved" else 0
            return Step(name, (txn,), None, fact.bin, "", step, before.bins, before.labelled, moved)
    return None


def _remember(state: State, before: Parcel | None, txn: str, facts: tuple[Recorded | Unknown, ...]) -> State:
    """Keep the step for undo; a transaction no person made is added to the step before it."""
    if any(isinstance(fact, _NO_STEP) for fact in facts) or not facts:
        return state
    if all(isinstance(fact, Hinted | PinRefused | PinLocked | PinCleared) for fact in facts):
        # Nobody did this, and taking the last step back does not make a photo look otherwise.
        return state
    if all(isinstance(fact, PhotoRead) for fact in facts):
        return _read_before(state, facts)
    if any(isinstance(fact, ParcelFinished | Regraded | SignedIn | SignedOut | CountBegan) for fact in facts):
        return msgspec.structs.replace(state, steps=())
    name = next((_step_name(fact) for fact in facts if type(fact) in STEP_NAMES), "")
    if name:
        placed = next((fact.bin for fact in facts if isinstance(fact, Placed)), "")
        plate = next((fact.plate for fact in facts if isinstance(fact, PlateAllotted)), "")
        step = Step(name, (txn,), before, placed, plate)
        return msgspec.structs.replace(state, steps=(*state.steps, step))
    if state.steps:
        last = state.steps[-1]
        last = msgspec.structs.replace(last, txns=(*last.txns, txn))
        return msgspec.structs.replace(state, steps=(*state.steps[:-1], last))
    return state


def _read_before(state: State, facts: tuple[Any, ...]) -> State:
    """Let an undo go back to a parcel whose photos are read too, as long as they are its photos."""
    steps = []
    for step in state.steps:
        before = step.before
        for fact in facts:
            before = _with_reading(before, fact) if before is not None else None
        steps.append(msgspec.structs.replace(step, before=before))
    return msgspec.structs.replace(state, steps=tuple(steps))


# What is taken back by other facts, and names no step of a parcel.
_NO_STEP = (Undone, BinStepTakenBack, ExceptionDecided, DecisionTakenBack, *checking.FACTS)

# English message ids; resources.words translates them where they are shown.
STEP_NAMES: Mapping[type, str] = {
    ParcelArrived: mark("parcel scan"),
    ParcelWeighed: mark("weight"),
    WeighingSkipped: mark("no weight"),
    ItemIdentified: mark("item scan"),
    RegradeBegan: mark("grade again"),
    SerialChecked: mark("serial number"),
    PhotoTaken: mark("photo"),
    PhotoSkipped: mark("photo left out"),
    ReadingAnswered: mark("reading"),
    Answered: mark("answer"),
    DefectMarked: mark("mark on the photo"),
    PrepDone: mark("preparation"),
    PrepSkipped: mark("preparation left out"),
    InterlockAcknowledged: mark("stop acknowledged"),
    MarksRead: mark("lot"),
    RouteOverridden: mark("changed route"),
    PlateAllotted: mark("label"),
    PlateReprintAsked: mark("reprint"),
    PlateConfirmed: mark("label check"),
    Placed: mark("place in bin"),
}


REST_STEP = mark("answers to the rest")


def _step_name(fact: Recorded | Unknown) -> str:
    return REST_STEP if isinstance(fact, Answered) and fact.how == "rest" else STEP_NAMES[type(fact)]


def _parcel(state: State, **changes: Any) -> State:
    if state.parcel is None:
        return state
    return msgspec.structs.replace(state, parcel=msgspec.structs.replace(state.parcel, **changes))


def _item(state: State, item: str, change: Callable[[Item], dict[str, Any]]) -> State:
    """Change one item of the parcel on the bench; facts about others (late prints) change nothing here."""
    if state.parcel is None:
        return state
    items = tuple(
        msgspec.structs.replace(each, **change(each)) if each.identified.item == item else each
        for each in state.parcel.items
    )
    return _parcel(state, items=items)


def _bin(state: State, code: str, added: int) -> State:
    bins = tuple(
        msgspec.structs.replace(each, items=each.items + added) if each.code == code else each for each in state.bins
    )
    return msgspec.structs.replace(state, bins=bins)


def _arrived(state: State, fact: ParcelArrived) -> State:
    return msgspec.structs.replace(state, parcel=Parcel(fact), parcels=state.parcels + 1)


def _identified(state: State, fact: ItemIdentified) -> State:
    if state.parcel is None:
        return state
    item = Item(fact, asked=asked(state.parcel.patterns, fact.rma))
    state = _parcel(state, items=(*state.parcel.items, item))
    return msgspec.structs.replace(state, items=state.items + 1)


def _pattern(state: State, fact: PatternNoted) -> State:
    return _parcel(state, patterns=(*state.parcel.patterns, fact)) if state.parcel is not None else state


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
    return _item(state, fact.item, lambda item: {"identified": msgspec.structs.replace(item.identified, **link)})


def _photo(state: State, fact: PhotoTaken | PhotoSkipped) -> State:
    return _item(
        state,
        fact.item,
        lambda item: {
            "photos": (*(p for p in item.photos if p.shot != fact.shot), fact),
            "hints": tuple(hint for hint in item.hints if hint.shot != fact.shot),
        },
    )


def _hinted(state: State, fact: Hinted) -> State:
    """Keep a hint with its photo, once; one of a photo that was taken back or taken again changes nothing."""

    def change(item: Item) -> dict[str, Any]:
        shown = any(isinstance(each, PhotoTaken) and each.sha256 == fact.sha256 for each in item.photos)
        return {"hints": (*item.hints, fact)} if shown and fact not in item.hints else {}

    return _item(state, fact.item, change)


def _with_reading(parcel: Parcel, fact: PhotoRead) -> Parcel:
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
    return msgspec.structs.replace(state, parcel=_with_reading(state.parcel, fact))


def _expiry(state: State, fact: ExpiryRead) -> State:
    return _item(
        state,
        fact.item,
        lambda item: {"identified": msgspec.structs.replace(item.identified, expiry=fact.expiry)},
    )


def _answered(state: State, fact: Answered) -> State:
    return _item(state, fact.item, lambda item: _answer(item, fact))


def _answer(item: Item, fact: Answered) -> dict[str, object]:
    """Add the answer; the first one freezes the version of the questions."""
    rested = (fact.question,) if fact.how == "rest" else ()
    return {
        "answers": (*item.answers, (fact.question, fact.option)),
        "rested": (*item.rested, *rested),
        "rubric": item.rubric or fact.rubric,
    }


def _prepared(state: State, fact: PrepDone | PrepSkipped) -> State:
    return _item(state, fact.item, lambda item: {"prepared": (*item.prepared, fact)})


def _interlocked(state: State, fact: InterlockRaised) -> State:
    return _item(state, fact.item, lambda item: {"interlocks": (*item.interlocks, fact)})


def _raised(state: State, fact: ExceptionRaised) -> State:
    if state.parcel is not None:
        state = _parcel(state, exceptions=(*state.parcel.exceptions, fact))
    return msgspec.structs.replace(state, exceptions=state.exceptions + 1)


def _allotted(state: State, fact: PlateAllotted) -> State:
    state = _item(state, fact.item, lambda _: {"plate": fact.plate, "copies_asked": 1})
    return msgspec.structs.replace(state, plates=state.plates + 1)


def _placed(state: State, fact: Placed) -> State:
    return _bin(_item(state, fact.item, lambda _: {"bin": fact.bin}), fact.bin, 1)


def _bin_opened(state: State, fact: BinOpened) -> State:
    labelled = tuple(each for each in state.labelled if each.bin != fact.bin)
    opened = OpenBin(fact.bin, fact.disposition, fact.client, hazard=fact.hazard, fill=fact.fill)
    others = tuple(each for each in state.bins if each.code != fact.bin)
    return msgspec.structs.replace(state, bins=(*others, opened), labelled=labelled)


def _bin_closed(state: State, fact: BinClosed) -> State:
    return msgspec.structs.replace(state, bins=tuple(b for b in state.bins if b.code != fact.bin))


def _bin_labelled(state: State, fact: BinLabelled) -> State:
    return msgspec.structs.replace(state, labelled=(*state.labelled, fact), bin_labels=state.bin_labels + 1)


def _undone(state: State, fact: Undone) -> State:
    """Go back to the parcel before the step; counters stay, so no number is given twice."""
    if not state.steps or state.steps[-1].txns != fact.txns:
        return state
    last = state.steps[-1]
    hints = [hint for item in (state.parcel.items if state.parcel is not None else ()) for hint in item.hints]
    state = msgspec.structs.replace(state, parcel=last.before, steps=state.steps[:-1])
    for hint in hints:
        state = _hinted(state, hint)
    return _bin(state, last.placed_bin, -1) if last.placed_bin else state


def _reopened(state: State, fact: BinReopened) -> State:
    others = tuple(each for each in state.bins if each.code != fact.bin)
    again = OpenBin(fact.bin, fact.disposition, fact.client, fact.items, fill=fact.fill)
    return msgspec.structs.replace(state, bins=(*others, again))


def _merged(state: State, fact: BinMerged) -> State:
    return _bin(_bin(state, fact.bin, -fact.items), fact.into, fact.items)


def _bin_step_back(state: State, fact: BinStepTakenBack) -> State:
    """Have the bins again as they were before the step."""
    if not state.steps or state.steps[-1].txns[0] != fact.txn:
        return state
    last = state.steps[-1]
    return msgspec.structs.replace(state, bins=last.bins, labelled=last.labelled, steps=state.steps[:-1])


def _checked(state: State, fact: Any) -> State:
    return msgspec.structs.replace(state, check=checking.after(state.check, fact), checks=max(state.checks, fact.n))


def _finished(state: State, _fact: ParcelFinished | Regraded) -> State:
    return msgspec.structs.replace(state, parcel=None)


def _shift(state: State, fact: ShiftOpened) -> State:
    return msgspec.structs.replace(state, shift=fact.shift, shifts=state.shifts + 1)


def _closed(state: State, fact: Any) -> State:
    state = msgspec.structs.replace(state, closing=closings.after(state.closing, fact))
    if isinstance(fact, BinMoved):
        return msgspec.structs.replace(state, bins=tuple(each for each in state.bins if each.code != fact.bin))
    return state


def _signed(state: State, fact: ShiftSigned) -> State:
    """The shift is over, and with it who was signed in; it may wait for a second signature while the next one runs."""
    waiting = (HalfSigned(fact.shift, fact.badge),) if fact.needs_second else ()
    state = msgspec.structs.replace(state, shift="", operator=None, half_signed=(*state.half_signed, *waiting))
    return _closed(state, fact)


def _locked(state: State, fact: ShiftLocked) -> State:
    return msgspec.structs.replace(
        state, half_signed=tuple(each for each in state.half_signed if each.shift != fact.shift)
    )


def _same(state: State, _fact: Any) -> State:
    return state


_CHANGES: Mapping[type, Callable[[State, Any], State]] = {
    ShiftOpened: _shift,
    SignedIn: lambda state, fact: msgspec.structs.replace(state, operator=fact),
    **dict.fromkeys(pins.FACTS, lambda state, fact: msgspec.structs.replace(state, pins=pins.after(state.pins, fact))),
    SignedOut: lambda state, _: msgspec.structs.replace(state, operator=None),
    BinOpened: _bin_opened,
    BinLabelled: _bin_labelled,
    BinClosed: _bin_closed,
    ParcelArrived: _arrived,
    ParcelWeighed: lambda state, fact: _parcel(state, weighed=fact),
    WeighingSkipped: lambda state, fact: _parcel(state, unweighed_why=fact.why),
    ExceptionRaised: _raised,
    ItemIdentified: _identified,
    SerialChecked: lambda state, fact: _item(state, fact.item, lambda _: {"serial": fact}),
    ItemRelinked: _relinked,
    ItemWeighed: lambda state, fact: _item(state, fact.item, lambda _: {"weighed": fact}),
    PhotoTaken: _photo,
    PhotoSkipped: _photo,
    Hinted: _hinted,
    PhotoRead: _photo_read,
    ReadingAnswered: lambda state, fact: _item(
        state, fact.item, lambda item: {"readings_answered": (*item.readings_answered, fact.subject)}
    ),
    ExpiryRead: _expiry,
    Answered: _answered,
    DefectMarked: lambda state, fact: _item(state, fact.item, lambda item: {"marks": (*item.marks, fact)}),
    PrepDone: _prepared,
    PrepSkipped: _prepared,
    InterlockRaised: _interlocked,
    InterlockAcknowledged: lambda state, fact: _item(
        state, fact.item, lambda item: {"acknowledged": (*item.acknowledged, fact)}
    ),
    MarksRead: lambda state, fact: _item(
        state, fact.item, lambda item: {"lot": fact.lot or item.lot, "made": fact.made or item.made}
    ),
    PatternNoted: _pattern,
    Graded: lambda state, fact: _item(state, fact.item, lambda _: {"graded": fact}),
    Routed: lambda state, fact: _item(state, fact.item, lambda _: {"routed": fact}),
    RouteOverridden: lambda state, fact: _item(state, fact.item, lambda _: {"overridden": fact}),
    PlateAllotted: _allotted,
    PlateReprintAsked: lambda state, fact: _item(state, fact.item, lambda _: {"copies_asked": fact.copy}),
    PlatePrinted: lambda state, fact: _item(state, fact.item, lambda _: {"copies_printed": fact.copy}),
    PlateConfirmed: lambda state, fact: _item(state, fact.item, lambda _: {"confirmed": True}),
    PlateVoided: _same,
    Placed: _placed,
    LineMissing: _same,
    ParcelFinished: _finished,
    RegradeBegan: _again,
    Regraded: _finished,
    Undone: _undone,
    **dict.fromkeys(closings.FACTS, _closed),
    **dict.fromkeys(
        looking.FACTS,
        lambda state, fact: msgspec.structs.replace(state, looking=looking.after(state.looking, fact)),
    ),
    BinReopened: _reopened,
    BinMerged: _merged,
    Carried: lambda state, fact: _bin(_bin(state, fact.was_bin, -1), fact.bin, 1),
    BinStepTakenBack: _bin_step_back,
    **dict.fromkeys(checking.FACTS, _checked),
    ShiftSigned: _signed,
    ShiftLocked: _locked,
}


def open_lines(parcel: Parcel) -> tuple[tuple[Declared, int], ...]:
    """Return the declared lines of which units are still to come, each with how many."""
    found: dict[tuple[str, str], int] = {}
    for item in parcel.items:
        if item.identified.match != "matched":
            continue
        key = (item.identified.rma, item.identified.line)
        found[key] = found.get(key, 0) + 1
    return tuple(
        (line, line.quantity - found.get((line.rma, line.line), 0))
        for line in parcel.arrived.declared
        if line.quantity > found.get((line.rma, line.line), 0)
    )
