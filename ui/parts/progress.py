"""How far an inspection has come: a bar with a piece for each question, and the same in words."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from resources.words import Translator, mark
from ui.parts.text import Text
from ui.theme import S4, S12, S16, Theme
from ui.view import View


class Progress(QWidget):
    """Shows "Question 3 of 8 · 5 more" beside its bar, "about 5 more" before the packaging; nothing at other stages."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = Text("small", quiet=True, wrap=False)
        self._bar = _Bar()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S12)
        row.addWidget(self._bar, 1)
        row.addWidget(self._words)

    def render(self, view: View) -> None:
        """Show how far the inspection of a view has come."""
        inspection = view.inspection if view.prompt.stage == "inspect" else None
        self.setVisible(inspection is not None)
        if inspection is None:
            return
        done, ahead = len(inspection.answered), inspection.ahead
        self._words.show_text(_words(view.tr, done, ahead, inspection.estimated))
        self._bar.show_steps(done, ahead, view.theme)


def _words(tr: Translator, done: int, ahead: int, estimated: bool) -> str:
    """Say how many questions follow, once it is known: sealed goods are asked for nothing more."""
    if estimated:
        number = tr.format(mark("Question {number}"), number=done + 1)
        about = tr.format(mark("about {count} more"), count=ahead - 1)
        return f"{number} · {about}" if ahead > 1 else number
    words = tr.format(mark("Question {number} of {count}"), number=done + 1, count=done + ahead)
    more = tr.plural("{count} more", "{count} more", ahead - 1) if ahead > 1 else tr.gettext(mark("last"))
    return f"{words} · {more}"


class _Bar(QWidget):
    """Full pieces are answered, the outlined strong one is asked now, the thin ones are to come."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[int, int, Theme | None] = (0, 0, None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A low line."""
        return QSize(120, S16)

    def show_steps(self, done: int, ahead: int, theme: Theme) -> None:
        """Show so many answered and so many open questions, the first of them being asked."""
        if (done, ahead, theme) != self._steps:
            self._steps = (done, ahead, theme)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pieces from where reading begins."""
        done, ahead, theme = self._steps
        count = done + ahead
        if theme is None or not count:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = (self.width() - S4 * (count - 1)) / count
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for place in range(count):
            left = (count - 1 - place if rtl else place) * (wide + S4)
            tall = S16 - 2 if place == done else S16 / 2
            box = QRectF(left + 1, (self.height() - tall) / 2, max(wide - 2, 1), tall)
            painter.setPen(QPen(QColor(theme.focus if place == done else theme.edge), 2 if place == done else 1))
            painter.setBrush(QColor(theme.main) if place < done else QColor(theme.surface))
            painter.drawRoundedRect(box, 3, 3)
        painter.end()
