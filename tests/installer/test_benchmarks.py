"""The benchmarks are found by name, measured apart from each other, printed and written whole."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = """
import os
def measure():
    return {"process": {"value": os.getpid(), "unit": "pid", "baseline": None, "n": 1},
            "scan_ms": {"value": 3.0, "unit": "ms", "baseline": 1.5, "n": 200}}
"""
OTHER = """
import os
def measure(): return {"other_process": {"value": os.getpid(), "unit": "pid", "baseline": None, "n": 1}}
"""

Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bench(installer: Path, tmp_path: Path) -> Bench:
    """Runs the benchmarks of a folder of its own, `files` by name."""

    def run(files: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (tmp_path / f"bench_{name}.py").write_text(text)
        command = [sys.executable, str(installer / "benchmarks.py"), "--folder", str(tmp_path), *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_all_are_measured_each_in_its_own_process(bench: Bench, tmp_path: Path) -> None:
    done = bench({"bench": GOOD, "sync": OTHER}, "--json", "figures.json")
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["scan_ms"] == {"value": 3.0, "unit": "ms", "baseline": 1.5, "n": 200}
    assert figures["process"]["value"] != figures["other_process"]["value"]
    row = next(line for line in done.stdout.splitlines() if line.startswith("scan_ms"))
    assert row.split() == ["scan_ms", "3", "ms", "1.5", "2.00", "200"]


def test_one_alone(bench: Bench, tmp_path: Path) -> None:
    done = bench({"bench": GOOD, "sync": OTHER}, "--only", "sync", "--json", "figures.json")
    assert (done.returncode, list(json.loads((tmp_path / "figures.json").read_text()))) == (
        0,
        ["other_process"],
    )


def test_a_name_that_is_not_there_is_answered_with_those_that_are(bench: Bench) -> None:
    done = bench({"bench": GOOD}, "--only", "speed")
    assert done.returncode == 2
    assert "no benchmark 'speed'; there are: bench" in done.stderr


def test_one_that_fails_does_not_take_the_others_along(bench: Bench, tmp_path: Path) -> None:
    broken = "def measure(): return {'half': {'value': 1}}"
    done = bench({"bench": GOOD, "broken": broken}, "--json", "figures.json")
    assert done.returncode == 1
    assert "half wants the fields ['baseline', 'n', 'unit', 'value']" in done.stderr
    assert done.stderr.endswith("failed: broken\n")
    assert "scan_ms" in json.loads((tmp_path / "figures.json").read_text())
    assert not list(tmp_path.glob("*.part"))
