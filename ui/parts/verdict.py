"""The result, readable from three metres: letter, disposition word, symbol, pattern and bin."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources.words import mark
from station.state import Item
from station.steps.place import right_bins
from station.words import ROUTE_WORDS
from ui.parts.lettering import sized, write
from ui.parts.text import short
from ui.signs import draw_symbol, fill_pattern
from ui.theme import BODY, HEAD, HUGE, PROMPT, RADIUS, S16, S24, SMALL, Look
from ui.view import View


class Verdict(QWidget):
    """A panel in the colour of the disposition with its pattern as a broad edge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self._letter = ""
        self._word = ""
        self._below = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Large."""
        return QSize(440, 220)

    def minimumSizeHint(self) -> QSize:
        """Still readable from three metres."""
        return QSize(280, 112)

    def render(self, view: View, item: Item | None) -> None:
        """Show the grade and disposition of an item; nothing without them."""
        disposition = item.disposition if item is not None else None
        self.setVisible(disposition is not None)
        if item is None or disposition is None:
            return
        look = view.theme.dispositions[disposition]
        letter = item.graded.letter if item.graded is not None else ""
        word = view.tr.gettext(ROUTE_WORDS[disposition])
        below = _bin_words(view, item)
        self.setAccessibleName(" ".join(part for part in (letter, word, below) if part))
        if (look, letter, word, below) != (self._look, self._letter, self._word, self._below):
            self._look, self._letter, self._word, self._below = look, letter, word, below
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the edge, the letter, the symbol and the words."""
        if self._look is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(box, QColor(self._look.fill))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        edge = 64.0
        left = box.right() - edge if rtl else box.left()
        fill_pattern(painter, QRectF(left, box.top(), edge, box.height()), self._look, 14)
        inner = box.adjusted(S24, S16, -edge - S16, -S16) if rtl else box.adjusted(edge + S16, S16, -S24, -S16)
        self._paint_words(painter, inner, rtl)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(self._look.ink), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.end()

    def _paint_words(self, painter: QPainter, box: QRectF, rtl: bool) -> None:
        """The letter at the side, as high as the panel; beside it the symbol and word, the bin under them."""
        if self._look is None:
            return
        ink = self._look.ink
        side = min(box.height(), box.width() * 0.3, 200.0) if self._letter else 0.0
        words = box.adjusted(0, 0, -side - S16, 0) if rtl else box.adjusted(side + S16, 0, 0, 0)
        painter.setPen(QColor(ink))
        if self._letter:
            letter_box = QRectF(box.right() - side if rtl else box.left(), box.top(), side, box.height())
            painter.setFont(sized(self.font(), int(side), 700))
            painter.drawText(letter_box, Qt.AlignmentFlag.AlignCenter, self._letter)
        upper = QRectF(words.left(), words.top(), words.width(), words.height() * 0.6)
        lower = QRectF(words.left(), upper.bottom(), words.width(), words.height() * 0.4)
        symbol = min(upper.height() * 0.8, 64.0)
        x = words.right() - symbol if rtl else words.left()
        draw_symbol(painter, self._look.symbol, QRectF(x, upper.center().y() - symbol / 2, symbol, symbol), ink)
        beside = upper.adjusted(0, 0, -symbol - S16, 0) if rtl else upper.adjusted(symbol + S16, 0, 0, 0)
        painter.setPen(QColor(ink))
        write(
            painter,
            self.font(),
            beside,
            self._word,
            sizes=(HUGE, PROMPT, HEAD, BODY),
            upright=Qt.AlignmentFlag.AlignVCenter,
        )
        write(
            painter,
            self.font(),
            lower,
            self._below,
            sizes=(PROMPT, HEAD, BODY, SMALL),
            upright=Qt.AlignmentFlag.AlignTop,
        )


def _bin_words(view: View, item: Item) -> str:
    """The open bin that takes it, or what the prompt says of those that would."""
    bins = right_bins(view.state, item)
    if bins:
        return view.tr.format(mark("Bin {bin}"), bin=short(bins[0].code))
    return view.tr.gettext(view.prompt.params.get("bins", ""))
