"""Switches the sync's protections off, one and two at a time, and prints in which seeded histories that is noticed.

python tests/long/switch_off.py [--seeds 0-19] [--steps 40] [--pairs] [--together] [--only NAME] [--faults "work rot"]

First where they are known to be missed (tests/sync/simulation/missed.py): two that are switched off together could hide
each other. Two that each have a third behind them are missed nowhere. With `--together` only that counts which neither
of the two does alone: so is found which of them stand behind one another.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.sync.simulation.history import ALL
from tests.sync.simulation.missed import known, without
from tests.sync.simulation.protections import PROTECTIONS

Names = tuple[str, ...]
Played = tuple[int, int, str]


class Search:
    """Where a protection is missed, by seed; a history is played once for each set of what is switched off."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        first, _, last = asked.seeds.partition("-")
        self._seeds = range(int(first), int(last or first) + 1)
        self.caught: dict[Names, str] = {}
        self.noticed = cache(self._noticed)

    def look(self, names: Names) -> None:
        """Find the first history in which these are missed, and print it."""
        for played in self._played(names):
            problem = self.noticed(names, *played)
            if problem and not (self._asked.together and self._is_missed_alone(names, played)):
                self.caught[names] = f"seed {played[0]}, {played[1]} steps: {problem[:90]}"
                break
        print(f"{' + '.join(names):60} {self.caught.get(names, 'not noticed')}", flush=True)

    def _played(self, names: Names) -> Iterator[Played]:
        """Return seeds, steps and faults of the histories to be played."""
        asked = self._asked
        if not asked.together:
            yield from ((row.seed, row.steps, row.faults) for row in known(names))
        yield from ((seed, asked.steps, asked.faults) for seed in self._seeds)

    def _is_missed_alone(self, names: Names, played: Played) -> bool:
        return len(names) > 1 and any(self.noticed((name,), *played) for name in names)

    def _noticed(self, names: Names, seed: int, steps: int, faults: str) -> str:
        with tempfile.TemporaryDirectory(dir=self._asked.folder) as folder:
            return without(names, seed, steps, faults.split() or ALL, Path(folder), self._asked.rounds)


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
    # Two that each have a third behind them are missed nowhere; two of which one is missed alone must not hide it.
    hidden = [names for names in sets if names not in search.caught and any((name,) in search.caught for name in names)]
    return int(bool(hidden))


if __name__ == "__main__":
    sys.exit(main())
