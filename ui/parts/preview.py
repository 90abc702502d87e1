"""The live picture of the camera, or the last one of a camera that stopped."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devices.readings import Frame
from resources.words import mark
from station.inputs import FrameJudged
from ui import wording
from ui.parts.guide import live_words, paint_guide
from ui.parts.lettering import sized
from ui.theme import BODY, HEAD, RADIUS, S12, S24, Theme
from ui.view import View

_GREY = QImage.Format.Format_Grayscale8
_VEIL = 190  # of 255: the picture shows through, and words on it have their contrast


class Preview(QWidget):
    """Shows the newest frame of the camera, and over it what to do for a good photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Frame | None, str, Theme | None, tuple[str, str]] = (None, "", None, ("", ""))
        self._judged: tuple[FrameJudged | None, str] = (None, "")
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """The shape of a camera's picture."""
        return QSize(480, 270)

    def minimumSizeHint(self) -> QSize:
        """Small, but still a picture."""
        return QSize(240, 135)

    def render(self, view: View) -> None:
        """Show the frame of a view, or say that no picture comes."""
        still = view.still if view.prompt.stage == "doubt" else ""
        words = ("", "") if still and not view.taking_photo else _stopped(view)
        name = view.tr.gettext(mark("Live picture of the camera"))
        judged = view.judged if view.frame is not None and not still else None
        todo = live_words(view.tr, judged) if not words[0] else ""
        self.setAccessibleName(" ".join(part for part in (name, *words, todo) if part))
        shown = (view.frame, still, view.theme, words)
        if shown != self._shown or (judged, todo) != self._judged:
            self._judged = (judged, todo)
            if shown[:2] != self._shown[:2]:
                self._image = _read(still) if still else _image(view.frame)
            self._shown = shown
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame as large as it goes, its shape kept."""
        _, still, theme, words = self._shown
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self._box()
        shape = QPainterPath()
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(box, QColor(theme.pressed))
        if self._image is not None:
            painter.drawImage(box, self._image.convertToFormat(_GREY) if words[0] else self._image)
        if words[0]:
            self._say_stopped(painter, box, theme, words)
        elif not still:
            paint_guide(painter, box, *self._judged, theme, self.font())
        painter.end()

    def _say_stopped(self, painter: QPainter, box: QRectF, theme: Theme, words: tuple[str, str]) -> None:
        """Veil the picture and say over it why it does not move, and what to do."""
        veil = QColor(theme.ground)
        veil.setAlpha(_VEIL)
        painter.fillRect(box, veil)
        painter.setPen(QColor(theme.ink))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = box.adjusted(S24, S12, -S24, -S12)
        upper = QRectF(room.left(), room.top(), room.width(), room.height() * 0.45)
        painter.setFont(sized(self.font(), HEAD))
        painter.drawText(upper, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | flags, words[0])
        painter.setFont(sized(self.font(), BODY, 500))
        lower = QRectF(room.left(), upper.bottom() + S12, room.width(), room.bottom() - upper.bottom() - S12)
        painter.drawText(lower, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, words[1])

    def _box(self) -> QRectF:
        shape = QSize(16, 9) if self._image is None else self._image.size()
        size = shape.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )


def _stopped(view: View) -> tuple[str, str]:
    """Return why the picture is not live now, and what to do; two empty texts while it is."""
    tr, camera = view.tr, view.frame.device if view.frame is not None else "camera"
    lamp = next((each for each in view.lamps if each.device == camera), None)
    well = lamp is None or lamp.light in ("", "ok")
    if well and view.frame is None:
        return tr.gettext(mark("No picture from the camera")), ""
    if lamp is None or well:
        return (tr.gettext(mark("Taking the photo …")), "") if view.taking_photo else ("", "")
    name, word = wording.device(tr, camera), wording.word(tr, wording.FAULTS, lamp.why)
    return f"{name}: {word}", wording.cure(tr, lamp.why)


def _read(path: str) -> QImage | None:
    """Read a photo at the size of a screen; None when it cannot be read."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)  # as the photo's judge does
    if reader.size().isValid():
        reader.setScaledSize(reader.size().scaled(960, 540, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def _image(frame: Frame | None) -> QImage | None:
    """Wrap the frame's own bytes; the frame is kept as long as the image."""
    if frame is None:
        return None
    return QImage(frame.bgr, frame.width, frame.height, frame.width * 3, QImage.Format.Format_BGR888)
