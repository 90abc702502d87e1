"""The pictures of the bench: what to scan, where to put it; drawn with lines, in the colours of the theme."""

import math
from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme

# Every picture is drawn on a sheet of this size and scaled to its place.
_SHEET = QRectF(0, 0, 320, 180)
_BARS = (3, 1, 2, 1, 1, 3, 1, 2, 2, 1, 3, 1, 1, 2, 1, 3)


class Picture(QWidget):
    """One picture of this module, as large as its place allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._theme: Theme | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """The size it likes."""
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:
        """It gives way to words."""
        return QSize(48, 27)

    def show_picture(self, name: str, theme: Theme) -> None:
        """Show a picture by name; a name without a picture takes no room."""
        self.setVisible(name in PICTURES)
        if (name, theme) != (self._name, self._theme):
            self._name, self._theme = name, theme
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture in the middle, no larger than three times its sheet."""
        if self._name not in PICTURES or self._theme is None:
            return
        painter = QPainter(self)
        scale = min(self.width() / _SHEET.width(), self.height() / _SHEET.height(), 2.0)
        paint(painter, self._name, self._theme, QRectF(self.rect()).center(), scale)
        painter.end()


def paint(painter: QPainter, name: str, theme: Theme, middle: QPointF, scale: float) -> None:
    """Draw one of the pictures about a point; a scale of 1 makes it 320 by 180 pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(middle)
    painter.scale(scale, scale)
    painter.translate(-_SHEET.center())
    PICTURES[name](_Pen(painter, theme))
    painter.restore()


class _Pen:
    """A painter that knows the strokes these pictures are made of."""

    def __init__(self, painter: QPainter, theme: Theme) -> None:
        self.painter = painter
        self._theme = theme

    def body(self, *corners: tuple[float, float], fill: str = "raised") -> None:
        self._use(self._theme.muted, getattr(self._theme, fill))
        self.painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))

    def box(self, x: float, y: float, width: float, height: float, *, fill: str = "raised", round_: float = 4) -> None:
        self._use(self._theme.muted, getattr(self._theme, fill))
        self.painter.drawRoundedRect(QRectF(x, y, width, height), round_, round_)

    def disc(self, x: float, y: float, radius: float, fill: str = "raised") -> None:
        self._use(self._theme.muted, getattr(self._theme, fill))
        self.painter.drawEllipse(QPointF(x, y), radius, radius)

    def line(self, *points: tuple[float, float], accent: bool = False) -> None:
        self._use(self._theme.focus if accent else self._theme.muted, None)
        self.painter.drawPolyline([QPointF(x, y) for x, y in points])

    def barcode(self, x: float, y: float, height: float, scale: float = 1.6) -> None:
        """White ground, black bars: a barcode looks like this in every theme."""
        width = (sum(_BARS) + len(_BARS)) * scale
        self._use(self._theme.muted, "#ffffff")
        self.painter.drawRect(QRectF(x - 6, y - 6, width + 12, height + 12))
        for bar in _BARS:
            self.painter.fillRect(QRectF(x, y, bar * scale, height), QColor("#12171c"))
            x += (bar + 1) * scale

    def beam(self, x: float, y: float, to_x: float, low: float, high: float) -> None:
        """The red line of a scanner would stand against green lamps: ours has the colour of the focus."""
        glow = QColor(self._theme.focus)
        glow.setAlpha(46)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(glow)
        self.painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(to_x, low), QPointF(to_x, high)]))
        self.line((to_x, low), (to_x, high), accent=True)

    def scanner(self, x: float, y: float) -> None:
        """A hand scanner that looks to the left; (x, y) is its window."""
        self.body((x + 14, y + 14), (x + 36, y + 14), (x + 50, y + 66), (x + 30, y + 70))
        self.box(x, y - 16, 66, 32, round_=10)
        self.box(x - 4, y - 12, 8, 24, fill="pressed", round_=3)

    def _use(self, stroke: str, fill: str | None) -> None:
        pen = QPen(QColor(stroke), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else QColor(fill))


def _carton(pen: _Pen, x: float, y: float) -> None:
    pen.body((x, y + 30), (x + 40, y), (x + 160, y), (x + 120, y + 30), fill="surface")
    pen.body((x + 120, y + 30), (x + 160, y), (x + 160, y + 84), (x + 120, y + 114), fill="pressed")
    pen.body((x, y + 30), (x + 120, y + 30), (x + 120, y + 114), (x, y + 114))
    pen.line((x + 60, y + 30), (x + 100, y))


def _parcel(pen: _Pen) -> None:
    _carton(pen, 24, 32)
    pen.barcode(48, 84, 34)
    pen.beam(236, 76, 122, 74, 130)
    pen.scanner(236, 76)


def _badge(pen: _Pen) -> None:
    pen.line((84, 6), (96, 34), (108, 6))
    pen.box(40, 40, 112, 132, round_=10)
    pen.box(84, 34, 24, 12, fill="pressed")
    pen.disc(96, 78, 18, fill="pressed")
    pen.body((66, 122), (72, 104), (120, 104), (126, 122), fill="pressed")
    pen.barcode(62, 138, 20, 1.4)
    pen.beam(236, 92, 160, 128, 166)
    pen.scanner(236, 92)


def _scale(pen: _Pen) -> None:
    _carton(pen, 84, 4)
    pen.box(48, 120, 224, 14, fill="pressed")
    pen.box(64, 134, 192, 38)
    pen.box(120, 142, 80, 22, fill="surface")
    for x in (132, 150, 168):
        pen.line((x, 153), (x + 10, 153), accent=True)


def _item(pen: _Pen) -> None:
    pen.body((20, 92), (140, 92), (124, 172), (36, 172))
    pen.body((20, 92), (2, 66), (62, 66), (76, 92), fill="surface")
    pen.body((140, 92), (158, 66), (96, 66), (84, 92), fill="surface")
    pen.box(52, 14, 56, 96, fill="surface", round_=8)
    pen.barcode(58, 64, 24, 1.0)
    pen.line((78, 118), (78, 138))
    pen.beam(236, 70, 124, 52, 96)
    pen.scanner(236, 70)


def _serial(pen: _Pen) -> None:
    pen.box(28, 40, 140, 100, round_=12)
    pen.box(46, 58, 104, 64, fill="surface")
    pen.barcode(62, 82, 22, 1.5)
    pen.line((62, 70), (96, 70))
    pen.beam(240, 76, 160, 76, 112)
    pen.scanner(240, 76)


def _camera(pen: _Pen) -> None:
    pen.line((160, 6), (160, 30))
    pen.box(120, 26, 80, 34, round_=8)
    pen.disc(160, 62, 17, fill="pressed")
    pen.disc(160, 62, 8, fill="surface")
    pen.line((140, 84), (104, 136), accent=True)
    pen.line((180, 84), (216, 136), accent=True)
    pen.box(116, 122, 88, 30, fill="surface", round_=8)
    pen.line((60, 160), (260, 160))


def _label(pen: _Pen) -> None:
    pen.box(24, 40, 124, 92, round_=10)
    pen.box(40, 104, 92, 14, fill="pressed")
    pen.box(52, 110, 68, 58, fill="surface", round_=2)
    pen.barcode(62, 122, 18, 1.0)
    pen.line((62, 156), (104, 156))
    pen.beam(236, 96, 128, 118, 162)
    pen.scanner(236, 96)


def _bin(pen: _Pen) -> None:
    pen.body((16, 72), (156, 72), (140, 168), (32, 168))
    pen.box(8, 60, 156, 18, fill="surface")
    pen.line((86, 2), (86, 42), accent=True)
    pen.line((72, 30), (86, 46), (100, 30), accent=True)
    pen.barcode(54, 104, 34)
    pen.beam(236, 90, 146, 98, 146)
    pen.scanner(236, 90)


def _empty_carton(pen: _Pen) -> None:
    pen.body((80, 84), (240, 84), (222, 172), (98, 172))
    pen.body((80, 84), (44, 56), (124, 56), (150, 84), fill="surface")
    pen.body((240, 84), (276, 56), (196, 56), (170, 84), fill="surface")
    pen.line((136, 116), (154, 138), (190, 102), accent=True)


def _stop(pen: _Pen) -> None:
    """A raised hand in an octagon: stop, and wait."""
    reach = 84.0
    corners = [(math.cos(math.pi * (at + 0.5) / 4), math.sin(math.pi * (at + 0.5) / 4)) for at in range(8)]
    pen.body(*((160 + x * reach, 90 + y * reach) for x, y in corners), fill="pressed")
    for x, top in ((133, 60), (149, 44), (165, 40), (181, 52)):
        pen.box(x, top, 14, 76, fill="surface", round_=7)
    pen.box(133, 92, 62, 50, fill="surface", round_=12)
    pen.body((134, 122), (112, 98), (122, 88), (138, 100), fill="surface")


def _fire_box(pen: _Pen) -> None:
    """The fire-safe box: in with it, close the lid, scan its label."""
    pen.body((24, 66), (164, 66), (164, 170), (24, 170), fill="pressed")
    pen.body((14, 56), (174, 56), (174, 70), (14, 70), fill="surface")
    pen.body((50, 128), (62, 104), (70, 114), (76, 88), (94, 116), (92, 134), (80, 146), (60, 144), fill="surface")
    pen.line((94, 2), (94, 38), accent=True)
    pen.line((80, 26), (94, 42), (108, 26), accent=True)
    pen.barcode(106, 118, 34, 1.0)
    pen.beam(246, 90, 162, 104, 158)
    pen.scanner(246, 90)


PICTURES: Mapping[str, Callable[[_Pen], None]] = {
    "badge": _badge,
    "parcel": _parcel,
    "scale": _scale,
    "item": _item,
    "serial": _serial,
    "camera": _camera,
    "label": _label,
    "bin": _bin,
    "empty": _empty_carton,
    "stop": _stop,
    "fire-box": _fire_box,
}
