"""Any code, and all that this bench knows about it: where it is, what was photographed, and what happened when."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resources.words import Translator, mark
from station.outcome import Tone
from station.records import Ruled
from station.search.found import Found, Hit
from station.words import ROUTE_WORDS
from ui import story, wording
from ui.drawings import Picture
from ui.parts.buttons import KeyButton, choice
from ui.parts.canvas import Canvas
from ui.parts.entry import Entry
from ui.parts.ledger import LedgerLine
from ui.parts.photos import Photos
from ui.parts.rows import Rows
from ui.parts.scroll import Scroll
from ui.parts.text import Text, short
from ui.theme import S8, S12, S16, Look
from ui.view import View

_READ_AS: Mapping[str, str] = {
    "tracking": mark("a tracking number"),
    "sscc": mark("an SSCC"),
    "rma": mark("a return number"),
    "gtin": mark("a GTIN"),
    "plate": mark("a plate"),
    "bin": mark("a bin"),
    "badge": mark("a badge"),
    "command": mark("a command"),
    "other": mark("a number of another kind"),
}


_PHOTOS_WIDE = 640


class SearchPage(QWidget):
    """`searched` carries the code that was typed, or that of a hit; a scan on this page is a search as well.

    `photo_wanted` carries the SHA-256 of a photo that was touched; "" puts the large one away.
    """

    searched = Signal(str)
    photo_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._title, self._entry, self._found = Text("prompt"), Entry(), Text("body", quiet=True)
        self._picture, self._large = Picture(), _Large()
        self._hits = Rows(self._new_hit, S8)
        self._alone = Rows(LedgerLine, S8)
        self._photos, self._photos_hint = Photos(), Text("small", quiet=True)
        self._view: View | None = None
        self._photos.setMaximumWidth(_PHOTOS_WIDE)
        self._rulings, self._lines = Rows(LedgerLine, S8), Rows(LedgerLine, S8)
        self._scroll = Scroll()
        for widget in (self._alone, self._hits, self._rulings, self._photos, self._photos_hint, self._lines):
            self._scroll.column.addWidget(widget)
        self._scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        for widget in (self._title, self._entry, self._found):
            column.addWidget(widget)
        for widget in (self._picture, self._scroll, self._large):
            column.addWidget(widget, 1)
        self._entry.submitted.connect(self.searched)
        self._photos.wanted.connect(self.photo_wanted)
        self._large.put_away.connect(lambda: self.photo_wanted.emit(""))
        self.setFocusProxy(self._entry)

    def render(self, view: View) -> None:
        """Show what the code that was searched last stands for."""
        tr, found = view.tr, view.found
        self._view = view
        self._title.show_text(tr.gettext(mark("Search")))
        hint = tr.gettext(mark("Scan or type any code"))
        self._entry.setPlaceholderText(hint)
        self._entry.setAccessibleName(hint)
        self._scroll.setAccessibleName(tr.gettext(mark("Story")))
        self._found.show_text(_said(view))
        large = view.looked
        is_something = found is not None and bool(found.hits or found.rulings)
        self._picture.show_picture("" if is_something else "parcel", view.theme)
        self._scroll.setVisible(is_something and large is None)
        self._large.setVisible(large is not None)
        if large is not None:
            self._large.show_photo(large.image or QImage(), (), view.theme)
            self._large.setAccessibleName(tr.gettext(mark("The photo. Touch it to put it away.")))
            return
        hits = found.hits if found is not None else ()
        self._show_hits(hits, view)
        self._show_rulings(found.rulings if found is not None else (), view)
        self._photos.render(view.found_shots, view, strip=True, titled=False)
        closer = mark("Touch a photo, or press Enter, to look closer; Esc puts it away.")
        self._photos_hint.show_text(tr.gettext(closer) if view.found_shots else "")
        self._show_story(view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter with nothing typed looks at the photos one by one, Esc puts the one away that is looked at."""
        view = self._view
        shots = [each.sha256 for each in view.found_shots] if view is not None else []
        large = view.looked.sha256 if view is not None and view.looked is not None else ""
        refused = view is not None and view.notice is not None and view.notice.tone is Tone.REFUSED
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shots and not refused:
            following = shots.index(large) + 1 if large in shots else 0
            self.photo_wanted.emit(shots[following] if following < len(shots) else "")
        elif event.key() == Qt.Key.Key_Escape and large:
            self.photo_wanted.emit("")
        else:
            event.ignore()

    def _new_hit(self) -> KeyButton:
        button = choice()
        button.setCheckable(False)
        button.clicked.connect(lambda: self.searched.emit(button.property("opens")))
        return button

    def _show_hits(self, hits: tuple[Hit, ...], view: View) -> None:
        """Show one hit as it is, and of several each as a button that opens it."""
        alone = hits if len(hits) == 1 and hits[0].kind != "hour" else ()
        for row, hit in zip(self._alone.show_rows(len(alone)), alone, strict=True):
            look = view.theme.dispositions.get(hit.way) or Look(view.theme.muted, view.theme.muted, "circle")
            row.show_line(look, view.theme.surface, (_words(hit, view), hit.code), story.moment(view, hit.at, hit.by))
        several = hits if not alone else ()
        for number, (row, hit) in enumerate(zip(self._hits.show_rows(len(several)), several, strict=True), start=1):
            row.setProperty("opens", hit.code)
            row.show_button(str(number), f"{_words(hit, view)} · {story.moment(view, hit.at, hit.by)}")

    def _show_rulings(self, rulings: tuple[Ruled, ...], view: View) -> None:
        for row, each in zip(self._rulings.show_rows(len(rulings)), rulings, strict=True):
            sign = Look(view.theme.ink, view.theme.ink, "diamond")
            row.show_line(
                sign, view.theme.surface, (story.ruling(view.tr, each), each.why), story.moment(view, each.at, each.by)
            )

    def _show_story(self, view: View) -> None:
        told = view.story
        for row, each in zip(self._lines.show_rows(len(told)), told, strict=True):
            what = story.sentence(view.tr, each)
            entry, undone = each.told.entry, each.told.undone
            more = view.tr.gettext(mark("taken back")) if undone else ""
            sign = Look(view.theme.muted, view.theme.muted, "minus" if undone else "circle")
            row.show_line(sign, view.theme.surface, (what, more), story.moment(view, entry.at, entry.operator))
            row.show_quiet(undone)


class _Large(Canvas):
    """A photo as large as it goes; a touch puts it away."""

    put_away = Signal()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.put_away.emit()


def _said(view: View) -> str:
    """Return the sentence under the field: what this page is for, or what came of the search."""
    tr, found = view.tr, view.found
    if not view.searched:
        return tr.gettext(
            mark("A parcel, return, order, plate, serial number, article, bin or badge: its whole story, with photos.")
        )
    code = short(view.searched, 40)
    if view.search_failed:
        return tr.gettext(mark("The past of this bench cannot be read now. Try again, or call IT."))
    if found is None:
        return tr.format(mark("Looking for {code} …"), code=code)
    if found.is_withheld:
        return tr.gettext(mark("This is another person's badge. Only a supervisor sees their hours."))
    if found.is_nothing:
        return _nothing(tr, found, code)
    several = tr.gettext(mark("Touch one, or type its number and press Enter.")) if len(found.hits) > 1 else ""
    more = tr.gettext(mark("Only the latest are listed.")) if found.has_more else ""
    central = _central(tr, found) if not found.hits else ()
    return " · ".join(part for part in (_count(tr, found, code), *central, more, several) if part)


def _nothing(tr: Translator, found: Found, code: str) -> str:
    kinds = ", ".join(tr.gettext(_READ_AS[each]) for each in found.read_as if each in _READ_AS)
    said = tr.format(
        mark(
            "This bench knows nothing of {code}. Looked through its parcels, orders, plates, items, serial numbers,"
            " bins, badges and articles, and what central told of."
        ),
        code=code,
    )
    read_as = tr.format(mark("It is in the form of: {kinds}."), kinds=kinds) if kinds else ""
    return f"{said} {read_as}".rstrip()


def _count(tr: Translator, found: Found, code: str) -> str:
    if found.story:
        return tr.plural("{count} entry about {code}", "{count} entries about {code}", len(found.story), code=code)
    return tr.format(mark("{code}: nothing of it has come here yet."), code=code) if not found.hits else code


def _central(tr: Translator, found: Found) -> list[str]:
    """Return what central says of the code: which orders it expects, and where."""
    said = [
        tr.format(
            mark("Central expects {rma} of {client}, order {order}. Units: {units}."),
            rma=order.rma,
            client=order.client,
            order=order.order,
            units=str(sum(line.quantity for line in order.lines)),
        )
        for order in found.expected[:3]
    ]
    said += [tr.format(mark("Site {site} expects it."), site=site) for site in found.sites]
    return [*said, tr.format(mark("Article: {title}."), title=found.goods)] if found.goods else said


def _words(hit: Hit, view: View) -> str:
    """Return what a hit is, and where it stands."""
    tr = view.tr
    if hit.kind == "hour":
        items = tr.plural("{count} item", "{count} items", hit.units)
        parcels = tr.plural("{count} parcel", "{count} parcels", hit.parcels)
        hour = tr.format(mark("The hour from {at}"), at=wording.brief_moment(tr, hit.at))
        return " · ".join((view.names.get(hit.by, hit.by), hour, parcels, items))
    if hit.kind == "parcel":
        state = mark("is finished") if hit.is_done else mark("is in work")
        return _joined(tr.format(mark("Parcel {code}"), code=hit.title), hit.client, tr.gettext(state))
    way = tr.gettext(ROUTE_WORDS[hit.way]) if hit.way in ROUTE_WORDS else ""
    if hit.kind == "bin":
        state = mark("closed") if hit.is_done else mark("open")
        units = tr.plural("{count} item", "{count} items", hit.units) if not view.is_blind else ""
        return _joined(tr.format(mark("Bin {bin}"), bin=hit.title), way, hit.client, units, tr.gettext(state))
    gone = mark("its bin has left") if hit.is_done else mark("in no bin yet")
    gone = mark("written off as lost") if hit.is_lost else gone
    return _joined(hit.title, hit.client, way, hit.bin or tr.gettext(gone))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
