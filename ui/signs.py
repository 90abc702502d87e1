"""Draws the symbols and patterns that stand beside every colour: no font is asked for them."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from ui.theme import Look

# Corners in a square from -1 to 1, y downwards.
_POLYGONS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "triangle": ((0, -0.92), (0.96, 0.78), (-0.96, 0.78)),
    "diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)),
    "square": ((-0.82, -0.82), (0.82, -0.82), (0.82, 0.82), (-0.82, 0.82)),
    "hexagon": tuple((math.cos(a * math.pi / 3), math.sin(a * math.pi / 3)) for a in range(6)),
    "arrow": ((-0.55, -0.85), (0.85, 0), (-0.55, 0.85)),
    "bang-triangle": ((0, -0.92), (0.96, 0.78), (-0.96, 0.78)),
}
_STROKES: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "tick": (((-0.75, 0.05), (-0.2, 0.62), (0.8, -0.6)),),
    "cross": (((-0.65, -0.65), (0.65, 0.65)), ((0.65, -0.65), (-0.65, 0.65))),
    "bang": (((0, -0.85), (0, 0.25)), ((0, 0.78), (0, 0.82))),
    "flag": (((-0.6, 0.95), (-0.6, -0.85), (0.75, -0.45), (-0.6, 0.05)),),
    "minus": (((-0.7, 0), (0.7, 0)),),
}


def draw_symbol(painter: QPainter, name: str, box: QRectF, colour: str, *, hole: str = "", edge: str = "") -> None:
    """Draw one symbol to fill a square box.

    `hole` is the colour of what stands inside (the bang, the cross), `edge` that of the outline, empty for none.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center())
    half = min(box.width(), box.height()) / 2
    painter.scale(half, half)
    painter.setPen(QPen(QColor(edge), 0.16) if edge else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    if name in _STROKES:
        _strokes(painter, name, colour)
    elif name in _POLYGONS:
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _POLYGONS[name]]))
    elif name == "ring":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), 0.26))
        painter.drawEllipse(QRectF(-0.8, -0.8, 1.6, 1.6))
    else:
        painter.drawEllipse(QRectF(-0.9, -0.9, 1.8, 1.8))
    if name == "bang-triangle":
        painter.translate(0, 0.22)
        painter.scale(0.5, 0.5)
        _strokes(painter, "bang", hole)
    if name == "cross-circle":
        painter.scale(0.55, 0.55)
        _strokes(painter, "cross", hole)
    painter.restore()


def _strokes(painter: QPainter, name: str, colour: str) -> None:
    pen = QPen(QColor(colour), 0.34, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in _STROKES[name]:
        path = QPainterPath(QPointF(*line[0]))
        for point in line[1:]:
            path.lineTo(QPointF(*point))
        painter.drawPath(path)


def fill_pattern(painter: QPainter, box: QRectF, look: Look, unit: float = 12.0) -> None:
    """Fill a box with a colour and its pattern; `unit` is the distance of its lines in pixels."""
    painter.save()
    painter.fillRect(box, QColor(look.fill))
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = unit * (0.5 if look.pattern == "stripes" else 0.22)
    painter.setPen(QPen(QColor(look.ink), width))
    if look.pattern in ("diagonal", "stripes", "cross-hatch"):
        _lines(painter, box, unit * (2.0 if look.pattern == "stripes" else 1.4), rising=True)
    if look.pattern == "cross-hatch":
        _lines(painter, box, unit * 1.4, rising=False)
    if look.pattern == "dots":
        _dots(painter, box, unit, QColor(look.ink))
    painter.restore()


def _lines(painter: QPainter, box: QRectF, step: float, rising: bool) -> None:
    height = box.height()
    at = box.left() - height
    while at < box.right() + height:
        start, end = (box.bottom(), box.top()) if rising else (box.top(), box.bottom())
        painter.drawLine(QPointF(at, start), QPointF(at + height, end))
        at += step


def _dots(painter: QPainter, box: QRectF, unit: float, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(ink))
    row, y = 0, box.top() + unit * 0.5
    while y < box.bottom() + unit:
        x = box.left() + unit * (0.5 if row % 2 == 0 else 1.0)
        while x < box.right() + unit:
            painter.drawEllipse(QPointF(x, y), unit * 0.2, unit * 0.2)
            x += unit
        row, y = row + 1, y + unit * 0.8
