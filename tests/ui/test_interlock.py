"""A stop fills the middle of the screen: words, stripes and a symbol, in both themes, and nothing else asks."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from station import sample
from station.inputs import Command, Do
from station.prompts.question import Button, Prompt
from ui.drawings import PICTURES, paint
from ui.parts.interlock import InterlockCard
from ui.parts.notice import NoticeStrip
from ui.theme import THEMES, Theme, contrast
from ui.window import Window

STOP = Prompt(
    "interlock",
    "Stop: swollen battery",
    "Put it into the fire-safe box.",
    {},
    (Button("Enter", "I have done this", Command(Do.CONFIRM), main=True),),
    "code",
    "stop",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_stop_is_told_by_words_stripes_and_symbol(hands, see: Callable, window: Window, theme: str) -> None:
    hands.sign_in()
    window.render(replace(see(theme=theme), prompt=STOP))
    QApplication.processEvents()
    card = window.findChildren(InterlockCard)
    shown = next(each for each in card if each.isVisible())
    assert shown.accessibleName() == "Stop: swollen battery"
    look = THEMES[theme].dispositions["hold"]
    assert contrast(look.fill, look.ink) >= 4.5
    drawn = shown.grab().toImage()
    colours = {
        QColor(drawn.pixel(x, y)).name() for x in range(0, drawn.width(), 3) for y in range(0, drawn.height(), 3)
    }
    assert {look.fill, look.ink} <= colours


def test_a_stop_is_announced_as_a_stop_and_not_as_a_refusal(hands, see: Callable, window: Window) -> None:
    hands.sign_in()
    hands.scan(hands.begin("recalled").items[0].code)
    window.render(see())
    QApplication.processEvents()
    strip = window.findChild(NoticeStrip)
    words = [label.text() for label in strip.findChildren(QLabel)]
    assert "Stop: Do what the screen says before anything else." in words
    assert not any(each.isVisible() for each in strip.findChildren(QPushButton))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_picture_is_drawn(theme: Theme, qapp: QApplication) -> None:
    assert {"stop", "fire-box"} <= set(PICTURES)
    for name in PICTURES:
        image = QImage(320, 180, QImage.Format.Format_RGB32)
        image.fill(QColor(theme.surface))
        bare = image.copy()
        painter = QPainter(image)
        paint(painter, name, theme, QPointF(160, 90), 1.0)
        painter.end()
        assert image != bare, name


def test_a_stop_is_gone_with_its_prompt(hands, see: Callable, window: Window) -> None:
    hands.sign_in()
    window.render(replace(see(), prompt=STOP))
    window.render(see())
    assert not any(each.isVisible() for each in window.findChildren(InterlockCard))


def test_nothing_is_offered_to_be_typed_where_only_a_scan_proves_it(hands, see: Callable, window: Window) -> None:
    hands.sign_in()
    hands.scan(hands.begin("hazard").items[0].code)
    hands.scan("PB233813321")
    assert [each.status for each in see().shots], "photos are due before the stop"
    hands.go_to("interlock", {"battery": "yes"})
    assert see().shots == (), "and none of what may burn"
    window.render(see())
    assert not any(each.isVisible() for each in window.findChildren(QLineEdit))
    hands.scan(next(each.code for each in sample.bins() if each.hazard))
    assert hands.bench.prompt.stage != "interlock"
