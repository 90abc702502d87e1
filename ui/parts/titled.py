"""A list under a small quiet title, as the evidence of an item has several."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.parts.text import Text
from ui.theme import S4


class Titled(QWidget):
    """A title over a body; without a title neither is seen."""

    def __init__(self, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Text("small", quiet=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addWidget(self._title)
        column.addWidget(body)

    def show_title(self, words: str, *, seen: bool = True) -> None:
        """Name the list, with a title that is `seen` or not; no words hide all of it."""
        self.setVisible(bool(words))
        self.setAccessibleName(words)
        self._title.show_text(words if seen else "")
