"""A photo over the middle column: looked into, and marked where a defect is; keys and touches do the same."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from resources.words import mark
from station.inputs import Command, DefectDrawn, Do
from station.lengths import length_um
from station.words import SHOT_WORDS
from ui import wording
from ui.parts.buttons import KeyButton, aside
from ui.parts.canvas import STEP, Canvas
from ui.parts.card import Column
from ui.parts.defect_list import defect_words
from ui.parts.text import Text
from ui.theme import S8, S12
from ui.view import Looked, Shown, View

_COLUMNS = 3
_NUDGE, _FINE = 20, 2
_WAYS: Mapping[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SEVERITIES = (mark("Hardly seen"), mark("Seen when looked for"), mark("Seen at once"), mark("Spoils the item"))

Action = tuple[str, str, Callable[[], None]]


class PhotoPanel(Column):
    """`wanted` carries the SHA-256 of another photo ("": none any more), `marked` a `DefectDrawn`, `undone` nothing."""

    wanted = Signal(str)
    marked = Signal(object)
    undone = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(S12, S8, parent)
        self._view: View | None = None
        self._marking = False
        self._kind, self._zone = "", ""
        self._title, self._hint = Text("body", strong=True), Text("small", quiet=True)
        self._canvas = Canvas()
        self._buttons: list[KeyButton] = []
        self._actions: list[Action] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(S8)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        self.column.addWidget(self._title)
        self.column.addWidget(self._canvas, 1)
        self.column.addWidget(self._hint)
        self.column.addLayout(self._grid)
        self._canvas.drawn.connect(self._show_actions)
        self.hide()

    def render(self, view: View) -> None:
        """Show the photo that a view looks into; hidden when there is none."""
        looked = view.looked
        if looked is None or self._view is None or self._view.looked is None:
            self._marking, self._kind, self._zone = False, "", ""
            self._canvas.set_marking(False)
        self._view = view
        self.setVisible(looked is not None)
        if looked is None:
            self._canvas.show_photo(QImage(), (), view.theme)
            return
        shown = self._shown(view, looked)
        image = looked.image if looked.image is not None else QImage()
        self._canvas.show_photo(image, shown.marks, view.theme)
        place = self._photos(view).index(shown) + 1
        name = wording.word(view.tr, SHOT_WORDS, shown.shot)
        title = view.tr.format(
            mark("Photo {place} of {count}: {shot}"), shot=name, place=place, count=len(self._photos(view))
        )
        self._title.show_text(title)
        self._canvas.setAccessibleName(title)
        self._show_actions()

    def press(self, event: QKeyEvent) -> bool:
        """Take a key; all of them belong to the photo while it is shown, but for those of the pages."""
        if self._view is None or self._view.looked is None or Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35:
            return False
        key, text = Qt.Key(event.key()), event.text().upper()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _WAYS:
            self._move(*_WAYS[key], shifted)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._marking:
                self._canvas.set_point()
                self._show_actions()
        else:
            name = {Qt.Key.Key_Escape: "Esc", Qt.Key.Key_Equal: "+"}.get(key, text)
            self._do(name)
        return True

    def _move(self, right: int, down: int, shifted: bool) -> None:
        if self._marking:
            self._canvas.move_cross(right, down, _FINE if shifted else _NUDGE)
        elif shifted or down:
            self._canvas.pan(right, down)
        else:
            self._turn(right)

    def _do(self, name: str) -> None:
        action = next((each for each in self._actions if each[0] == name), None)
        if action is not None:
            action[2]()
        elif name == "P":
            self.wanted.emit("")
        elif name.isdecimal() and self._view is not None and not self._marking:
            photos = self._photos(self._view)
            if 1 <= int(name) <= len(photos):
                self.wanted.emit(photos[int(name) - 1].sha256)

    def _show_actions(self) -> None:
        """Offer what can be done now: each has a key and a button."""
        view = self._view
        if view is None or view.looked is None:
            return
        self._actions = self._at_marking(view, view.looked) if self._marking else self._at_looking(view)
        while len(self._buttons) < len(self._actions):
            self._add()
        for place, button in enumerate(self._buttons):
            button.setVisible(place < len(self._actions))
            if place < len(self._actions):
                button.show_button(*self._actions[place][:2])
        self._hint.show_text(self._hint_words(view, view.looked))

    def _add(self) -> None:
        button, place = aside(self), len(self._buttons)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._run(place))
        self._grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
        self._buttons.append(button)

    def _run(self, place: int) -> None:
        self._actions[place][2]()

    def _at_looking(self, view: View) -> list[Action]:
        tr = view.tr
        turns: list[Action] = []
        if len(self._photos(view)) > 1:
            turns = [
                ("←", tr.gettext(mark("Photo before")), lambda: self._turn(-1)),
                ("→", tr.gettext(mark("Next photo")), lambda: self._turn(1)),
            ]
        return [
            *turns,
            ("M", tr.gettext(mark("Mark a defect")), lambda: self._mark(True)),
            ("+", tr.gettext(mark("Larger")), lambda: self._canvas.enlarge(STEP)),
            ("-", tr.gettext(mark("Smaller")), lambda: self._canvas.enlarge(1 / STEP)),
            ("0", tr.gettext(mark("Whole photo")), self._canvas.show_whole),
            *self._undo(view),
            ("Esc", tr.gettext(mark("Back")), lambda: self.wanted.emit("")),
        ]

    def _at_marking(self, view: View, looked: Looked) -> list[Action]:
        tr = view.tr
        ends: list[Action] = []
        if self._canvas.stroke is not None:
            ends = [
                (str(severity), tr.gettext(words), lambda severity=severity: self._keep(severity))
                for severity, words in enumerate(_SEVERITIES, start=1)
            ]
        kind, zone = self._what(looked)
        what = defect_words(tr, zone, kind)
        return [
            *ends,
            ("K", tr.format(mark("Another kind ({what})"), what=what), lambda: self._other("kind")),
            ("Z", tr.gettext(mark("Another place")), lambda: self._other("zone")),
            *([] if ends else self._undo(view)),
            ("Esc", tr.gettext(mark("Back")), self._leave),
        ]

    def _undo(self, view: View) -> list[Action]:
        button = next((each for each in view.prompt.buttons if each.command == Command(Do.UNDO)), None)
        if button is None:
            return []
        return [(button.key, wording.say(view.tr, button.text, button.params), self.undone.emit)]

    def _hint_words(self, view: View, looked: Looked) -> str:
        tr = view.tr
        if looked.image is not None and looked.image.isNull():
            return tr.gettext(mark("This photo cannot be read."))
        if looked.image is None:
            return tr.gettext(mark("Reading the photo …"))
        if not self._marking:
            return self._marks_words(view, looked)
        if self._canvas.stroke is None:
            return tr.gettext(mark("Tap a point, or draw along it. By key: arrows, then Enter at both ends."))
        length = self._length(view, looked)
        asked = tr.gettext(mark("How bad is it?"))
        return f"{length} · {asked}" if length else asked

    def _marks_words(self, view: View, looked: Looked) -> str:
        """Say what is marked on the photo: number, place and kind, length."""
        said = []
        for each in self._shown(view, looked).marks:
            length = _millimetres(view, each.length_um)
            words = " · ".join(part for part in (defect_words(view.tr, each.zone, each.kind), length) if part)
            said.append(f"{each.mark}  {words}")
        return "\n".join(said[-3:])

    def _length(self, view: View, looked: Looked) -> str:
        taken, stroke = self._shown(view, looked).taken, self._canvas.stroke
        if taken is None or stroke is None or stroke[0] == stroke[1]:
            return ""
        return _millimetres(view, length_um(taken, *stroke[0], *stroke[1]) or 0)

    def _what(self, looked: Looked) -> tuple[str, str]:
        return self._kind or looked.kind, self._zone or looked.zone

    def _other(self, which: str) -> None:
        if self._view is None or self._view.looked is None:
            return
        looked = self._view.looked
        kind, zone = self._what(looked)
        if which == "kind":
            self._kind = _after(looked.kinds, kind)
        else:
            self._zone = _after(looked.zones, zone)
        self._show_actions()

    def _mark(self, wanted: bool) -> None:
        self._marking = wanted
        self._canvas.set_marking(wanted)
        self._show_actions()

    def _leave(self) -> None:
        """Go back one thing: what was drawn, then the marking."""
        if self._canvas.stroke is not None or self._canvas.is_begun:
            self._canvas.forget_stroke()
            self._show_actions()
        else:
            self._mark(False)

    def _keep(self, severity: int) -> None:
        stroke = self._canvas.stroke
        if stroke is None or self._view is None or self._view.looked is None:
            return
        looked = self._view.looked
        kind, zone = self._what(looked)
        self._canvas.forget_stroke()
        self.marked.emit(DefectDrawn(looked.sha256, *stroke, zone, kind, severity))

    def _turn(self, by: int) -> None:
        if self._view is None or self._view.looked is None:
            return
        photos = self._photos(self._view)
        at = [each.sha256 for each in photos].index(self._view.looked.sha256)
        if len(photos) > 1:
            self.wanted.emit(photos[(at + by) % len(photos)].sha256)

    @staticmethod
    def _photos(view: View) -> list[Shown]:
        return [each for each in view.shots if each.sha256]

    def _shown(self, view: View, looked: Looked) -> Shown:
        return next(each for each in view.shots if each.sha256 == looked.sha256)


def _after(codes: tuple[str, ...], code: str) -> str:
    """Return the code that follows in a ring."""
    return codes[(codes.index(code) + 1) % len(codes)] if code in codes else codes[0]


def _millimetres(view: View, um: int) -> str:
    return view.tr.format(mark("{figure} mm"), figure=view.tr.figure(f"{um / 1000:.1f}")) if um else ""
