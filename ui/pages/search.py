"""Any code, and all that this bench ever recorded about it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resources.words import mark
from ui import story
from ui.drawings import Picture
from ui.parts.entry import Entry
from ui.parts.ledger import LedgerLine
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.text import Text, short
from ui.theme import S8, S12, S16, Look
from ui.view import View


class SearchPage(QWidget):
    """`searched` carries the code that was typed; a scan on this page is a search as well."""

    searched = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._entry, self._found = Text("prompt"), Entry(), Text("body", quiet=True)
        self._picture = Picture()
        self._lines = Rows(LedgerLine, S8)
        self._scroll = Scroll()
        self._scroll.column.addWidget(self._lines)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._entry, self._found):
            column.addWidget(widget)
        column.addWidget(self._picture, 1)
        column.addWidget(self._scroll, 1)
        self._entry.submitted.connect(self.searched)
        self.setFocusProxy(self._entry)

    def render(self, view: View) -> None:
        """Show the story of the code that was searched last."""
        tr = view.tr
        self._title.show_text(tr.gettext(mark("Search")))
        hint = tr.gettext(mark("Scan or type any code: tracking, return number, plate, serial"))
        self._entry.setPlaceholderText(hint)
        self._entry.setAccessibleName(hint)
        self._scroll.setAccessibleName(tr.gettext(mark("Story")))
        told = view.story
        self._found.show_text(_found(view))
        self._picture.show_picture("" if view.searched else "parcel", view.theme)
        self._scroll.setVisible(bool(view.searched))
        for row, each in zip(self._lines.show_rows(len(told)), told, strict=True):
            what = story.sentence(tr, each)
            entry, undone = each.told.entry, each.told.undone
            more = tr.gettext(mark("taken back")) if undone else ""
            sign = Look(view.theme.muted, view.theme.muted, "minus" if undone else "circle")
            row.show_line(sign, view.theme.surface, (what, more), story.moment(view, entry.at, entry.operator))
            row.show_quiet(undone)


def _found(view: View) -> str:
    if not view.searched:
        return view.tr.gettext(mark("The whole story of a parcel or an item, as this bench knows it."))
    code = short(view.searched, 40)
    if not view.story:
        return view.tr.format(mark("This bench knows nothing of {code}."), code=code)
    return view.tr.plural("{count} entry about {code}", "{count} entries about {code}", len(view.story), code=code)
