"""Answers that look alike in words stand beside a picture of what each means, as large as the screen has room for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from station import sample
from station.inputs import Do
from station.local_copy import LocalCopy, Record
from station.photos import PhotoStore
from station.records import Reference, reference_key
from station.reference_photo import cleaned
from station.references import FOLDER, AnswerPictures, Place
from tests.ui.conftest import jpeg_of, parcel_called, picture
from tests.ui.test_render import cut_words
from ui.parts.buttons import KeyButton
from ui.window import Window


def heights(window: Window) -> list[int]:
    tiles = [each for each in window.findChildren(KeyButton) if each.objectName() == "tile" and each.isVisible()]
    labels = [label for tile in tiles for label in tile.findChildren(QLabel) if label.isVisible()]
    return [label.height() for label in labels if not label.pixmap().isNull()]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_pictures_stand_on_the_answers_and_grow_with_the_screen(
    hands, see: Callable, window: Window, dress: Callable, language: str, theme: str
) -> None:
    dress(theme)
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "whole")
    pictured = [each for each in see().prompt.buttons if each.picture]
    assert len(pictured) >= 2
    seen = []
    for size in ((1280, 800), (1920, 1080)):
        window.resize(*size)
        QApplication.processEvents()
        window.render(see(language, theme))
        QApplication.processEvents()
        seen.append(heights(window))
    low, high = seen
    assert len(high) == len(pictured) and min(high) >= 96
    # On the least screen they stand over the words: large enough to be seen for what they show.
    assert len(low) == len(pictured) and min(low) >= 56


def test_other_questions_have_none(hands, see: Callable, window: Window) -> None:
    hands.sign_in()
    hands.begin("tee")
    window.render(see())
    QApplication.processEvents()
    assert heights(window) == []


def test_one_key_shows_the_pictures_large_and_an_answer_is_given_there(
    hands, see: Callable, window: Window, wanted: list[bool]
) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "whole")
    window.resize(1280, 800)
    window.render(see())
    QApplication.processEvents()
    small = heights(window)
    assert any(each.accessibleName() == "Z Large pictures" for each in window.findChildren(KeyButton))
    QTest.keyClick(window, Qt.Key.Key_Z)
    assert wanted == [True]
    window.render(replace(see(), enlarged=True))
    QApplication.processEvents()
    assert min(heights(window)) >= 2 * max(small)
    assert len(heights(window)) == len(small)
    pressed: list[object] = []
    window.pressed.connect(pressed.append)
    QTest.keyClick(window, Qt.Key.Key_1)
    visible = [each for each in window.findChildren(KeyButton) if each.isVisible() and each.objectName() == "tile"]
    visible[1].click()
    assert [each.key for each in pressed] == ["1", "2"]
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert wanted == [True, False]
    window.render(see())
    QApplication.processEvents()
    assert heights(window) == small


def test_where_pictures_have_no_room_beside_the_answers_the_same_key_shows_them(
    hands, see: Callable, window: Window
) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "whole")
    window.resize(1024, 768)
    window.render(see())
    QApplication.processEvents()
    assert heights(window) == []
    assert any(each.accessibleName() == "Z Large pictures" for each in window.findChildren(KeyButton))
    window.render(replace(see(), enlarged=True))
    QApplication.processEvents()
    pictured = [each for each in see().prompt.buttons if each.picture]
    assert len(heights(window)) == len(pictured) and min(heights(window)) >= 96


@pytest.fixture
def wanted(window: Window) -> list[bool]:
    """What the window asked for."""
    found: list[bool] = []
    window.enlarge_wanted.connect(found.append)
    return found


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768)])
def test_a_sites_own_photograph_stands_there_in_place_of_the_drawing(
    hands, see: Callable, window: Window, tmp_path: Path, size: tuple[int, int]
) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "whole")
    drawings = [each.picture for each in see().prompt.buttons if each.picture]
    own = AnswerPictures(tmp_path / FOLDER)
    own.put(Place("apparel", "packaging", "tagged"), cleaned(jpeg_of(picture(1600, 1200))))
    pictured = [each.picture for each in see().prompt.buttons if each.picture]
    assert len(pictured) == len(drawings)
    (changed,) = set(pictured) - set(drawings)
    assert changed == str(own.of("apparel", "packaging", "tagged", ""))
    window.resize(*size)
    for enlarged in (False, True):
        window.render(replace(see(), enlarged=enlarged))
        QApplication.processEvents()
        assert cut_words(window) == []
        assert not enlarged or len(heights(window)) == len(pictured)


def test_a_bag_is_compared_with_its_articles_picture_and_where_there_is_none_it_says_so(
    hands, see: Callable, window: Window, tmp_path: Path
) -> None:
    tell = _told_by_central(tmp_path / "expected.sqlite")
    order = next(each for each in sample.orders() if each.rma == parcel_called("tee").orders[0])
    bag = msgspec.structs.replace(order.lines[0].product, category="bags")
    line = msgspec.structs.replace(order.lines[0], product=bag)
    tell("product", bag.sku, bag)
    tell("order", order.rma, msgspec.structs.replace(order, lines=(line, *order.lines[1:])))
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    while "picture" not in see().prompt.title:
        hands.go_to("inspect")
        hands.do(Do.CHOOSE, "tagged" if "wrap" in see().prompt.title else "no")
    asked = see().prompt
    answers = [each for each in asked.buttons if not each.aside]
    assert [each.command.value for each in answers] == ["same", "no_picture", "unsure", "differs"]
    assert "There is no picture of this article here" in asked.reason
    assert not any(each.picture for each in answers)
    store, whole = PhotoStore(tmp_path / "references"), jpeg_of(picture(1600, 1200))
    for shot, jpeg in (("whole", whole), ("label", jpeg_of(picture(1200, 900)))):
        reference = Reference("Tallowby", bag.sku, store.put(jpeg), len(jpeg), shot)
        tell("reference", reference_key(reference), reference)
        answers = [each for each in see().prompt.buttons if not each.aside]
        assert [each.picture for each in answers] == [str(store.path(reference.sha256)), "", "", ""]
    assert "no picture" not in see().prompt.reason
    for size, language in (((1280, 800), "en"), ((1024, 768), "es")):
        window.resize(*size)
        for enlarged in (False, True):
            window.render(replace(see(language), enlarged=enlarged))
            QApplication.processEvents()
            assert cut_words(window) == []
            assert not enlarged or min(heights(window)) >= 200


def _told_by_central(path: Path) -> Callable[[str, str, object], None]:
    def tell(kind: str, key: str, record: object) -> None:
        copy = LocalCopy.open(path)
        seq = copy.cursor() + 1
        copy.apply(seq, seq, [Record(seq, kind, key, msgspec.Raw(msgspec.json.encode(record)))])
        copy.close()

    return tell


def test_a_window_that_became_smaller_meanwhile_shows_the_question_whole(hands, see: Callable, window: Window) -> None:
    hands.sign_in()
    hands.scan(hands.begin("tee").items[0].code)
    hands.go_to("inspect")
    hands.do(Do.CHOOSE, "whole")
    for size, enlarged in (((1920, 1080), False), ((1920, 1080), True), ((1024, 768), True), ((1024, 768), False)):
        window.resize(*size)
        window.render(replace(see(), enlarged=enlarged))
        QApplication.processEvents()
    assert cut_words(window) == []
