"""What each fact about bins does to the state, and which of it a person can take back."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from resources.words import mark
from station.bins import checking
from station.bins.facts import (
    BinClosed,
    BinLabelled,
    BinMerged,
    BinOpened,
    BinReopened,
    BinStep,
    BinStepTakenBack,
    Carried,
)
from station.facts import Recorded, Unknown
from station.shifts.facts import BinMoved, ItemFoundAgain, ItemWrittenOff
from station.state import OpenBin, State, Step


def with_units(state: State, code: str, added: int) -> State:
    """Return the state with so many units more (or less) in an open bin."""
    bins = tuple(
        msgspec.structs.replace(each, items=each.items + added) if each.code == code else each for each in state.bins
    )
    return msgspec.structs.replace(state, bins=bins)


def _bin_opened(state: State, fact: BinOpened) -> State:
    labelled = tuple(each for each in state.labelled if each.bin != fact.bin)
    opened = OpenBin(fact.bin, fact.disposition, fact.client, hazard=fact.hazard, fill=fact.fill, apart=fact.apart)
    others = tuple(each for each in state.bins if each.code != fact.bin)
    return msgspec.structs.replace(state, bins=(*others, opened), labelled=labelled)


def _bin_closed(state: State, fact: BinClosed) -> State:
    return msgspec.structs.replace(state, bins=tuple(b for b in state.bins if b.code != fact.bin))


def _bin_labelled(state: State, fact: BinLabelled) -> State:
    return msgspec.structs.replace(state, labelled=(*state.labelled, fact), bin_labels=state.bin_labels + 1)


def _reopened(state: State, fact: BinReopened) -> State:
    others = tuple(each for each in state.bins if each.code != fact.bin)
    again = OpenBin(fact.bin, fact.disposition, fact.client, fact.items, fill=fact.fill, apart=fact.apart)
    return msgspec.structs.replace(state, bins=(*others, again))


def _merged(state: State, fact: BinMerged) -> State:
    return with_units(with_units(state, fact.bin, -fact.items), fact.into, fact.items)


def _bin_step_back(state: State, fact: BinStepTakenBack) -> State:
    """Have the bins again as they were before the step."""
    if not state.steps or state.steps[-1].txns[0] != fact.txn:
        return state
    last = state.steps[-1]
    return msgspec.structs.replace(state, bins=last.bins, labelled=last.labelled, steps=state.steps[:-1])


def _checked(state: State, fact: Any) -> State:
    return msgspec.structs.replace(state, check=checking.after(state.check, fact), checks=max(state.checks, fact.n))


# What is done with bins between two parcels; of several facts in one step the first of these names it.
_BIN_STEPS: Mapping[type, tuple[BinStep, str]] = {
    Carried: ("carried", mark("item carried")),
    BinMerged: ("merged", mark("bins merged")),
    BinMoved: ("moved", mark("bin left")),
    BinReopened: ("reopened", mark("bin reopened")),
    BinClosed: ("closed", mark("bin closed")),
    BinOpened: ("opened", mark("bin opened")),
}


def bin_step(before: State, txn: str, facts: tuple[Recorded | Unknown, ...]) -> Step | None:
    """Return the step of what was done with bins alone; None for anything else, and while a shift is closed."""
    if before.parcel is not None or before.closing is not None:
        return None
    for kind, (step, name) in _BIN_STEPS.items():
        fact: Any = next((each for each in facts if isinstance(each, kind)), None)
        if fact is not None:
            moved = fact.fill if step == "moved" else 0
            return Step(name, (txn,), None, fact.bin, "", step, before.bins, before.labelled, moved)
    return None


CHANGES: Mapping[type, Callable[[State, Any], State]] = {
    BinOpened: _bin_opened,
    BinLabelled: _bin_labelled,
    BinClosed: _bin_closed,
    BinReopened: _reopened,
    BinMerged: _merged,
    ItemWrittenOff: lambda state, fact: with_units(state, fact.bin, -1),
    ItemFoundAgain: lambda state, fact: with_units(state, fact.bin, 1),
    Carried: lambda state, fact: with_units(with_units(state, fact.was_bin, -1), fact.bin, 1),
    BinStepTakenBack: _bin_step_back,
    **dict.fromkeys(checking.FACTS, _checked),
}
