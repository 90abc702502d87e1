"""The banner over everything while one practises, or while central has shut the bench out."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from resources.words import mark
from ui import wording
from ui.parts.text import Text
from ui.signs import fill_pattern
from ui.theme import S4, S16, Theme
from ui.view import View


class Banner(QWidget):
    """Stripes at both ends and a sentence between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._words = Text("body", strong=True)
        self._words.setProperty("tone", "attention")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(160, S4, 160, S4)
        row.setSpacing(S16)
        row.addWidget(self._words)

    def render(self, view: View) -> None:
        """Show the banner where there is something to say; there is no sync in training, so never both."""
        text = ""
        if view.training:
            text = view.tr.gettext(mark("Training: nothing you do here counts or is sent."))
        elif (why := next((lamp.why for lamp in view.lamps if lamp.device == "sync"), "")) in wording.SHUT_OUT:
            text = wording.cure(view.tr, why)
        self.setVisible(bool(text))
        self._words.show_text(text)
        if view.theme is not self._theme:
            self._theme = view.theme
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground and the stripes."""
        if self._theme is None:
            return
        look, hold = self._theme.tones["attention"], self._theme.dispositions["hold"]
        painter = QPainter(self)
        box = QRectF(self.rect())
        painter.fillRect(box, look.fill)
        for left in (box.left(), box.right() - 144):
            fill_pattern(painter, QRectF(left, box.top(), 144, box.height()), hold)
        painter.end()
