"""Switches the sync's protections off, one and two at a time, and prints in which seeded histories that is noticed.

python tests/long/switch_off.py [--seeds 0-19] [--steps 40] [--pairs] [--only NAME] [--faults "work weather"]
"""

import argparse
import logging
import sys
import tempfile
from itertools import combinations
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.sync.simulation.history import ALL, play
from tests.sync.simulation.protections import PROTECTIONS

# A history that does not drain is noticed sooner than after the last chance of an honest one.
ROUNDS = 1500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-19", help="the first and the last")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--pairs", action="store_true", help="also every two of them")
    parser.add_argument("--faults", default="", help="what may go wrong, by the names in history.py; else everything")
    parser.add_argument("--only", default="", help="only those with this in their names")
    parser.add_argument("--folder", default="/dev/shm" if Path("/dev/shm").is_dir() else None)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    sets = [(name,) for name in PROTECTIONS] + (list(combinations(PROTECTIONS, 2)) if asked.pairs else [])
    caught: set[tuple[str, ...]] = set()
    for names in sets:
        if asked.only not in " + ".join(names) or any((name,) in caught for name in names if len(names) > 1):
            continue
        seed, problem = next(((seed, found) for seed in seeds if (found := _noticed(names, seed, asked))), (-1, ""))
        if problem:
            caught.add(names)
        print(f"{' + '.join(names):60} {f'seed {seed}: {problem[:90]}' if problem else 'not noticed'}", flush=True)
    alone = {name for name in PROTECTIONS if (name,) in caught}
    backed = {name for pair in caught if len(pair) == 2 for name in pair}
    print(f"{len(alone)} of {len(PROTECTIONS)} are noticed alone, {len(backed - alone)} more in pairs")
    return int(asked.pairs and not asked.only and len(alone | backed) < len(PROTECTIONS))


def _noticed(names: tuple[str, ...], seed: int, asked: argparse.Namespace) -> str:
    """Return the first thing that went wrong in a history without these protections."""
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder, pytest.MonkeyPatch.context() as patch:
        for name in names:
            PROTECTIONS[name](patch)
        try:
            outcome = play(seed, Path(folder), asked.steps, frozenset(asked.faults.split()) or ALL, ROUNDS)
        except Exception as error:  # noqa: BLE001 - whatever falls over was noticed
            return f"{type(error).__name__}: {error}"
    return outcome.problems[0] if outcome.problems else ""


if __name__ == "__main__":
    sys.exit(main())
