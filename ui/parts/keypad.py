"""Figures to touch, for a PIN without a keyboard."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from resources.words import Translator, mark
from ui.theme import S4, S8, TOUCH

_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "back", "0", "enter")


class Keypad(QWidget):
    """Twelve keys; `typed` carries a figure, `erased` takes one back, `entered` is Enter."""

    typed = Signal(str)
    erased = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(4, 1)
        grid.setHorizontalSpacing(S8)
        # Four rows and the question above have room on the least window.
        grid.setVerticalSpacing(S4)
        self._keys: dict[str, QPushButton] = {}
        for place, name in enumerate(_KEYS):
            key = QPushButton(name)
            key.setMinimumSize(TOUCH, TOUCH)
            key.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            key.clicked.connect(lambda _=False, name=name: self._press(name))
            grid.addWidget(key, place // 3, place % 3 + 1)
            grid.setColumnStretch(place % 3 + 1, 2)
            self._keys[name] = key
        # Figures stand as on a telephone in every language, also where text runs from right to left.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def render(self, tr: Translator) -> None:
        """Show the keys in a language."""
        self._keys["back"].setText(tr.gettext(mark("Erase")))
        self._keys["enter"].setText(tr.gettext(mark("Enter")))
        for name, key in self._keys.items():
            key.setAccessibleName(key.text() if name in ("back", "enter") else name)

    def _press(self, name: str) -> None:
        if name == "back":
            self.erased.emit()
        elif name == "enter":
            self.entered.emit()
        else:
            self.typed.emit(name)
