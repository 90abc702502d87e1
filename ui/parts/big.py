"""One figure or plate to be read from afar."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.parts.lettering import write
from ui.theme import BODY, HEAD, HUGE, PROMPT, S8


class Big(QWidget):
    """Words in the largest size that fits the width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """One line of the largest size."""
        return QSize(240, HUGE + 2 * S8)

    def show_words(self, words: str) -> None:
        """Show words; none take no room."""
        self.setVisible(bool(words))
        self.setAccessibleName(words)
        if words != self._words:
            self._words = words
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Write the words."""
        painter = QPainter(self)
        painter.setPen(QColor(self.palette().windowText().color()))
        write(
            painter,
            self.font(),
            QRectF(self.rect()),
            self._words,
            sizes=(HUGE, PROMPT, HEAD, BODY),
            upright=Qt.AlignmentFlag.AlignVCenter,
        )
        painter.end()
