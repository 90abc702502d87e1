"""The place in a photo that a question is about, as large as it goes."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources.words import mark
from ui.theme import Theme
from ui.view import View

_STAGES = ("reading", "decision")
# So much of the photo is shown around the place, in its heights: what stands beside a number tells what it is.
_AROUND = 2


class Crop(QWidget):
    """Shows a part of the photo that was read, with the reading framed; hidden while nothing of that is asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[str, tuple[int, int, int, int]] = ("", (0, 0, 0, 0))
        self._image: QImage | None = None
        self._frame = QRect()
        self._theme: Theme | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setVisible(False)

    def sizeHint(self) -> QSize:
        """As wide as a line of print."""
        return QSize(480, 160)

    def minimumSizeHint(self) -> QSize:
        """Small, but still to be read."""
        return QSize(240, 80)

    def render(self, view: View) -> None:
        """Show the place that a view asks about."""
        wanted = view.prompt.stage in _STAGES and bool(view.still)
        self.setVisible(wanted)
        if not wanted:
            return
        self.setAccessibleName(view.tr.gettext(mark("Part of the photo that was read")))
        if (view.still, view.crop) != self._shown:
            self._shown = (view.still, view.crop)
            self._image, self._frame = _cut(*self._shown)
        self._theme = view.theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the part as large as it goes, its shape kept, with a frame around the reading."""
        if self._image is None or self._theme is None:
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        box = QRectF(left, top, size.width(), size.height())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self._image)
        if not self._frame.isEmpty():
            scale = box.width() / self._image.width()
            left, top, width, height = (each * scale for each in self._frame.getRect())
            frame = QRectF(box.left() + left, box.top() + top, width, height)
            painter.setPen(QPen(QColor(self._theme.focus), 3))
            painter.drawRect(frame.adjusted(-2, -2, 2, 2))
        painter.end()


def _cut(path: str, place: tuple[int, int, int, int]) -> tuple[QImage | None, QRect]:
    """Return the part of a photo around a place, and the place within it; all of the photo when there is no place."""
    reader = QImageReader(path)
    box = QRect(*place)
    around = box.height() * _AROUND
    part = box.adjusted(-around, -around, around, around).intersected(QRect(0, 0, *reader.size().toTuple()))
    if not box.isEmpty() and not part.isEmpty():
        reader.setClipRect(part)
    image = reader.read()
    if image.isNull():
        return None, QRect()
    return image, box.translated(-part.topLeft()) if not box.isEmpty() else QRect()
