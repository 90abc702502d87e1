"""A list of dated lines: when, who, what; the quiet ones were taken back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.parts.card import Card
from ui.parts.polish import set_property
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S4, S8, S12, S16, Look


class LedgerLine(Card):
    """One line with a symbol."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(S12, S4, parent)
        self._sign = Sign(22)
        self._what, self._more = Text("body"), Text("small", quiet=True)
        self._when = Text("small", quiet=True, wrap=False)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S16)
        grid.setVerticalSpacing(S8)
        grid.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._what, 0, 1)
        grid.addWidget(self._when, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._more, 1, 1)
        grid.setColumnStretch(1, 1)
        self.column.addLayout(grid)

    def show_line(self, look: Look, hole: str, words: tuple[str, str], when: str) -> None:
        """Show a symbol, a sentence and more about it in small, and when it was and who did it."""
        self._sign.show_symbol(look.symbol, look.fill, hole)
        self._what.show_text(words[0])
        self._more.show_text(words[1])
        self._when.show_text(when)

    def show_quiet(self, quiet: bool) -> None:
        """Show the line as one that does not count any more, or as any other."""
        set_property(self._what, "quiet", quiet)
