"""A photo is opened over the question, looked into and marked: by keys alone, by touch alone; work goes on by scan."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from devices.readings import Scan
from resources.words import Translator
from station.inputs import Do
from station.inspecting.facts import DefectMarked, PhotoTaken
from station.settings import Settings
from ui import setting_up
from ui.panels.evidence import EvidencePanel
from ui.panels.photo import PhotoPanel
from ui.parts.buttons import KeyButton
from ui.parts.canvas import Canvas
from ui.parts.photos import Photos
from ui.photos import Decoder, PhotoDecoded, decoded
from ui.screen import Manner
from ui.searching import searched
from ui.session import Session
from ui.window import Window

# As a camera looks straight down at the mat: 0.1 mm for each thousandth.
MAT = (0.1, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 1.0)


@dataclass
class Bench:
    """A session on a real desk, at the second question of an item with photos."""

    hands: object
    window: Window
    session: Session

    @property
    def panel(self) -> PhotoPanel:
        return self.window.findChildren(PhotoPanel)[0]

    @property
    def canvas(self) -> Canvas:
        return self.panel.findChildren(Canvas)[0]

    @property
    def marks(self) -> tuple[DefectMarked, ...]:
        return self.hands.bench.state.item.marks

    def press(self, *keys: Qt.Key | str, shift: bool = False) -> None:
        held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        for key in keys:
            QTest.keyClick(self.window, key, held)
            QApplication.processEvents()

    def touch(self, words: str) -> None:
        buttons = [each for each in self.panel.findChildren(KeyButton) if each.isVisible()]
        (button,) = [each for each in buttons if words in each.accessibleName()]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def draw(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        box = self.canvas._box()
        at, to = (
            QPoint(*(round(box.left() + x * box.width()), round(box.top() + y * box.height()))) for x, y in (start, end)
        )
        QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(self.canvas, to)
        QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, pos=to)

    def title(self) -> str:
        return self.canvas.accessibleName() if self.panel.isVisible() else ""


@pytest.fixture
def bench(hands, window: Window) -> Iterator[Bench]:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.lay_mat(MAT)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "tagged")
    hands.go_to("inspect")
    session = Session(
        desk=hands.desk,
        history=hands.history,
        workers={},
        window=window,
        panel=None,
        manner=lambda: Manner(Translator("en"), Settings(reduced_motion=True), "14:32"),
        play=lambda tone: None,
        bench=setting_up.Bench(Settings, lambda _: None, lambda _: None, hands.desk.print_test, hands.desk.watch),
        support=lambda: None,
        decode=lambda path: session.take(PhotoDecoded(path, decoded(path))),
        find=lambda text, badges: session.take(searched(hands.seek, text, badges)),
    )
    session.begin()
    QApplication.processEvents()
    yield Bench(hands, window, session)
    session.end()


def test_keys_alone_open_turn_mark_and_take_back(bench: Bench) -> None:
    count = sum(isinstance(each, PhotoTaken) for each in bench.hands.bench.state.item.photos)
    assert count > 1 and not bench.panel.isVisible()
    bench.press("p")
    assert bench.title().startswith(f"Photo {count} of {count}")
    bench.press("1")
    assert bench.title().startswith(f"Photo 1 of {count}")
    bench.press(Qt.Key.Key_Right)
    assert bench.title().startswith(f"Photo 2 of {count}")
    bench.press(
        Qt.Key.Key_Left, "m", Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return, "k", "3"
    )
    (made,) = bench.marks
    first = bench.hands.bench.state.item.photos[0]
    assert (made.sha256, made.severity, made.length_um) == (first.sha256, 3, 4000)
    assert (made.x_permille, made.y_permille, made.x2_permille, made.y2_permille) == (500, 500, 540, 500)
    bench.press("u")
    assert bench.marks == () and bench.panel.isVisible()
    bench.press(Qt.Key.Key_Escape)
    assert bench.panel.isVisible(), "the marking ends first"
    bench.press(Qt.Key.Key_Escape)
    assert not bench.panel.isVisible()
    assert len(bench.hands.bench.state.item.answers) == 1, "no key reached the question"


def test_touch_alone_opens_marks_a_point_and_a_line_and_goes_back(bench: Bench) -> None:
    (photos,) = bench.window.findChildren(EvidencePanel)[0].findChildren(Photos)
    thumb = photos._shots[0]._picture
    QTest.mouseClick(thumb, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert bench.panel.isVisible()
    plain = thumb.grab().toImage()
    bench.touch("Mark a defect")
    bench.draw((0.25, 0.5), (0.25, 0.5))
    bench.touch("Hardly seen")
    bench.draw((0.25, 0.5), (0.75, 0.5))
    bench.touch("Another place")
    bench.touch("Spoils")
    point, line = bench.marks
    assert (point.x_permille, point.y_permille) == (point.x2_permille, point.y2_permille)
    assert (point.severity, point.length_um, line.severity) == (1, 0, 4)
    assert line.length_um == pytest.approx(50_000, abs=500) and line.zone != point.zone
    assert thumb.grab().toImage() != plain, "the thumbnail shows its marks"
    bench.touch("Back")
    bench.touch("Back")
    assert not bench.panel.isVisible()


def test_a_mark_is_at_first_what_the_last_answer_told_of(bench: Bench) -> None:
    bench.press("p")
    assert bench.session._view().looked.kind != "hole"
    bench.press("p")
    bench.hands.go_to("result", {"packaging": "tagged", "cloth": "hole"})
    bench.press("p")
    looked = bench.session._view().looked
    assert (looked.kind, looked.zone) == ("hole", "cloth")
    assert looked.kind in looked.kinds and looked.zone in looked.zones


def test_a_mark_is_at_first_something_harmless_where_nothing_tells_and_a_stop_is_seen_at_once(
    bench: Bench,
) -> None:
    bench.press("p")
    looked = bench.session._view().looked
    assert looked.kinds[:2] == ("pests", "mould"), "first what stops"
    assert looked.kind not in ("pests", "mould"), "a finger's slip stops nothing"
    bench.press("m", Qt.Key.Key_Return, Qt.Key.Key_Return)
    while bench.panel._kind != "mould":
        bench.press("k")
    bench.press("1")
    assert not bench.panel.isVisible() and bench.hands.bench.prompt.stage == "interlock"


def test_a_scan_goes_to_the_work_and_closes_the_photo(bench: Bench) -> None:
    bench.press("p")
    bench.session.take(Scan("scanner", "9506000001074", "", 9e8))
    assert not bench.panel.isVisible()
    assert bench.hands.bench.prompt.stage == "another"


def test_larger_smaller_and_moved_but_never_out_of_its_place(bench: Bench) -> None:
    bench.press("p")
    canvas = bench.canvas
    whole = canvas._box()
    bench.press("+", "+")
    larger = canvas._box()
    assert larger.width() == pytest.approx(whole.width() * 2.25)
    for _ in range(20):
        bench.press(Qt.Key.Key_Left, shift=True)
    assert canvas._box().left() == pytest.approx(0, abs=0.01)
    bench.press("-", "-", "-", "-")
    assert canvas._box() == whole
    at = QPointF(whole.left() + 10, whole.top() + 10)
    for turn in (120, 120, -120):
        wheel = QWheelEvent(
            at,
            canvas.mapToGlobal(at),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas, wheel)
    zoomed = canvas._box()
    assert zoomed.width() == pytest.approx(whole.width() * 1.5)
    bench.draw((0.4, 0.4), (0.3, 0.4))
    assert canvas._box().left() < zoomed.left()
    bench.press("0")
    assert canvas._box() == whole


def test_a_photo_that_cannot_be_read_says_so(bench: Bench) -> None:
    bench.press("p")
    path = bench.session._opened.read.path
    bench.session.take(PhotoDecoded(path, QImage()))
    assert "cannot be read" in bench.panel._hint.text()


def test_photos_are_read_in_a_thread_of_their_own(tmp_path, until: Callable) -> None:
    path = tmp_path / "a.png"
    image = QImage(3000, 20, QImage.Format.Format_RGB32)
    image.fill(0)
    assert image.save(str(path))
    came: list[PhotoDecoded] = []
    decoder = Decoder(came.append)
    decoder.want(str(path))
    decoder.want(str(tmp_path / "none.png"))
    until(lambda: len(came) == 2)
    decoder.close()
    assert came[0].image.width() == 3000 and came[1].image.isNull()
