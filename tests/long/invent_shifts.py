"""Invents whole shifts, far more than the suite does, and prints how well the close names what went wrong.

python -m tests.long.invent_shifts [--shifts 400]

Recall is the share of injected discrepancies that were named, precision the share of named ones that were injected. One
that is not right is an error at once, with the shortest story that shows it.
"""

import argparse
import sys

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.station.shifts.test_whole_shifts import WholeShifts


def main() -> int:
    """Invent, and print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--shifts", type=int, default=400, help="how many benches' lives, of some shifts each")
    chosen = asked.parse_args()
    tally = {"injected": 0, "named": 0, "right": 0, "closes": 0}

    class Tallied(WholeShifts):
        def note(self, truth: set, named: set) -> None:
            tally["injected"] += len(truth)
            tally["named"] += len(named)
            tally["right"] += len(truth & named)
            tally["closes"] += 1

    run_state_machine_as_test(
        Tallied, settings=settings(max_examples=chosen.shifts, stateful_step_count=60, deadline=None, database=None)
    )
    recall, precision = tally["right"] / max(1, tally["injected"]), tally["right"] / max(1, tally["named"])
    sys.stdout.write(
        f"{tally['closes']} closes, {tally['injected']} discrepancies injected, {tally['named']} named: "
        f"recall {recall:.4f}, precision {precision:.4f}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
