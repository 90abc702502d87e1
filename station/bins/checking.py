"""The blind check of one bin, folded from its facts, and what it shows."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from station.bins.facts import (
    BinCheckBegan,
    BinChecked,
    BinCheckLeft,
    BinPlateChecked,
    BinPlateUnchecked,
    Misplaced,
)


class Check(msgspec.Struct, frozen=True):
    """The bin that is checked, which of the bench's checks it is, and the plates scanned in it so far."""

    bin: str
    n: int
    plates: tuple[str, ...] = ()


def after(check: Check | None, fact: Any) -> Check | None:
    """Return how far the check is after one of its facts; None when no bin is checked."""
    if isinstance(fact, BinCheckBegan):
        return Check(fact.bin, fact.n)
    if check is None or check.n != fact.n:
        return check
    return _CHANGES[type(fact)](check, fact)


_CHANGES: Mapping[type, Callable[[Check, Any], Check | None]] = {
    BinPlateChecked: lambda check, fact: msgspec.structs.replace(check, plates=(*check.plates, fact.plate)),
    BinPlateUnchecked: lambda check, fact: msgspec.structs.replace(
        check, plates=tuple(each for each in check.plates if each != fact.plate)
    ),
    BinChecked: lambda check, fact: None,
    BinCheckLeft: lambda check, fact: None,
}
FACTS = (BinCheckBegan, *_CHANGES)


def compare(check: Check, expected: Iterable[str], place_of: Callable[[str], str | None]) -> BinChecked:
    """Return what the check shows, beside the plates that should lie in the bin.

    `place_of` tells in which bin a plate of this bench lies, "" for none, and None for a plate that is not of here.
    """
    should = dict.fromkeys(expected)
    missing = tuple(plate for plate in should if plate not in check.plates)
    strangers = {plate: place_of(plate) for plate in check.plates if plate not in should}
    misplaced = tuple(Misplaced(plate, bin_) for plate, bin_ in strangers.items() if bin_ is not None)
    foreign = tuple(plate for plate, bin_ in strangers.items() if bin_ is None)
    return BinChecked(check.bin, check.n, len(check.plates), missing, misplaced, foreign)
