"""The field for typed codes and PINs."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class Entry(QLineEdit):
    """Gives its text once, on Enter; an empty one leaves Enter to the page."""

    submitted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("entry")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        # A QR code holds at most 7089 figures; the field takes what a scanner may send and no more.
        self.setMaxLength(7200)

    def submit(self) -> None:
        """Give the text and forget it; no text gives nothing."""
        text = self.text()
        self.clear()
        if text:
            self.submitted.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter only when there is something to give, and leave Esc to the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text():
            self.submit()
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)
