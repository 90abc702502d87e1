"""The bins at this bench: what each is for, how much lies in it and since when; and what lies in one that is opened."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resources.words import Translator, mark
from station.bins.manifest import Lying, Manifest
from station.history import BinContents
from station.records import Apart, Disposition
from station.words import way_words
from ui import wording
from ui.drawings import Picture
from ui.parts.buttons import aside, choice
from ui.parts.card import Card
from ui.parts.ledger import LedgerLine
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.sign import PatternBand, Sign
from ui.parts.text import Text
from ui.theme import S8, S12, S16
from ui.view import View

SHOWN, LISTED = 60, 200
_KEYS = 9


class BinsPage(QWidget):
    """The bins on one side, and what lies in the one that is looked into on the other.

    `bin_wanted` carries the bin to look into, `act_wanted` says that something shall be done with a bin.
    """

    bin_wanted = Signal(str)
    act_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._hint, self._picture = Text("prompt"), Text("body", quiet=True), Picture()
        self._bins, self._act = Rows(lambda: _BinRow(self.bin_wanted.emit), S8), choice()
        self._act.setCheckable(False)
        self._act.clicked.connect(lambda *_: self.act_wanted.emit())
        self._inside, self._told = Text("head"), Text("body", quiet=True)
        self._goods = Rows(LedgerLine, S8)
        self._left, self._right = Scroll(), Scroll()
        self._left.column.addWidget(self._bins)
        for widget in (self._inside, self._told, self._goods):
            self._right.column.addWidget(widget)
        columns = QHBoxLayout()
        columns.setSpacing(S12)
        for scroll, share in ((self._left, 60), (self._right, 40)):
            scroll.column.addStretch(1)
            scroll.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
            columns.addWidget(scroll, share)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._hint):
            column.addWidget(widget)
        column.addWidget(self._picture, 1)
        column.addLayout(columns, 1)
        column.addWidget(self._act)

    def press(self, key: str) -> bool:
        """Look into the bin with this number; tells whether there is one."""
        rows = [row for row in self._bins.findChildren(_BinRow) if row.isVisible()]
        if not (key.isascii() and key.isdecimal() and 0 < int(key) <= min(_KEYS, len(rows))):
            return False
        rows[int(key) - 1].press()
        return True

    def render(self, view: View) -> None:
        """Show the bins of a view."""
        tr, bins = view.tr, view.bins[:SHOWN]
        self._left.setAccessibleName(tr.gettext(mark("Bins")))
        self._title.show_text(tr.gettext(mark("Bins at this bench")))
        some = mark("Press B while placing an item when its bin is full. Scan a bin to open it, or to do more with it.")
        none = mark("No bin is open yet. Scan a bin's label to open it.")
        self._hint.show_text(tr.gettext(some if bins else none))
        self._picture.show_picture("" if bins else "bin", view.theme)
        for part in (self._left, self._right):
            part.setVisible(bool(bins))
        self._act.show_button("F9", tr.gettext(mark("Do something with a bin")))
        for place, (row, each) in enumerate(zip(self._bins.show_rows(len(bins)), bins, strict=True), start=1):
            row.render(each, str(place) if place <= _KEYS else "", view)
        self._render_inside(view)

    def _render_inside(self, view: View) -> None:
        tr, told = view.tr, view.contents
        goods = told.items[:LISTED] if told is not None else ()
        self._right.setAccessibleName(tr.gettext(mark("What lies in it")))
        self._inside.show_text(told.bin if told is not None else "")
        if view.is_blind:
            self._told.show_text(tr.gettext(mark("Bins are being counted: nobody is told what should lie in them.")))
        elif told is None:
            self._told.show_text(tr.gettext(mark("Touch a bin, or press its number, to see what lies in it.")))
        else:
            self._told.show_text(tr.plural("{count} item", "{count} items", len(told.items)))
        for row, each in zip(self._goods.show_rows(len(goods)), goods, strict=True):
            look = view.theme.dispositions[each.disposition]
            row.show_line(look, view.theme.surface, (each.title, _about(tr, each, told)), "")


def _about(tr: Translator, each: Lying, told: Manifest | None) -> str:
    """Return an item's plate and grade, and that it goes another way now, where it does."""
    elsewhere = ""
    if told is not None and (each.disposition, each.apart) != (told.disposition, told.apart):
        way = _way(tr, each.disposition, each.apart)
        elsewhere = tr.format(mark("goes to {way} now: scan its plate to carry it"), way=way)
    elif each.is_doubted:
        elsewhere = tr.gettext(mark("is graded again: scan its plate"))
    return " · ".join(part for part in (each.plate, each.letter, each.client, elsewhere) if part)


def _way(tr: Translator, disposition: Disposition, apart: Apart) -> str:
    return tr.gettext(way_words(disposition, apart))


class _BinRow(Card):
    """One bin: its pattern, symbol, word, client, code, state and count; its key or a touch looks into it."""

    def __init__(self, want: Callable[[str], object]) -> None:
        super().__init__(0, 0)
        self._band, self._sign = PatternBand(48), Sign(40)
        self._word, self._code = Text("head"), Text("small", quiet=True)
        self._count, self._look = Text("head", wrap=False), aside()
        self._bin, self._want = "", want
        self._look.clicked.connect(self.press)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, S12, 0)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._band, 0, 0, 2, 1)
        grid.addWidget(self._sign, 0, 1, 2, 1)
        grid.addWidget(self._word, 0, 2, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self._code, 1, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._count, 0, 3, 2, 1)
        grid.addWidget(self._look, 0, 4, 2, 1)
        grid.setColumnStretch(2, 1)
        for row in (0, 1):
            grid.setRowMinimumHeight(row, 36)
        self.column.addLayout(grid)

    def press(self) -> None:
        """Look into the bin."""
        self._want(self._bin)

    def render(self, each: BinContents, key: str, view: View) -> None:
        """Show one bin."""
        tr, look = view.tr, view.theme.dispositions[each.disposition]
        self._bin = each.bin
        self._band.show_look(look)
        self._sign.show_look(look)
        word = _way(tr, each.disposition, each.apart)
        self._word.show_text(" · ".join(part for part in (word, each.client) if part))
        # How much lies in a bin is not shown while bins are counted blind.
        since = wording.brief_moment(tr, each.since) if each.since and not view.is_blind else ""
        aged = tr.format(mark("since {moment}"), moment=since) if since else ""
        leaving = tr.format(mark("to take out: {count}"), count=str(each.leaving)) if each.leaving else ""
        leaving = "" if view.is_blind else leaving
        is_done = view.state.closing is not None and each.bin in view.state.closing.done
        done = tr.gettext(mark("counted")) if is_done else ""
        parts = (each.bin, tr.gettext(_STATES[each.state]), done, leaving, aged)
        self._code.show_text(" · ".join(part for part in parts if part))
        self._count.show_text("" if view.is_blind or each.state == "labelled" else str(each.items))
        self._look.show_button(key, tr.gettext(mark("Look in")))
        self._look.setEnabled(not view.is_blind)
        self._look.setAccessibleName(f"{key} {tr.gettext(mark('Look in'))} {each.bin}".strip())


_STATES: Mapping[str, str] = {
    "labelled": mark("stick the label on and scan it"),
    "open": mark("open"),
    "full": mark("full"),
    "closed": mark("closed"),
    "waiting": mark("not open"),
}
