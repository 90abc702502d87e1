"""The page for what must never happen and yet may: it says that the parcel is safe, and what to do."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from resources.words import Translator, mark
from ui.parts.polish import set_property
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S24, S32, S48, TOUCH, Theme
from ui.view import View

CANNOT_SAVE: Mapping[str, str] = {
    "disk_full": mark("The disk is full. Delete what is not needed, or call IT. Then try again."),
    "disk_error": mark("The disk does not take data. Call IT at once. Do not switch the computer off."),
    "read_only": mark("The folder of the station cannot be written. Call IT."),
    "busy": mark("Another program holds the station's data. Close it, then try again."),
}


class TroublePage(QWidget):
    """A large sentence, what to do, and a button."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._sign = Sign(72)
        self._title, self._what, self._detail = Text("prompt"), Text("body"), Text("small", quiet=True)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton()
        self._button.setMinimumSize(240, TOUCH)
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
            self.show_trouble(view.theme, cannot_save_words(tr, view.cannot_save), tr.gettext(mark("Try again")))
        else:
            self.show_trouble(view.theme, failed_words(tr, view.failed), tr.gettext(mark("Go on")))

    def show_trouble(self, theme: Theme, words: tuple[str, str, str], button: str) -> None:
        """Show a title, what to do, a detail for IT, and a button; all of it translated already."""
        look = theme.lamps["down"]
        self._sign.show_symbol(look.symbol, look.fill, theme.ground)
        for label, text in zip((self._title, self._what, self._detail), words, strict=True):
            label.show_text(text)
        self._button.setVisible(bool(button))
        self._button.setText(button)
        self._button.setAccessibleName(button)
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
