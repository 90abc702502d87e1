"""The story of an inspection: each question with its answer, the last first, and the key that takes it back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from resources.words import mark
from ui.parts.rows import Rows
from ui.parts.severity import Severity
from ui.parts.text import Text
from ui.parts.titled import Titled
from ui.theme import S4, S8
from ui.view import AnsweredLine, View
from ui.wording import say

# So many of the latest answers are told with their question where there is room; further back the answer is enough.
WITH_QUESTION = 3


class AnsweredList(Titled):
    """Shows what was answered while more is asked, and at a stop; nothing at other stages."""

    def __init__(self) -> None:
        self._rows = Rows(_Row, S4, newest_above=True)
        super().__init__(self._rows)

    def render(self, view: View, with_question: int, *, titled: bool) -> None:
        """Show the answers of a view while it asks for more of them, so many of the latest with their question."""
        inspection = view.inspection if view.prompt.stage in ("inspect", "interlock") else None
        lines = inspection.answered if inspection is not None else ()
        self.show_title(view.tr.gettext(mark("Answered so far")) if lines else "", seen=titled)
        for place, (row, line) in enumerate(zip(self._rows.show_rows(len(lines)), lines, strict=True), 1):
            back = len(lines) - place
            row.render(line, view, last=not back, asked=back < with_question)


class _Row(QWidget):
    """One answer, a late one with the question it belongs to under it; the last one has the key that takes it back."""

    def __init__(self) -> None:
        super().__init__()
        self._cap = QLabel("U")
        self._cap.setObjectName("keycap")
        self._severity = Severity()
        self._question = Text("small", quiet=True)
        self._answer = Text("small", strong=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S8)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._answer, 0, 0)
        grid.addWidget(self._severity, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._cap, 0, 2, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._question, 1, 0, 1, 3)
        grid.setColumnStretch(0, 1)

    def render(self, line: AnsweredLine, view: View, *, last: bool, asked: bool) -> None:
        """Show one answer, with what was `asked` or without."""
        tr = view.tr
        self._question.show_text(say(tr, line.question, line.question_params) if asked else "")
        answer = say(tr, line.answer, line.answer_params)
        self._answer.show_text(tr.format(mark("{answer} (with the rest)"), answer=answer) if line.rest else answer)
        self._severity.show_severity(line.severity, view)
        self._severity.setVisible(bool(line.severity))
        self._cap.setVisible(last)
