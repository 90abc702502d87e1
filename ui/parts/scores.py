"""The sub-scores of a grade, each of a hundred, as bars: they explain the letter and decide nothing."""

from PySide6.QtCore import Qt

from grading.scores import SCORE_TEXTS
from resources.words import mark
from ui import wording
from ui.parts.bar import Bar
from ui.parts.table import Table
from ui.parts.text import Text
from ui.parts.titled import Titled
from ui.theme import S4, S8
from ui.view import View

_Cells = tuple[Text, Bar, Text]


class Scores(Titled):
    """One line for each score; nothing where there are none."""

    def __init__(self) -> None:
        self._table: Table[_Cells] = Table(_cells, (0, 1, 0), (S8, S4))
        super().__init__(self._table)

    def render(self, view: View, scores: tuple[tuple[str, int], ...]) -> None:
        """Show these scores."""
        self.show_title(view.tr.gettext(mark("Sub-scores of 100")) if scores else "")
        for (name, bar, figure), (code, score) in zip(self._table.show_rows(len(scores)), scores, strict=True):
            name.show_text(wording.word(view.tr, SCORE_TEXTS, code))
            bar.show_share(score / 100, view.theme.main, view.theme)
            bar.setAccessibleName(f"{name.text()} {score}")
            figure.show_text(str(score))


def _cells() -> _Cells:
    figure = Text("small", wrap=False)
    figure.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
    return Text("small", wrap=False), Bar(), figure
