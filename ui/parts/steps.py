"""The preparation of an item: every step with its time, the one that is due now, and a clock that runs beside it."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from resources.words import Translator, mark
from ui.parts.big import Big
from ui.parts.rows import Rows
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S8, S12
from ui.view import PrepLine, View

_SYMBOLS: Mapping[str, str] = {"done": "tick", "left-out": "minus", "next": "arrow"}


class Steps(QWidget):
    """The clock tells how long the step has been on the screen; it measures nobody and ends nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = Big()
        self._rows = Rows(_Row, S8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S12)
        column.addWidget(self._clock)
        column.addWidget(self._rows)
        column.addStretch(1)

    def render(self, view: View) -> None:
        """Show the steps of a view while one is due."""
        steps = view.preps if view.prompt.stage == "prep" else ()
        self.setVisible(bool(steps))
        due = next((each for each in steps if each.status == "next"), None)
        may = clock(due.seconds) if due is not None else ""
        words = view.tr.format(mark("{time} of {may}"), time=clock(view.asked_s), may=may)
        self._clock.show_words(words if due is not None else "")
        for row, step in zip(self._rows.show_rows(len(steps)), steps, strict=True):
            row.render(step, view)


class _Row(QWidget):
    """One step: its symbol, its words, the time it may take."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(20)
        self._words = Text("body")
        self._time = Text("small", quiet=True, wrap=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S12)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self._time)

    def render(self, step: PrepLine, view: View) -> None:
        colour = view.theme.focus if step.status == "next" else view.theme.muted
        self._sign.show_symbol(_SYMBOLS.get(step.status, "ring"), colour)
        self._words.show_text(_words(view.tr, step))
        self._time.show_text(clock(step.seconds))


def _words(tr: Translator, step: PrepLine) -> str:
    words = tr.gettext(step.text)
    return tr.format(mark("{shot} (left out)"), shot=words) if step.status == "left-out" else words


def clock(seconds: float) -> str:
    """Return a length of time as minutes and seconds."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes}:{rest:02d}"
