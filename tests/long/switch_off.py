"""Switches the sync's protections off, one and two at a time, and prints in which seeded histories that is noticed.

python tests/long/switch_off.py [--seeds 0-19] [--steps 40] [--pairs] [--together] [--only NAME] [--faults "work rot"]

Two are looked for first where one of them was noticed alone: switched off together they could hide each other. With
`--together` only that counts which neither of the two does alone: so is found which of them stand behind one another.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.sync.simulation.history import ALL, play
from tests.sync.simulation.protections import PROTECTIONS

Names = tuple[str, ...]


class Search:
    """Where a protection is missed, by seed; a history is played once for each set of what is switched off."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        first, _, last = asked.seeds.partition("-")
        self._seeds = range(int(first), int(last or first) + 1)
        self.caught: dict[Names, tuple[int, str]] = {}
        self.noticed = cache(self._noticed)

    def look(self, names: Names) -> None:
        """Find the first history in which these are missed, and print it."""
        for seed in self._ordered(names):
            problem = self.noticed(names, seed)
            if problem and not (self._asked.together and self._is_missed_alone(names, seed)):
                self.caught[names] = (seed, problem)
                break
        seed, problem = self.caught.get(names, (-1, ""))
        print(f"{' + '.join(names):60} {f'seed {seed}: {problem[:90]}' if problem else 'not noticed'}", flush=True)

    def _ordered(self, names: Names) -> Iterable[int]:
        known = [self.caught[(name,)][0] for name in names if (name,) in self.caught]
        return self._seeds if self._asked.together else dict.fromkeys([*known, *self._seeds])

    def _is_missed_alone(self, names: Names, seed: int) -> bool:
        return len(names) > 1 and any(self.noticed((name,), seed) for name in names)

    def _noticed(self, names: Names, seed: int) -> str:
        """Return the first thing that went wrong in a history without these protections."""
        asked = self._asked
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder, pytest.MonkeyPatch.context() as patch:
            for name in names:
                PROTECTIONS[name](patch)
            try:
                outcome = play(seed, Path(folder), asked.steps, frozenset(asked.faults.split()) or ALL, asked.rounds)
            except Exception as error:  # noqa: BLE001 - whatever falls over was noticed
                return f"{type(error).__name__}: {error}"
        return outcome.problems[0] if outcome.problems else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-19", help="the first and the last")
    parser.add_argument("--steps", type=int, default=40)
    # A history that does not drain is noticed sooner than after the last chance of an honest one.
    parser.add_argument("--rounds", type=int, default=1500, help="how long all may take to drain")
    parser.add_argument("--pairs", action="store_true", help="also every two of them")
    parser.add_argument("--together", action="store_true", help="of two, only what neither does alone")
    parser.add_argument("--faults", default="", help="what may go wrong, by the names in history.py; else everything")
    parser.add_argument("--only", default="", help="only those with this in their names")
    parser.add_argument("--folder", default="/dev/shm" if Path("/dev/shm").is_dir() else None)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    search = Search(asked)
    sets: list[Names] = [(name,) for name in PROTECTIONS]
    if asked.pairs:
        sets += combinations(PROTECTIONS, 2)
    sets = [names for names in sets if asked.only in " + ".join(names)]
    for names in sets:
        search.look(names)
    for size, what in ((1, "are noticed alone"), (2, "pairs are noticed")):
        those = [names for names in sets if len(names) == size]
        print(f"{sum(names in search.caught for names in those)} of {len(those)} {what}")
    return int(any(names not in search.caught for names in sets if len(names) == 2))


if __name__ == "__main__":
    sys.exit(main())
