"""Plays a person at the bench who knows what is really in each parcel: what they do at each stage.

The player only does what hands can do: scan, weigh, lay under the camera, answer by key or barcode. What it does
follows from the bench's state alone, so a play that was interrupted goes on where it stood.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, Self

from grading.rubric import PART_PREFIX
from station import sample
from station.bench import Bench
from station.cli.errors import Stuck
from station.inputs import Command, Do
from station.own_codes import COMMAND_PREFIX
from station.receiving.parcel import Item, Parcel
from station.records import Bin
from station.sample import SampleItem, SampleParcel, SamplePerson
from station.stages import Stage, question_due, stage_of
from station.state import Ask, State
from station.steps.place import takes

# What an item weighs of which nobody knows it.
_ITEM_MG = 250_000


class Hands(Protocol):
    """What a person's hands can do to the things on the bench."""

    def scan(self, text: str, aim: str = "") -> None:
        """Hold a code under the scanner."""

    def type(self, text: str) -> None:
        """Type a line on the keyboard."""

    def press(self, key: Command) -> None:
        """Press the key of a command."""

    def weigh(self, weight_mg: int) -> None:
        """Put something on the empty scale, and take it off once it was read."""

    def show(self, category: str, seed: int, look: str) -> None:
        """Lay an item under the camera."""


class Player:
    """One person and a pile of parcels. `act` does the one thing that the bench asks for now."""

    def __init__(self, bench: Bench, hands: Hands, person: SamplePerson, bins: Sequence[Bin]) -> None:
        self._bench = bench
        self._hands = hands
        self._person = person
        self._bins = bins
        self._shots: dict[tuple[str, str], int] = {}

    @classmethod
    def at(cls, bench: Bench, hands: Hands) -> Self:
        """Return a grader of the sample site, who knows its bins."""
        return cls(bench, hands, next(each for each in sample.people() if each.role == "grader"), sample.bins())

    def act(self, parcel: SampleParcel) -> None:
        """Do what the bench asks for, with this parcel; raises Stuck where nobody would know what to do."""
        state, known = self._bench.state, self._bench.known
        stage = stage_of(state, known)
        action = _ACTIONS.get(stage)
        if action is None:
            raise Stuck(f"nobody knows what to do at the stage {stage}")
        action(self, state, parcel)

    def reprint(self) -> None:
        """Say that no label came out."""
        self._command(Do.REPRINT)

    def _command(self, do: Do, value: str = "") -> None:
        """Give a command: an answer by key (one code twice in a blink would be one scan), others by barcode."""
        if do is Do.CHOOSE:
            self._hands.press(Command(do, value))
        else:
            self._hands.scan(f"{COMMAND_PREFIX}{do}")

    def _sign_in(self, state: State, parcel: SampleParcel) -> None:
        self._hands.scan(self._person.badge)

    def _pin(self, state: State, parcel: SampleParcel) -> None:
        self._hands.type(self._person.pin)

    def _arrive(self, state: State, parcel: SampleParcel) -> None:
        self._hands.scan(parcel.code, parcel.aim)

    def _weigh(self, state: State, parcel: SampleParcel) -> None:
        self._hands.weigh(parcel.weight_mg)

    def _next_item(self, state: State, parcel: SampleParcel) -> None:
        done = len(_parcel(state).items)
        if done >= len(parcel.items):
            self._command(Do.FINISH)
            return
        item = parcel.items[done]
        if item.code:
            self._hands.scan(item.code, item.aim)
        else:
            self._command(Do.NO_CODE)

    def _serial(self, state: State, parcel: SampleParcel) -> None:
        truth = _truth(state, parcel)
        if truth.serial:
            self._hands.scan(truth.serial)
        else:
            self._command(Do.SKIP)

    def _photo(self, state: State, parcel: SampleParcel) -> None:
        item = _item(state)
        shot = self._bench.prompt.title
        tried = self._shots.get((item.identified.item, shot), 0)
        self._shots[item.identified.item, shot] = tried + 1
        bad = tried == 0 and not item.photos and _truth(state, parcel).photo
        look = bad if bad and bad != "good" else "sharp"
        seed = zlib.crc32(f"{item.identified.item} {shot} {tried}".encode())
        self._hands.show(item.identified.category, seed, look)
        self._command(Do.SHOOT)

    def _open_box(self, state: State, parcel: SampleParcel) -> None:
        self._hands.show("carton", zlib.crc32(_parcel(state).arrived.parcel.encode()), "sharp")
        self._command(Do.SHOOT)

    def _doubt(self, state: State, parcel: SampleParcel) -> None:
        if state.item is None:
            self._command(Do.CHOOSE, "keep")
            return
        item = _item(state)
        tried = sum(count for (name, _), count in self._shots.items() if name == item.identified.item)
        if tried > len(item.photos) + 2:
            self._command(Do.CHOOSE, "keep")
        else:
            self._photo(state, parcel)

    def _answer(self, state: State, parcel: SampleParcel) -> None:
        question = question_due(_item(state), self._bench.known)
        if question is None:
            raise Stuck("no question is open")
        truth = _truth(state, parcel)
        part = question.id.removeprefix(PART_PREFIX)
        if question.id != part:
            option = "missing" if part in truth.missing_parts else "yes"
        else:
            option = truth.answers.get(question.id, question.options[0].id)
        self._command(Do.CHOOSE, option)

    def _acknowledge(self, state: State, parcel: SampleParcel) -> None:
        """Do what a stop asks for: a hazard goes into the fire-safe box."""
        item = _item(state)
        stop = item.open_interlock
        proof = self._bench.known.interlock(stop.code).proof if stop is not None else "confirm"
        if proof == "box":
            self._hands.scan(next(each.code for each in self._bins if each.hazard))
        elif proof == "weight":
            self._hands.weigh(item.identified.weight_mg or _ITEM_MG)
        else:
            self._hands.press(Command(Do.CONFIRM))

    def _take_result(self, state: State, parcel: SampleParcel) -> None:
        self._command(Do.CONFIRM)

    def _prepare(self, state: State, parcel: SampleParcel) -> None:
        """By key: the barcode has just been scanned for the result, or for the step before."""
        self._hands.press(Command(Do.CONFIRM))

    def _label(self, state: State, parcel: SampleParcel) -> None:
        self._hands.scan(_item(state).plate, "]C0")

    def _place(self, state: State, parcel: SampleParcel) -> None:
        item = _item(state)
        own = [each for each in self._bins if takes(each, item)]
        if own:
            self._hands.scan(own[0].code)
        elif state.labelled:
            self._hands.scan(state.labelled[-1].bin)
        else:
            self._command(Do.BIN_FULL)

    def _which(self, state: State, parcel: SampleParcel) -> None:
        """Of as many items as were declared, one not on the list came instead of another."""
        ask = _ask(state)
        swapped = len(parcel.items) <= sum(line.quantity for line in _parcel(state).arrived.declared)
        first = ask.choices[0].value if swapped and self._bench.known.product(ask.code) is not None else "none"
        self._command(Do.CHOOSE, first)

    def _category(self, state: State, parcel: SampleParcel) -> None:
        self._command(Do.CHOOSE, "home")

    def _first(self, state: State, parcel: SampleParcel) -> None:
        self._command(Do.CHOOSE, "1")


_ACTIONS: Mapping[Stage, Callable[[Player, State, SampleParcel], None]] = {
    Stage.SIGN_IN: Player._sign_in,
    Stage.PIN: Player._pin,
    Stage.IDLE: Player._arrive,
    Stage.MEANING: Player._first,
    Stage.AGAIN: Player._first,
    Stage.WEIGH: Player._weigh,
    Stage.ITEM: Player._next_item,
    Stage.WHICH: Player._which,
    Stage.CATEGORY: Player._category,
    Stage.SERIAL: Player._serial,
    Stage.PHOTO: Player._photo,
    Stage.DOUBT: Player._doubt,
    Stage.INSPECT: Player._answer,
    Stage.INTERLOCK: Player._acknowledge,
    Stage.RESULT: Player._take_result,
    Stage.PREP: Player._prepare,
    Stage.LABEL: Player._label,
    Stage.PLACE: Player._place,
    Stage.MISSING: Player._first,
    Stage.OPEN_BOX: Player._open_box,
    Stage.READING: Player._first,
    Stage.SKIP_WHY: Player._first,
    Stage.SERIAL_SHARED: Player._first,
    Stage.REPRINT_WHY: Player._first,
    Stage.FULL_BIN: Player._first,
}


def _truth(state: State, parcel: SampleParcel) -> SampleItem:
    """Return what the item in work really is: items come out of the parcel in their order."""
    place = len(_parcel(state).items) - 1
    return parcel.items[place] if place < len(parcel.items) else SampleItem(code="")


def _parcel(state: State) -> Parcel:
    if state.parcel is None:
        raise Stuck("there is no parcel on the bench")
    return state.parcel


def _item(state: State) -> Item:
    if state.item is None:
        raise Stuck("there is no item in work")
    return state.item


def _ask(state: State) -> Ask:
    if state.ask is None:
        raise Stuck("nothing is asked")
    return state.ask
