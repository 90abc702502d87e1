"""A real bench behind the screens: journal, look-ups and workflow on files; only printer and camera answer at once."""

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QBuffer, QEvent, QIODevice
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QApplication

from devices.readings import AcceptedWeight, Frame, Printed, Scan, Still, Up, Weight, WeightState
from resources.words import Translator, languages
from station import sample
from station.bench import Bench
from station.desk import Desk, Equipment
from station.history import Figures, History
from station.inputs import Command, Do, PhotoChecked
from station.inspecting.facts import PhotoTaken
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.photos import PhotoStore
from station.prompts.question import Prompt
from station.references import FOLDER, AnswerPictures
from station.rules import Rules, read_rules
from station.search.found import Found
from station.settings import Settings
from station.stages import question_due
from station.state import State
from station.steps.place import takes
from station.sync_status import SyncStatus
from station.workflow import step
from sync.central import sample as sample_records
from ui import searching
from ui.pages.settings import SettingsPage
from ui.screen import Manner, Opened, look
from ui.theme import THEMES, font, stylesheet
from ui.view import View
from ui.window import Window

FIGURES = Figures(parcels=42, items=61, per_hour=18, waiting=3, refused=0, exceptions=2)


class PromptEquipment:
    """A printer that prints at once and a camera whose photos are good; what they answer waits in `answers`."""

    def __init__(self, store: PhotoStore, jpeg: bytes) -> None:
        self.answers: list[object] = []
        self.mat: tuple[float, ...] = ()
        self._store, self._jpeg = store, jpeg

    def print(self, job: str, data: bytes) -> None:
        self.answers.append(Printed("printer", job, time.monotonic()))

    def cancel(self, job: str) -> None:
        pass

    def still(self, request: str, shot: str) -> None:
        self.answers.append(Still("camera", request, self._jpeg + os.urandom(8), 1280, 720, time.monotonic()))

    def preview(self, wanted: bool, shot: str = "", camera: str = "", due: str = "") -> None:
        pass

    def read(self, photo: PhotoTaken) -> None:
        pass

    def check(self, still: Still, item: str, parcel: str = "") -> None:
        sha256 = self._store.put(still.jpeg)
        self.answers.append(PhotoChecked(still.request, sha256, len(still.jpeg), (), 210, 500, mat=self.mat))

    def compare(self, taken: object, size_mm: tuple[int, ...]) -> None:
        pass


class Hands:
    """A person at a desk: what they do to its devices."""

    def __init__(self, desk: Desk, equipment: PromptEquipment, history: History) -> None:
        self.desk, self.history = desk, history
        self._equipment = equipment
        self.workers: dict[str, object] = {}
        self.settings = Settings()

    def use(self, settings: Settings) -> None:
        self.settings = settings

    def controls(self) -> dict[str, tuple[object, ...]]:
        return {}

    def advice(self) -> tuple[str, ...]:
        return ()

    @property
    def bench(self) -> Bench:
        return self.desk.bench

    def seek(self, code: str, badges: Collection[str] | None = None) -> Found:
        return self.history.seek(code, self.bench.known.recognise, badges)

    def take(self, word: object) -> None:
        self.desk.take(word)  # type: ignore[arg-type]
        self.settle()

    def settle(self) -> None:
        """Let printer and camera answer."""
        while self._equipment.answers:
            self.desk.take(self._equipment.answers.pop(0))  # type: ignore[arg-type]

    def scan(self, text: str, aim: str = "") -> None:
        # Each scan of a test is a scan of its own, however fast the test runs.
        self.take(Scan("scanner", text, aim, time.monotonic() + next(_SECONDS)))

    def do(self, what: Do, value: str = "") -> None:
        self.take(Command(what, value))

    def weigh(self, weight_mg: int) -> None:
        self.take(AcceptedWeight("scale", weight_mg, time.monotonic()))

    def sign_in(self, badge: str = "BDG-1001") -> None:
        self.scan(badge)
        self.scan(next(each.pin for each in sample.people() if each.badge == badge))

    def lay_mat(self, mat: tuple[float, ...]) -> None:
        """Lay the mat under the camera: each photo knows from now on how large it is."""
        self._equipment.mat = mat

    def lay(self, grams: str) -> None:
        """Put something on the scale, which shows it but has not taken it yet."""
        self.take(Weight("scale", WeightState.moving, Decimal(grams), "g", "gross", b"", 0.0))

    def begin_unweighed(self, key: str) -> sample.SampleParcel:
        parcel = parcel_called(key)
        self.scan(parcel.code, parcel.aim)
        return parcel

    def next_request(self) -> str:
        """The name the workflow gives to the next photo it would ask for."""
        capture = step(self.bench.state, Command(Do.SHOOT), self.bench.known).capture
        assert capture is not None
        return capture.request

    def last_photo(self) -> str:
        item = self.bench.state.item
        assert item is not None
        photo = item.photos[-1]
        assert isinstance(photo, PhotoTaken)
        return photo.sha256

    def begin(self, key: str) -> sample.SampleParcel:
        parcel = parcel_called(key)
        self.scan(parcel.code, parcel.aim)
        if self.bench.prompt.stage == "weigh":
            self.weigh(parcel.weight_mg)
        return parcel

    def go_to(self, stage: str, answers: dict[str, str] | None = None) -> None:
        """Do what the prompt asks until it comes to a stage."""
        for _ in range(60):
            asked = self.bench.prompt
            if asked.stage == stage:
                return
            self._answer(asked, answers or {})
        raise AssertionError(f"never came to {stage}, stays at {self.bench.prompt}")

    def _answer(self, asked: Prompt, answers: dict[str, str]) -> None:
        item = self.bench.state.item
        assert item is not None
        if asked.stage == "photo":
            self.do(Do.SHOOT)
        elif asked.stage == "inspect":
            question = question_due(item, self.bench.known)
            assert question is not None
            self.do(Do.CHOOSE, answers.get(question.id, question.options[0].id))
        elif asked.stage == "interlock" and not any(button.main for button in asked.buttons):
            self.scan(next(each.code for each in sample.bins() if each.hazard))
        elif asked.stage in ("interlock", "result", "prep"):
            self.do(Do.CONFIRM)
        elif asked.stage == "label":
            self.scan(item.plate)
        elif asked.stage == "place":
            self.scan(next(each.code for each in sample.bins() if takes(each, item)))
        elif asked.stage == "serial":
            self.do(Do.SKIP)
        elif asked.stage == "skip-why":
            self.do(Do.CHOOSE, "size")
        else:
            raise AssertionError(f"no answer to {asked}")


_SECONDS = iter(range(1, 1_000_000))


def parcel_called(key: str) -> sample.SampleParcel:
    return next(each for each in sample.parcels() if each.key == key)


def picture(width: int, height: int) -> QImage:
    """A drawn item on a mat, as a camera would see it."""
    image = QImage(width, height, QImage.Format.Format_BGR888)
    image.fill(QColor("#39424b"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shade = QLinearGradient(0, 0, width, height)
    shade.setColorAt(0, QColor("#e9e4da"))
    shade.setColorAt(1, QColor("#a89f8d"))
    painter.setBrush(shade)
    painter.drawRoundedRect(int(width * 0.3), int(height * 0.18), int(width * 0.4), int(height * 0.64), 24, 24)
    painter.setBrush(QColor("#5d5548"))
    painter.drawEllipse(int(width * 0.42), int(height * 0.36), int(height * 0.26), int(height * 0.26))
    painter.end()
    return image


def jpeg_of(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG")
    return bytes(buffer.data().data())


@pytest.fixture(scope="session")
def rules() -> Rules:
    return read_rules()


@pytest.fixture(scope="session")
def site_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The local copy of the sample site, made once."""
    path = tmp_path_factory.mktemp("site") / "expected.sqlite"
    copy = LocalCopy.open(path)
    records = [
        Record(seq, change.kind, change.key, msgspec.Raw(change.body))
        for seq, change in enumerate(sample_records.records(), start=1)
    ]
    copy.apply(1, len(records), records)
    copy.close()
    return path


@pytest.fixture(scope="session")
def new_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal in which nothing stands yet: its tables are made once, which takes longer than all the rest."""
    path = tmp_path_factory.mktemp("journal") / "station.sqlite"
    Journal.open(path, "A01").close()
    return path


@pytest.fixture
def hands(tmp_path: Path, rules: Rules, site_copy: Path, new_journal: Path, qapp: QApplication) -> Iterator[Hands]:
    """A fresh bench of the sample site with a person at it, nobody signed in, all devices well."""
    shutil.copy(new_journal, tmp_path / "station.sqlite")
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        shutil.copy(site_copy, tmp_path / "expected.sqlite")
        copy = LocalCopy.open(tmp_path / "expected.sqlite")
        history = History(journal)
        store = PhotoStore(tmp_path / "photos")
        equipment = PromptEquipment(store, jpeg_of(picture(1280, 720)))
        known = Lookups(
            rules, copy, history, AnswerPictures(tmp_path / FOLDER, articles=PhotoStore(tmp_path / "references"))
        )
        bench = Bench(journal, known, State("A01", "Bench 3"))
        typed: Equipment = equipment
        desk = Desk(bench, typed, store.path)
        for device in ("scanner", "scale", "camera", "printer"):
            desk.take(Up(device, 0.0))
        desk.take(SyncStatus(online=True, waiting=3))
        image = picture(640, 360)
        desk.take(Frame("camera", bytes(image.constBits())[: 640 * 360 * 3], 640, 360, 0.0))
        yield Hands(desk, equipment, history)
        copy.close()


@pytest.fixture
def see(hands: Hands) -> Callable[..., View]:
    """Looks at the bench in a language and a theme."""

    def _see(
        language: str = "en",
        theme: str = "light",
        page: str = "receive",
        bin: str = "",
        searched: str = "",
        tr: Translator | None = None,
        at: float = 0.0,
        line: str = "",
    ) -> View:
        settings = Settings(language=language, theme=theme, reduced_motion=True)
        manner = Manner(tr or Translator(language), settings, "14:32", at=at)
        search = searching.searched(hands.seek, searched) if searched else None
        opened = Opened(page, searched, search=search, line=line, bin=bin)
        return look(hands.desk, FIGURES, manner, opened, history=hands.history)

    return _see


@pytest.fixture(autouse=True)
def windows_go(qapp: QApplication) -> Iterator[None]:
    """Deletes what a test left on the screen: each widget that stays makes the next stylesheet dearer."""
    before = set(qapp.topLevelWidgets())
    yield
    for widget in qapp.topLevelWidgets():
        if widget not in before:
            widget.deleteLater()
    # Qt deletes them in an event loop only, and between two tests there is none.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def dress(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    """Dresses the application in a theme; undresses it afterwards."""

    def _dress(theme: str) -> None:
        sheet = stylesheet(THEMES["dark" if theme == "dark" else "light"])
        if qapp.styleSheet() != sheet:
            qapp.setFont(font())
            qapp.setStyleSheet(sheet)

    yield _dress
    qapp.setStyleSheet("")


@pytest.fixture
def window(dress: Callable, qapp: QApplication) -> Iterator[Window]:
    dress("light")
    made = Window(SettingsPage(languages()))
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()
