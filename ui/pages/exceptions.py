"""What a person must decide: the queue of exceptions of this bench."""

from collections.abc import Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from resources.words import mark
from station.words import EXCEPTION_WORDS
from ui import story, wording
from ui.drawings import Picture
from ui.parts.ledger import LedgerLine
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.text import Text, short
from ui.theme import S8, S12, S16
from ui.view import View

_OWNERS: Mapping[str, str] = {
    "supervisor": mark("A supervisor decides"),
    "client": mark("The client decides"),
    "safety": mark("The safety officer decides"),
}


class ExceptionsPage(QWidget):
    """The newest first, each with what it is about and who must act."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._hint = Text("prompt"), Text("body", quiet=True)
        self._picture = Picture()
        self._lines = Rows(LedgerLine, S8)
        self._scroll = Scroll()
        self._scroll.column.addWidget(self._lines)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._hint):
            column.addWidget(widget)
        column.addWidget(self._picture, 1)
        column.addWidget(self._scroll, 1)

    def render(self, view: View) -> None:
        """Show the exceptions of a view."""
        tr, raised = view.tr, view.exceptions[::-1]
        self._title.show_text(tr.gettext(mark("Exceptions")))
        self._scroll.setAccessibleName(tr.gettext(mark("Exceptions")))
        none = tr.gettext(mark("Nothing waits for a decision."))
        self._hint.show_text(
            tr.plural("{count} waits for a person", "{count} wait for a person", len(raised)) if raised else none
        )
        self._picture.show_picture("" if raised else "empty", view.theme)
        self._scroll.setVisible(bool(raised))
        look = view.theme.lamps["attention"]
        for row, each in zip(self._lines.show_rows(len(raised)), raised, strict=True):
            what = wording.word(tr, EXCEPTION_WORDS, each.kind)
            about = (each.title, each.code and short(each.code), story.evidence(tr, each.kind, each.detail))
            owner = wording.word(tr, _OWNERS, each.owner)
            more = " · ".join(part for part in (owner, *dict.fromkeys(about)) if part)
            row.show_line(look, view.theme.surface, (what, more), story.moment(view, each.raised_at, each.operator))
