"""A symbol as a widget, and the broad band of a disposition's pattern."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QPixmapCache
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.signs import draw_symbol, fill_pattern
from ui.theme import Look


class Sign(QWidget):
    """One drawn symbol of a fixed size."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._drawn: tuple[str, str, str, str] = ("", "", "", "")
        self.setFixedSize(side, side)

    def show_symbol(self, name: str, colour: str, hole: str = "#ffffff") -> None:
        """Show a symbol of `ui.signs` in a colour; no name shows nothing and keeps the room."""
        self._show((name, colour, hole, ""))

    def show_look(self, look: Look) -> None:
        """Show the symbol of a look, with its outline where it needs one."""
        self._show((look.symbol, look.fill, "", look.edge))

    def _show(self, drawn: tuple[str, str, str, str]) -> None:
        if self._drawn != drawn:
            self._drawn = drawn
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what `show_symbol` was told last."""
        if self._drawn[0]:
            painter = QPainter(self)
            painter.drawPixmap(0, 0, _symbol(self._drawn, self._side, self.devicePixelRatioF()))
            painter.end()


def _symbol(drawn: tuple[str, str, str, str], side: int, ratio: float) -> QPixmap:
    """Return a symbol as a picture from Qt's own store: to draw its curves anew takes six times as long."""
    name, colour, hole, edge = drawn
    key = f"sign {name} {colour} {hole} {edge} {side} {ratio}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        picture = QPixmap(round(side * ratio), round(side * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        draw_symbol(painter, name, QRectF(1, 1, side - 2, side - 2), colour, hole=hole, edge=edge)
        painter.end()
        QPixmapCache.insert(key, picture)
    return picture


class PatternBand(QWidget):
    """A band filled with a disposition's colour and pattern, beside its word."""

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self.setFixedWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """As high as its neighbours make it."""
        return QSize(self.width(), 0)

    def show_look(self, look: Look | None) -> None:
        """Show the pattern of a look; None shows nothing."""
        if look != self._look:
            self._look = look
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the band."""
        if self._look is not None:
            painter = QPainter(self)
            fill_pattern(painter, QRectF(self.rect()), self._look)
            painter.end()
