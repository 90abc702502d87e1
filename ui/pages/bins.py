"""The bins at this bench: what each is for, and how much lies in it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from resources.words import mark
from station.words import ROUTE_WORDS
from ui.parts.card import Card
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.sign import PatternBand, Sign
from ui.parts.text import Text
from ui.theme import S12, S16
from ui.view import View


class BinsPage(QWidget):
    """Open bins, and those whose label waits to be scanned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._hint = Text("prompt"), Text("body", quiet=True)
        self._bins = Rows(_BinRow, S12)
        self._scroll = Scroll()
        self._scroll.column.addWidget(self._bins)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._hint):
            column.addWidget(widget)
        column.addWidget(self._scroll, 1)

    def render(self, view: View) -> None:
        """Show the bins of a view."""
        tr, state = view.tr, view.state
        self._scroll.setAccessibleName(tr.gettext(mark("Bins")))
        self._title.show_text(tr.gettext(mark("Bins at this bench")))
        hint = (
            mark("Scan a bin's label to open it. Press B while placing an item when its bin is full.")
            if state.bins
            else mark("No bin is open yet. Scan a bin's label to open it.")
        )
        self._hint.show_text(tr.gettext(hint))
        # How much lies in a bin is not shown while the bins are counted blind.
        blind = state.phase == "counting"
        shown = [
            (
                each.code,
                each.disposition,
                each.client,
                "" if blind else tr.plural("{count} item", "{count} items", each.items),
            )
            for each in state.bins
        ]
        unopened = tr.gettext(mark("stick the label on and scan it"))
        waiting = [(each.bin, each.disposition, each.client, unopened) for each in state.labelled]
        rows = [*shown, *waiting]
        for row, (code, disposition, client, says) in zip(self._bins.show_rows(len(rows)), rows, strict=True):
            row.render(code, disposition, client, says, view)


class _BinRow(Card):
    """One bin: its pattern, symbol, word, client, code and count."""

    def __init__(self) -> None:
        super().__init__(0, 0)
        self._band, self._sign = PatternBand(48), Sign(40)
        self._word, self._code = Text("head"), Text("body", quiet=True)
        self._count = Text("head", wrap=False)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, S16, 0)
        grid.setHorizontalSpacing(S16)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._band, 0, 0, 2, 1)
        grid.addWidget(self._sign, 0, 1, 2, 1)
        grid.addWidget(self._word, 0, 2, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self._code, 1, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._count, 0, 3, 2, 1)
        grid.setColumnStretch(2, 1)
        for row in (0, 1):
            grid.setRowMinimumHeight(row, 40)
        self.column.addLayout(grid)

    def render(self, code: str, disposition: str, client: str, says: str, view: View) -> None:
        """Show one bin; `says` is what lies in it, or what is to be done with it."""
        tr, look = view.tr, view.theme.dispositions[disposition]
        self._band.show_look(look)
        self._sign.show_look(look)
        word = tr.gettext(ROUTE_WORDS[disposition])  # type: ignore[index]
        self._word.show_text(" · ".join(part for part in (word, client) if part))
        self._code.show_text(code)
        self._count.show_text(says)
