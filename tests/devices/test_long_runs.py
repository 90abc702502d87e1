"""The long runs of tests/long, short: what they look for must hold for a few rounds in every test run."""

import subprocess
import sys
from pathlib import Path

LONG = Path(__file__).parents[1] / "long"


def said(name: str, *arguments: str) -> str:
    command = [sys.executable, str(LONG / f"{name}.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_no_reading_is_wrong_when_plugs_are_pulled() -> None:
    table = said("plug_cycles", "--cycles", "2", "--seed", "7").splitlines()
    assert [line.split()[:2] for line in table[1:5]] == [
        [name, "2"] for name in ("scanner", "scale", "camera", "printer")
    ]


def test_threads_files_and_memory_stay_flat_under_work() -> None:
    last = said("soak", "--minutes", "0.05", "--every-s", "0.5").splitlines()
    assert any("threads +0, files +0" in line for line in last)
