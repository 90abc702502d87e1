"""The right column: what is known of the item in work, and what the last step was."""

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from grading.reasons import deciding
from grading.route import OWNER_TEXTS
from resources.words import mark
from station.receiving.parcel import Item
from station.state import OpenBin
from station.weights import weight_words
from station.words import SERIAL_WORDS, way_words
from ui import wording
from ui.parts.answered import WITH_QUESTION, AnsweredList
from ui.parts.card import Column, rule
from ui.parts.counted import Counted
from ui.parts.defect_list import DefectList
from ui.parts.fields import Fields
from ui.parts.hints import Hints
from ui.parts.likely import Likely
from ui.parts.photos import Photos
from ui.parts.rest import RestList
from ui.parts.rows import Rows
from ui.parts.scores import Scores
from ui.parts.scroll import Scroll
from ui.parts.sign import Sign
from ui.parts.text import Text, short
from ui.theme import S4, S8, S12
from ui.view import View


class _Density(NamedTuple):
    """How closely the evidence stands: photos with their names or in a strip, how many of the answers with their
    question, and whether titles and the word on the key of the photos have room.
    """

    strip: bool
    with_question: int
    titled: bool = True


_DENSITIES = (
    _Density(False, WITH_QUESTION),
    _Density(False, 1),
    _Density(True, WITH_QUESTION),
    _Density(True, 1),
    _Density(True, 0),
    _Density(True, 0, titled=False),
)


class EvidencePanel(Column):
    """Shows photos, comparisons, reasons and the last step of the item in work, or the bins when there is none.

    `photo_wanted` carries the SHA-256 of a photo that was touched.
    """

    photo_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title = Text("small", quiet=True)
        self._photos = Photos()
        self._photos.wanted.connect(self.photo_wanted)
        self._hints, self._counted = Hints(), Counted()
        self._fields = Fields()
        self._why_title = Text("small", quiet=True)
        self._why = Rows(lambda: Text("small"), S8)
        self._likely = Likely()
        self._rest, self._answered = RestList(), AnsweredList()
        self._defects, self._scores = DefectList(), Scores()
        self._rules = Text("small", quiet=True)
        self._bins = Rows(_BinLine, S8)
        self._last = Text("small", quiet=True)
        scroll = Scroll()
        for widget in (
            # What a result rests on comes before what it was seen in.
            *(self._likely, self._why_title, self._why, self._scores),
            *(self._photos, self._hints, self._counted, self._answered, self._fields, self._defects),
            *(self._rules, self._bins),
        ):
            scroll.column.addWidget(widget)
        scroll.column.addStretch(1)
        self._scroll = scroll
        self.column.addWidget(self._title)
        self.column.addWidget(self._rest)
        self.column.addWidget(scroll, 1)
        self._line = rule()
        self.column.addWidget(self._line)
        self.column.addWidget(self._last)

    def render(self, view: View) -> None:
        """Show the evidence of a view."""
        item = view.state.parcel.item if view.state.parcel is not None else None
        with self.filling(self._scroll.column):
            self._fill(view, item)
        self._show_story(view, item)

    def _fill(self, view: View, item: Item | None) -> None:
        tr = view.tr
        self._scroll.setAccessibleName(tr.gettext(mark("Evidence")))
        practice = view.state.practice
        about = mark("Evidence") if item is not None or view.likely else mark("Open bins")
        self._title.show_text(practice.began.title if practice is not None else tr.gettext(about))
        self._likely.render(view)
        self._hints.render(view)
        self._counted.render(view)
        self._fields.show_fields(_facts(view, item) if item is not None else [])
        self._rest.render(view)
        self._defects.render(view)
        self._scores.render(view, item.graded.scores if item is not None and item.graded is not None else ())
        reasons = _reasons(view, item) if item is not None and item.routed is not None else []
        self._why_title.show_text(tr.gettext(mark("Why")) if reasons else "")
        for label, words in zip(self._why.show_rows(len(reasons)), reasons, strict=True):
            label.show_text(words)
        self._rules.show_text(_rules(view, item) if item is not None else "")
        is_idle = item is None and not view.likely and practice is None
        bins = view.state.bins if is_idle else ()
        for row, each in zip(self._bins.show_rows(len(bins)), bins, strict=True):
            row.render(each, view)
        if is_idle and not bins:
            self._why_title.show_text(tr.gettext(mark("No bin is open yet. Scan a bin's label to open it.")))
        self._show_last(view)

    def _show_last(self, view: View) -> None:
        """Say what an undo would take back; while questions are asked, its button beside them says so."""
        tr = view.tr
        asking = view.prompt.stage == "inspect"
        last = tr.gettext(view.last_step) if view.last_step else ""
        words = tr.format(mark("Last step: {step}"), step=last) if last else tr.gettext(mark("Nothing to undo"))
        self._line.setVisible(not asking)
        self._last.show_text("" if asking else words)

    def _show_story(self, view: View, item: Item | None) -> None:
        """Show photos and answers so large that all of the evidence is seen at once, if that can be."""
        shots = view.shots if item is not None or view.state.practice is not None else ()
        for each in _DENSITIES:
            self._title.setVisible(each.titled)
            self._photos.render(shots, view, strip=each.strip, titled=each.titled)
            self._answered.render(view, each.with_question, titled=each.titled)
            self.settle()
            if self._scroll.shows_all():
                return


class _BinLine(QWidget):
    """One open bin: symbol, word, code, and how many it holds."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(24)
        self._word = Text("body", strong=True)
        self._code = Text("small", quiet=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, S4, 0, S4)
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._sign, 0, 0, 2, 1)
        grid.addWidget(self._word, 0, 1)
        grid.addWidget(self._code, 1, 1)
        grid.setColumnStretch(1, 1)

    def render(self, each: OpenBin, view: View) -> None:
        look = view.theme.dispositions[each.disposition]
        self._sign.show_look(look)
        word = view.tr.gettext(way_words(each.disposition, each.apart))
        self._word.show_text(" · ".join(part for part in (word, each.client) if part))
        # Who counts blind does not see what there should be.
        blind = view.is_blind
        is_done = view.state.closing is not None and each.code in view.state.closing.done
        done = view.tr.gettext(mark("counted")) if is_done else ""
        count = done if blind else view.tr.plural("{count} item", "{count} items", each.items)
        self._code.show_text(" · ".join(part for part in (short(each.code), count) if part))


def _facts(view: View, item: Item) -> list[tuple[str, str, str, str]]:
    """Return the lines of comparison: name, value, symbol, colour."""
    tr, theme = view.tr, view.theme
    attention, quiet = theme.lamps["attention"], theme.muted
    lines: list[tuple[str, str, str, str]] = []
    match = item.match
    if match != "matched":
        words = wording.word(tr, wording.MATCHES, match)
        lines.append((tr.gettext(mark("Order")), words, attention.symbol, attention.fill))
    elif item.identified.rma:
        lines.append((tr.gettext(mark("Order")), item.identified.rma, "tick", quiet))
    if item.weighed is not None:
        figure = weight_words(tr, item.weighed.weight_mg)
        fits = item.weighed.in_band
        symbol, colour = ("tick", quiet) if fits else (attention.symbol, attention.fill)
        lines.append((tr.gettext(mark("Weight")), figure, "minus" if fits is None else symbol, colour))
    if item.serial is not None:
        words = wording.word(tr, SERIAL_WORDS, item.serial.verdict)
        value = " · ".join(part for part in (short(item.serial.serial), words) if part)
        good = item.serial.verdict == "same"
        odd = item.serial.verdict == "different"
        symbol = "tick" if good else attention.symbol if odd else "minus"
        lines.append((tr.gettext(mark("Serial")), value, symbol, attention.fill if odd else quiet))
    if item.identified.expiry:
        lines.append((tr.gettext(mark("Expiry")), item.identified.expiry, "", ""))
    if lot := item.lot or item.identified.lot:
        lines.append((tr.gettext(mark("Lot")), lot, "", ""))
    if item.plate:
        lines.append((tr.gettext(mark("Plate")), item.plate, "tick" if item.confirmed else "ring", quiet))
    return lines


def _reasons(view: View, item: Item) -> list[str]:
    """Return why it has its grade and goes where it goes, as sentences."""
    tr = view.tr
    found = [each.detail for each in item.recalls]
    graded = item.graded.reasons if item.graded is not None else ()
    if view.why:
        found.extend(view.why)
    else:
        found.extend(wording.say(tr, reason.text, reason.params) for reason in graded)
    # What leads to the grade is explained above, and the question of the result names what decided the route.
    if item.routed is not None:
        told = deciding(item.routed.disposition, item.routed.reasons) if view.prompt.stage == "result" else ()
        routed = (each for each in item.routed.reasons if each not in (*told, *graded))
        found.extend(wording.say(tr, reason.text, reason.params) for reason in routed)
        if item.disposition == "hold":
            owner = item.routed.owner or "supervisor"
            found.append(tr.gettext(OWNER_TEXTS[owner]))
    if item.overridden is not None:
        found.append(tr.format(mark("Changed by a person: {why}"), why=tr.gettext(view.changed_why)))
    # Grade and route often rest on the same finding; it is said once.
    return list(dict.fromkeys(found))


def _rules(view: View, item: Item) -> str:
    """Return the exact versions of the rules that graded and routed the item."""
    said = (item.graded.rule if item.graded is not None else "", item.routed.rule if item.routed is not None else "")
    rules = ", ".join(dict.fromkeys(each for each in said if each))
    return view.tr.format(mark("Rules: {rules}"), rules=rules) if rules else ""
