"""With central stopped everything works, and drains by itself."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station import sample
from station.inputs import Do
from station.inspecting.facts import PhotoTaken
from station.journal import read_entries
from station.settings import CentralSettings
from sync.central.token_files import token_file
from tests.ports import lasting_port


class CentralProcess:
    """Central on one port, which can be stopped and started."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, lasting_port()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "sync.central", "serve", "--data", str(self.data), "--port", str(self.port)]
        self._process = subprocess.Popen([*command, "--sample"], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "listening on " in line, line

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None


@pytest.fixture
def central(tmp_path: Path) -> Iterator[CentralProcess]:
    """A central that has the sample's orders, and is stopped."""
    process = CentralProcess(tmp_path / "central")
    process.start()
    process.stop()
    yield process
    process.stop()


def test_with_central_stopped_everything_works_and_drains_by_itself(opened, central: CentralProcess) -> None:
    token = token_file(central.data, sample.STATION)
    floor = opened("camera", central=CentralSettings(f"http://127.0.0.1:{central.port}", sample.SITE, str(token)))
    floor.go_to("photo")
    floor.devices.camera.scene("electronics", seed=12)
    floor.do(Do.SHOOT)
    floor.until(lambda: floor.facts(PhotoTaken), "the photo")
    floor.go_to("place")
    floor.go_to("idle", "item")
    floor.go_to("idle")
    last = floor.bench.journal.last_seq
    floor.until(lambda: floor.desk.sync.waiting == last and floor.desk.sync.photos_waiting == 1, "what waits")
    assert not floor.desk.sync.online and floor.station.history.waiting() == last
    central.start()
    floor.until(
        lambda: floor.desk.sync.online and not floor.desk.sync.waiting and not floor.desk.sync.photos_waiting,
        "central to have it all",
        within_s=100.0,  # the courier waits longer after each failure, and how long is left to chance
    )
    assert floor.station.history.waiting() == 0
    assert floor.bench.journal.last_seq == last
    ours = [(entry.seq, entry.id, entry.hash) for entry in read_entries(floor.bench.journal.path, 0, 1_000)]
    with closing(sqlite3.connect(central.data / "central.sqlite")) as connection:
        assert connection.execute("SELECT seq, id, hash FROM journal ORDER BY seq").fetchall() == ours
    (photo,) = (fact.sha256 for fact in floor.facts(PhotoTaken))
    assert (central.data / "photos" / photo[:2] / photo[2:4] / f"{photo}.jpg").is_file()
