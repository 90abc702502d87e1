"""What each fact about a shift and its close does to the state."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from station.shifts import closing as closings
from station.shifts.closing import HalfSigned
from station.shifts.facts import BinMoved, ShiftLocked, ShiftOpened, ShiftSigned, WriteOffAsked
from station.state import State


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


def _asked(state: State, fact: WriteOffAsked) -> State:
    half = tuple(
        msgspec.structs.replace(each, gone=(*each.gone, fact)) if each.shift == fact.shift else each
        for each in state.half_signed
    )
    return msgspec.structs.replace(state, half_signed=half)


def _locked(state: State, fact: ShiftLocked) -> State:
    return msgspec.structs.replace(
        state, half_signed=tuple(each for each in state.half_signed if each.shift != fact.shift)
    )


CHANGES: Mapping[type, Callable[[State, Any], State]] = {
    ShiftOpened: _shift,
    **dict.fromkeys(closings.FACTS, _closed),
    ShiftSigned: _signed,
    WriteOffAsked: _asked,
    ShiftLocked: _locked,
}
