"""A stop fills the middle of the screen: words, stripes and a symbol, in both themes, and nothing else asks."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from station.inputs import Command, Do
from station.prompt import Button, Prompt
from ui.parts.interlock import InterlockCard
from ui.theme import THEMES, contrast
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


def test_a_stop_is_gone_with_its_prompt(hands, see: Callable, window: Window) -> None:
    hands.sign_in()
    window.render(replace(see(), prompt=STOP))
    window.render(see())
    assert not any(each.isVisible() for each in window.findChildren(InterlockCard))
