"""One device in full: its lamp, its word, and what to do about it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ui import wording
from ui.parts.polish import set_property
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S4, S12
from ui.view import Lit, View


class LampLine(QWidget):
    """Symbol, name and word in one line, the cure under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign(24)
        self._name, self._word, self._cure = Text("body", strong=True), Text("body"), Text("small", quiet=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S4)
        grid.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._name, 0, 1)
        grid.addWidget(self._word, 0, 2)
        grid.addWidget(self._cure, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)

    def render(self, lamp: Lit, view: View) -> None:
        """Show one lamp of a view."""
        tr = view.tr
        look = view.theme.lamps[lamp.light or "ok"]
        self._sign.show_symbol(look.symbol if lamp.light else "ring", look.fill, view.theme.surface)
        self._name.show_text(wording.device(tr, lamp.device))
        word = wording.word(tr, wording.FAULTS, lamp.why) if lamp.why else wording.word(tr, wording.LAMPS, lamp.light)
        self._word.show_text(word)
        set_property(self._word, "lamp", lamp.light or "ok")
        self._cure.show_text(wording.cure(tr, lamp.why) if lamp.why else "")
