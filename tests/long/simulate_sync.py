"""Plays seeded histories of benches, lines, disks and central that fail, each twice; prints what was wrong in which.

python tests/long/simulate_sync.py --seeds 0-999 [--steps 60] [--folder /dev/shm] [--trace]
"""

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.sync.simulation.history import Outcome, play


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-99", help="the first and the last, such as 0-999")
    parser.add_argument("--steps", type=int, default=60, help="how many things happen before all is calm")
    parser.add_argument("--folder", default="/dev/shm" if Path("/dev/shm").is_dir() else None)
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    first, _, last = asked.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    bad, facts, salvages, payments, seen = 0, 0, 0, 0, Counter[str]()
    began = time.process_time()
    for seed in seeds:
        # One that is cut off says how far it came.
        print(f"seed {seed}, after {time.process_time() - began:.0f} s of processor time", file=sys.stderr, flush=True)
        one, two = (_play(seed, asked.steps, asked.folder) for _ in range(2))
        if asked.trace:
            print(*one.trace, sep="\n")
        for problem in one.problems:
            print(f"seed {seed}: {problem}", flush=True)
        if one.hash != two.hash:
            print(f"seed {seed}: not the same twice", flush=True)
        if one.problems or one.hash != two.hash:
            bad += 1
            print(f"  python tests/long/simulate_sync.py --seeds {seed}-{seed} --steps {asked.steps} --trace")
        facts, salvages, payments = facts + one.facts, salvages + one.salvages, payments + one.payments
        seen.update(one.seen)
    took_s = time.process_time() - began
    print(f"{bad} of {len(seeds)} histories went wrong; {facts} facts, {salvages} salvages, {payments} payments")
    print(", ".join(f"{name} in {count}" for name, count in seen.most_common()))
    print(f"{took_s:.1f} s of processor time, {took_s / len(seeds) / 2:.2f} s a history")
    return int(bool(bad))


def _play(seed: int, steps: int, folder: str | None) -> Outcome:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        return play(seed, Path(place), steps)


if __name__ == "__main__":
    sys.exit(main())
