"""The place in a photo that is asked about, shown large beside the question."""

from collections.abc import Callable

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from devices.readings import Scan
from grading.reading import Reading
from station.inputs import Command, Do, LabelRead
from station.inspecting.facts import PhotoTaken
from ui.panels.now import NowPanel
from ui.parts.crop import Crop
from ui.view import View


def asked(hands, see: Callable[..., View], box: tuple[int, int, int, int]) -> View:
    """Headphones with a serial number in the photo that nobody scanned, up to the question."""
    hands.sign_in()
    hands.begin("headphones")
    hands.scan("9506000001074")
    hands.go_to("serial")
    hands.take(Command(Do.SKIP))
    hands.go_to("inspect")
    item = hands.bench.state.item
    photo = next(each for each in item.photos if isinstance(each, PhotoTaken) and each.shot == "label")
    found = (Reading("serial", "H2224425130", 990, box),)
    hands.take(LabelRead(item.identified.item, "label", photo.sha256, found, "2026-11-26"))
    assert see().still == ""
    hands.go_to("reading", {"packaging": "no_box", "body": "smooth"})
    return see()


def colours(widget: Crop, width: int, height: int) -> QImage:
    widget.resize(width, height)
    return widget.grab().toImage()


def test_the_question_shows_the_place_in_its_photo(hands, see, qtbot, qapp: QApplication) -> None:
    view = asked(hands, see, (60, 40, 80, 20))
    assert view.prompt.stage == "reading"
    assert view.still.endswith(".jpg") and view.crop == (60, 40, 80, 20)
    alone = Crop()
    qtbot.addWidget(alone)
    alone.render(view)
    focus = QColor(view.theme.focus).rgb()
    image = colours(alone, 480, 160)
    framed = [x for x in range(480) if image.pixel(x, 80) == focus]
    assert framed, "the reading is framed"
    panel = NowPanel()
    qtbot.addWidget(panel)
    panel.render(view)
    crop = panel.findChild(Crop)
    assert crop is not None and not crop.isHidden() and crop.accessibleName()
    hands.take(Command(Do.CHOOSE, "1"))
    panel.render(see())
    assert crop.isHidden()
    assert hands.bench.state.item.serial.serial == "H2224425130"


def test_a_place_outside_the_photo_shows_all_of_it(hands, see, qtbot, qapp: QApplication) -> None:
    view = asked(hands, see, (90_000, 90_000, 10, 10))
    crop = Crop()
    qtbot.addWidget(crop)
    crop.render(view)
    assert not crop.isHidden()
    assert colours(crop, 300, 200).pixelColor(150, 100) != QColor(0, 0, 0)


def test_a_scan_answers_the_question_too(hands, see, qtbot) -> None:
    asked(hands, see, (60, 40, 80, 20))
    hands.take(Scan("scanner", "H2224425130", "", 99.0))
    assert hands.bench.state.item.serial.read_from == ""
    assert hands.bench.prompt.stage == "result"
