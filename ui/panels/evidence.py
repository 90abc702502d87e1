"""The right column: what is known of the item in work, and what the last step was."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from resources.words import mark
from station.records import Disposition
from station.state import Item
from station.words import ROUTE_WORDS
from ui import wording
from ui.parts.answered import AnsweredList
from ui.parts.card import Card, rule
from ui.parts.defect_list import DefectList
from ui.parts.fields import Fields
from ui.parts.hints import Hints
from ui.parts.rest import RestList
from ui.parts.rows import Rows
from ui.parts.scores import Scores
from ui.parts.scroll import Scroll
from ui.parts.sign import Sign
from ui.parts.text import Text, short
from ui.parts.worths import Worths
from ui.theme import S4, S8, S12
from ui.view import Shown, View

_THUMB = QSize(132, 84)
_KEPT = 24


class EvidencePanel(Card):
    """Shows photos, comparisons, reasons and the last step of the item in work, or the bins when there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title = Text("small", quiet=True)
        self._photos = _Photos()
        self._hints = Hints()
        self._fields = Fields()
        self._why_title = Text("small", quiet=True)
        self._why = Rows(lambda: Text("small"), S8)
        self._rest, self._answered = RestList(), AnsweredList()
        self._defects, self._scores, self._worths = DefectList(), Scores(), Worths()
        self._rules = Text("small", quiet=True)
        self._bins = Rows(_BinLine, S8)
        self._last = Text("small", quiet=True)
        scroll = Scroll()
        for widget in (
            *(self._photos, self._hints, self._answered, self._fields, self._defects, self._why_title, self._why),
            *(self._scores, self._worths, self._rules, self._bins),
        ):
            scroll.column.addWidget(widget)
        scroll.column.addStretch(1)
        self._scroll = scroll
        self.column.addWidget(self._title)
        self.column.addWidget(self._rest)
        self.column.addWidget(scroll, 1)
        self.column.addWidget(rule())
        self.column.addWidget(self._last)

    def render(self, view: View) -> None:
        """Show the evidence of a view."""
        tr = view.tr
        item = view.state.parcel.item if view.state.parcel is not None else None
        self._scroll.setAccessibleName(tr.gettext(mark("Evidence")))
        self._title.show_text(tr.gettext(mark("Evidence") if item is not None else mark("Open bins")))
        self._photos.render(view.shots if item is not None else (), view)
        self._hints.render(view)
        self._fields.show_fields(_facts(view, item) if item is not None else [])
        self._rest.render(view)
        self._answered.render(view)
        self._defects.render(view)
        self._scores.render(view, getattr(item.graded, "scores", ()) if item is not None else ())
        self._worths.render(view, item)
        reasons = _reasons(view, item) if item is not None and item.routed is not None else []
        self._why_title.show_text(tr.gettext(mark("Why")) if reasons else "")
        for label, words in zip(self._why.show_rows(len(reasons)), reasons, strict=True):
            label.show_text(words)
        self._rules.show_text(_rules(view, item) if item is not None else "")
        bins = view.state.bins if item is None else ()
        for row, each in zip(self._bins.show_rows(len(bins)), bins, strict=True):
            row.render(each.code, each.disposition, each.client, each.items, view)
        if item is None and not bins:
            self._why_title.show_text(tr.gettext(mark("No bin is open yet. Scan a bin's label to open it.")))
        last = tr.gettext(view.last_step) if view.last_step else ""
        self._last.show_text(
            tr.format(mark("Last step: {step}"), step=last) if last else tr.gettext(mark("Nothing to undo"))
        )


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

    def render(self, code: str, disposition: Disposition, client: str, items: int, view: View) -> None:
        look = view.theme.dispositions[disposition]
        self._sign.show_look(look)
        word = view.tr.gettext(ROUTE_WORDS[disposition])
        self._word.show_text(" · ".join(part for part in (word, client) if part))
        count = view.tr.plural("{count} item", "{count} items", items)
        self._code.show_text(f"{short(code)} · {count}")


class _Photos(QWidget):
    """The checklist of shots: a thumbnail or an empty frame, its name, and its symbol."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(S8)
        self._shots: list[_Shot] = []
        self._thumbs: dict[str, QPixmap] = {}

    def render(self, shots: tuple[Shown, ...], view: View) -> None:
        while len(self._shots) < len(shots):
            shot, place = _Shot(), len(self._shots)
            self._grid.addWidget(shot, place // 2, place % 2)
            self._shots.append(shot)
        for place, shot in enumerate(self._shots):
            shot.setVisible(place < len(shots))
            if place < len(shots):
                shot.render(shots[place], self._thumb(shots[place].photo), view)
        self.setVisible(bool(shots))

    def _thumb(self, path: str) -> QPixmap | None:
        """Return a small picture of a photo, reading each file once; the oldest are forgotten."""
        if not path:
            return None
        if path not in self._thumbs:
            if len(self._thumbs) >= _KEPT:
                del self._thumbs[next(iter(self._thumbs))]
            self._thumbs[path] = QPixmap.fromImage(_small(Path(path)))
        return self._thumbs[path]


def _small(path: Path) -> QImage:
    """Read a picture already made small: a JPEG is decoded at a fraction of its size."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        reader.setScaledSize(size.scaled(_THUMB, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


class _Shot(QWidget):
    """One shot of the checklist."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sign = Sign(16)
        self._name = Text("small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addWidget(self._picture)
        below = QGridLayout()
        below.setHorizontalSpacing(S8)
        below.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._name, 0, 1)
        below.setColumnStretch(1, 1)
        column.addLayout(below)
        column.addStretch(1)

    def render(self, shown: Shown, thumb: QPixmap | None, view: View) -> None:
        tr, theme = view.tr, view.theme
        self._picture.setVisible(thumb is not None and not thumb.isNull())
        if thumb is not None:
            self._picture.setPixmap(thumb)
        symbol = {"taken": "tick", "doubted": "bang", "left-out": "minus", "next": "arrow"}.get(shown.status, "ring")
        self._sign.show_symbol(symbol, theme.focus if shown.status == "next" else theme.muted)
        name = wording.word(tr, wording.SHOTS, shown.shot)
        if shown.status == "left-out":
            name = tr.format(mark("{shot} (left out)"), shot=name)
        self._name.show_text(name)
        self._picture.setAccessibleName(name)


def _facts(view: View, item: Item) -> list[tuple[str, str, str, str]]:
    """Return the lines of comparison: name, value, symbol, colour."""
    tr, theme = view.tr, view.theme
    attention, quiet = theme.lamps["attention"], theme.muted
    lines: list[tuple[str, str, str, str]] = []
    match = item.identified.match
    if match != "matched":
        words = wording.word(tr, wording.MATCHES, match)
        lines.append((tr.gettext(mark("Order")), words, attention.symbol, attention.fill))
    elif item.identified.rma:
        lines.append((tr.gettext(mark("Order")), item.identified.rma, "tick", quiet))
    if item.weighed is not None:
        figure = wording.weight(tr, item.weighed.weight_mg)
        fits = item.weighed.in_band
        symbol, colour = ("tick", quiet) if fits else (attention.symbol, attention.fill)
        lines.append((tr.gettext(mark("Weight")), figure, "minus" if fits is None else symbol, colour))
    if item.serial is not None:
        words = wording.word(tr, wording.SERIALS, item.serial.verdict)
        value = " · ".join(part for part in (short(item.serial.serial), words) if part)
        good = item.serial.verdict == "same"
        odd = item.serial.verdict == "different"
        symbol = "tick" if good else attention.symbol if odd else "minus"
        lines.append((tr.gettext(mark("Serial")), value, symbol, attention.fill if odd else quiet))
    if item.identified.expiry:
        lines.append((tr.gettext(mark("Expiry")), item.identified.expiry, "", ""))
    if item.identified.lot:
        lines.append((tr.gettext(mark("Lot")), item.identified.lot, "", ""))
    if item.plate:
        lines.append((tr.gettext(mark("Plate")), item.plate, "tick" if item.confirmed else "ring", quiet))
    return lines


def _reasons(view: View, item: Item) -> list[str]:
    """Return why it has its grade and goes where it goes, as sentences."""
    tr = view.tr
    found: list[str] = []
    if item.graded is not None:
        found.extend(wording.say(tr, reason.text, reason.params) for reason in item.graded.reasons)
    if item.routed is not None:
        found.extend(wording.say(tr, reason.text, reason.params) for reason in item.routed.reasons)
    if item.overridden is not None:
        found.append(tr.format(mark("Changed by a person: {why}"), why=tr.gettext(view.changed_why)))
    # Grade and route often rest on the same finding; it is said once.
    return list(dict.fromkeys(found))


def _rules(view: View, item: Item) -> str:
    """Return the exact versions of the rules that graded and routed the item."""
    said = (item.graded.rule if item.graded is not None else "", item.routed.rule if item.routed is not None else "")
    rules = ", ".join(dict.fromkeys(each for each in said if each))
    return view.tr.format(mark("Rules: {rules}"), rules=rules) if rules else ""
