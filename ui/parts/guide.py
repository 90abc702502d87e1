"""What is drawn over the live picture: the shot's frame, the item as it is seen, what to do, and how soon it shoots."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from grading.gate import LIVE_TEXTS
from resources.words import Translator, mark
from station.inputs import FrameJudged
from ui.parts.lettering import sized
from ui.theme import BODY, HEAD, RADIUS, S8, S12, S16, Theme

# On a camera's picture, which may have any colour, these two stand out together in both themes.
_DARK, _LIGHT = "#12171c", "#ffffff"
_SAME = mark("Show another side, or press Space")
_RING = 44


def live_words(tr: Translator, judged: FrameJudged | None) -> str:
    """Return the few words that say what to do; nothing when all is well."""
    if judged is None or not judged.problems:
        return ""
    return tr.gettext(LIVE_TEXTS.get(judged.problems[0], _SAME))


def paint_guide(
    painter: QPainter, box: QRectF, judged: FrameJudged | None, words: str, theme: Theme, font: QFont
) -> None:
    """Draw it over a picture that fills `box`; without a verdict only the frame."""
    wide, high = judged.outline if judged is not None else (0.8, 0.84)
    frame = QRectF(0, 0, box.width() * wide, box.height() * high)
    frame.moveCenter(box.center())
    _outlined(painter, _corners(frame, box.height() * 0.1), 3)
    if judged is None:
        return
    if judged.box is not None and words:
        left, top, right, bottom = judged.box
        seen = QRectF(
            box.left() + left * box.width(),
            box.top() + top * box.height(),
            (right - left) * box.width(),
            (bottom - top) * box.height(),
        ).intersected(box.adjusted(3, 3, -3, -3))
        path = QPainterPath()
        path.addRoundedRect(seen, RADIUS, RADIUS)
        _outlined(painter, path, 1.5, dashed=True)
    if words:
        _say(painter, box, words, theme, font)
    elif judged.steady:
        _ring(painter, box, judged.steady)


def _corners(frame: QRectF, arm: float) -> QPainterPath:
    path = QPainterPath()
    for x, to_right in ((frame.left(), 1), (frame.right(), -1)):
        for y, downwards in ((frame.top(), 1), (frame.bottom(), -1)):
            path.moveTo(x + arm * to_right, y)
            path.lineTo(x, y)
            path.lineTo(x, y + arm * downwards)
    return path


def _outlined(painter: QPainter, path: QPainterPath, width: float, dashed: bool = False) -> None:
    """White on dark, so that the line stands out on any picture."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, thick in ((_DARK, width + 3), (_LIGHT, width)):
        pen = QPen(QColor(colour), thick)
        if dashed:
            pen.setDashPattern([12 / thick, 8 / thick])
        painter.setPen(pen)
        painter.drawPath(path)


def _say(painter: QPainter, box: QRectF, words: str, theme: Theme, font: QFont) -> None:
    """A band along the lower edge, as high as its words need; it lies over the picture and moves nothing."""
    look = theme.tones["attention"]
    room = box.adjusted(S16, 0, -S16, 0)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    for size in (HEAD, BODY):
        painter.setFont(sized(font, size, 600))
        needs = painter.boundingRect(room, flags, words)
        if needs.height() < 2 * size:  # on one line
            break
    band = QRectF(box.left(), box.bottom() - needs.height() - 2 * S12, box.width(), needs.height() + 2 * S12)
    painter.fillRect(band, QColor(look.fill))
    painter.setPen(QColor(look.ink))
    painter.drawText(band.adjusted(S16, 0, -S16, 0), flags, words)


def _ring(painter: QPainter, box: QRectF, share: float) -> None:
    """Fills up while the picture stays good; the photo is taken when it is closed."""
    ring = QRectF(0, 0, _RING, _RING)
    ring.moveBottomRight(box.bottomRight())
    ring.translate(-S16, -S16)
    around = ring.adjusted(-S8, -S8, S8, S8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_DARK))
    painter.drawEllipse(around)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(_LIGHT), 7)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawArc(ring, 90 * 16, -round(share * 360 * 16))
