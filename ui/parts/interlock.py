"""The look of a stop that must be acknowledged: broad stripes, a large symbol and big words, never colour alone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from station.prompt import Prompt
from ui.parts.lettering import write
from ui.signs import draw_symbol, fill_pattern
from ui.theme import ASK, BODY, HEAD, PROMPT, RADIUS, S16, S24, S48, Look
from ui.view import View
from ui.wording import say

_STAGE, _DRAWING = "interlock", "stop"
_SYMBOL = "bang-triangle"
_STRIPE = 14


def is_stop(prompt: Prompt) -> bool:
    """Tell whether a prompt stops for a danger or a doubt; one that only wants the item weighed alarms nobody."""
    return prompt.stage == _STAGE and prompt.picture == _DRAWING


class InterlockCard(QWidget):
    """Fills its place with the colours of "hold": striped above and below, the symbol, and what is the matter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: Look | None = None
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
        self.setVisible(is_stop(prompt))
        words = say(view.tr, prompt.title, prompt.params) if is_stop(prompt) else ""
        self.setAccessibleName(words)
        shown = (view.theme.dispositions["hold"], words)
        if shown != (self._look, self._words):
            self._look, self._words = shown
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        if self._look is None or not self._words:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        shape = QPainterPath()
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(box, QColor(self._look.fill))
        tall = min(S48, box.height() / 6)
        for top in (box.top(), box.bottom() - tall):
            fill_pattern(painter, QRectF(box.left(), top, box.width(), tall), self._look, _STRIPE)
        inner = box.adjusted(S24, tall + S16, -S24, -tall - S16)
        side = min(inner.height() * 0.45, 140.0)
        symbol = QRectF(inner.center().x() - side / 2, inner.top(), side, side)
        draw_symbol(painter, _SYMBOL, symbol, self._look.ink, hole=self._look.fill)
        painter.setPen(QColor(self._look.ink))
        below = QRectF(inner.left(), symbol.bottom() + S16, inner.width(), inner.bottom() - symbol.bottom() - S16)
        write(
            painter, self.font(), below, self._words, sizes=(PROMPT, ASK, HEAD, BODY), upright=Qt.AlignmentFlag.AlignTop
        )
        painter.setClipping(False)
        painter.setPen(QPen(QColor(self._look.ink), 4))
        painter.drawPath(shape)
        painter.end()
