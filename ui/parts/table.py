"""Rows of like widgets in one grid, made once and used again: what stands under each other begins at one line."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QGridLayout, QWidget

Cells = TypeVar("Cells", bound=tuple[QWidget, ...])


class Table(QWidget, Generic[Cells]):
    """`make` gives the widgets of one more row, `stretch` says for each column how much of the width it takes."""

    def __init__(
        self,
        make: Callable[[], Cells],
        stretch: tuple[int, ...],
        spacing: tuple[int, int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._rows: list[Cells] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(spacing[0])
        self._grid.setVerticalSpacing(spacing[1])
        for column, share in enumerate(stretch):
            self._grid.setColumnStretch(column, share)

    def show_rows(self, count: int) -> list[Cells]:
        """Return `count` rows to be filled, making those that were never needed before; the others are hidden."""
        while len(self._rows) < count:
            cells = self._make()
            for column, cell in enumerate(cells):
                self._grid.addWidget(cell, len(self._rows), column)
            self._rows.append(cells)
        for place, cells in enumerate(self._rows):
            for cell in cells:
                cell.setVisible(place < count)
        self.setVisible(count > 0)
        return self._rows[:count]
