"""What the start of the bench does not wait for: libraries no screen needs, the demonstration's programs, devices."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from devices.readings import Up
from devices.simulators.bench import SimulatedBench
from station import sample
from station.cli.demo import EmbeddedCentral
from station.cli.parts import open_station
from station.settings import CameraSettings, PrinterSettings, ScaleSettings, ScannerSettings, Settings
from sync.client import Client

ROOT = Path(__file__).parents[3]


def loaded_by(*modules: str) -> set[str]:
    """The modules that are there once these were imported, in a process of their own."""
    program = f"import {', '.join(modules)}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_demonstrations_programs_are_begun_before_the_slow_libraries_are_loaded() -> None:
    loaded = loaded_by("station.__main__", "station.cli.opening")
    assert "station.cli.demo" in loaded
    assert not loaded & {"PySide6", "sqlalchemy", "httpx", "numpy", "cv2", "PIL"}


def test_the_window_opens_without_what_only_photos_central_and_new_tables_need() -> None:
    loaded = loaded_by("station.cli.windowed")
    assert {"PySide6.QtWidgets", "sqlalchemy"} <= loaded
    assert not loaded & {"httpx", "numpy", "cv2", "zxingcpp", "alembic", "uvicorn", "starlette", "psycopg"}


def test_central_is_waited_for_the_first_time_only_and_never_missed(tmp_path: Path) -> None:
    with EmbeddedCentral(tmp_path / "central") as central:
        first = central.settings()
        assert Path(first.token_file).exists()
    with EmbeddedCentral(tmp_path / "central") as central:
        again = central.settings()
        # What is asked before central has begun to listen waits at its door.
        client = Client(again.url, sample.STATION, Path(again.token_file).read_text("ascii").strip())
        try:
            assert client.pull(again.site, 0, 1).records
        finally:
            client.close()


@pytest.mark.parametrize("wait", [False, True])
def test_devices_begin_when_the_station_does_and_come_up_in_their_own_time(tmp_path: Path, wait: bool) -> None:
    ups: list[str] = []
    with SimulatedBench(tmp_path / "devices", wait=wait) as devices:
        settings = Settings(
            scanners=(ScannerSettings(port=devices.address("scanner")),),
            scale=ScaleSettings(port=devices.address("scale")),
            cameras=(CameraSettings(source=devices.address("camera")),),
            printer=PrinterSettings(host=devices.printer.host, port=devices.printer.port),
        )
        before = set(threading.enumerate())
        with open_station(
            tmp_path, settings, lambda word: ups.append(word.device) if isinstance(word, Up) else None
        ) as station:
            assert not [each for each in set(threading.enumerate()) - before if each.name.startswith("device-")]
            station.begin()
            deadline = time.monotonic() + 60
            while set(ups) != {"scanner", "scale", "camera", "printer"}:
                assert time.monotonic() < deadline, ups
                time.sleep(0.01)
