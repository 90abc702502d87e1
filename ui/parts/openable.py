"""A line of a list that opens: by touch, or by Enter when the focus is on it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from ui.parts.ledger import LedgerLine
from ui.parts.polish import set_property


class OpenLine(LedgerLine):
    """`opened` carries the code that the line was last shown with; one without a code does not open."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = ""

    def show_opening(self, code: str, name: str) -> None:
        """Say what the line opens, and its name for those who do not see it."""
        self._code = code
        self.setProperty("code", code)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if code else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if code else Qt.CursorShape.ArrowCursor)
        set_property(self, "opens", bool(code))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open it."""
        if self._code and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self._code)
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A touch that ends on it opens it."""
        if self._code and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self._code)
