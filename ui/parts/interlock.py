"""The look of a stop that must be acknowledged: broad stripes, a raised hand and big words, never colour alone."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.drawings import paint
from ui.parts.lettering import write
from ui.signs import fill_pattern
from ui.theme import ASK, BODY, HEAD, PROMPT, RADIUS, S8, S16, S24, S48, SMALL, Theme
from ui.view import View
from ui.wording import say

STAGE = "interlock"
_STRIPE = 14
# The picture of the hand is as tall.
_TALL = 180
_SIZES = (PROMPT, ASK, HEAD, 24, BODY, SMALL)


class InterlockCard(QWidget):
    """Fills its place with the colours of "hold": striped above and below, the hand, and what is the matter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Large."""
        return QSize(440, 240)

    def minimumSizeHint(self) -> QSize:
        """Still seen from across the bench."""
        return QSize(280, 150)

    def render(self, view: View) -> None:
        """Show the stop of a view's prompt; nothing at any other stage."""
        prompt = view.prompt
        self.setVisible(prompt.stage == STAGE)
        words = say(view.tr, prompt.title, prompt.params) if prompt.stage == STAGE else ""
        self.setAccessibleName(words)
        shown = (view.theme, words)
        if shown != (self._theme, self._words):
            self._theme, self._words = shown
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        if self._theme is None or not self._words:
            return
        look = self._theme.dispositions["hold"]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        shape = QPainterPath()
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(box, QColor(look.fill))
        tall = min(S48, box.height() / 6)
        for top in (box.top(), box.bottom() - tall):
            fill_pattern(painter, QRectF(box.left(), top, box.width(), tall), look, _STRIPE)
        inner = box.adjusted(S24, tall + S8, -S24, -tall - S8)
        side = min(inner.height(), inner.width() * 0.3)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        hand = QPointF(inner.right() - side / 2 if rtl else inner.left() + side / 2, inner.center().y())
        paint(painter, "stop", self._theme, hand, side / _TALL)
        painter.setPen(QColor(look.ink))
        beside = inner.adjusted(0, 0, -side - S16, 0) if rtl else inner.adjusted(side + S16, 0, 0, 0)
        upright = Qt.AlignmentFlag.AlignVCenter
        write(painter, self.font(), beside, self._words, sizes=_SIZES, upright=upright, lines=True)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(look.ink), 4))
        painter.drawPath(shape)
        painter.end()
