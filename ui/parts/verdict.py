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

# From this height on the word gets a line of its own, in the largest size.
_STACKED_FROM = 230


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
        """Letter and symbol, the word, and the bin: under each other, or beside the letter where it is low."""
        if self._look is None:
            return
        painter.setPen(QColor(self._look.ink))
        if box.height() >= _STACKED_FROM:
            word, below = HUGE * 1.25, PROMPT * 1.4
            top = QRectF(box.left(), box.top(), box.width(), box.height() - word - below)
            side = min(top.height(), 200.0) if self._letter else 0.0
            self._paint_letter(painter, _leading(top, side, rtl))
            self._paint_symbol(painter, _without(top, side, rtl), min(top.height() * 0.7, 120.0), rtl)
            self._write_word(painter, QRectF(box.left(), top.bottom(), box.width(), word))
            self._write_below(painter, QRectF(box.left(), top.bottom() + word, box.width(), below))
            return
        side = min(box.height(), box.width() * 0.3) if self._letter else 0.0
        self._paint_letter(painter, _leading(box, side, rtl))
        words = _without(box, side, rtl)
        upper = QRectF(words.left(), words.top(), words.width(), words.height() * 0.6)
        symbol = min(upper.height() * 0.8, 48.0)
        self._paint_symbol(painter, upper, symbol, rtl)
        self._write_word(painter, _without(upper, symbol, rtl))
        self._write_below(painter, QRectF(words.left(), upper.bottom(), words.width(), words.height() * 0.4))

    def _paint_letter(self, painter: QPainter, box: QRectF) -> None:
        if self._letter:
            painter.setFont(sized(self.font(), int(min(box.width(), box.height()))))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._letter)

    def _paint_symbol(self, painter: QPainter, box: QRectF, side: float, rtl: bool) -> None:
        place = _leading(box, side, rtl)
        if self._look is not None:
            square = QRectF(place.left(), place.center().y() - side / 2, side, side)
            draw_symbol(painter, self._look.symbol, square, self._look.ink)

    def _write_word(self, painter: QPainter, box: QRectF) -> None:
        upright = Qt.AlignmentFlag.AlignVCenter
        write(painter, self.font(), box, self._word, sizes=(HUGE, PROMPT, HEAD, BODY), upright=upright)

    def _write_below(self, painter: QPainter, box: QRectF) -> None:
        upright = Qt.AlignmentFlag.AlignTop
        write(painter, self.font(), box, self._below, sizes=(PROMPT, HEAD, BODY, SMALL), upright=upright)


def _leading(box: QRectF, width: float, rtl: bool) -> QRectF:
    """Return the part of a box where reading begins."""
    return QRectF(box.right() - width if rtl else box.left(), box.top(), width, box.height())


def _without(box: QRectF, width: float, rtl: bool) -> QRectF:
    """Return the rest of a box behind its leading part and a gap; all of it when that part is empty."""
    taken = width + S16 if width else 0.0
    return box.adjusted(0, 0, -taken, 0) if rtl else box.adjusted(taken, 0, 0, 0)


def _bin_words(view: View, item: Item) -> str:
    """The open bin that takes it, or what the prompt says of those that would."""
    bins = right_bins(view.state, item)
    if bins:
        return view.tr.format(mark("Bin {bin}"), bin=short(bins[0].code))
    return view.tr.gettext(view.prompt.params.get("bins", ""))
