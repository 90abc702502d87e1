"""The shift in figures, live; and how it adds up, what differs first."""

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from resources.words import Translator, mark
from station.shifts.lines import Line
from station.shifts.parts import RULES
from station.steps.close import REASONS
from station.words import ROUTE_WORDS
from ui.parts.big import Big
from ui.parts.card import Card
from ui.parts.ledger import LedgerLine
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.text import Text
from ui.theme import S8, S12, S16
from ui.view import View

_COLUMNS = 6

_PHASES: Mapping[str, str] = {
    "": mark("At work. The bins are counted when the shift is closed: press F11 between two parcels."),
    "counting": mark("Counted blind now. What differs is shown when every bin is counted."),
    "review": mark("Counted. Each difference needs its reasons before the shift is signed."),
    "signed": mark("Signed by one. A second supervisor signs too."),
}
_FOUND: Mapping[str, str] = {
    "missing": mark("{plate} is missing: it should lie in {bin}"),
    "misplaced": mark("{plate} lies in {found} and belongs into {bin}"),
    "double": mark("{plate} was counted twice, here in {found}"),
    "gone": mark("{plate} lies in {found} and should have left in {bin}"),
    "unplaced": mark("{plate} lies in {found} and was placed in no bin"),
    "foreign": mark("{plate} lies in {found}, and nobody here knows it"),
    "uncounted": mark("{bin} was not counted"),
}


class ShiftPage(QWidget):
    """One card for each figure, and under them one line for each rule, client and way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._hint = Text("prompt"), Text("body", quiet=True)
        self._grid = QGridLayout()
        self._grid.setSpacing(S12)
        self._figures: list[_Figure] = []
        self._lines = Rows(LedgerLine, S8)
        self._scroll = Scroll()
        self._scroll.column.addWidget(self._lines)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._hint):
            column.addWidget(widget)
        column.addLayout(self._grid)
        column.addWidget(self._scroll, 1)

    def render(self, view: View) -> None:
        """Show the figures of a view, and its lines."""
        tr, state = view.tr, view.state
        self._title.show_text(tr.gettext(mark("Shift")))
        operator = state.operator
        phase = tr.gettext(_PHASES[state.phase]) if state.shift else ""
        self._hint.show_text(
            " · ".join(part for part in (state.shift, operator.name if operator else "", phase) if part)
        )
        self._show_figures(view)
        self._scroll.setAccessibleName(tr.gettext(mark("How the shift adds up")))
        self._show_lines(view)

    def _show_figures(self, view: View) -> None:
        tr, figures = view.tr, view.figures
        shown = (
            (figures.parcels, mark("parcels finished today")),
            (figures.items, mark("items placed today")),
            (figures.per_hour, mark("items in the last hour")),
            (figures.exceptions, mark("exceptions today")),
            (figures.waiting, mark("facts wait to be sent")),
            (figures.refused, mark("facts refused by central")),
        )
        while len(self._figures) < len(shown):
            place, figure = len(self._figures), _Figure()
            self._grid.addWidget(figure, place // _COLUMNS, place % _COLUMNS)
            self._figures.append(figure)
        for card, (count, words) in zip(self._figures, shown, strict=True):
            card.show_figure(str(count), tr.gettext(words))

    def _show_lines(self, view: View) -> None:
        """Show what differs first, then what the count found, then what adds up."""
        tr = view.tr
        off = [line for line in view.lines if not line.is_settled]
        explained = [line for line in view.lines if line.is_settled and line.difference]
        even = [line for line in view.lines if line.is_settled and not line.difference]
        found = [
            (tr.format(_FOUND[each.kind], plate=each.plate, bin=each.bin, found=each.found), "", "")
            for each in view.findings
        ]
        differing = [_told(line, tr) for line in (*off, *explained)]
        rows = [*differing, *found, *(_told(line, tr) for line in even)]
        marked = len(off)
        for place, (row, (what, more, figure)) in enumerate(zip(self._lines.show_rows(len(rows)), rows, strict=True)):
            is_off = place < marked or len(differing) <= place < len(differing) + len(found)
            look = view.theme.lamps["attention" if is_off else "ok"]
            row.show_line(look, view.theme.surface, (what, more), figure)


def _told(line: Line, tr: Translator) -> tuple[str, str, str]:
    """Return by how much a line differs and what it is about, what it is made of, and nothing for the moment."""
    way = tr.gettext(ROUTE_WORDS[line.way]) if line.way in ROUTE_WORDS else line.way
    what = " · ".join(part for part in (tr.gettext(RULES[line.rule]), line.client, way) if part)
    reasons = {each.value: each.text for each in REASONS}
    sums = tr.format(
        mark("expected {expected}, actual {actual}, explained {explained}"),
        expected=str(line.expected),
        actual=str(line.actual),
        explained=f"{line.explained:+d}" if line.explained else "0",
    )
    parts = ", ".join(f"{tr.gettext(each.name)} {each.units}" for each in line.parts)
    why = ", ".join(f"{tr.gettext(reasons.get(each.why, each.why))} {each.units:+d}" for each in line.reasons)
    more = " · ".join(part for part in (sums, parts, why) if part)
    figure = f"{line.difference:+d}" if line.difference else ""
    return f"{figure}  {what}".lstrip(), more, ""


class _Figure(Card):
    """A figure and what it counts."""

    def __init__(self) -> None:
        super().__init__()
        self._figure, self._words = Big(), Text("body", quiet=True)
        self.column.addWidget(self._figure)
        self.column.addWidget(self._words)

    def show_figure(self, figure: str, words: str) -> None:
        self._figure.show_words(figure)
        self._words.show_text(words)
        self.setAccessibleName(f"{figure} {words}")
