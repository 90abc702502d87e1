"""Writes words as large as their place allows, in the sizes of the theme."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter


def sized(font: QFont, pixels: int, weight: int = 700) -> QFont:
    """Return a font like another one, of this size and weight."""
    changed = QFont(font)
    changed.setPixelSize(max(pixels, 1))
    changed.setWeight(QFont.Weight(weight))
    return changed


def write(
    painter: QPainter,
    font: QFont,
    box: QRectF,
    words: str,
    *,
    sizes: tuple[int, ...],
    upright: Qt.AlignmentFlag,
    lines: bool = False,
) -> None:
    """Write words in the largest size that fits one line, or with `lines` as many as there is room for; else wrapped
    in the smallest. Weight 700.
    """
    flags = Qt.AlignmentFlag.AlignLeading | upright
    for size in sizes:
        chosen = sized(font, size)
        metrics = QFontMetricsF(chosen)
        if metrics.horizontalAdvance(words) <= box.width() and metrics.height() <= box.height():
            painter.setFont(chosen)
            painter.drawText(box, flags, words)
            return
        needs = metrics.boundingRect(box, int(flags | Qt.TextFlag.TextWordWrap), words)
        if lines and needs.height() <= box.height() and needs.width() <= box.width():
            break
    painter.setFont(chosen)
    painter.drawText(box, flags | Qt.TextFlag.TextWordWrap, words)
