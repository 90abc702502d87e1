"""The answers of a question as tiles, and what may be done besides as a row under them."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from resources.words import Translator, mark
from station.prompts.question import Button
from ui.parts.buttons import KeyButton
from ui.theme import S4, S8, S12
from ui.wording import say

# More answers than fit under each other on the lowest screen.
_MANY = 10
_ROOMY = 4
# What stands on keys that have a name in each language; all others are what they type.
_KEY_WORDS: Mapping[str, str] = {"Enter": mark("Enter"), "Space": mark("Space")}


class Tiles(QWidget):
    """A grid of buttons that are made once; `chosen` carries the prompt's button."""

    chosen = Signal(object)

    def __init__(self, make: Callable[[], KeyButton], spacing: int = S12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(spacing)
        self._tiles: list[KeyButton] = []
        self._buttons: tuple[Button, ...] = ()
        self._placed = (0, 0, 0)

    def show_buttons(
        self, buttons: tuple[Button, ...], tr: Translator, columns: int, tall: int = 0, over: bool = False
    ) -> None:
        """Show these buttons in so many columns, with room for pictures that tall beside their words, or over them."""
        self._buttons = buttons
        while len(self._tiles) < len(buttons):
            self._add()
        self._place(len(buttons), columns)
        for tile, button in zip(self._tiles, buttons, strict=False):
            key = tr.gettext(_KEY_WORDS[button.key]) if button.key in _KEY_WORDS else button.key
            tile.show_button(key, say(tr, button.text, button.params))
            tile.show_main(button.main)
            tile.place_picture(button.picture, tall, over)
        self.setVisible(bool(buttons))

    def has_room_beside(self, wide: int, columns: int) -> bool:
        """Whether in such a width every word has room beside its key: keys over some words only look broken."""
        each = (wide - (columns - 1) * self._grid.horizontalSpacing()) // columns
        return not any(tile.is_under(each) for tile in self._tiles[: len(self._buttons)])

    def draw_pictures(self) -> None:
        """Draw the pictures where they have their place now."""
        for tile in self._tiles[: len(self._buttons)]:
            tile.draw_picture()

    def forget_heights(self) -> None:
        """Measure all of it anew."""
        for tile in self._tiles[: len(self._buttons)]:
            tile.forget_height()
        self._grid.invalidate()
        self.updateGeometry()

    def _add(self) -> None:
        tile, place = self._make(), len(self._tiles)
        tile.setParent(self)
        tile.clicked.connect(lambda: self._choose(place))
        self._tiles.append(tile)

    def _choose(self, place: int) -> None:
        if place < len(self._buttons):
            self.chosen.emit(self._buttons[place])

    def _place(self, count: int, columns: int) -> None:
        """Lay the tiles out again only when their number or the columns changed; a hidden one takes no room."""
        if self._placed == (count, columns, len(self._tiles)):
            return
        for place, tile in enumerate(self._tiles):
            if self._placed[1:] != (columns, len(self._tiles)):
                self._grid.removeWidget(tile)
                self._grid.addWidget(tile, place // columns, place % columns)
            tile.setVisible(place < count)
        self._placed = (count, columns, len(self._tiles))
        # Five sentences under each other fit only when they stand closer, and many answers closer still.
        many = S4 if count > _MANY else S8
        self._grid.setVerticalSpacing(many if count > _ROOMY else self._grid.horizontalSpacing())
        for column in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)


def columns_for(buttons: tuple[Button, ...], tr: Translator, crowded: bool) -> int:
    """Return how many columns keep every answer readable: one for sentences, more for words.

    `crowded` tells that the question leaves little room: then sentences stand beside each other too.
    """
    if len(buttons) > _MANY:
        return 3
    longest = max((len(say(tr, each.text, each.params)) for each in buttons), default=0)
    if longest > 30:
        return 2 if crowded or len(buttons) >= 6 else 1
    if len(buttons) <= 3 and longest <= 14:
        return max(1, len(buttons))
    return 1 if len(buttons) <= 3 else 2
