"""The answers of a question with their reference pictures as large as the whole page has room for."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from resources.words import mark
from station.inputs import Command, Do
from station.prompts.question import Button, Prompt
from ui.parts.buttons import aside, tile
from ui.parts.card import Column
from ui.parts.text import Text
from ui.parts.tiles import Tiles
from ui.theme import S8, S12, S24
from ui.view import View
from ui.wording import say

KEY = "Z"
LARGER = Button(KEY, mark("Large pictures"), Command(Do.CANCEL), aside=True)
"""Stands beside what may be done besides; the bench never hears of it, only the screen."""
_SMALLER = Button(KEY, mark("Back to the question"), Command(Do.CANCEL), aside=True)
_TALL = (320, 288, 256, 224, 192, 160, 128, 96)


def has_pictures(prompt: Prompt) -> bool:
    """Tell whether any answer has a reference picture."""
    return any(each.picture for each in prompt.buttons)


class EnlargedPanel(Column):
    """`pressed` carries an answer's button, `closed` nothing: the question is wanted back."""

    pressed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(S24, S12, parent)
        self._title = Text("prompt")
        self._tiles, self._back = Tiles(tile, S12), Tiles(aside, S8)
        self.column.addWidget(self._title)
        self.column.addStretch(1)
        self.column.addWidget(self._tiles)
        self.column.addStretch(1)
        self.column.addWidget(self._back)
        self._tiles.chosen.connect(self.pressed)
        self._back.chosen.connect(lambda _: self.closed.emit())
        self.hide()

    def render(self, view: View, wide: int, high: int) -> None:
        """Show the answers of a view in so much room; hidden unless the pictures are wanted large."""
        self.setVisible(view.enlarged)
        if not view.enlarged:
            return
        tr, prompt = view.tr, view.prompt
        self._title.show_text(say(tr, prompt.title, prompt.params))
        self._back.show_buttons((_SMALLER,), tr, 3)
        answers = tuple(each for each in prompt.buttons if not each.aside)
        pictured = [each for each in answers if each.picture]
        for tall in _TALL:
            for across in dict.fromkeys((len(answers), (len(answers) + 1) // 2)):
                self._tiles.show_buttons(answers, tr, across, tall, over=True)
                self._tiles.forget_heights()
                self.column.invalidate()
                narrow = self.column.totalMinimumSize().width() <= wide
                if pictured and narrow and self.column.totalHeightForWidth(wide) <= high:
                    self._tiles.draw_pictures()
                    return
