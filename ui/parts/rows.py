"""A list of like rows that are made once and used again, so that drawing anew costs no new widgets."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

Row = TypeVar("Row", bound=QWidget)


class Rows(QWidget, Generic[Row]):
    """Rows under each other; `show_rows(n)` returns exactly n visible ones to be filled.

    With `newest_above` the first row stands at the foot: a list that grows at its head changes none of its rows.
    """

    def __init__(
        self, make: Callable[[], Row], spacing: int, parent: QWidget | None = None, *, newest_above: bool = False
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._rows: list[Row] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(spacing)
        if newest_above:
            self._layout.setDirection(QVBoxLayout.Direction.BottomToTop)

    def show_rows(self, count: int) -> list[Row]:
        """Return `count` rows, making those that were never needed before; the others are hidden."""
        while len(self._rows) < count:
            row = self._make()
            self._layout.addWidget(row)
            self._rows.append(row)
        for place, row in enumerate(self._rows):
            row.setVisible(place < count)
        self.setVisible(count > 0)
        return self._rows[:count]
