"""How bad a defect is, as one to four dots: readable without colour, and named for a screen reader."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from resources.words import mark
from ui.theme import S4, S12, S16, Theme
from ui.view import View

WORST = 4


class Severity(QWidget):
    """Four dots, as many of them full as the severity says; a tick's room stays empty for no defect."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[int, Theme | None] = (0, None)
        self.setFixedSize(WORST * S12 + S4, S16)

    def show_severity(self, severity: int, view: View) -> None:
        """Show a severity from 1 to 4; 0 shows nothing and keeps the room."""
        words = mark("severity {severity} of 4")
        self.setAccessibleName(view.tr.format(words, severity=severity) if severity else "")
        if (severity, view.theme) != self._shown:
            self._shown = (severity, view.theme)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dots."""
        severity, theme = self._shown
        if theme is None or not severity:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(WORST):
            painter.setPen(QPen(QColor(theme.ink), 1.5))
            painter.setBrush(QColor(theme.ink) if place < severity else QColor(theme.surface))
            painter.drawEllipse(QRectF(2 + place * S12, (self.height() - 9) / 2, 9, 9))
        painter.end()
