"""The line at the top: who works where, how the shift goes, and a lamp for each device."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from resources.words import mark
from ui import sync_words, wording
from ui.parts.polish import set_property
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S4, S8, S16, S24
from ui.view import Lit, View


class Header(QFrame):
    """Bench, operator and clock; parcels, items and pace; the lamps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._who, self._where = Text("small", strong=True, wrap=False), Text("small", quiet=True, wrap=False)
        self._done, self._pace = Text("small", strong=True, wrap=False), Text("small", quiet=True, wrap=False)
        self._lamps: list[_LampSign] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(S16, S8, S16, S8)
        row.setSpacing(S24)
        row.addWidget(_pair(self._who, self._where))
        row.addStretch(1)
        row.addWidget(_pair(self._done, self._pace))
        row.addStretch(1)
        self._row = row

    def render(self, view: View) -> None:
        """Show the header of a view."""
        tr, state, figures = view.tr, view.state, view.figures
        operator = state.operator
        self._who.show_text(operator.name if operator is not None else tr.gettext(mark("Nobody signed in")))
        self._where.show_text(" · ".join(part for part in (state.bench, view.now) if part))
        parcels = tr.plural("{count} parcel", "{count} parcels", figures.parcels)
        items = tr.plural("{count} item", "{count} items", figures.items)
        self._done.show_text(f"{parcels} · {items}")
        self._pace.show_text(tr.plural("{count} item an hour", "{count} items an hour", figures.per_hour))
        while len(self._lamps) < len(view.lamps):
            self._lamps.append(_LampSign())
            self._row.addWidget(self._lamps[-1])
        for place, sign in enumerate(self._lamps):
            sign.setVisible(place < len(view.lamps))
            if place < len(view.lamps):
                sign.render(view.lamps[place], view)


class _LampSign(QWidget):
    """One lamp: symbol, name, and the word for how it is."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(18)
        self._name, self._word = Text("small", wrap=False), Text("small", wrap=False)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S8)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._sign, 0, 0, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._name, 0, 1)
        grid.addWidget(self._word, 1, 1)

    def render(self, lamp: Lit, view: View) -> None:
        tr = view.tr
        look = view.theme.lamps[lamp.light or "ok"]
        self._sign.show_symbol(look.symbol if lamp.light else "ring", look.fill, view.theme.surface)
        name = wording.device(tr, lamp.device)
        word = wording.word(tr, wording.FAULTS, lamp.why) if lamp.why else wording.word(tr, wording.LAMPS, lamp.light)
        if lamp.device == "sync":
            word = _sync_words(view, word if lamp.light != "ok" else "")
        self._name.show_text(name)
        self._word.show_text(word)
        set_property(self._word, "lamp", lamp.light or "ok")
        self.setAccessibleName(f"{name}: {word}")
        cure = wording.cure(tr, lamp.why)
        self.setToolTip(
            "\n".join([*filter(None, [cure]), *sync_words.pressing(view)]) if lamp.device == "sync" else cure
        )


def _sync_words(view: View, trouble: str) -> str:
    """Return what waits and what was refused, always: nothing lost, and visibly so."""
    figures = view.figures
    waiting = view.tr.format(mark("{count} waiting"), count=figures.waiting)
    refused = view.tr.format(mark("{count} refused"), count=figures.refused) if figures.refused else ""
    return " · ".join(part for part in (trouble, waiting, refused) if part)


def _pair(upper: Text, lower: Text) -> QWidget:
    pair = QWidget()
    grid = QGridLayout(pair)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(0)
    grid.setSpacing(S4)
    grid.addWidget(upper, 0, 0)
    grid.addWidget(lower, 1, 0)
    return pair
