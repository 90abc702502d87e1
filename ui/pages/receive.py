"""The bench page: the parcel, the one question of the moment, and the evidence, side by side."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.inputs import Command, Do
from ui.panels.enlarged import KEY as ENLARGE_KEY
from ui.panels.enlarged import EnlargedPanel, has_pictures
from ui.panels.evidence import EvidencePanel
from ui.panels.now import NowPanel
from ui.panels.parcel import ParcelPanel
from ui.panels.photo import PhotoPanel
from ui.parts.photos import KEY as PHOTO_KEY
from ui.theme import S12, S16
from ui.view import View

# How the columns share the page: the parcel, the question or the photo in its place, and the evidence.
_SHARES = (29, 44, 44, 27)
_NARROW_SHARES = (23, 53, 53, 24)
_WIDE = 1_200
# There is no parcel then, and what belongs to the question are long lines, of which each needs its client and figure.
_ALONE_STAGES = ("review",)


class ReceivePage(QWidget):
    """Signals carry what the person did: a button pressed, a code typed, a photo opened ("": put away) or marked, the
    reference pictures wanted large (True) or as they were.
    """

    pressed = Signal(object)
    submitted = Signal(str)
    photo_wanted = Signal(str)
    marked = Signal(object)
    enlarge_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._parcel, self.now, self._evidence = ParcelPanel(), NowPanel(), EvidencePanel()
        self._photo, self._enlarged = PhotoPanel(), EnlargedPanel()
        self._view: View | None = None
        self._shares: tuple[int, ...] = ()
        self._alone = False
        self._columns = columns = QHBoxLayout()
        columns.setSpacing(S12)
        for panel in (self._parcel, self.now, self._photo, self._evidence):
            columns.addWidget(panel)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(S16, S12, S16, S12)
        column.setSpacing(S12)
        column.addLayout(columns, 1)
        column.addWidget(self._enlarged, 1)
        self.now.pressed.connect(self.pressed)
        self.now.submitted.connect(self.submitted)
        self._photo.wanted.connect(self.photo_wanted)
        self._photo.marked.connect(self.marked)
        self._photo.undone.connect(self._undo)
        self._evidence.photo_wanted.connect(self.photo_wanted)
        self._enlarged.pressed.connect(self.pressed)
        self._enlarged.closed.connect(lambda: self.enlarge_wanted.emit(False))
        self.now.enlarge_wanted.connect(lambda: self.enlarge_wanted.emit(True))

    def render(self, view: View) -> None:
        """Show the bench of a view."""
        self._view = view
        alone = view.enlarged or view.prompt.stage in _ALONE_STAGES
        for panel in (self._parcel, self._evidence):
            panel.setVisible(not alone)
        # A narrow window takes from what is only looked at, so that answers keep their words.
        shares = _SHARES if self.width() >= _WIDE else _NARROW_SHARES
        settles = shares != self._shares or alone != self._alone
        self._shares, self._alone = shares, alone
        for place, share in enumerate(shares):
            self._columns.setStretch(place, share)
        # Columns that are hidden would still have their share of the page.
        self._column.setStretchFactor(self._columns, 0 if view.enlarged else 1)
        # A photo that is looked into stands in the place of the question, which waits.
        comes_back = self.now.isHidden() and view.looked is None and not view.enlarged
        self.now.setVisible(view.looked is None and not view.enlarged)
        if comes_back or settles:
            # The window may have another size by now, and the question chooses its pictures by the room it has.
            self._photo.setVisible(view.looked is not None)
            self._enlarged.setVisible(view.enlarged)
            self._column.activate()
        self._parcel.render(view)
        self.now.render(view)
        self._photo.render(view)
        self._evidence.render(view)
        self._enlarged.render(view, self.width() - 2 * S16, self.height() - 2 * S12)

    def press(self, event: QKeyEvent) -> bool:
        """Take a key of the photo that is looked into, or the one that opens the newest; tells whether it was one."""
        if self._photo.press(event) or self._enlarge(event):
            return True
        shots = self._view.shots if self._view is not None else ()
        photos = [each.sha256 for each in shots if each.sha256]
        if event.text().upper() != PHOTO_KEY or not photos or self.now.typed or self.now.has_focus:
            return False
        self.photo_wanted.emit(photos[-1])
        return True

    def _enlarge(self, event: QKeyEvent) -> bool:
        """Take the key of the large pictures, and Esc while they are there."""
        view = self._view
        if view is None or not has_pictures(view.prompt) or self.now.typed or self.now.has_focus:
            return False
        leaves = view.enlarged and event.key() == Qt.Key.Key_Escape
        if event.text().upper() != ENLARGE_KEY and not leaves:
            return False
        self.enlarge_wanted.emit(not view.enlarged)
        return True

    def _undo(self) -> None:
        undo = Command(Do.UNDO)
        buttons = self._view.prompt.buttons if self._view is not None else ()
        self.pressed.emit(next(each for each in buttons if each.command == undo))
