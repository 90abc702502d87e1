"""The simulated scale as a process, for the dialects that are not of a serial line or not asked."""

from pathlib import Path

import pytest

from devices.readings import AcceptedWeight, Up
from devices.scales.models import MODELS, session
from devices.simulators.process import Simulator, SimulatorError
from devices.worker import Worker


@pytest.mark.parametrize(("dialect", "model"), [("cas-22", "cas-22"), ("hid-pos", "hid-pos")])
def test_a_process_for_a_dialect(dialect: str, model: str, tmp_path: Path, inbox) -> None:
    simulator = Simulator("scale", ["--dialect", dialect, "--link", str(tmp_path / "scale")])
    worker = Worker("scale", session(MODELS[model], "scale", simulator.address), inbox.post)
    worker.start()
    inbox.next(Up)
    simulator.do("place", weight_mg=1_500_000, wobble_s=0.1)
    assert inbox.next(AcceptedWeight).weight_mg == 1_500_000
    with pytest.raises(SimulatorError, match="whole, split, glued"):
        simulator.do("deal", how="marked")
    worker.stop()
    simulator.close()
    assert not (tmp_path / "scale").exists()
