"""The shift in figures, live."""

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from resources.words import mark
from ui.parts.big import Big
from ui.parts.card import Card
from ui.parts.text import Text
from ui.theme import S12, S16
from ui.view import View

_COLUMNS = 3


class ShiftPage(QWidget):
    """One card for each figure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._hint = Text("prompt"), Text("body", quiet=True)
        self._grid = QGridLayout()
        self._grid.setSpacing(S12)
        self._figures: list[_Figure] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._hint):
            column.addWidget(widget)
        column.addLayout(self._grid)
        column.addStretch(1)

    def render(self, view: View) -> None:
        """Show the figures of a view."""
        tr, figures = view.tr, view.figures
        self._title.show_text(tr.gettext(mark("Shift")))
        operator = view.state.operator
        self._hint.show_text(" · ".join(part for part in (view.state.shift, operator.name if operator else "") if part))
        shown = (
            (figures.parcels, mark("parcels finished today")),
            (figures.items, mark("items placed today")),
            (figures.per_hour, mark("items in the last hour")),
            (figures.exceptions, mark("exceptions today")),
            (figures.waiting, mark("facts wait to be sent")),
            (figures.refused, mark("facts refused by central")),
        )
        while len(self._figures) < len(shown):
            place, figure = len(self._figures), _Figure()
            self._grid.addWidget(figure, place // _COLUMNS, place % _COLUMNS)
            self._figures.append(figure)
        for card, (count, words) in zip(self._figures, shown, strict=True):
            card.show_figure(str(count), tr.gettext(words))


class _Figure(Card):
    """A figure and what it counts."""

    def __init__(self) -> None:
        super().__init__()
        self._figure, self._words = Big(), Text("body", quiet=True)
        self.column.addWidget(self._figure)
        self.column.addWidget(self._words)

    def show_figure(self, figure: str, words: str) -> None:
        self._figure.show_words(figure)
        self._words.show_text(words)
        self.setAccessibleName(f"{figure} {words}")
