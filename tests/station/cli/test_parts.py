"""A station put together from its settings: what training keeps apart, and what is opened and closed."""

import queue
import threading
from pathlib import Path
from typing import Any

import msgspec

from devices.readings import Frame, Scan, Up
from devices.simulators.bench import SimulatedBench
from station import sample
from station.cli.parts import open_station
from station.local_copy import LocalCopy, Record
from station.settings import CameraSettings, CentralSettings, Settings
from sync.central.sample import records


def filled(folder: Path) -> Path:
    """The folder of a station that has pulled the sample site."""
    folder.mkdir()
    copy = LocalCopy.open(folder / "expected.sqlite")
    rows = [Record(seq, each.kind, each.key, msgspec.Raw(each.body)) for seq, each in enumerate(records(), start=1)]
    copy.apply(1, len(rows), rows)
    copy.close()
    return folder


def typed(text: str) -> Scan:
    return Scan("keyboard", text, "", float(len(text)))


def work(folder: Path, settings: Settings, training: bool) -> list[str]:
    """Sign in and scan a parcel; return the names of the facts that were written."""
    words: list[Any] = []
    with open_station(folder, settings, words.append, training) as station:
        for text in ("BDG-1001", "1234", sample.parcels()[0].code):
            station.desk.take(typed(text))
        assert station.desk.bench.training is training
        return [entry.type for entry in station.desk.bench.journal.entries(0, 100)]


def test_training_is_the_same_work_on_a_journal_that_never_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "station"
    token = tmp_path / "token"
    token.write_text("secret", encoding="utf-8")
    central = CentralSettings("http://127.0.0.1:9", "sample", str(token))
    settings = Settings(central=central)
    filled_folder = work_begun(folder)
    with open_station(filled_folder, settings, lambda word: None, training=True) as station:
        station.begin()
        started = [thread.name for thread in threading.enumerate()]
        for text in ("BDG-1001", "1234", sample.parcels()[0].code):
            station.desk.take(typed(text))
        assert station.desk.bench.journal.last_seq > 0
    assert not any("courier" in name for name in started)
    assert work(filled_folder, Settings(), training=False) == ["ShiftOpened", "SignedIn", "ParcelArrived"]


def work_begun(folder: Path) -> Path:
    """A station's folder as its first start leaves it, with the sample site pulled."""
    with open_station(folder, Settings(), lambda word: None):
        pass
    (folder / "expected.sqlite").unlink()
    copy_folder = filled(folder.parent / "pulled")
    (copy_folder / "expected.sqlite").rename(folder / "expected.sqlite")
    return folder


def test_a_station_without_devices_works_by_keyboard_and_says_what_is_missing(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    with open_station(folder, Settings(), lambda word: None) as station:
        assert station.workers == {}
    assert work(folder, Settings(), training=False) == ["ShiftOpened", "SignedIn", "ParcelArrived"]


def test_live_pictures_come_when_somebody_watches(tmp_path: Path) -> None:
    folder = work_begun(tmp_path / "station")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with SimulatedBench(tmp_path / "devices") as devices:
        settings = Settings(camera=CameraSettings(devices.address("camera")))
        with open_station(folder, settings, words.put) as station:
            station.begin()
            await_word(words, Up)
            station.desk.watch(True)
            await_word(words, Frame)


def await_word(words: "queue.SimpleQueue[Any]", kind: type) -> None:
    while not isinstance(words.get(timeout=20), kind):
        pass
