"""Histories of benches, lines and disks that fail: whatever happened, at last all is at central, once, and mirrored."""

from pathlib import Path

import pytest

from tests.sync.simulation.history import SEEDS_OF_SUITE, play

STEPS = 20


@pytest.mark.parametrize("seed", SEEDS_OF_SUITE)
def test_nothing_is_lost_or_doubled_and_the_same_seed_is_the_same_history(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the courier says of each failure is its own matter here; histories are full of them.
    monkeypatch.setattr("sync.errand._log.disabled", True)
    monkeypatch.setattr("sync.mirror._log.disabled", True)
    outcomes = [play(seed, _empty(tmp_path / name), STEPS) for name in ("once", "again")]
    again = f"python tests/long/simulate_sync.py --seeds {seed}-{seed} --steps {STEPS} --trace"
    assert outcomes[0].problems == [], f"see it again: {again}"
    assert outcomes[0].hash == outcomes[1].hash, f"not the same twice: {again}"


def test_a_fork_at_a_fact_that_central_fails_at_is_remembered_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this history a copied station's first fact is one central cannot digest, and another stands in its place."""
    monkeypatch.setattr("sync.errand._log.disabled", True)
    monkeypatch.setattr("sync.mirror._log.disabled", True)
    assert play(132, _empty(tmp_path / "once"), 60).problems == []


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder
