"""The page before anyone works: badge and PIN, and whether the bench is fit for work."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from resources.words import mark
from ui.panels.now import NowPanel
from ui.parts.card import Column
from ui.parts.lamp_line import LampLine
from ui.parts.rows import Rows
from ui.parts.text import Text
from ui.theme import S12, S16
from ui.view import View


class SignInPage(QWidget):
    """The same signals as the bench page."""

    pressed = Signal(object)
    submitted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.now = NowPanel()
        self._title = Text("head")
        self._lamps = Rows(LampLine, S16)
        self._language = Text("small", quiet=True)
        card = Column()
        card.column.addWidget(self._title)
        card.column.addWidget(self._lamps)
        card.column.addStretch(1)
        card.column.addWidget(self._language)
        columns = QHBoxLayout()
        columns.setSpacing(S12)
        for panel, share in ((self.now, 64), (card, 36)):
            columns.addWidget(panel, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        column.addLayout(columns, 1)
        self.now.pressed.connect(self.pressed)
        self.now.submitted.connect(self.submitted)

    def render(self, view: View) -> None:
        """Show who may sign in and what is ready."""
        self.now.render(view)
        well = all(lamp.light == "ok" for lamp in view.lamps)
        self._title.show_text(
            view.tr.gettext(mark("This bench is ready") if well else mark("Look at this before you start"))
        )
        for row, lamp in zip(self._lamps.show_rows(len(view.lamps)), view.lamps, strict=True):
            row.render(lamp, view)
        self._language.show_text(view.tr.gettext(mark("Language and colours: settings (F7)")))
