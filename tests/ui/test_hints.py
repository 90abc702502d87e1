"""Hints stand beside the photos with how sure they are, and their photos can be seen side by side."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from resources.words import Translator, languages
from station.inputs import PhotoCompared
from ui.pages.settings import SettingsPage
from ui.parts.hints import words
from ui.parts.side_by_side import SideBySide
from ui.view import Compared
from ui.window import Window


@pytest.fixture
def window(dress: Callable, qapp: QApplication) -> Iterator[Window]:
    dress("light")
    made = Window(SettingsPage(languages()))
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def hinted(hands) -> object:
    """A bench at a question, with two hints of the item's photo."""
    hands.sign_in()
    parcel = hands.begin("headphones")
    hands.scan(parcel.items[0].code)
    hands.go_to("photo")  # past the question that comes before any photo
    hands.go_to("inspect")
    item = hands.bench.state.item
    photo = item.photos[0]
    for kind, sure in (("damage_area", 640), ("photo_reused", 930)):
        region = (300, 250, 180, 220) if kind == "damage_area" else ()
        made = PhotoCompared(item.identified.item, photo.shot, photo.sha256, kind, sure, region, "3", photo.sha256)
        hands.take(made)
    return hands


def test_beside_a_photo_with_something_unusual_stands_the_picture_in_which_it_glows(
    hinted, see, window: Window
) -> None:
    item = hinted.bench.state.item
    photo = item.photos[0]
    region = (120, 100, 60, 90)
    hinted.take(
        PhotoCompared(item.identified.item, photo.shot, photo.sha256, "unusual_area", 990, region, "1.9", photo.sha256)
    )
    window.render(see())
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F9)
    (pair,) = window.findChildren(SideBySide)
    assert "unusual" in pair.accessibleName() and "glows" in pair.accessibleName()
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert "Compared with" in pair.accessibleName()


def said(window: Window) -> str:
    labels = [each for each in window.findChildren(QLabel) if each.isVisible()]
    return " ".join(each.accessibleName() or each.text() for each in labels)


def test_hints_are_lines_with_their_confidence_in_words(hinted, see, window: Window) -> None:
    window.render(see())
    QApplication.processEvents()
    assert [each.kind for each in see().compared] == ["photo_reused", "damage_area"]
    spoken = said(window)
    assert "Likely" in spoken and "Perhaps" in spoken and "Look at the marked place" in spoken


def test_the_key_shows_the_photos_of_one_hint_after_the_other_and_then_puts_them_away(
    hinted, see, window: Window
) -> None:
    window.render(see())
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F9)
    (pair,) = window.findChildren(SideBySide)
    assert pair.isVisible() and "earlier item" in pair.accessibleName()
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert pair.isVisible() and "marked place" in pair.accessibleName()
    before = pair.grab().toImage()
    assert before.width() == window.width()
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert not pair.isVisible()


def test_no_key_reaches_the_bench_behind_the_photos_and_esc_or_a_touch_closes_them(hinted, see, window: Window) -> None:
    """A scan is done with the hands at the goods: it counts, and what it led to is seen."""
    pressed: list[object] = []
    window.pressed.connect(pressed.append)
    window.page_wanted.connect(pressed.append)
    window.render(see())
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F9)
    (pair,) = window.findChildren(SideBySide)
    assert "Esc" in pair.accessibleName() and "F9" in pair.accessibleName()
    for target in (window, pair):
        for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_U, Qt.Key.Key_Return, Qt.Key.Key_F2, Qt.Key.Key_F12):
            QTest.keyClick(target, key)
    assert pressed == [] and pair.isVisible()
    QTest.keyClick(pair, Qt.Key.Key_Escape)
    assert not pair.isVisible()
    QTest.keyClick(window, Qt.Key.Key_2)
    assert len(pressed) == 1, "now it is the bench's again"
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert pair.isVisible() and "earlier item" in pair.accessibleName(), "it begins with the first again"
    QTest.mouseClick(pair, Qt.MouseButton.LeftButton)
    assert not pair.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F9)
    hinted.scan("9506000001210")
    window.render(see())
    assert not pair.isVisible()


def test_the_photos_go_when_the_hints_change(hinted, see, hands, window: Window) -> None:
    window.render(see())
    QTest.keyClick(window, Qt.Key.Key_F9)
    hands.go_to("place")
    hands.go_to("item")
    window.render(see())
    (pair,) = window.findChildren(SideBySide)
    assert not pair.isVisible() and see().compared == ()


@pytest.mark.parametrize("kind", ["damage_area", "a kind of a later version"])
def test_a_hint_has_words_in_every_language(kind: str) -> None:
    for language in languages():
        text = words(Translator(language), Compared(kind, "front", True, str(Path("a.jpg"))))
        assert "{" not in text and len(text) > 10
