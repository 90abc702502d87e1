"""The hands of a demonstration do to real simulators what their buttons say."""

import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel

from devices.simulators.bench import SimulatedBench
from grading import mat
from grading.jpeg import decode
from station import sample
from station.outcome import Notice, Tone
from ui.parts.buttons import KeyButton
from ui.simulator import SimulatorPanel
from ui.theme import S24
from ui.window import Window


@pytest.fixture
def press(hands, see: Callable, dress: Callable, tmp_path: Path, qtbot):
    """The panel over simulators that run, and a way to press its buttons."""
    dress("light")
    with SimulatedBench(tmp_path / "devices", tmp_path / "labels") as devices:
        asked: list[str] = []
        panel = SimulatorPanel(devices, lambda parcel: asked.append(parcel.key))
        panel.render(see())

        def _press(name: str) -> SimulatorPanel:
            next(b for b in panel.findChildren(KeyButton) if b.accessibleName() == name).click()
            return panel

        _press.asked, _press.panel, _press.devices = asked, panel, devices
        yield _press
        panel.close()
        panel.deleteLater()


def test_every_button_does_its_deed_without_complaint(press, hands, see: Callable) -> None:
    panel = press.panel
    hands.sign_in()
    hands.begin("tee")
    hands.scan(sample.parcels()[1].items[0].code)
    hands.go_to("place")
    panel.render(see())
    names = [button.accessibleName() for button in panel.findChildren(KeyButton)]
    assert len(names) > 25
    for name in names:
        press(name)
        assert panel.error == "", name
    assert press.asked == [sample.parcels()[0].key]


def test_the_item_is_told_whole_beside_a_narrow_box(press) -> None:
    panel = press.panel
    _, items = panel.findChildren(QComboBox)
    item = sample.parcels()[0].items[0]
    assert items.currentText() == item.sku
    assert f"{item.code} · {item.serial}" in [text.text() for text in panel.findChildren(QLabel)]
    room = items.width() - 2 * S24
    assert all(items.fontMetrics().horizontalAdvance(each.sku) < room for p in sample.parcels() for each in p.items)


def test_a_finished_parcel_makes_room_for_the_next(press, hands, see: Callable) -> None:
    panel = press.panel
    hands.bench.notice = Notice(Tone.FINISHED, "Parcel finished.")
    panel.render(see())
    panel.render(see())
    press("Do the next thing")
    assert press.asked == [sample.parcels()[1].key]


def test_a_simulator_that_is_gone_says_so_and_nothing_fails(press, tmp_path: Path) -> None:
    link = str(tmp_path / "devices" / "scale")  # other tests' simulators may be running beside ours
    scale = next(child for child in psutil.Process().children() if link in child.cmdline())
    scale.kill()
    scale.wait(60)
    assert press("Wobble").error


def test_beside_the_bench_it_hides_nothing_and_without_room_it_is_a_window_of_its_own(
    press, see: Callable, window: Window
) -> None:
    panel = press.panel
    window.resize(1920, 1080)
    window.render(see())
    window.show_beside(panel)
    QApplication.processEvents()
    bench = window._stack.currentWidget()
    assert not panel.isWindow() and panel.isVisible()
    assert window.rect().contains(panel.geometry())
    assert bench.mapTo(window, bench.rect().topRight()).x() < panel.x()
    window.put_away(panel)
    QApplication.processEvents()
    assert not panel.isVisible() and bench.width() == 1920
    window.show_beside(panel)
    window.resize(1200, 800)
    QApplication.processEvents()
    assert panel.isWindow() and panel.isVisible() and bench.width() == window.width() == 1200


def test_on_the_smallest_bench_screen_it_stands_narrow_beside_the_bench(
    press, see: Callable, window: Window, qtbot
) -> None:
    panel = press.panel
    window.render(see())
    window.show_beside(panel)
    QApplication.processEvents()
    bench = window._stack.currentWidget()
    assert not panel.isWindow() and window.rect().contains(panel.geometry())
    assert bench.width() == 1024 and bench.mapTo(window, bench.rect().topRight()).x() < panel.x()
    buttons = panel.findChildren(KeyButton)
    assert all(panel.rect().contains(each.mapTo(panel, each.rect().topRight())) for each in buttons[:8])
    assert len({each.mapTo(panel, each.rect().topLeft()).x() for each in buttons}) == 1
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: len({each.x() for each in buttons}) > 1, timeout=60_000)
    assert panel.width() == panel.sizeHint().width()


def test_goods_are_laid_on_the_printed_mat(press) -> None:
    """As the bench has it: without the mat no length and no colour of the goods could be told."""
    press("Lay it under the camera")
    with urllib.request.urlopen(press.devices.address("camera"), timeout=60) as stream:
        jpeg = b""
        while b"\xff\xd9" not in jpeg:
            jpeg += stream.read(4096)
    picture = decode(jpeg[jpeg.index(b"\xff\xd8") : jpeg.index(b"\xff\xd9") + 2])
    assert picture is not None
    found = mat.locate_in(picture)
    assert found is not None and not mat.is_bare(picture, found)
