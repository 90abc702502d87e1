"""A photo and the one it was compared with, side by side, with the place to look at marked in the first."""

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QImageReader, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from resources.words import mark
from ui.parts.lettering import sized
from ui.theme import BODY, HEAD, S12, S16, S24, Theme
from ui.view import Compared, View

_HEADING = 64.0
_NAME = 40.0


# The key that shows it, and then the next two.
KEY = "F9"
_LINE = mark("Esc or a touch closes this, {key} goes on. Other keys do nothing here. A scan closes this and counts.")


class SideBySide(QWidget):
    """Lies over the whole of its parent and takes every key, until Esc, a touch or whatever is done at the bench.

    `left` says that it was closed, `next_wanted` that the next two photos are asked for.
    """

    left = Signal()
    next_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._heading = ""
        self._sides: tuple[tuple[str, QImage], ...] = ()
        self._region: tuple[int, ...] = ()
        self._line = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def show_pair(self, hint: Compared, heading: str, view: View) -> None:
        """Show the two photos of a hint under a heading."""
        glows = hint.kind == "unusual_area"
        beside = mark("What is unusual glows") if glows else mark("Compared with")
        names = (view.tr.gettext(mark("This photo")), view.tr.gettext(beside))
        self._theme, self._heading, self._region = view.theme, heading, hint.region
        self._sides = tuple(
            (name, _read(Path(path))) for name, path in zip(names, (hint.photo, hint.beside), strict=True)
        )
        self._line = view.tr.format(_LINE, key=KEY)
        self.setAccessibleName(" ".join((heading, *names, self._line)))
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()
        # What has the focus gets the keys: the bench under it does not.
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def put_away(self) -> None:
        """Hide it, let the pictures go, and give the keys back to the bench."""
        self._sides = ()
        if not self.isHidden():
            self.window().setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def leave(self) -> None:
        """Put it away, and say so."""
        self.put_away()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close it, or ask for the next two; every other key does nothing."""
        event.accept()
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() == Qt.Key.Key_F9:
            self.next_wanted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch puts it away."""
        event.accept()
        self.leave()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the heading and both photos, each as large as it goes."""
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(self._theme.ground))
        painter.setPen(QColor(self._theme.ink))
        painter.setFont(sized(self.font(), HEAD))
        room = QRectF(self.rect()).adjusted(S24, S16, -S24, -S24)
        wrapped = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(room.left(), room.top(), room.width(), _HEADING), wrapped, self._heading)
        painter.setFont(sized(self.font(), BODY))
        painter.drawText(QRectF(room.left(), room.bottom() - _NAME, room.width(), _NAME), wrapped, self._line)
        room.adjust(0, 0, 0, -_NAME - S12)
        half = (room.width() - S24) / 2
        for place, (name, image) in enumerate(self._sides):
            left = room.left() + place * (half + S24)
            painter.setFont(sized(self.font(), BODY, 500))
            painter.setPen(QColor(self._theme.ink))
            painter.drawText(QRectF(left, room.top() + _HEADING, half, _NAME), wrapped, name)
            top = room.top() + _HEADING + _NAME + S12
            region = () if place else self._region
            self._paint_photo(painter, QRectF(left, top, half, room.bottom() - top), image, region)
        painter.end()

    def _paint_photo(self, painter: QPainter, room: QRectF, image: QImage, region: tuple[int, ...]) -> None:
        if image.isNull() or self._theme is None:
            return
        scale = min(room.width() / image.width(), room.height() / image.height())
        box = QRectF(room.left(), room.top(), image.width() * scale, image.height() * scale)
        painter.drawImage(box, image)
        if len(region) == 4:
            left, top, width, height = (each / 1000 for each in region)
            spot = QRectF(
                box.left() + left * box.width(),
                box.top() + top * box.height(),
                width * box.width(),
                height * box.height(),
            ).adjusted(-6, -6, 6, 6)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            # Dark under light: seen on any goods.
            for colour, breadth in (("#000000", 7), (self._theme.lamps["attention"].fill, 3)):
                painter.setPen(QPen(QColor(colour), breadth))
                painter.drawRoundedRect(spot, 6, 6)


def _read(path: Path) -> QImage:
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    return reader.read()
