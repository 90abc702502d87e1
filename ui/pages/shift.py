"""The shift in figures, live; how it adds up, what differs first; and, of a line that is opened, what is behind it."""

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from resources.words import Translator, mark
from station.exceptions.kinds import DECISION_WORDS
from station.shifts.findings import Finding
from station.shifts.late import Late
from station.shifts.lines import Line
from station.shifts.noted import words as noted_words
from station.shifts.parts import RULES
from station.steps.close import key_of
from station.words import DIFFERENCE_WORDS, line_words
from ui.panels.worked import Worked
from ui.parts.big import Big
from ui.parts.buttons import choice
from ui.parts.card import Card
from ui.parts.openable import OpenLine
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.text import Text
from ui.theme import S8, S12, S16, Look
from ui.view import WORK, View

_COLUMNS = 6

_PHASES: Mapping[str, str] = {
    "": mark("At work. The bins are counted when the shift is closed: press F11 between two parcels."),
    "counting": mark("Counted blind now. What differs is shown when every bin is counted."),
    "review": mark("Counted. Each difference needs its reasons before the shift is signed."),
    "signed": mark("Signed by one. These lines, with their reasons, are what the second one signs: scan the badge."),
}
_FOUND: Mapping[str, str] = {
    "missing": mark("{plate} is missing: it should lie in {bin}"),
    "misplaced": mark("{plate} lies in {found} and belongs into {bin}"),
    "double": mark("{plate} was counted twice, here in {found}"),
    "gone": mark("{plate} lies in {found} and should have left in {bin}"),
    "unplaced": mark("{plate} lies in {found} and was placed in no bin"),
    "found_again": mark("{plate} had been written off and lies in {found}"),
    "foreign": mark("{plate} lies in {found}, and nobody here knows it"),
    "uncounted": mark("{bin} was not counted"),
}


_LATE: Mapping[str, str] = {
    "sheet": mark("Late, of {shift}: sheet of {name}, delivered {units}, refused {refused}, not found {not_found}"),
    "signature": mark("Late, of {shift}: second signature, by {name}"),
    "void": mark("Late, of {shift}: plate {name} is void"),
    "decision": mark("Late, of {shift}: decided about {name}: {about}"),
    "taken_back": mark("Late, of {shift}: taken back about {name}: {about}"),
    "second_look": mark("Late, of {shift}: second look at {name}"),
}
# What stands for goods, and leads to their story.
_WITH_STORY = ("void", "decision", "taken_back", "second_look")
# More than anybody reads; the report has them all.
_THINGS = 200


class ShiftPage(QWidget):
    """One card for each figure, and under them one line for each rule, client and way.

    `line_wanted` carries the name of the line that was opened, "" when it is closed again; `thing_wanted` the code of a
    thing behind it, or of a plate that the count names, for the page that tells its story.
    """

    line_wanted = Signal(str)
    thing_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._hint = Text("prompt"), Text("body", quiet=True)
        self._cards = QWidget()
        self._grid = QGridLayout(self._cards)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(S12)
        self._figures: list[_Figure] = []
        self._lines, self._things = Rows(self._new_line, S8), Rows(self._new_thing, S8)
        self._back = choice()
        self._back.setCheckable(False)
        self._back.clicked.connect(lambda *_: self.line_wanted.emit(""))
        self._opened = False
        self._scroll = Scroll()
        self._worked = Worked()
        self._worked.opened.connect(self.thing_wanted)
        for rows in (self._lines, self._things, self._worked):
            self._scroll.column.addWidget(rows)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._hint):
            column.addWidget(widget)
        column.addWidget(self._cards)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._back)

    def _new_line(self) -> OpenLine:
        line = OpenLine()
        line.opened.connect(self._open)
        return line

    def _open(self, code: str) -> None:
        """Open a line by its name, or the story of a plate that the count names."""
        (self.line_wanted if "/" in code else self.thing_wanted).emit(code)

    def _new_thing(self) -> OpenLine:
        thing = OpenLine()
        thing.opened.connect(self.thing_wanted)
        return thing

    def leave(self) -> None:
        """Close the line that is opened, if one is."""
        if self._opened:
            self.line_wanted.emit("")

    def render(self, view: View) -> None:
        """Show the figures of a view, and its lines."""
        tr, state = view.tr, view.state
        self._title.show_text(tr.gettext(mark("Shift")))
        operator, (shift, phase) = state.operator, view.shift
        # What differs is what is looked for then: the day's figures leave it the room.
        self._cards.setVisible(not _is_opened(view) and phase not in ("review", "signed"))
        phase = tr.gettext(_PHASES[phase]) if shift else ""
        waits = mark("Shift {shift} waits for its second signature: F11.")
        half = [tr.format(waits, shift=each.shift) for each in state.half_signed if each.shift != shift]
        half += [tr.gettext(mark("Touch a line for what is behind it."))] if view.lines and not _is_opened(view) else []
        if view.worked is not None:
            phase = tr.gettext(mark("How the work went. Touch a line for its story."))
        if view.line is not None:
            phase = tr.gettext(mark("What is behind the line. Touch one, or Tab to it and press Enter, for its story."))
        who = " · ".join(part for part in (shift, operator.name if operator else "") if part)
        said = " ".join(part for part in (phase, *half) if part)
        self._hint.show_text(" · ".join(part for part in (who, said) if part))
        self._opened = _is_opened(view)
        self._show_figures(view)
        self._back.show_button("Esc", tr.gettext(mark("Back to the shift")))
        self._back.setVisible(self._opened)
        self._scroll.setAccessibleName(tr.gettext(mark("How the shift adds up")))
        self._show_lines(view)
        self._worked.render(view)

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
        """Show what differs first, then what the count found and what came late, then what adds up."""
        tr = view.tr
        if view.line is not None:
            self._show_things(view, view.line)
            return
        self._things.show_rows(0)
        if view.worked is not None:
            self._lines.show_rows(0)
            return
        off = [line for line in view.lines if not line.is_settled]
        explained = [line for line in view.lines if line.is_settled and line.difference]
        even = [line for line in view.lines if line.is_settled and not line.difference]
        told = [(_told(line, tr), key_of(line) if line.rule != _NO_THINGS else "") for line in (*off, *explained)]
        found = [((_found(each, tr), ""), each.plate or each.bin) for each in view.findings]
        late = [((_late(each, tr), ""), each.name if each.kind in _WITH_STORY else "") for each in view.late]
        noted = [((noted_words(each, tr, f"{each.at[11:16]} UTC"), ""), each.plate or each.bin) for each in view.noted]
        rest = [(_told(line, tr), key_of(line) if line.rule != _NO_THINGS else "") for line in even]
        more = tr.gettext(mark("Times, people, grades, second looks, and what is carried over"))
        work = [((tr.gettext(mark("How the work went")), more), WORK)] if view.lines else []
        rows = [*work, *told, *found, *late, *noted, *rest]
        is_off = [*([False] * len(work)), *([True] * len(off)), *([False] * len(explained))]
        is_off += [*([True] * (len(found) + len(late))), *([False] * len(noted + rest))]
        for row, (words, code), pressing in zip(self._lines.show_rows(len(rows)), rows, is_off, strict=True):
            row.show_line(view.theme.lamps["attention" if pressing else "ok"], view.theme.surface, words, "")
            row.show_opening(code, words[0])

    def _show_things(self, view: View, line: Line) -> None:
        """Show the line that is opened, and each thing behind it under the part it counts for."""
        tr = view.tr
        (head,) = self._lines.show_rows(1)
        look = view.theme.lamps["ok" if line.is_settled else "attention"]
        head.show_line(look, view.theme.surface, _told(line, tr), "")
        head.show_opening("", _told(line, tr)[0])
        shown = view.things[:_THINGS]
        quiet = Look(view.theme.muted, view.theme.muted, "circle")
        for row, each in zip(self._things.show_rows(len(shown)), shown, strict=True):
            units = tr.plural("{count} unit", "{count} units", each.units) if each.units != 1 else ""
            row.show_line(quiet, view.theme.surface, (each.code, units), tr.gettext(each.part.name))
            row.show_opening(each.code, f"{each.code} {tr.gettext(each.part.name)}")


# The facts waiting for central are no things that have a story.
_NO_THINGS = 9


def _is_opened(view: View) -> bool:
    return view.line is not None or view.worked is not None


def _found(each: Finding, tr: Translator) -> str:
    return tr.format(_FOUND[each.kind], plate=each.plate, bin=each.bin, found=each.found)


def _late(each: Late, tr: Translator) -> str:
    values = {name: str(value) for name, value in msgspec.structs.asdict(each).items()}
    about = tr.gettext(DECISION_WORDS[each.about]) if each.about in DECISION_WORDS else each.about
    return tr.format(_LATE[each.kind], **values | {"about": about})


def _told(line: Line, tr: Translator) -> tuple[str, str]:
    """Return by how much a line differs and what it is about, and what it is made of."""
    way = tr.gettext(line_words(line.way)) if line.way else ""
    what = " · ".join(part for part in (tr.gettext(RULES[line.rule]), line.client, way) if part)
    sums = tr.format(
        mark("expected {expected}, actual {actual}, explained {explained}"),
        expected=str(line.expected),
        actual=str(line.actual),
        explained=f"{line.explained:+d}" if line.explained else "0",
    )
    parts = ", ".join(f"{tr.gettext(each.name)} {each.units}" for each in line.parts)
    why = ", ".join(f"{tr.gettext(DIFFERENCE_WORDS.get(each.why, each.why))} {each.units:+d}" for each in line.reasons)
    more = " · ".join(part for part in (sums, parts, why) if part)
    figure = f"{line.difference:+d}" if line.difference else ""
    return f"{figure}  {what}".lstrip(), more


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
