"""Marks on a photo as lines and rings with their numbers, dark under light: seen on any goods."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from station.inspecting.facts import DefectMarked
from ui.parts.lettering import sized
from ui.theme import SMALL, Theme

Point = tuple[int, int]
"""Thousandths of a photo's width and height."""

_DARK, _LIGHT = "#000000", "#ffffff"


def paint_marks(painter: QPainter, box: QRectF, marks: Iterable[DefectMarked], theme: Theme, *, small: bool) -> None:
    """Paint marks into the box of their photo; small ones have no numbers."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for each in marks:
        start, end = (each.x_permille, each.y_permille), (each.x2_permille, each.y2_permille)
        paint_stroke(painter, box, start, end, theme.lamps["attention"].fill, small=small)
        if not small:
            _paint_number(painter, place(box, end), str(each.mark), theme)


def paint_stroke(painter: QPainter, box: QRectF, start: Point, end: Point, colour: str, *, small: bool) -> None:
    """Paint a line from one point to another, or a ring around a single one."""
    one, other = place(box, start), place(box, end)
    radius = 4.0 if small else 14.0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, breadth in ((_DARK, 4.0 if small else 7.0), (colour, 2.0 if small else 3.0)):
        painter.setPen(QPen(QColor(ink), breadth, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if start == end:
            painter.drawEllipse(one, radius, radius)
        else:
            painter.drawLine(one, other)


def place(box: QRectF, point: Point) -> QPointF:
    """Return where a point of a photo lies in the box the photo is painted in."""
    return QPointF(box.left() + point[0] / 1000 * box.width(), box.top() + point[1] / 1000 * box.height())


def _paint_number(painter: QPainter, at: QPointF, number: str, theme: Theme) -> None:
    disc = QRectF(at.x() + 10, at.y() - 34, 24, 24)
    painter.setPen(QPen(QColor(theme.lamps["attention"].fill), 2))
    painter.setBrush(QColor(_DARK))
    painter.drawEllipse(disc)
    painter.setPen(QColor(_LIGHT))
    painter.setFont(sized(painter.font(), SMALL, 600))
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, number)
