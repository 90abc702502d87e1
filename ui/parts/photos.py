"""The checklist of shots: a thumbnail or an empty frame, its name, and its symbol; a thumbnail opens its photo."""

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from resources.words import mark
from station.words import SHOT_WORDS
from ui import wording
from ui.parts.drawn import paint_marks
from ui.parts.lettering import sized
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S4, S8, TOUCH, Theme
from ui.view import Shown, View

KEY = "P"
_THUMB = QSize(132, 84)
_KEPT = 24
# The letters of a name in a photo of the strip.
_SMALLEST = 12
# More than four are taken of hardly any item.
_ACROSS, _IN_STRIP = 2, 4


class Photos(QWidget):
    """`wanted` carries the SHA-256 of the photo that was touched."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(S8)
        self._key = Text("small", quiet=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addLayout(self._grid)
        column.addWidget(self._key)
        self._shots: list[_Shot] = []
        self._placed = (0, 0)
        self._thumbs: dict[str, QPixmap] = {}

    def render(self, shots: tuple[Shown, ...], view: View, *, strip: bool = False, titled: bool = True) -> None:
        """Show these shots, two beside each other with their names or all in one low `strip`."""
        while len(self._shots) < len(shots):
            shot = _Shot()
            shot.wanted.connect(self.wanted)
            self._shots.append(shot)
        self._place(_IN_STRIP if strip else _ACROSS)
        for place, shot in enumerate(self._shots):
            shot.setVisible(place < len(shots))
            if place < len(shots):
                shot.render(shots[place], self._thumb(shots[place].photo), view, strip=strip)
        self.setVisible(bool(shots))
        taken = titled and any(each.sha256 for each in shots)
        self._key.show_text(view.tr.format(mark("{key}: look closer, or mark a defect"), key=KEY) if taken else "")

    def _place(self, across: int) -> None:
        """Lay the shots out again only when there are more, or other columns."""
        if self._placed != (len(self._shots), across):
            self._placed = (len(self._shots), across)
            for place, shot in enumerate(self._shots):
                self._grid.removeWidget(shot)
                self._grid.addWidget(shot, place // across, place % across)

    def _thumb(self, path: str) -> QPixmap | None:
        """Return a small picture of a photo, reading each file once; the oldest are forgotten."""
        if not path:
            return None
        if path not in self._thumbs:
            if len(self._thumbs) >= _KEPT:
                del self._thumbs[next(iter(self._thumbs))]
            self._thumbs[path] = QPixmap.fromImage(_small(Path(path)))
        return self._thumbs[path]


def _small(path: Path) -> QImage:
    """Read a picture already made small: a JPEG is decoded at a fraction of its size."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        reader.setScaledSize(size.scaled(_THUMB, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


class _Shot(QWidget):
    """One shot of the checklist."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._picture = _Thumb()
        self._sha256 = ""
        self._picture.clicked.connect(lambda: self.wanted.emit(self._sha256))
        self._sign = Sign(16)
        self._name = Text("small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        below = QGridLayout()
        below.setHorizontalSpacing(S8)
        below.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._name, 0, 1)
        below.setColumnStretch(1, 1)
        column.addLayout(below)
        column.addStretch(1)

    def render(self, shown: Shown, thumb: QPixmap | None, view: View, *, strip: bool) -> None:
        tr, theme = view.tr, view.theme
        self._sha256 = shown.sha256
        pictured = thumb is not None and not thumb.isNull()
        self._picture.setVisible(pictured)
        if thumb is not None:
            self._picture.show_thumb(thumb, shown, view, strip=strip)
        symbol = {"taken": "tick", "doubted": "bang", "left-out": "minus", "next": "arrow"}.get(shown.status, "ring")
        self._sign.show_symbol(symbol, theme.focus if shown.status == "next" else theme.muted)
        name = wording.word(tr, SHOT_WORDS, shown.shot)
        if shown.status == "left-out":
            name = tr.format(mark("{shot} (left out)"), shot=name)
        # In the strip its name stands in the photo itself.
        bare = strip and pictured
        self._sign.setVisible(not bare or shown.status != "taken")
        self._name.show_text("" if bare else name)
        self._picture.setAccessibleName(name)
        self._picture.show_name(name if bare else "")


class _Thumb(QAbstractButton):
    """A small photo with its marks, as large as a finger at least."""

    def __init__(self) -> None:
        super().__init__()
        self._thumb = QPixmap()
        self._shown: tuple[Shown, View] | None = None
        self._strip, self._name = False, ""
        # The key P does the same: the space bar stays with the question.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As large as the photo, or as low as can be in a strip; never too small to be hit."""
        size = self._thumb.size()
        if self._strip:
            size.scale(size.width(), TOUCH, Qt.AspectRatioMode.KeepAspectRatio)
        return size.expandedTo(QSize(TOUCH, TOUCH))

    def minimumSizeHint(self) -> QSize:
        """Where the column is narrow the photo is drawn smaller."""
        return QSize(TOUCH, TOUCH)

    def show_thumb(self, thumb: QPixmap, shown: Shown, view: View, *, strip: bool) -> None:
        self._thumb, self._shown, self._strip = thumb, (shown, view), strip
        self.updateGeometry()
        self.update()

    def show_name(self, name: str) -> None:
        """Write a name into the photo; none where it is empty."""
        self._name = name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the photo in the middle, and its marks and name on it."""
        if self._shown is None:
            return
        shown, view = self._shown
        room = self.size().boundedTo(self._thumb.size())
        size = self._thumb.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, *size.toTuple())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(box, self._thumb, QRectF(self._thumb.rect()))
        paint_marks(painter, box, shown.marks, view.theme, small=True)
        if self._name:
            self._paint_name(painter, view.theme)
        painter.end()

    def _paint_name(self, painter: QPainter, theme: Theme) -> None:
        """Write the name over the foot of the photo, as much of it as there is room for."""
        painter.setFont(sized(self.font(), _SMALLEST, 500))
        metrics = painter.fontMetrics()
        foot = QRectF(0, self.height() - metrics.height(), self.width(), metrics.height())
        painter.fillRect(foot, QColor(theme.surface))
        painter.setPen(QColor(theme.ink))
        words = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, words)
