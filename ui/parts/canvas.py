"""A photo to look into: larger and smaller, moved about, and drawn on by touch, mouse or key."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from station.inspecting.facts import DefectMarked
from ui.parts.drawn import Point, paint_marks, paint_stroke, place
from ui.theme import Theme

_LARGEST = 16.0
STEP = 1.5
# Nearer together than this, in pixels of the screen, a touch meant one point.
_TAP = 12.0
_PAN = 0.2


class Canvas(QWidget):
    """`drawn` says that `stroke` has an end. What a hand does here is no news until it is a stroke."""

    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._marks: tuple[DefectMarked, ...] = ()
        self._theme: Theme | None = None
        self._factor, self._centre = 1.0, QPointF(0.5, 0.5)
        self._held: QPointF | None = None
        self._marking = False
        self.stroke: tuple[Point, Point] | None = None
        self._begun: Point | None = None
        self._cross: Point = (500, 500)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.grabGesture(Qt.GestureType.PinchGesture)

    def sizeHint(self) -> QSize:
        """The shape of a camera's picture."""
        return QSize(480, 270)

    def minimumSizeHint(self) -> QSize:
        """Small, but still a picture."""
        return QSize(240, 135)

    def show_photo(self, image: QImage, marks: tuple[DefectMarked, ...], theme: Theme) -> None:
        """Show a photo with its marks; another photo is shown whole."""
        if image.cacheKey() != self._image.cacheKey():
            self.show_whole()
            self.forget_stroke()
        self._image, self._marks, self._theme = image, marks, theme
        self.update()

    def set_marking(self, wanted: bool) -> None:
        """Let a finger draw instead of moving the photo."""
        self._marking = wanted
        self.forget_stroke()

    def forget_stroke(self) -> None:
        """Take away what was drawn and not kept."""
        self.stroke = self._begun = None
        self.update()

    def show_whole(self) -> None:
        """Show all of the photo."""
        self._factor, self._centre = 1.0, QPointF(0.5, 0.5)
        self.update()

    def enlarge(self, by: float, at: QPointF | None = None) -> None:
        """Show it larger (by more than 1) or smaller, around a point of the screen."""
        at = at if at is not None else QPointF(self.rect().center())
        box = self._box()
        share = QPointF((at.x() - box.left()) / box.width(), (at.y() - box.top()) / box.height())
        self._factor = min(max(self._factor * by, 1.0), _LARGEST)
        grown = self._box()
        off = QPointF(self.rect().center()) - at
        self._centre = share + QPointF(off.x() / grown.width(), off.y() / grown.height())
        self._hold_in()

    def pan(self, right: int, down: int) -> None:
        """Look further to one side."""
        self._centre += QPointF(right * _PAN / self._factor, down * _PAN / self._factor)
        self._hold_in()

    def move_cross(self, right: int, down: int, permille: int) -> None:
        """Move the cross that marks without a finger; a line that was begun follows it."""
        x, y = (min(max(at + way * permille, 0), 1000) for at, way in zip(self._cross, (right, down), strict=True))
        self._cross = (x, y)
        self.update()

    def set_point(self) -> None:
        """Begin a line at the cross, or end it there; ended where it began it is a point."""
        if self._begun is None:
            self.stroke, self._begun = None, self._cross
            self.update()
        else:
            self._end(self._begun, self._cross)

    @property
    def is_begun(self) -> bool:
        """Whether a line waits for its end."""
        return self._begun is not None

    def event(self, event: QEvent) -> bool:
        """Two fingers make it larger and smaller."""
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._held, self._begun = None, None
                self.enlarge(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
                event.accept()
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Larger forward, smaller backward, around the pointer."""
        event.accept()
        if event.angleDelta().y():
            self.enlarge(STEP if event.angleDelta().y() > 0 else 1 / STEP, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch begins a stroke, or takes hold of the photo."""
        self._held = event.position()
        if self._marking and self._box().contains(event.position()):
            self.stroke, self._begun = None, self._point(event.position())
            self._cross = self._begun

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The stroke or the photo follows the finger."""
        if self._held is None:
            return
        if self._marking:
            self._cross = self._point(event.position())
            self.update()
            return
        moved, box = event.position() - self._held, self._box()
        self._held = event.position()
        self._centre -= QPointF(moved.x() / box.width(), moved.y() / box.height())
        self._hold_in()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lifting the finger ends the stroke."""
        if self._held is not None and self._marking and self._begun is not None:
            near = (event.position() - place(self._box(), self._begun)).manhattanLength() < _TAP
            self._end(self._begun, self._begun if near else self._point(event.position()))
        self._held = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the part of the photo that is looked at, and what is drawn on it."""
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.pressed))
        if self._image.isNull():
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = self._box()
        painter.drawImage(box, self._image)
        paint_marks(painter, box, self._marks, self._theme, small=False)
        if self._marking:
            if self.stroke is not None:
                paint_stroke(painter, box, *self.stroke, self._theme.focus, small=False)
            elif self._begun is not None:
                paint_stroke(painter, box, self._begun, self._cross, self._theme.focus, small=False)
            self._paint_cross(painter, place(box, self._cross))
        painter.end()

    def _paint_cross(self, painter: QPainter, at: QPointF) -> None:
        for ink, breadth in (("#000000", 3), ("#ffffff", 1)):
            painter.setPen(QPen(QColor(ink), breadth))
            painter.drawLine(at + QPointF(-18, 0), at + QPointF(18, 0))
            painter.drawLine(at + QPointF(0, -18), at + QPointF(0, 18))

    def _end(self, start: Point, end: Point) -> None:
        self.stroke, self._begun, self._cross = (start, end), None, end
        self.update()
        self.drawn.emit()

    def _box(self) -> QRectF:
        """Where the whole photo lies, also the parts of it that are not seen."""
        shape = QSize(16, 9) if self._image.isNull() else self._image.size()
        size = shape.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        width, height = max(1.0, size.width() * self._factor), max(1.0, size.height() * self._factor)
        left = self.width() / 2 - self._centre.x() * width
        return QRectF(left, self.height() / 2 - self._centre.y() * height, width, height)

    def _hold_in(self) -> None:
        """Keep the photo in its place: no edge of it comes further in than it must."""
        box = self._box()
        half_x, half_y = self.width() / 2 / box.width(), self.height() / 2 / box.height()
        x = 0.5 if half_x >= 0.5 else min(max(self._centre.x(), half_x), 1 - half_x)
        y = 0.5 if half_y >= 0.5 else min(max(self._centre.y(), half_y), 1 - half_y)
        self._centre = QPointF(x, y)
        self.update()

    def _point(self, at: QPointF) -> Point:
        box = self._box()
        x, y = ((at.x() - box.left()) / box.width(), (at.y() - box.top()) / box.height())
        return (min(max(round(x * 1000), 0), 1000), min(max(round(y * 1000), 0), 1000))
