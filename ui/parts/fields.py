"""A short table of names and values, as the evidence of an item is read."""

from PySide6.QtWidgets import QGridLayout, QWidget

from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S8, S12


class Fields(QWidget):
    """Lines of `name  value`, each with a symbol where one is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(S12)
        self._grid.setVerticalSpacing(S8)
        self._grid.setColumnStretch(2, 1)
        self._lines: list[tuple[Text, Sign, Text]] = []

    def show_fields(self, lines: list[tuple[str, str, str, str]]) -> None:
        """Show (name, value, symbol, colour) lines; an empty symbol shows none."""
        while len(self._lines) < len(lines):
            self._add()
        for place, (name, sign, value) in enumerate(self._lines):
            wanted = place < len(lines)
            for widget in (name, value):
                widget.setVisible(wanted)
            sign.setVisible(wanted and bool(lines[place][2]))
            if wanted:
                name.show_text(lines[place][0])
                value.show_text(lines[place][1])
                sign.show_symbol(lines[place][2], lines[place][3])
        self.setVisible(bool(lines))

    def _add(self) -> None:
        name, sign, value = Text("small", quiet=True), Sign(18), Text("small")
        row = len(self._lines)
        self._grid.addWidget(name, row, 0)
        self._grid.addWidget(sign, row, 1)
        self._grid.addWidget(value, row, 2)
        self._lines.append((name, sign, value))
