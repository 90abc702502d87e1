"""How the work of a shift went, beside its ten rules: how much and how quick, by whom, which grades, what is left."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from resources.words import Translator, mark
from station.calibration.report import kappa
from station.shifts.figure_lines import span, there_words, title_of
from station.shifts.figures import LEFT_WORDS, UNIT_WORDS, Carried, Defects, Figures, Person, Unit
from station.words import EXCEPTION_WORDS, OWNER_WORDS, defect_words, letter_words, return_reason_words
from ui.parts.card import Card
from ui.parts.counts import Counts
from ui.parts.openable import OpenLine
from ui.parts.rows import Rows
from ui.parts.text import Text
from ui.theme import S8, S24, Look
from ui.view import View

# More than anybody reads; the report has them all.
_MOST = 200
# So many kinds of defects are drawn, the commonest.
_TOP = 8
_Words = tuple[str, str]


class Worked(Card):
    """Charts, and under them one line for each person, each unit over, short or damaged, and what is carried over.

    `opened` carries the code of a line that was touched, for the page that tells its story.
    """

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._words = Text("body")
        self._charts = [Counts() for _ in range(6)]
        self._lines = Rows(self._new_line, S8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(S24)
        for place, chart in enumerate(self._charts):
            grid.addWidget(chart, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        self.column.addWidget(self._words)
        self.column.addLayout(grid)
        self.column.addWidget(self._lines)

    def _new_line(self) -> OpenLine:
        line = OpenLine()
        line.opened.connect(self.opened)
        return line

    def render(self, view: View) -> None:
        """Show the figures of a view's shift; nothing where they are not opened."""
        counted, tr = view.worked, view.tr
        self.setVisible(counted is not None)
        if counted is None:
            return
        self._words.show_text(" ".join(_sentences(counted, tr)))
        for chart, (title, counts) in zip(self._charts, _charts(counted, tr), strict=True):
            chart.show_counts(view, title, counts)
        rows = list(islice(_lines(counted, view), _MOST))
        quiet = Look(view.theme.muted, view.theme.muted, "circle")
        for row, (words, when, code) in zip(self._lines.show_rows(len(rows)), rows, strict=True):
            row.show_line(quiet, view.theme.surface, words, when)
            row.show_opening(code, " ".join(filter(None, (when, *words))))


def _sentences(counted: Figures, tr: Translator) -> Iterator[str]:
    if counted.parcels > counted.untimed:
        words = mark("A parcel took {median}, 9 of 10 within {most}.")
        yield tr.format(words, median=span(counted.cycle_median_s), most=span(counted.cycle_p90_s))
    if counted.untimed:
        words = mark("Parcels without a time: {count}. The clock was set back while they were open.")
        yield tr.format(words, count=str(counted.untimed))
    letters = counted.looks.letters
    if letters.pairs:
        words = mark("Second looks: {count}, of which {agreed} gave the same grade. Kappa {kappa}.")
        yield tr.format(words, count=str(letters.pairs), agreed=str(letters.agreed), kappa=kappa(letters, tr.gettext))


def _charts(counted: Figures, tr: Translator) -> Iterator[tuple[str, Sequence[tuple[str, int]]]]:
    hours = [(f"{hour[11:]}:00", count) for hour, count in counted.hours]
    returned = [(tr.gettext(return_reason_words(code)), count) for code, count in counted.returned_why]
    yield tr.gettext(mark("Items placed by hour (UTC)")), hours
    yield tr.gettext(mark("Grades")), [(tr.gettext(letter_words(name)), count) for name, count in counted.grades]
    yield tr.gettext(mark("What grades rest on")), [(tr.gettext(text), count) for text, count in counted.reasons]
    yield tr.gettext(mark("Defects by kind")), [(_defect(each, tr), each.units) for each in counted.defects[:_TOP]]
    yield tr.gettext(mark("Why customers sent it back, by units")), returned
    yield tr.gettext(mark("Carried over")), counted.ages if counted.carried else ()


def _defect(each: Defects, tr: Translator) -> str:
    return " · ".join(map(tr.gettext, defect_words(each.category, each.zone, each.kind)))


def _lines(counted: Figures, view: View) -> Iterator[tuple[_Words, str, str]]:
    """Yield each line: what it says and more of it, what stands at its end, and the code that it leads to."""
    tr, names = view.tr, view.names
    yield from (_person(each, names.get(each.badge, each.badge), tr) for each in counted.people)
    yield from (_unit(each, tr) for each in counted.units)
    yield from (_left(each, names, tr) for each in counted.carried)


def _person(each: Person, name: str, tr: Translator) -> tuple[_Words, str, str]:
    words = mark("{rate} an hour; everyone together, of the same mix of goods: {mix}")
    rates = tr.format(words, rate=tr.figure(f"{each.per_hour:.1f}"), mix=tr.figure(f"{each.mix_per_hour:.1f}"))
    return (name, rates), tr.plural("{count} item", "{count} items", each.items), ""


def _unit(each: Unit, tr: Translator) -> tuple[_Words, str, str]:
    units = tr.plural("{count} unit", "{count} units", each.units)
    about = " · ".join(filter(None, (title_of(each, tr), each.client, units if each.units != 1 else "")))
    return (each.code, about), tr.gettext(UNIT_WORDS[each.kind]), each.code


def _left(each: Carried, names: Mapping[str, str], tr: Translator) -> tuple[_Words, str, str]:
    owner, by = names.get(each.owner, each.owner), each.there.by if each.there is not None else ""
    at = each.since[:16].replace("T", " ")
    what = tr.gettext(EXCEPTION_WORDS.get(each.about, each.about))
    # Whose word it would be says nothing where another bench has decided.
    is_open = not each.about or (each.owner not in OWNER_WORDS and each.there is None)
    words = mark("since {at} UTC, {who} sees to it") if each.about else mark("since {at} UTC, begun by {who}")
    since = tr.format(words if is_open else mark("since {at} UTC"), at=at, who=owner)
    who = tr.gettext(OWNER_WORDS[each.owner]) if each.owner in OWNER_WORDS and each.there is None else ""
    told = " · ".join(filter(None, (what, each.client, since, who, there_words(each, names.get(by, by), tr))))
    return (each.code, told), tr.gettext(LEFT_WORDS[each.what]), each.code
