"""What the item is worth each way: the one chosen and what it is made of, and what sending it elsewhere would cost."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from grading.worth import Worth, override_cost
from resources.words import Translator, mark
from station.receiving.parcel import Item
from station.routing.facts import Routed
from station.words import ROUTE_WORDS
from ui import wording
from ui.parts.bar import Bar
from ui.parts.sign import Sign
from ui.parts.table import Table
from ui.parts.text import Text
from ui.theme import S4, S8
from ui.view import View

_Cells = tuple[Sign, Text, Bar, Text, Text]


class Worths(QWidget):
    """One line for each way, the best value first; nothing at other stages than the result, or on hold where nobody
    knows.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table: Table[_Cells] = Table(_cells, (0, 0, 1, 0, 3), (S8, S4))
        self._parts, self._closed = Text("small", quiet=True), Text("small", quiet=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addWidget(self._table)
        column.addWidget(self._parts)
        column.addWidget(self._closed)

    def leave_out_details(self) -> None:
        """Show the table alone, where there is no room for more."""
        self._parts.hide()
        self._closed.hide()

    def render(self, view: View) -> None:
        """Show the values the route was chosen by."""
        item = view.state.item if view.prompt.stage == "result" else None
        routed = item.routed if item is not None else None
        every = _ways(item, routed) if item is not None and routed is not None else ()
        self.setVisible(bool(every))
        if item is None or routed is None or not every:
            return
        ways = [each for each in every if _is_told(each, item)]
        best = max((each.minor or 0 for each in ways), default=0)
        for cells, worth in zip(self._table.show_rows(len(ways)), ways, strict=True):
            share = max(worth.minor or 0, 0) / best if best > 0 else 0.0
            _fill(cells, worth, share, _note(view.tr, worth, routed, item), view, item)
        chosen = next((each for each in ways if each.way == item.disposition and each.minor is not None), None)
        self._parts.show_text(_made_of(view.tr, chosen, ways) if chosen is not None else "")
        self._closed.show_text(_closed(view.tr, [each for each in every if each not in ways or each.minor is None]))


def _cells() -> _Cells:
    """The symbol of a way, its word, its bar, its amount, and what is to be said of it."""
    amount = Text("small", strong=True, wrap=False)
    amount.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
    return Sign(18), Text("small", strong=True, wrap=False), Bar(), amount, Text("small", quiet=True)


def _fill(cells: _Cells, worth: Worth, share: float, note: str, view: View, item: Item) -> None:
    sign, word, bar, amount, noted = cells
    look = view.theme.dispositions[worth.way]
    sign.show_look(look)
    word.show_text(view.tr.gettext(ROUTE_WORDS[worth.way]))
    bar.show_share(share, look.fill, view.theme)
    is_known = worth.minor is not None
    unknown = view.tr.gettext(mark("value not known"))
    amount.setText(view.tr.money(worth.minor, item.identified.currency) if is_known else unknown)
    noted.setText(note)
    bar.setAccessibleName(" ".join(part for part in (word.text(), amount.text(), note) if part))


def _ways(item: Item, routed: Routed) -> tuple[Worth, ...]:
    """The ways with what they are made of; old records have the values alone. None on hold where no value is known."""
    ways = routed.breakdown or tuple(Worth(way, minor) for way, minor in routed.values)
    return ways if item.disposition != "hold" or any(each.minor is not None for each in ways) else ()


def _is_told(worth: Worth, item: Item) -> bool:
    """Tell whether a way has a line: it is open and worth something that is known, or the item goes it."""
    return worth.way == item.disposition or (worth.minor is not None and worth.refused is None)


def _closed(tr: Translator, ways: list[Worth]) -> str:
    """Say once why ways are not open, each reason with all the ways it closes."""
    said: dict[str, list[str]] = {}
    for each in ways:
        if each.refused is not None:
            why = wording.say(tr, each.refused.text, each.refused.params)
            said.setdefault(why, []).append(tr.gettext(ROUTE_WORDS[each.way]))
    return "\n".join(f"{', '.join(words)}: {why}" for why, words in said.items())


def _note(tr: Translator, worth: Worth, routed: Routed, item: Item) -> str:
    """What is to be said of an open way: that it was chosen, or what it would cost instead."""
    if worth.way == item.disposition:
        return tr.gettext(mark("chosen"))
    cost = override_cost(routed, worth.way, item.disposition)
    if cost is None:  # holding has no worth, so nobody says what leaving it costs
        return "" if item.disposition == "hold" else tr.gettext(mark("cost not known"))
    amount = tr.money(abs(cost))
    words = tr.format(mark("{amount} less") if cost >= 0 else mark("{amount} more"), amount=amount)
    return tr.format(mark("next best: {words}"), words=words) if worth.way == routed.runner_up else words


def _made_of(tr: Translator, worth: Worth, ways: list[Worth]) -> str:
    """The sum behind a value, named where it is not the first; nothing where there is nothing to be taken off."""
    off = (
        (worth.prep, mark("{amount} prep")),
        (worth.handling, mark("{amount} handling")),
        (worth.decay, mark("{amount} time")),
        (worth.season, mark("{amount} season")),
        (worth.capacity, mark("{amount} queue")),
        (worth.missing, mark("{amount} missing parts")),
    )
    told = [tr.format(words, amount=tr.money(minor)) for minor, words in off if minor]
    price = tr.format(mark("{amount} price"), amount=tr.money(worth.price))
    name = "" if worth is ways[0] else f"{tr.gettext(ROUTE_WORDS[worth.way])}: "
    return f"{name}{' − '.join((price, *told))}" if told else ""
