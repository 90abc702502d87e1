"""Plays seeded histories of crashing workers and a lying provider, and the same without the look-up; prints the counts.

python tests/long/pay_once.py --seeds 200 [--folder /dev/shm]
"""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sync.central.store import Store
from tests.sync.central.resolutions.histories import KeylessLine, Line, play

COUNT = 4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--folder", default=None, help="where the databases lie")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    bad = 0
    for kind in (Line, KeylessLine):
        doubled = persons = resolutions = 0
        for seed in range(asked.seeds):
            with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
                store = Store(f"sqlite:///{folder}/central.sqlite")
                payments, ended = play(store, seed, COUNT, kind)
                store.close()
            doubled += max(payments.counts().values()) > 1
            persons += list(ended.values()).count("needs_person")
            resolutions += len(ended)
        bad += doubled if kind is Line else not doubled
        print(
            f"{kind.__name__}: {doubled} of {asked.seeds} histories paid twice; {persons} of {resolutions} to a person"
        )
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
