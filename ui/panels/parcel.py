"""The left column: the parcel on the bench, what it should hold, and how far each unit has come."""

from collections.abc import Mapping

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from resources.words import Translator, mark
from station.inputs import Do
from station.receiving.facts import Declared, ExceptionRaised
from station.receiving.parcel import Item, Parcel
from station.weights import weight_words
from station.words import EXCEPTION_WORDS, ROUTE_WORDS
from ui import wording
from ui.parts.card import Column, rule
from ui.parts.polish import set_name, set_property
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.sign import Sign
from ui.parts.text import Text, short
from ui.theme import S4, S8, S12
from ui.view import View

# What is in hand where nobody knows which article it is.
_UNNAMED: Mapping[str, str] = {
    "article": mark("another article"),
    "size": mark("another size"),
    "colour": mark("another colour"),
}

# The margins of column and line, the sign, and the bar that scrolls: what a title leaves of the column's width.
_BESIDE_A_TITLE = 105


class ParcelPanel(Column):
    """Shows `state.parcel`, or says that there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._kind = Text("small", quiet=True)
        self._code = Text("head")
        self._orders = Text("body")
        self._weight_sign = Sign(18)
        self._weight = Text("small")
        self._lines = Rows(_Line, S4)
        self._raised = Rows(_Raised, S8)
        weight = QHBoxLayout()
        weight.setSpacing(S8)
        weight.addWidget(self._weight_sign)
        weight.addWidget(self._weight, 1)
        self._rule = rule()
        scroll = Scroll()
        self._scroll = scroll
        scroll.column.addWidget(self._lines)
        scroll.column.addWidget(self._raised)
        scroll.column.addStretch(1)
        for widget in (self._kind, self._code, self._orders):
            self.column.addWidget(widget)
        self.column.addLayout(weight)
        self.column.addWidget(self._rule)
        self.column.addWidget(scroll, 1)

    def render(self, view: View) -> None:
        """Show the parcel of a view."""
        with self.filling(self._scroll.column):
            self._fill(view)

    def _fill(self, view: View) -> None:
        tr, parcel = view.tr, view.state.parcel
        self._scroll.setAccessibleName(tr.gettext(mark("Contents of the parcel")))
        self._rule.setVisible(parcel is not None)
        if parcel is None:
            self._kind.show_text(tr.gettext(mark("Parcel")))
            self._code.show_text(tr.gettext(mark("None on the bench")))
            self._orders.show_text("")
            self._show_weight(view, None)
            self._lines.show_rows(0)
            self._raised.show_rows(0)
            return
        arrived = parcel.arrived
        self._kind.show_text(_kind(tr, parcel))
        self._code.show_text(" ".join(part for part in (arrived.carrier, short(arrived.code, 14)) if part))
        self._orders.show_text(_orders(tr, parcel))
        self._show_weight(view, parcel)
        self._show_lines(view, parcel)
        raised = parcel.exceptions
        for row, fact in zip(self._raised.show_rows(len(raised)), raised, strict=True):
            row.render(fact, parcel, view)

    def _show_weight(self, view: View, parcel: Parcel | None) -> None:
        words, symbol, colour = ("", "", "") if parcel is None else _weight(view, parcel)
        self._weight_sign.setVisible(bool(symbol))
        self._weight_sign.show_symbol(symbol, colour, view.theme.surface)
        self._weight.show_text(words)

    def _show_lines(self, view: View, parcel: Parcel) -> None:
        lines = contents(parcel)
        for row, (declared, items) in zip(self._lines.show_rows(len(lines)), lines, strict=True):
            row.render(declared, items, parcel.item, view)
            row.keep_words_whole(self.width() - _BESIDE_A_TITLE)


def contents(parcel: Parcel) -> list[tuple[Declared | None, list[Item]]]:
    """Return each declared line with the units found for it, then each unit that nobody declared."""
    by_line: dict[tuple[str, str], list[Item]] = {}
    others: list[Item] = []
    declared_keys = {(line.rma, line.line) for line in parcel.arrived.declared}
    for item in parcel.items:
        key = (item.identified.rma, item.identified.line)
        if key in declared_keys:
            by_line.setdefault(key, []).append(item)
        else:
            others.append(item)
    lines: list[tuple[Declared | None, list[Item]]] = [
        (line, by_line.get((line.rma, line.line), [])) for line in parcel.arrived.declared
    ]
    return [*lines, *((None, [item]) for item in others)]


class _Line(QFrame):
    """One line: its symbol, title, how many of how many, and what became of the units."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(20)
        self._title = Text("body")
        self._count = Text("small", quiet=True, wrap=False)
        self._became = Rows(_Became, S4)
        self._key = Text("small", quiet=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(S8, S8, S8, S8)
        grid.setHorizontalSpacing(S8)
        grid.setVerticalSpacing(S4)
        grid.addWidget(self._sign, 0, 0)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._count, 0, 2)
        grid.addWidget(self._became, 1, 1, 1, 2)
        grid.addWidget(self._key, 2, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def render(self, declared: Declared | None, items: list[Item], in_work: Item | None, view: View) -> None:
        working = in_work is not None and in_work in items
        wanted = declared.quantity if declared is not None else len(items)
        placed = sum(1 for item in items if item.bin)
        set_name(self, "raised" if working else "line")
        # Read from where the goods are held: the eye compares article, size and colour, until they are known to differ.
        compared = working and all(each.match != "wrong" for each in items)
        set_property(self._title, "type", "head" if compared else "body")
        self._title.show_text(_named(view.tr, declared, items))
        self._count.show_text(f"{placed}/{wanted}" if wanted > 1 else "")
        symbol = "arrow" if working else "tick" if placed >= wanted else "ring"
        self._sign.show_symbol(symbol, view.theme.focus if working else view.theme.muted)
        can_say = working and any(each.command.do is Do.ANOTHER for each in view.prompt.buttons)
        self._key.show_text(view.tr.gettext(mark("W: something else is in hand")) if can_say else "")
        told = [item for item in items if item.disposition is not None or item.match != "matched"]
        for row, item in zip(self._became.show_rows(len(told)), told, strict=True):
            row.render(item, view)

    def keep_words_whole(self, room: int) -> None:
        """Write the title smaller where its longest word, beside the count, is wider than the room there is."""
        beside = 0 if self._count.isHidden() else self._count.sizeHint().width() + S8
        if self._title.minimumSizeHint().width() > room - beside:
            set_property(self._title, "type", "body")


class _Became(QWidget):
    """What became of one unit: its match if it is odd, its grade, and its disposition with symbol and word."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(16)
        self._words = Text("small", quiet=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S8)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)

    def render(self, item: Item, view: View) -> None:
        letter = item.graded.letter if item.graded is not None else ""
        route = view.tr.gettext(ROUTE_WORDS[item.disposition]) if item.disposition else ""
        odd = item.match != "matched"
        match = wording.word(view.tr, wording.MATCHES, item.match) if odd else ""
        in_hand = _in_hand(view.tr, item) if item.match == "wrong" else ""
        self._words.show_text(" · ".join(part for part in (match, in_hand, letter, route, item.bin) if part))
        if item.disposition is not None:
            look = view.theme.dispositions[item.disposition]
            self._sign.show_look(look)
        else:
            look = view.theme.lamps["attention"]
            self._sign.show_symbol(look.symbol, look.fill, view.theme.surface)


class _Raised(QWidget):
    """One exception of the parcel."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(20)
        self._words = Text("small")
        row = QHBoxLayout(self)
        row.setContentsMargins(S8, 0, S8, 0)
        row.setSpacing(S12)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)

    def render(self, fact: ExceptionRaised, parcel: Parcel, view: View) -> None:
        """Say what it is, and where several units could be meant of which one."""
        look = view.theme.lamps["attention"]
        self._sign.show_symbol(look.symbol, look.fill, view.theme.surface)
        several = len(parcel.items) > 1
        titles = [each.identified.title for each in parcel.items if several and each.identified.item == fact.item]
        kind = wording.word(view.tr, EXCEPTION_WORDS, fact.kind)
        self._words.show_text(": ".join(part for part in (kind, *titles) if part))


def _named(tr: Translator, declared: Declared | None, items: list[Item]) -> str:
    """Return what a line is, as what was expected where something else came; of an extra unit what its code says."""
    if declared is None:
        seen = items[0].found_wrong
        return (seen.was if seen is not None else items[0].identified.title) or tr.gettext(mark("Unknown article"))
    title = declared.title or tr.gettext(mark("Unknown article"))
    wrong = any(each.match == "wrong" for each in items)
    return tr.format(mark("Expected: {title}"), title=title) if wrong else title


def _in_hand(tr: Translator, item: Item) -> str:
    """Return what a wrong item is, as far as anybody knows."""
    seen = item.found_wrong
    title = item.identified.title if seen is None else seen.title or tr.gettext(_UNNAMED[seen.differs])
    return tr.format(mark("In hand: {title}"), title=title)


def _kind(tr: Translator, parcel: Parcel) -> str:
    kind = wording.word(tr, wording.ORDER_KINDS, parcel.arrived.kind)
    return f"{parcel.arrived.parcel} · {kind}"


def _orders(tr: Translator, parcel: Parcel) -> str:
    arrived = parcel.arrived
    if arrived.match == "none":
        return tr.gettext(mark("No return order known"))
    orders = ", ".join(arrived.orders[:3]) + (f" +{len(arrived.orders) - 3}" if len(arrived.orders) > 3 else "")
    return " · ".join(part for part in (arrived.client, orders) if part)


def _weight(view: View, parcel: Parcel) -> tuple[str, str, str]:
    """Return words, symbol and colour of the parcel's weight."""
    tr, weighed, theme = view.tr, parcel.weighed, view.theme
    attention = theme.lamps["attention"]
    if weighed is None:
        if parcel.unweighed_why:
            return tr.gettext(mark("Opened unweighed")), attention.symbol, attention.fill
        return "", "", ""
    figure = weight_words(tr, weighed.weight_mg)
    if weighed.in_band is None:
        return tr.format(mark("{weight}, no expectation"), weight=figure), "minus", theme.muted
    band = tr.format(
        mark("{weight} (expected {low} to {high})"),
        weight=figure,
        low=weight_words(tr, weighed.low_mg),
        high=weight_words(tr, weighed.high_mg),
    )
    return (band, "tick", theme.muted) if weighed.in_band else (band, attention.symbol, attention.fill)
