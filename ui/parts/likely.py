"""The orders that a parcel nobody announced may belong to: the best three, each with all that speaks for it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from resources.words import mark
from station.resolver.ranking import Ranked, is_clear
from station.resolver.words import REASON_WORDS
from ui import wording
from ui.parts.card import Card
from ui.parts.rows import Rows
from ui.parts.text import Text
from ui.theme import S4, S8, S12
from ui.view import View

_SHOWN = 3


class Likely(QWidget):
    """Takes no room when there is nothing to suggest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._hint = Text("body", strong=True), Text("small", quiet=True)
        self._orders = Rows(_Order, S8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S8)
        for widget in (self._title, self._orders, self._hint):
            column.addWidget(widget)

    def render(self, view: View) -> None:
        """Show the orders of a view."""
        tr, shown = view.tr, view.likely[:_SHOWN]
        self.setVisible(bool(shown))
        clear = is_clear(view.likely)
        title = mark("Its order is likely this one") if clear else mark("It may belong to one of these orders")
        self._title.show_text(tr.gettext(title) if shown else "")
        hint = mark("A supervisor decides. Go on: whatever is in it is received.")
        self._hint.show_text(tr.gettext(hint) if shown else "")
        for row, each in zip(self._orders.show_rows(len(shown)), shown, strict=True):
            row.render(each, view)


class _Order(Card):
    """One order, its points, and what they rest on."""

    def __init__(self) -> None:
        super().__init__(S12, S4)
        self._what, self._why = Text("body", strong=True), Text("small", quiet=True)
        self.column.addWidget(self._what)
        self.column.addWidget(self._why)

    def render(self, each: Ranked, view: View) -> None:
        tr = view.tr
        points = tr.plural("{count} point", "{count} points", each.points)
        self._what.show_text(" · ".join((each.rma, each.client, points)))
        reasons = (
            f"{wording.say(tr, REASON_WORDS[reason.kind], {'what': reason.what})} (+{reason.points})"
            for reason in each.reasons
        )
        self._why.show_text("\n".join(reasons))
