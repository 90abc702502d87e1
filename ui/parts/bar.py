"""A bar from nothing to all, beside a figure."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import S12, Theme


class Bar(QWidget):
    """A low line that is filled from where reading begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[float, str, Theme | None] = (0.0, "", None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A low line."""
        return QSize(80, S12)

    def minimumSizeHint(self) -> QSize:
        """It gives way to words."""
        return QSize(24, S12)

    def show_share(self, share: float, colour: str, theme: Theme) -> None:
        """Fill this share of the bar, 0 to 1; less fills nothing."""
        shown = (min(max(share, 0.0), 1.0), colour, theme)
        if shown != self._shown:
            self._shown = shown
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar from where reading begins."""
        share, colour, theme = self._shown
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(theme.edge), 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(box, 3, 3)
        wide = box.width() * share
        left = box.right() - wide if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else box.left()
        painter.setBrush(QColor(colour))
        if wide >= 1:
            painter.drawRoundedRect(QRectF(left, box.top(), wide, box.height()), 3, 3)
        painter.end()
