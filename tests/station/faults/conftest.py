"""Real drivers on simulated devices that can be made to fail, and one who works at a bench with them."""

import queue
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.readings import AcceptedWeight, Scan
from devices.simulators.bench import SimulatedBench
from station import sample
from station.cli.demo import demo_settings
from station.cli.parts import Station, open_station
from station.inputs import Command, Do
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.outcome import Tone
from station.settings import CentralSettings, PrinterSettings, ScaleSettings, Settings
from station.stages import question_due
from sync.central import sample as sample_records

WITHIN_S = 100.0
PARCEL = next(each for each in sample.parcels() if each.key == "headphones")
BADGE, PIN = next((each.badge, each.pin) for each in sample.people() if each.role == "grader")
OFF: dict[str, dict[str, Any]] = {
    "scanner": {"scanners": ()},
    "scale": {"scale": ScaleSettings()},
    "camera": {"cameras": ()},
    "printer": {"printer": PrinterSettings()},
}


@pytest.fixture(scope="session")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedBench]:
    """Four simulated devices, each a process, for all tests; each test finds them whole."""
    with SimulatedBench(tmp_path_factory.mktemp("devices")) as bench:
        yield bench


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of the sample site in which nothing has happened."""
    folder = tmp_path_factory.mktemp("begun")
    Journal.open(folder / "station.sqlite", sample.STATION).close()
    copy = LocalCopy.open(folder / "expected.sqlite")
    records = [
        Record(seq, change.kind, change.key, msgspec.Raw(change.body))
        for seq, change in enumerate(sample_records.records(), start=1)
    ]
    copy.apply(1, len(records), records)
    copy.close()
    return folder


class Floor:
    """A station with its devices, and one who pumps what they say and works at it."""

    def __init__(
        self, folder: Path, station: Station, words: "queue.SimpleQueue[Any]", devices: SimulatedBench
    ) -> None:
        self.folder = folder
        self.station, self.words, self.devices = station, words, devices
        self.desk, self.bench = station.desk, station.desk.bench
        self.heard: list[Any] = []
        self.sounds: list[Tone] = []
        self.desk.on_sound = self.sounds.append
        self._seconds = 0.0

    @property
    def stage(self) -> str:
        return self.bench.prompt.stage

    def facts(self, *kinds: type) -> list[Any]:
        facts = [entry.fact() for entry in self.bench.journal.entries(0, 10_000)]
        return [fact for fact in facts if not kinds or isinstance(fact, kinds)]

    def until(self, condition: Callable[[], object], what: str, within_s: float = WITHIN_S) -> None:
        """Take what devices say until the condition holds."""
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, (
                f"waited in vain for {what}; heard {[type(word).__name__ for word in self.heard[-9:]]}"
            )
            try:
                word = self.words.get(timeout=0.2)
            except queue.Empty:
                continue
            self.heard.append(word)
            self.desk.take(word)

    def until_heard(self, kind: type, matching: Callable[[Any], bool] = lambda word: True, count: int = 1) -> None:
        seen = len(self.heard)
        self.until(
            lambda: sum(isinstance(word, kind) and matching(word) for word in self.heard[seen:]) >= count,
            f"{count} {kind.__name__}",
        )

    def until_lamp(self, device: str, light: str) -> None:
        self.until(lambda: device in self.desk.lamps and self.desk.lamps[device].light == light, f"{device} {light}")

    def scan(self, text: str) -> None:
        """Hand a scan to the desk, without a scanner; each is one of its own, however fast the test is."""
        self._seconds += 1.0
        self.desk.take(Scan("another", text, "", time.monotonic() + self._seconds))

    def do(self, do: Do, value: str = "") -> None:
        self.desk.take(Command(do, value))

    def go_to(self, *stages: str) -> None:
        """Do what is asked, without devices, until one of the stages is reached."""
        for _ in range(60):
            if self.stage in stages:
                return
            self._answer()
        raise AssertionError(f"never came to {stages}, stays at {self.bench.prompt}")

    def _answer(self) -> None:
        item, asked = self.bench.state.item, self.stage
        if asked == "sign-in":
            self.scan(BADGE)
        elif asked == "pin":
            self.scan(PIN)
        elif asked == "idle":
            self.scan(PARCEL.code)
        elif asked == "weigh":
            self.desk.take(AcceptedWeight("scale", PARCEL.weight_mg, 0.0))
        elif asked == "item":
            if self.bench.state.parcel is not None and self.bench.state.parcel.items:
                self.do(Do.FINISH)
            else:
                self.scan(PARCEL.items[0].code)
        elif asked == "serial":
            self.scan(PARCEL.items[0].serial)
        elif asked == "photo":
            self.do(Do.SKIP)
        elif asked in ("skip-why", "again"):
            self.do(Do.CHOOSE, "1")
        elif asked == "inspect":
            assert item is not None
            question = question_due(item, self.bench.known)
            assert question is not None
            self.do(Do.CHOOSE, question.options[0].id)
        elif asked in ("result", "prep"):
            self.do(Do.CONFIRM)
        elif asked == "label":
            assert item is not None
            self.scan(item.plate)
        elif asked == "place":
            assert item is not None
            fits = (each for each in sample.bins() if each.disposition == item.disposition)
            self.scan(next(each.code for each in fits if each.client in ("", item.identified.client)))
        else:
            raise AssertionError(f"no answer to {asked}")


Open = Callable[..., Floor]


@pytest.fixture
def opened(devices: SimulatedBench, begun: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens a station with the devices that are named, in a folder of its own, and waits until they are up."""
    with ExitStack() as stack:
        stack.callback(_mend, devices)

        def _open(*names: str, folder: Path | None = None, central: CentralSettings | None = None) -> Floor:
            home = shutil.copytree(begun, folder or tmp_path / "data", dirs_exist_ok=True)
            settings = demo_settings(Settings(), devices, central or CentralSettings())
            off = {field: value for name, left in OFF.items() if name not in names for field, value in left.items()}
            words: queue.SimpleQueue[Any] = queue.SimpleQueue()
            station = stack.enter_context(open_station(home, msgspec.structs.replace(settings, **off), words.put))
            station.begin()
            floor = Floor(home, station, words, devices)
            for name in names:
                floor.until_lamp(name, "ok")
            return floor

        yield _open


def _mend(devices: SimulatedBench) -> None:
    for device in ("scanner", "scale", "camera", "printer"):
        devices.plug(device)
    devices.scale.speak()
    devices.scale.remove(0.0)
    devices.camera.thaw()
    devices.printer.refill()
