"""Histories of benches, lines and disks that fail: whatever happened, at last all is at central, once, and mirrored."""

import random
from pathlib import Path

import pytest

from station.moments import utc
from station.receiving.facts import ParcelArrived
from sync.clock import Clock
from sync.errand import Heard
from tests.sync.simulation.center import INDIGESTIBLE, Center
from tests.sync.simulation.history import SEEDS_OF_SUITE, START, play
from tests.sync.simulation.line import Line, Weather
from tests.sync.simulation.machine import Machine
from tests.sync.simulation.seeded import be_quiet

STEPS = 20


@pytest.mark.parametrize("seed", SEEDS_OF_SUITE)
def test_nothing_is_lost_or_doubled_and_the_same_seed_is_the_same_history(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_quiet(monkeypatch)
    outcomes = [play(seed, _empty(tmp_path / name), STEPS) for name in ("once", "again")]
    again = f"python tests/long/simulate_sync.py --seeds {seed}-{seed} --steps {STEPS} --trace"
    assert outcomes[0].problems == [], f"see it again: {again}"
    assert outcomes[0].hash == outcomes[1].hash, f"not the same twice: {again}"


def test_a_fork_at_a_fact_that_central_fails_at_is_remembered_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copied station's first fact is one central cannot digest, and another stands in its place."""
    be_quiet(monkeypatch)
    center, weather, now_s = Center(tmp_path / "central", lambda: utc(START)), Weather(random.Random(1)), 0.0
    line = Line(center, weather, center.enrol("A1", "north"), lambda _: None)
    clock = Clock(lambda: now_s, lambda: START)
    first = Machine("A1", "A1", "north", tmp_path / "A1", line, weather, clock, 7)
    first.clone_to(tmp_path / "A2")
    copy = Machine("A2", "A1", "north", tmp_path / "A2", line, weather, clock, 8)
    first.record(ParcelArrived("P-1", "T1", "ups", "return", "none"))
    copy.record(ParcelArrived("P-1", "T2", INDIGESTIBLE.decode(), "return", "none"))
    for machine, why in ((first, ""), (copy, "fork")):
        for _ in range(100):
            machine.step(Heard(facts=True))
            if machine.errand.status.why == why and machine.errand.status.waiting == (machine is copy):
                break
            now_s = max(now_s, machine.due_at)
        assert machine.errand.status.why == why
    epoch = copy.journal.epoch
    copy.restart()
    assert (copy.salvages, first.salvages) == (1, 0)
    assert copy.journal.epoch != epoch
    for each in (first, copy, center):
        each.close()


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder
