"""A desk in memory for the screens: the real workflow over the sample site, without journal and devices."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QApplication

from devices.readings import AcceptedWeight, Frame, Printed, Scan, Weight, WeightState
from grading import route, rubric
from resources import find
from resources.words import Translator
from station import sample
from station.codes import Candidate, read_patterns, recognise
from station.desk import Lamp
from station.inputs import Command, Do, PhotoChecked
from station.known import Plated
from station.outcome import Capture, Notice, Outcome, Tone
from station.prompt import Prompt, prompt
from station.records import Bin, Operator, Product, Receipt, ReturnLine, ReturnOrder
from station.state import State, fold
from station.workflow import step
from ui.screen import Manner, look
from ui.theme import DARK, LIGHT, font, stylesheet
from ui.view import View


class SampleSite:
    """The look-ups of the sample site, from its files."""

    def __init__(self) -> None:
        self._patterns = read_patterns(find.read("carriers.toml"))
        self._products = {
            each.sku: msgspec.structs.replace(each, gtin=each.gtin and each.gtin.zfill(14))
            for each in sample.products()
        }
        self._orders = tuple(self._order(each) for each in sample._toml("orders")["order"])  # type: ignore[union-attr]
        self._rubrics = {
            each.category: each for each in (rubric.parse(find.read(name)) for name in find.names("rubrics"))
        }
        self._routes = route.parse(find.read("routes/default.toml"))
        self._bins = {each["code"]: Bin(**each) for each in sample._toml("bins")["bin"]}  # type: ignore[union-attr]
        self.people = {each.badge: each for each in sample.people()}

    def _order(self, row: dict) -> ReturnOrder:
        lines = tuple(
            ReturnLine(
                line.get("line", str(place)),
                self._products[line["sku"]],
                line.get("quantity", 1),
                tuple(line.get("serials", ())),
                line.get("reason", ""),
            )
            for place, line in enumerate(row["lines"], 1)
        )
        return ReturnOrder(
            row["rma"], row["client"], row["order"], lines, row.get("kind", "return"), tuple(row.get("trackings", ()))
        )

    def operator(self, badge: str) -> Operator | None:
        person = self.people.get(badge)
        return Operator(person.badge, person.name, person.role, person.pin_hash) if person else None

    def pin_is_right(self, operator: Operator, pin: str) -> bool:
        return self.people[operator.badge].pin == pin

    def recognise(self, text: str, aim: str) -> tuple[Candidate, ...]:
        return recognise(text, aim, self._patterns)

    def orders(self, code: str) -> tuple[ReturnOrder, ...]:
        return tuple(each for each in self._orders if code in (each.rma, each.order, *each.trackings))

    def product(self, code: str) -> Product | None:
        same = (each for each in self._products.values() if code.lstrip("0") in (each.sku, each.gtin.lstrip("0")))
        return next(same, None)

    def orders_with_serial(self, serial: str) -> tuple[ReturnOrder, ...]:
        return tuple(each for each in self._orders if any(serial in line.serials for line in each.lines))

    def receipt(self, code: str) -> Receipt | None:
        rows = sample._toml("receipts")["receipt"]
        return next((Receipt(**row) for row in rows if row["code"] == code), None)  # type: ignore[union-attr]

    def plated(self, plate: str) -> Plated | None:
        return None

    def bin(self, code: str) -> Bin | None:
        return self._bins.get(code)

    def bin_is_closed(self, code: str) -> bool:
        return False

    def categories(self) -> tuple[str, ...]:
        return tuple(self._rubrics)

    def rubric(self, category: str, client: str) -> rubric.Rubric | None:
        return self._rubrics.get(category)

    def routes(self, client: str) -> route.RouteTable:
        return self._routes


@dataclass(frozen=True)
class Figures:
    parcels: int = 42
    items: int = 61
    per_hour: int = 18
    waiting: int = 0
    refused: int = 0
    exceptions: int = 2


class MemoryBench:
    """The bench without a journal."""

    def __init__(self, known: SampleSite) -> None:
        self.known = known
        self.state = State("A01", "Bench 3")
        self.notice: Notice | None = None
        self.training = False
        self._txns = itertools.count(1)

    @property
    def prompt(self) -> Prompt:
        return prompt(self.state, self.known)

    @property
    def last_step(self) -> str:
        return self.state.steps[-1].name if self.state.steps else ""

    def handle(self, given: object) -> Outcome:
        outcome = step(self.state, given, self.known)  # type: ignore[arg-type]
        if outcome.facts:
            self.state = fold(self.state, f"t{next(self._txns)}", outcome.facts)
        if outcome.ask != "same":
            self.state = msgspec.structs.replace(self.state, ask=outcome.ask)
        if outcome.notice is not None or outcome.facts:
            self.notice = outcome.notice
        return outcome


class MemoryDesk:
    """Takes words as the desk does, prints at once, and photographs a drawn item."""

    def __init__(self, photo: Path) -> None:
        self.site = SampleSite()
        self.bench = MemoryBench(self.site)
        self.on_change: Callable[[], None] = lambda: None
        self.on_sound: Callable[[Tone], None] = lambda tone: None
        self.lamps = {name: Lamp(name, "ok", "", 0.0) for name in ("scanner", "scale", "camera", "printer", "sync")}
        self.weight: Weight | None = None
        self.frame: Frame | None = None
        self.cannot_save = ""
        self.taken: list[object] = []
        self._photo = photo
        self._numbers = itertools.count(1)

    def photo_path(self, sha256: str) -> Path:
        return self._photo

    def take(self, word: object) -> None:
        self.taken.append(word)
        outcome = self.bench.handle(word)
        for label in outcome.labels:
            self.bench.handle(Printed("printer", label.job, time.monotonic()))
        if outcome.capture is not None:
            self.bench.handle(self._checked(outcome.capture))
        self.on_change()
        if outcome.notice is not None:
            self.on_sound(outcome.notice.tone)

    def acknowledge(self) -> None:
        self.bench.notice = None
        self.on_change()

    def _checked(self, capture: Capture) -> PhotoChecked:
        return PhotoChecked(capture.request, f"{next(self._numbers):064x}", 90_000, (), 210, 500)

    # What a person does, in the words of the devices.

    def scan(self, text: str, aim: str = "") -> None:
        self.take(Scan("scanner", text, aim, time.monotonic()))

    def do(self, what: Do, value: str = "") -> None:
        self.take(Command(what, value))

    def weigh(self, weight_mg: int) -> None:
        self.take(AcceptedWeight("scale", weight_mg, time.monotonic()))

    def sign_in(self, badge: str = "BDG-1001") -> None:
        self.scan(badge)
        self.scan(self.site.people[badge].pin)

    def begin(self, key: str) -> sample.SampleParcel:
        parcel = next(each for each in sample.parcels() if each.key == key)
        self.scan(parcel.code, parcel.aim)
        if self.bench.prompt.stage == "weigh":
            self.weigh(parcel.weight_mg)
        return parcel

    def go_to(self, stage: str, answers: dict[str, str]) -> None:
        """Do what the prompt asks until it comes to a stage."""
        for _ in range(60):
            asked = self.bench.prompt
            if asked.stage == stage:
                return
            self._answer(asked, answers)
        raise AssertionError(f"never came to {stage}, stays at {self.bench.prompt}")

    def _answer(self, asked: Prompt, answers: dict[str, str]) -> None:
        item = self.bench.state.item
        if asked.stage == "photo":
            self.do(Do.SHOOT)
        elif asked.stage == "inspect":
            from station.stages import question_due

            question = question_due(item, self.site)
            self.do(Do.CHOOSE, answers.get(question.id, question.options[0].id))
        elif asked.stage == "result":
            self.do(Do.CONFIRM)
        elif asked.stage == "label":
            self.scan(item.plate)
        elif asked.stage == "place":
            fits = (b for b in self.site._bins.values() if b.disposition == item.disposition)
            self.scan(next(b.code for b in fits if b.client in ("", item.identified.client)))
        elif asked.stage == "serial":
            self.do(Do.SKIP)
        else:
            raise AssertionError(f"no answer to {asked}")


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


def frame() -> Frame:
    image = picture(640, 360)
    return Frame("camera", bytes(image.constBits())[: 640 * 360 * 3], 640, 360, 0.0)


@pytest.fixture
def desk(tmp_path: Path, qapp: QApplication) -> MemoryDesk:
    photo = tmp_path / "photo.jpg"
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture(1280, 720).save(buffer, "JPEG")
    photo.write_bytes(bytes(buffer.data()))
    made = MemoryDesk(photo)
    made.frame = frame()
    return made


@pytest.fixture
def see() -> Callable[..., View]:
    """Looks at a desk in a language and a theme."""

    def _see(desk: MemoryDesk, language: str = "en", dark: bool = False, page: str = "receive") -> View:
        manner = Manner(Translator(language), DARK if dark else LIGHT, page, "14:32")
        return look(desk, Figures(), manner)  # type: ignore[arg-type]

    return _see


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[Callable[[bool], None]]:
    """Dresses the application in the light or dark theme; undresses it afterwards."""

    def dress(dark: bool) -> None:
        sheet = stylesheet(DARK if dark else LIGHT)
        if qapp.styleSheet() != sheet:
            qapp.setFont(font())
            qapp.setStyleSheet(sheet)

    yield dress
    qapp.setStyleSheet("")


def stable(text: str) -> Weight:
    from decimal import Decimal

    return Weight("scale", WeightState.stable, Decimal(text), "g", "gross", b"", 0.0)
