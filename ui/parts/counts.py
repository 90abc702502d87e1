"""How much there is of each of a few things, as bars: what a person would rather see than read."""

from collections.abc import Sequence

from PySide6.QtCore import Qt

from ui.parts.bar import Bar
from ui.parts.table import Table
from ui.parts.text import Text
from ui.parts.titled import Titled
from ui.theme import S4, S12
from ui.view import View

_Cells = tuple[Text, Bar, Text]


class Counts(Titled):
    """One line for each thing, the longest bar for the most; nothing where there are none."""

    def __init__(self) -> None:
        self._table: Table[_Cells] = Table(_cells, (3, 2, 0), (S12, S4))
        super().__init__(self._table)

    def show_counts(self, view: View, title: str, counts: Sequence[tuple[str, int]]) -> None:
        """Show these under a title."""
        self.show_title(title if counts else "")
        most = max((count for _, count in counts), default=0) or 1
        for (name, bar, figure), (words, count) in zip(self._table.show_rows(len(counts)), counts, strict=True):
            name.show_text(words)
            bar.show_share(count / most, view.theme.main, view.theme)
            bar.setAccessibleName(f"{words} {count}")
            figure.show_text(str(count))


def _cells() -> _Cells:
    figure = Text("small", wrap=False)
    figure.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
    return Text("small"), Bar(), figure
