"""What the comparisons of an item's photos hint at: a line each, with how sure it is and what to check."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from grading.hints import HINT_TEXTS
from resources.words import Translator, mark
from station.words import SHOT_WORDS
from ui import wording
from ui.parts.rows import Rows
from ui.parts.side_by_side import KEY, SideBySide
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S8
from ui.view import Compared, View


class Hints(QWidget):
    """The hints of the item in work; F9 shows the photos behind them side by side, one hint after the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = Rows(_HintLine, S8)
        self._key = Text("small", quiet=True)
        self._view: View | None = None
        self._shown = -1
        self._pair: SideBySide | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S8)
        column.addWidget(self._rows)
        column.addWidget(self._key)
        shortcut = QShortcut(QKeySequence(KEY), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self._show_next)

    def render(self, view: View) -> None:
        """Show the hints of a view; nothing where there are none."""
        if self._view is not None and view.compared != self._view.compared:
            self._close()
        self._view = view
        self.setVisible(bool(view.compared))
        for line, hint in zip(self._rows.show_rows(len(view.compared)), view.compared, strict=True):
            line.render(hint, view)
        beside = any(hint.beside for hint in view.compared)
        self._key.show_text(view.tr.format(mark("{key}: see the pictures side by side"), key=KEY) if beside else "")

    def _show_next(self) -> None:
        pairs = [hint for hint in self._view.compared if hint.beside] if self._view is not None else []
        self._shown += 1
        if self._view is None or self._shown >= len(pairs):
            self._close()
            return
        if self._pair is None:
            self._pair = SideBySide(self.window())
            self._pair.next_wanted.connect(self._show_next)
            self._pair.left.connect(self._close)
        self._pair.show_pair(pairs[self._shown], words(self._view.tr, pairs[self._shown]), self._view)

    def _close(self) -> None:
        self._shown = -1
        if self._pair is not None:
            self._pair.put_away()


class _HintLine(QWidget):
    """One hint: a symbol, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(18)
        self._words = Text("small")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S8)
        grid.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._words, 0, 1)
        grid.setColumnStretch(1, 1)

    def render(self, hint: Compared, view: View) -> None:
        look = view.theme.lamps["attention"]
        self._sign.show_symbol(look.symbol if hint.likely else "ring", look.fill if hint.likely else view.theme.muted)
        self._words.show_text(words(view.tr, hint))


def words(tr: Translator, hint: Compared) -> str:
    """Return how sure a hint is, which photo it is about, and what to check."""
    sure = tr.gettext(mark("Likely")) if hint.likely else tr.gettext(mark("Perhaps"))
    shot = wording.word(tr, SHOT_WORDS, hint.shot)
    what = tr.gettext(dict(HINT_TEXTS).get(hint.kind, hint.kind))
    return tr.format(mark("{sure} ({shot}): {what}"), sure=sure, shot=shot, what=what)
