"""How far the close of a bench's shift has come, folded from its facts."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from station.shifts.facts import (
    BinCountBegan,
    BinCounted,
    BinMoved,
    CountBegan,
    CountCalledOff,
    CountEnded,
    PlateCounted,
    PlateUncounted,
    ShiftSigned,
    WriteOffAsked,
)

Phase = Literal["", "counting", "review"]


class HalfSigned(msgspec.Struct, frozen=True):
    """A shift that one supervisor (`badge`) signed and that waits for the signature of a second one.

    With it the units of `gone` are given up.
    """

    shift: str
    badge: str
    gone: tuple[WriteOffAsked, ...] = ()


class Closing(msgspec.Struct, frozen=True, omit_defaults=True):
    """The close of the running shift; `phase` is empty while it still works.

    `bin` is being counted and holds `plates` so far; `counts` says how often the count of each bin was begun, `done`
    which are counted.
    """

    phase: Phase
    bin: str = ""
    plates: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    done: tuple[str, ...] = ()

    def count_of(self, bin_: str) -> int:
        """Return how often the count of a bin was begun."""
        return dict(self.counts).get(bin_, 0)


def after(closing: Closing | None, fact: Any) -> Closing | None:
    """Return how far the close is after one of its facts; None while the shift works."""
    if isinstance(fact, CountBegan):
        return msgspec.structs.replace(closing, phase="counting") if closing is not None else Closing("counting")
    if closing is None or isinstance(fact, ShiftSigned):
        return None
    return _CHANGES[type(fact)](closing, fact)


def _bin_begun(closing: Closing, fact: BinCountBegan) -> Closing:
    counts = {**dict(closing.counts), fact.bin: fact.count}
    done = tuple(each for each in closing.done if each != fact.bin)
    return msgspec.structs.replace(closing, bin=fact.bin, plates=(), counts=tuple(counts.items()), done=done)


def _bin_counted(closing: Closing, fact: BinCounted) -> Closing:
    return msgspec.structs.replace(closing, bin="", plates=(), done=(*closing.done, fact.bin))


def _bin_moved(closing: Closing, fact: BinMoved) -> Closing:
    return msgspec.structs.replace(closing, done=tuple(each for each in closing.done if each != fact.bin))


_CHANGES: Mapping[type, Callable[[Closing, Any], Closing]] = {
    # How often each bin was begun stays: the number of a count that holds no longer is not given again.
    CountCalledOff: lambda closing, _: Closing("", counts=closing.counts),
    BinCountBegan: _bin_begun,
    PlateCounted: lambda closing, fact: msgspec.structs.replace(closing, plates=(*closing.plates, fact.plate)),
    PlateUncounted: lambda closing, fact: msgspec.structs.replace(
        closing, plates=tuple(each for each in closing.plates if each != fact.plate)
    ),
    BinCounted: _bin_counted,
    BinMoved: _bin_moved,
    CountEnded: lambda closing, _: msgspec.structs.replace(closing, phase="review"),
}
FACTS = (CountBegan, ShiftSigned, *_CHANGES)
