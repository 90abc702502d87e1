"""The sub-scores of a grade, each of a hundred, as bars: they explain the letter and decide nothing."""

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from resources.words import mark
from ui import wording
from ui.parts.rows import Rows
from ui.parts.text import Text
from ui.parts.worths import Bar
from ui.theme import S4, S8
from ui.view import View

_NAMES: Mapping[str, str] = {
    "look": mark("look"),
    "cosmetic": mark("look"),
    "function": mark("function"),
    "functional": mark("function"),
    "completeness": mark("completeness"),
    "complete": mark("completeness"),
    "packaging": mark("packaging"),
}


class Scores(QWidget):
    """One line for each score; nothing where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Text("small", quiet=True)
        self._rows = Rows(_Row, S4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addWidget(self._title)
        column.addWidget(self._rows)

    def render(self, view: View, scores: tuple[tuple[str, int], ...]) -> None:
        """Show these scores."""
        self.setVisible(bool(scores))
        self._title.show_text(view.tr.gettext(mark("Sub-scores of 100")))
        for row, (name, score) in zip(self._rows.show_rows(len(scores)), scores, strict=True):
            row.render(wording.word(view.tr, _NAMES, name), score, view)


class _Row(QWidget):
    """One score: its name, its bar, its figure."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self._bar, self._figure = Text("small"), Bar(), Text("small", wrap=False)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S8)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(self._bar, 0, 1)
        grid.addWidget(self._figure, 0, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 4)

    def render(self, name: str, score: int, view: View) -> None:
        self._name.show_text(name)
        self._figure.show_text(str(score))
        self._bar.show_share(score / 100, view.theme.main, view.theme)
        self.setAccessibleName(f"{name} {score}")
