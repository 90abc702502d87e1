"""What is drawn over the live picture: the shot's frame, the item as it is seen, what to do, and how soon it shoots."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from grading.gate import LIVE_TEXTS
from resources.words import Translator, mark
from station.inputs import FrameJudged
from station.shutter import SAME, SAME_ITEM
from ui.parts.lettering import sized
from ui.theme import BODY, HEAD, RADIUS, S8, S16, Theme

# On a camera's picture, which may have any colour, these two stand out together in both themes.
_DARK, _LIGHT = "#12171c", "#ffffff"
_SAME: Mapping[str, str] = {
    SAME: mark("Show another side, or press Space"),
    SAME_ITEM: mark("Lay the next item here, or press Space"),
}
_RING = 44
# Between the corners of a frame that fills so much of the picture there is room for words.
_WIDE = 0.6


def live_words(tr: Translator, judged: FrameJudged | None) -> str:
    """Return the few words that say what to do; nothing when all is well."""
    if judged is None or not judged.problems:
        return ""
    first = judged.problems[0]
    return tr.gettext(LIVE_TEXTS.get(first) or _SAME.get(first) or _SAME[SAME])


def paint_guide(
    painter: QPainter, box: QRectF, judged: FrameJudged | None, words: str, theme: Theme, font: QFont
) -> None:
    """Draw it over a picture that fills `box`; without a verdict only the frame."""
    wide, high = judged.outline if judged is not None else (0.8, 0.84)
    frame = QRectF(0, 0, box.width() * wide, box.height() * high)
    frame.moveCenter(box.center())
    arm = box.height() * 0.1
    corners = _corners(frame, arm)
    if judged is not None and judged.box is not None and words:
        _outlined(painter, _seen(box, judged.box), 1.5, dashed=True)
    if judged is not None and words:
        inner = frame.adjusted(arm, 0, -arm, 0) if wide >= _WIDE else box
        _say(painter, box, inner, words, theme, font, corners)
        return
    _outlined(painter, corners, 3)
    if judged is not None and judged.steady:
        _ring(painter, box, judged.steady)


def _seen(box: QRectF, place: tuple[float, float, float, float]) -> QPainterPath:
    """The item as the gate sees it, within the picture."""
    left, top, right, bottom = place
    seen = QRectF(
        box.left() + left * box.width(),
        box.top() + top * box.height(),
        (right - left) * box.width(),
        (bottom - top) * box.height(),
    )
    path = QPainterPath()
    path.addRoundedRect(seen.intersected(box.adjusted(3, 3, -3, -3)), RADIUS, RADIUS)
    return path


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


def _say(
    painter: QPainter, box: QRectF, inner: QRectF, words: str, theme: Theme, font: QFont, corners: QPainterPath
) -> None:
    """A band along the lower edge, as high as its words need; it lies over the picture and moves nothing.

    The frame's lower corners stand over it, and the words keep between them (`inner`): where the item belongs is
    wanted most while it lies wrong.
    """
    look = theme.tones["attention"]
    room = QRectF(inner.left() + S8, box.top(), inner.width() - 2 * S8, box.height())
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    for size in (HEAD, BODY):
        painter.setFont(sized(font, size, 600))
        needs = painter.boundingRect(room, flags, words)
        if needs.height() < 2 * size:  # on one line
            break
    tall = needs.height() + 2 * S8
    band = QRectF(box.left(), box.bottom() - tall, box.width(), tall)
    painter.fillRect(band, QColor(look.fill))
    _outlined(painter, corners, 3)
    # The corners of a small frame may lie where the words are.
    painter.fillRect(QRectF(needs.left(), band.top() + S8, needs.width(), needs.height()), QColor(look.fill))
    painter.setPen(QColor(look.ink))
    painter.drawText(QRectF(room.left(), band.top(), room.width(), tall), flags, words)


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
