"""What a person must decide: the queue of exceptions of this bench, with its clock."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resources.words import Translator, mark
from station.exceptions.evidence import evidence
from station.exceptions.kinds import DECISION_WORDS
from station.exceptions.queue import Waiting
from station.weights import weight_words
from station.words import EXCEPTION_WORDS, OWNER_WORDS
from ui import story, wording
from ui.drawings import Picture
from ui.parts.buttons import choice
from ui.parts.ledger import LedgerLine
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.text import Text, short
from ui.theme import S8, S12, S16
from ui.view import View

SHOWN = 100


class ExceptionsPage(QWidget):
    """What is in conflict first, then the oldest, each with what is known of it; `decide_wanted` opens the question."""

    decide_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._hint = Text("prompt"), Text("body", quiet=True)
        self._picture = Picture()
        self._decide = choice()
        self._decide.setCheckable(False)
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
        column.addWidget(self._decide)
        self._decide.clicked.connect(lambda *_: self.decide_wanted.emit())

    def render(self, view: View) -> None:
        """Show the queue of a view."""
        tr, waiting = view.tr, view.exceptions
        self._title.show_text(tr.gettext(mark("Exceptions")))
        self._scroll.setAccessibleName(tr.gettext(mark("Exceptions")))
        self._hint.show_text(_hint(tr, len(waiting)))
        self._decide.show_button("F10", tr.gettext(mark("Decide exceptions")))
        self._picture.show_picture("" if waiting else "empty", view.theme)
        self._scroll.setVisible(bool(waiting))
        shown = waiting[:SHOWN]
        for row, each in zip(self._lines.show_rows(len(shown)), shown, strict=True):
            look = view.theme.lamps["down" if each.level > 1 or each.conflict else "attention" if each.level else "ok"]
            what = f"{wording.word(tr, EXCEPTION_WORDS, each.kind)} · {_clock(tr, each)}"
            when = story.moment(view, each.raised_at, each.operator)
            row.show_line(look, view.theme.surface, (what, _more(view, each)), when)


def _hint(tr: Translator, count: int) -> str:
    """Return how many wait, and how to come to those that are not listed."""
    if not count:
        return tr.gettext(mark("Nothing waits for a decision. What a person must decide comes here by itself."))
    if count > SHOWN:
        text = mark("{count} wait for a person. The first {shown} are listed; scan a parcel or a plate for any other.")
        return tr.format(text, count=count, shown=SHOWN)
    return tr.plural("{count} waits for a person", "{count} wait for a person", count)


def _clock(tr: Translator, each: Waiting) -> str:
    """Return how old an exception is, and how pressing, in words: a colour alone says nothing."""
    if each.conflict:
        return tr.gettext(mark("decided twice, and not alike"))
    age = tr.format(mark("{hours} h"), hours=str(each.hours)) if each.hours else tr.gettext(mark("new"))
    pressing = ("", mark("waits too long"), mark("pressing"), mark("most pressing"))[min(each.level, 3)]
    return f"{age}, {tr.gettext(pressing)}" if pressing else age


def _more(view: View, each: Waiting) -> str:
    """Return who must act or sees to it, what it is about, and the evidence at hand."""
    tr = view.tr
    owner = wording.word(tr, OWNER_WORDS, each.owner)
    if each.taken_by:
        owner = tr.format(mark("{name} sees to it"), name=view.names.get(each.taken_by, each.taken_by))
    lies = tr.format(mark("in bin {bin}"), bin=each.bin) if each.bin else ""
    bench = tr.format(mark("at bench {bench}"), bench=each.bench) if each.bench else ""
    photos = tr.plural("{count} photo", "{count} photos", len(each.photos)) if each.photos else ""
    weighs = weight_words(tr, each.weight_mg) if each.weight_mg is not None else ""
    detail = evidence(tr, each.kind, each.detail, wording.say)
    decided = [f"{tr.gettext(DECISION_WORDS[one.decision])} {one.to} ({one.station})" for one in each.conflict]
    code = each.code and short(each.code)
    about = (owner, bench, each.title, each.plate, code, detail, lies, weighs, photos, *decided)
    return " · ".join(dict.fromkeys(part for part in about if part))
