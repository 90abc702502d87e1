"""A scripted shift does what it says, in time, and a mistake in it is named by line and field."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from devices.readings import AcceptedWeight, Down, Scan, Up
from devices.scales import models as scales
from devices.scanners.serial_line import SerialScanner
from devices.serial_port import LineSettings
from devices.simulators import scenario
from devices.simulators.bench import SimulatedBench
from devices.simulators.scenario import ScenarioError
from devices.worker import Worker

SAMPLES = sorted((Path(scenario.__file__).parent / "scenarios").glob("*.toml"))


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "shift.toml"
        path.write_text(text)
        return path

    return write


@pytest.mark.usefixtures("goes_down")
def test_a_scenario_drives_the_bench_and_the_drivers_see_it(tmp_path: Path, inbox, written) -> None:
    path = written(
        """
        title = "One parcel"
        [[step]]
        do = "scan"
        code = "PARCEL-1"
        aim = "]C0"
        [[step]]
        after = 0.1
        do = "place"
        weight_mg = 2_310_000
        wobble_s = 0
        [[step]]
        at = 1.5
        do = "unplug"
        device = "scanner"
        [[step]]
        do = "plug"
        device = "scanner"
        """
    )
    said: list[str] = []
    with SimulatedBench(tmp_path / "bench") as bench:
        scanner = SerialScanner("scanner", LineSettings(bench.address("scanner")))
        scale = scales.session(scales.named("mt-sics"), "scale", bench.address("scale"))
        workers = [Worker("scanner", scanner, inbox.post, (0.05, 0.1)), Worker("scale", scale, inbox.post)]
        for worker in workers:
            worker.start()
        try:
            # A driver throws away what came before its port was open, so nothing is scanned until both are up.
            for _ in workers:
                inbox.next(Up)
            began = time.monotonic()
            scenario.play(scenario.read(path), bench, say=said.append)
            assert time.monotonic() - began >= 1.5
            assert inbox.next(Scan).text == "PARCEL-1"
            assert inbox.next(AcceptedWeight).weight_mg == 2_310_000
            assert inbox.next(Down).device == "scanner"
        finally:
            for worker in workers:
                worker.stop()
    assert [line.split(" s  ")[1] for line in said] == [
        "scan code=PARCEL-1 aim=]C0",
        "place weight_mg=2310000 wobble_s=0.0",
        "unplug device=scanner",
        "plug device=scanner",
    ]


def test_an_event_that_does_not_come_ends_it_by_its_line(tmp_path: Path, written) -> None:
    path = written('[[step]]\nawait = "label"\nwithin = 0.05\ndo = "media_out"\n')
    with SimulatedBench(tmp_path / "bench") as bench, pytest.raises(ScenarioError, match="line 1: label: no label"):
        scenario.play(scenario.read(path), bench)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_can_be_played(path: Path) -> None:
    assert scenario.main([str(path), "--check"]) == 0
    assert len(scenario.read(path).steps) >= 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[step]]\ndo = 'place'\nweight_mg = 'heavy'", "line 3: weight_mg: must be a whole number, not 'heavy'"),
        ("title = 'x'\n\n[[step]]\ndo = 'dance'", "line 4: do: 'dance' is none of scan, "),
        ("[[step]]\ndo = 'scan'\n[[step]]\ndo = 'scan'\ncode = 'A'", "line 1: code: scan needs it"),
        ("[[step]]\ndo = 'scan'\ncode = 'A'\ncolour = 1", "line 4: colour: scan has no such field; it has code, aim"),
        ("[[step]]\ndo = 'thaw'\nat = 1\nafter = 2", "line 4: after: a step has at or after"),
        ("[[step]]\ndo = 'thaw'\nat = -1", "line 3: at: seconds are not below zero"),
        ("[[step]]\ndo = 'thaw'\nat = inf", "line 3: at: seconds are not below zero, and less than a day"),
        ("[[step]]\ndo = 'thaw'\nafter = nan", "line 3: after: seconds are not below zero"),
        ("[[step]]\ndo = 'thaw'\nat = true", "line 3: at: must be a number, not True"),
        ("[[step]]\nat = 1", "line 1: do: a step does something"),
        ("[[step]]\nawait = 'rain'", "line 2: await: 'rain' is none of label"),
        ("[[step]]\ndo = 'unplug'\ndevice = 'lamp'", "line 3: device: 'lamp' is none of scanner"),
        ("titel = 'x'\n[[step]]\ndo = 'thaw'", "titel is nothing a scenario has"),
        ("title = 'x'", "there must be steps"),
        ("[[step]\n", "line 1"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field(written, capsys, text: str, words: str) -> None:
    assert scenario.main([str(written(text)), "--check"]) == 1
    said = capsys.readouterr().err
    assert "shift.toml" in said and words in said


def test_a_file_that_is_no_text_is_said(tmp_path: Path, capsys) -> None:
    (tmp_path / "shift.toml").write_bytes(b'title = "\xe4"')
    assert scenario.main([str(tmp_path / "shift.toml"), "--check"]) == 1
    assert "shift.toml: 'utf-8' codec" in capsys.readouterr().err


def test_the_command_plays_a_file_and_lists_its_deeds(tmp_path: Path, written) -> None:
    path = written('[[step]]\nat = 60\ndo = "scene"\ncategory = "home"\n')
    command = [sys.executable, "-m", "devices.simulators.scenario", str(path), "--bench", str(tmp_path / "b")]
    done = subprocess.run([*command, "--speed", "600"], capture_output=True, text=True, timeout=60, check=True)
    assert f"scanner  {tmp_path / 'b' / 'scanner'}" in done.stdout and "scene category=home" in done.stdout
    assert done.stderr == ""


def test_the_deeds_are_listed_with_their_fields(capsys) -> None:
    assert scenario.main(["--deeds"]) == 0
    assert "place          weight_mg (a whole number, needed), wobble_s (a number)" in capsys.readouterr().out
