"""What the key for "nothing found on the rest" would answer, named before it is pressed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from resources.words import mark
from ui.parts.text import Text
from ui.theme import S8, S12
from ui.view import View
from ui.wording import say


class RestList(QFrame):
    """Shows each answer the key stands for; nothing while it is not offered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("raised")
        self._cap = QLabel("N")
        self._cap.setObjectName("keycap")
        self._words = Text("small")
        row = QHBoxLayout(self)
        row.setContentsMargins(S12, S8, S12, S8)
        row.setSpacing(S12)
        row.addWidget(self._cap, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)

    def render(self, view: View) -> None:
        """Show what the key of a view's prompt would answer."""
        inspection = view.inspection if view.prompt.stage == "inspect" else None
        answers = inspection.rest if inspection is not None else ()
        self.setVisible(bool(answers))
        said = " · ".join(say(view.tr, text, params) for text, params in answers)
        self._words.show_text(view.tr.format(mark("Answers at once: {answers}"), answers=said))
