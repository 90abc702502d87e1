"""The result, readable from three metres: letter, disposition word, symbol, pattern and bin."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from resources.words import mark
from station.receiving.parcel import Item
from station.steps.place import right_bins
from station.words import ROUTE_WORDS
from ui.parts.lettering import sized, write
from ui.parts.poster import Poster, leading, without
from ui.parts.text import short
from ui.signs import draw_symbol, fill_pattern
from ui.theme import BODY, HEAD, HUGE, PROMPT, S8, S16, S24, SMALL, Look
from ui.view import View

# From these heights on the word has a line of its own, and letter and symbol stand over it.
_THREE_LINES, _STACKED = 130, 300
_WORD = (120, 96, HUGE, 64, 56, 48, PROMPT, HEAD, BODY)
_BELOW = (56, 48, PROMPT, 34, HEAD, 24, BODY, SMALL)
_UP, _MIDDLE = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignVCenter


class Verdict(Poster):
    """A panel in the colour of the disposition with its pattern as a broad edge."""

    def __init__(self) -> None:
        super().__init__(QSize(280, 100), 2)
        self._letter = ""
        self._word = ""
        self._below = ""

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

    def draw(self, painter: QPainter, box: QRectF, look: Look) -> None:
        """Draw the edge, the letter, the symbol and the words."""
        edge = min(64.0, box.width() / 10)
        fill_pattern(painter, leading(box, edge, self.rtl), look, 14)
        inner = without(box, edge, self.rtl, S16).adjusted(S8, S16, -S16, -S16)
        if inner.height() >= _STACKED:
            self._stacked(painter, inner, look)
        else:
            self._beside(painter, inner, look)

    def _stacked(self, painter: QPainter, box: QRectF, look: Look) -> None:
        """Letter and symbol, under them the word, under that the bin."""
        word, below = box.height() * 0.3, box.height() * 0.16
        top = QRectF(box.left(), box.top(), box.width(), box.height() - word - below)
        side = min(top.height(), box.width() / 2) if self._letter else 0.0
        self._write_letter(painter, leading(top, side, self.rtl))
        rest = without(top, side, self.rtl, S24)
        self._draw_symbol(painter, rest, min(top.height() * 0.7, rest.width()), look)
        self._write(painter, QRectF(box.left(), top.bottom(), box.width(), word), self._word, _WORD, _MIDDLE)
        self._write(painter, QRectF(box.left(), box.bottom() - below, box.width(), below), self._below, _BELOW, _UP)

    def _beside(self, painter: QPainter, box: QRectF, look: Look) -> None:
        """The letter, and beside it the symbol, the word and the bin: the symbol before the word where it is low."""
        side = min(box.height(), box.width() * 0.34) if self._letter else 0.0
        self._write_letter(painter, leading(box, side, self.rtl))
        rest = without(box, side, self.rtl, S16)
        tall = box.height() * (0.27 if box.height() >= _THREE_LINES else 0.0)
        below = box.height() * (0.25 if tall else 0.4)
        word = QRectF(rest.left(), rest.top() + tall, rest.width(), rest.height() - tall - below)
        symbol = tall - S8 if tall else min(word.height() * 0.8, 48.0)
        self._draw_symbol(painter, QRectF(rest.left(), rest.top(), rest.width(), tall or word.height()), symbol, look)
        self._write(painter, word if tall else without(word, symbol, self.rtl, S16), self._word, _WORD, _MIDDLE)
        self._write(painter, QRectF(rest.left(), word.bottom(), rest.width(), below), self._below, _BELOW, _UP)

    def _write_letter(self, painter: QPainter, box: QRectF) -> None:
        if self._letter:
            painter.setFont(sized(self.font(), int(min(box.width(), box.height()))))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._letter)

    def _draw_symbol(self, painter: QPainter, box: QRectF, side: float, look: Look) -> None:
        place = leading(box, side, self.rtl)
        draw_symbol(painter, look.symbol, QRectF(place.left(), place.center().y() - side / 2, side, side), look.ink)

    def _write(
        self, painter: QPainter, box: QRectF, words: str, sizes: tuple[int, ...], upright: Qt.AlignmentFlag
    ) -> None:
        write(painter, self.font(), box, words, sizes=sizes, upright=upright, lines=sizes is _BELOW)


def _bin_words(view: View, item: Item) -> str:
    """The open bin that takes it, or what the prompt says of those that would."""
    bins = right_bins(view.state, item)
    if bins:
        return view.tr.format(mark("Bin {bin}"), bin=short(bins[0].code))
    return view.tr.gettext(view.prompt.params.get("bins", ""))
