"""In which small history each protection is missed: alone, or with the one that stands behind it or before it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.sync.simulation.history import play
from tests.sync.simulation.protections import PROTECTIONS


class Missed(NamedTuple):
    """These switched off, a history of this seed, so many steps and these faults goes wrong, and how that begins."""

    names: tuple[str, ...]
    seed: int
    steps: int
    faults: str
    wrong: str


MISSED: Final = (
    Missed(("known ids",), 3, 20, "", "I1"),
    Missed(("mark",), 5, 4, "work weather", "I5"),
    # Central goes on behind a hole, and the daily comparison makes an honest bench begin anew for it.
    Missed(("gap check",), 13, 15, "work back_up_central restore_central weather", "I7"),
    # What a bench that was put back says anew is taken for what it said before.
    Missed(("fork check",), 35, 20, "work back_up restore", "I1"),
    # The bench cannot start any more.
    Missed(("new epoch",), 13, 20, "work back_up restore", "JournalDamaged"),
    # What this lets through is found at the next push by the gap check, else by the daily comparison.
    Missed(("ack only what is confirmed", "daily comparison"), 9, 12, "work weather", "I1"),
    Missed(("ack only what was sent",), 19, 15, "work clone weather", "I1"),
    Missed(("cursor with its records",), 1, 8, "work order weather", "I4"),
    Missed(("poison set aside",), 3, 6, "work", "I5"),
    Missed(("refused push taken apart",), 11, 6, "work", "I5"),
    Missed(("daily comparison",), 16, 10, "work back_up_central restore_central", "I1"),
    # The daily comparison would put these right, a day late.
    Missed(("snapshot checked",), 13, 25, "work order tidy weather", "I4"),
    Missed(("feed gap check",), 5, 10, "work order weather", "I4"),
    Missed(("feed's end", "daily comparison"), 4, 40, "work order back_up_central restore_central", "I4"),
    # The bench looks before it sends, and central looks again.
    Missed(
        ("sound before sent", "hash and chain"), 10, 40, "work rot weather pass crash", "I1 central has what nobody"
    ),
    Missed(("own timer",), 3, 5, "work weather", "I5"),
    Missed(("fork remembered",), 13, 20, "work back_up restore", "I5"),
    # Two copies of a bench go on, central is put back between them, and what follows another is no damage.
    Missed(("fork by a broken chain",), 28, 15, "work clone back_up_central restore_central", "I1"),
    # The provider's own key holds for a day; after twenty hours nothing is sent again but by a person.
    Missed(("provider look-up", "person after 20 h"), 6, 20, "work order pay weather pass", "I3"),
)


def without(names: Iterable[str], seed: int, steps: int, faults: Iterable[str], folder: Path, rounds: int) -> str:
    """Return the first thing that goes wrong in a history without these protections; empty when nothing does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            PROTECTIONS[name](patch)
        try:
            outcome = play(seed, folder, steps, frozenset(faults), rounds)
        except Exception as error:  # noqa: BLE001 - whatever falls over was noticed
            return f"{type(error).__name__}: {error}"
    return next(iter(outcome.problems), "")


def known(names: tuple[str, ...]) -> Iterator[Missed]:
    """Return the histories in which some of these are known to be missed."""
    return (row for row in MISSED if set(row.names) <= set(names))
