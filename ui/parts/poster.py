"""A large card in one colour, painted rather than laid out: what is to be read from across the bench."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import RADIUS, Look


class Poster(QWidget):
    """Fills its place with the colour of a look and an outline; `draw` of those made from it paints the rest."""

    def __init__(self, least: QSize, outline: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self._least, self._outline = least, outline
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Large."""
        return QSize(440, 240)

    def minimumSizeHint(self) -> QSize:
        """Still readable from afar."""
        return self._least

    def draw(self, painter: QPainter, box: QRectF, look: Look) -> None:
        """Paint what stands on the card into this box, in the ink of the look."""

    @property
    def rtl(self) -> bool:
        """Whether reading begins at the right."""
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card; nothing before it has a look."""
        look = self._look
        if look is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = self._outline / 2
        box = QRectF(self.rect()).adjusted(half, half, -half, -half)
        shape = QPainterPath()
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(box, QColor(look.fill))
        painter.setPen(QColor(look.ink))
        self.draw(painter, box, look)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(look.ink), self._outline))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.end()


def leading(box: QRectF, width: float, rtl: bool) -> QRectF:
    """Return the part of a box where reading begins."""
    return QRectF(box.right() - width if rtl else box.left(), box.top(), width, box.height())


def without(box: QRectF, width: float, rtl: bool, gap: float) -> QRectF:
    """Return the rest of a box behind its leading part and a gap; all of it when that part is empty."""
    taken = width + gap if width else 0.0
    return box.adjusted(0, 0, -taken, 0) if rtl else box.adjusted(taken, 0, 0, 0)
