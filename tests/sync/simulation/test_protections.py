"""Each protection is there for something: switched off, a history that is sound with it goes wrong.

The whole table, every pair too: python tests/long/switch_off.py --pairs
"""

import random
from pathlib import Path

import pytest

from station.moments import utc
from station.receiving.facts import ParcelArrived
from station.salvage import salvage
from sync.clock import Clock
from sync.errand import Heard
from tests.sync.simulation.center import INDIGESTIBLE, Center
from tests.sync.simulation.history import ALL, START
from tests.sync.simulation.invariants import problems
from tests.sync.simulation.line import Line, Weather
from tests.sync.simulation.machine import Machine
from tests.sync.simulation.missed import MISSED, Missed, without
from tests.sync.simulation.protections import PROTECTIONS
from tests.sync.simulation.seeded import be_quiet

# Enough for every row to drain when it can.
ROUNDS = 200
# No history tells of this one: below it has a story of its own.
CAME_LATER = "came later"


@pytest.mark.parametrize("row", MISSED, ids=lambda row: " + ".join(row.names))
def test_without_it_a_history_goes_wrong(row: Missed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    be_quiet(monkeypatch)
    problem = without(row.names, row.seed, row.steps, row.faults.split() or ALL, tmp_path, ROUNDS)
    assert problem.startswith(row.wrong)


def test_each_protection_is_missed_somewhere() -> None:
    assert {name for row in MISSED for name in row.names} | {CAME_LATER} == PROTECTIONS.keys()


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_was_set_aside_and_comes_again_whole_is_no_second_fact(
    is_noted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Central failed at a fact; a newer one does not, and the salvaged journal says it under another number."""
    be_quiet(monkeypatch)
    if not is_noted:
        PROTECTIONS[CAME_LATER](monkeypatch)
    center, weather, now_s = Center(tmp_path / "central", lambda: utc(START)), Weather(random.Random(1)), 0.0
    line = Line(center, weather, center.enrol("A1", "north"), lambda _: None)
    bench = Machine("A1", "A1", "north", tmp_path / "A1", line, weather, Clock(lambda: now_s, lambda: START), 7)
    said = bench.record(ParcelArrived("P-1", "T1", INDIGESTIBLE.decode(), "return", "none"))
    for is_failing in (True, False):
        center.fails = is_failing
        bench.step(Heard(facts=True))
        while bench.errand.status.waiting or not bench.errand.is_settled:
            now_s = max(now_s, bench.due_at)
            bench.step(Heard())
        if is_failing:
            bench.close()
            salvage(bench.folder, "A1")
            bench.open()
    held = {entry.id: entry for entry in said}
    found = problems(center, [bench], {"A1": held}, {entry.id: entry.body for entry in said}, set())
    assert [each[:16] for each in found] == ([] if is_noted else ["I1 in two places"])
    bench.close()
    center.close()
