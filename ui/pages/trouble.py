"""The page for what must never happen and yet may: it says that the parcel is safe, and what to do."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from resources.words import Translator, mark
from ui.parts.buttons import tile
from ui.parts.polish import set_property
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S24, S32, S48, Theme
from ui.view import View

CANNOT_SAVE: Mapping[str, str] = {
    "disk_full": mark("The disk is full. Delete what is not needed, or call IT. Then try again."),
    "disk_error": mark("The disk does not take data. Call IT at once. Do not switch the computer off."),
    "read_only": mark("The folder of the station cannot be written. Call IT."),
    "busy": mark("Another program holds the station's data. Close it, then try again."),
}


ENTER, ESCAPE = "Enter", "Esc"
_KEYS: Mapping[int, str] = {Qt.Key.Key_Return: ENTER, Qt.Key.Key_Enter: ENTER, Qt.Key.Key_Escape: ESCAPE}


class TroublePage(QWidget):
    """A large sentence, what to do, and a button with its key; the barcode `RS:confirm` is for the session to take."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._sign = Sign(72)
        self._title, self._what, self._detail = Text("prompt"), Text("body"), Text("small", quiet=True)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._key, self._button = "", tile()
        self._button.setMinimumWidth(240)
        self._button.show_main(True)
        self._button.clicked.connect(self.chosen)
        row = QHBoxLayout()
        row.addWidget(self._button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(S48, S48, S48, S48)
        column.setSpacing(S24)
        column.addStretch(1)
        for widget in (self._sign, self._title, self._what, self._detail):
            column.addWidget(widget)
        column.addSpacing(S32 - S24)
        column.addLayout(row)
        column.addStretch(2)

    def render(self, view: View) -> None:
        """Show what went wrong in a view."""
        tr = view.tr
        if view.cannot_save:
            again = (ENTER, tr.gettext(mark("Try again")))
            self.show_trouble(view.theme, cannot_save_words(tr, view.cannot_save), again)
        else:
            self.show_trouble(view.theme, failed_words(tr, view.failed), (ENTER, tr.gettext(mark("Go on"))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button by its key.

        No shortcut of Qt's: those take the Enter at the end of a scan before anyone sees that it is one.
        """
        if _KEYS.get(event.key()) == self._key:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def show_trouble(self, theme: Theme, words: tuple[str, str, str], button: tuple[str, str]) -> None:
        """Show a title, what to do, a detail for IT, and a button (key and words); all of it translated already."""
        look = theme.lamps["down"]
        self._sign.show_symbol(look.symbol, look.fill, theme.ground)
        for label, text in zip((self._title, self._what, self._detail), words, strict=True):
            label.show_text(text)
        self._key = button[0]
        self._button.show_button(*button)
        set_property(self._title, "lamp", "down")


def cannot_save_words(tr: Translator, code: str) -> tuple[str, str, str]:
    """Return the words for a bench that cannot save."""
    cure = CANNOT_SAVE.get(code, mark("Nothing that is scanned now is kept. Call IT, then try again."))
    title = tr.gettext(mark("Nothing can be saved"))
    safe = tr.gettext(mark("All that was shown before is safe. Nothing new is accepted until this is mended."))
    return title, f"{tr.gettext(cure)} {safe}", code


def failed_words(tr: Translator, detail: str) -> tuple[str, str, str]:
    """Return the words for a fault of the program itself."""
    return (
        tr.gettext(mark("Something went wrong; the parcel is safe")),
        tr.gettext(mark("Every step that was shown is saved. Go on; if this comes again, call IT and show them this.")),
        detail,
    )


def cannot_open_words(tr: Translator, code: str, detail: str) -> tuple[str, str, str]:
    """Return the words for a journal that cannot be opened."""
    known: dict[str, tuple[str, str]] = {
        "busy": (
            mark("Returns Station is open already"),
            mark("Its other window works on this computer. Use that one; this one can be closed."),
        ),
        "in_use": (
            mark("Another program holds the station's records"),
            mark("Nothing was changed. Close that program, then start again."),
        ),
        "damaged": (
            mark("The station's records are damaged"),
            mark("Nothing is started, so that nothing gets worse. The facts that were not sent yet can be saved."),
        ),
    }
    other = (mark("The station's records cannot be opened"), mark("Nothing was changed. Call IT."))
    title, what = known.get(code, other)
    return tr.gettext(title), tr.gettext(what), detail
