"""What the item is worth on each route, as a small table with bars; the chosen one and the next best are named."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from resources.words import mark
from station.records import Disposition
from station.state import Item
from station.words import ROUTE_WORDS
from ui import wording
from ui.parts.rows import Rows
from ui.parts.sign import Sign
from ui.parts.text import Text
from ui.theme import S4, S8, S12, Look, Theme
from ui.view import View


class Worths(QWidget):
    """Bars are drawn from nothing to the best value; what a route would cost has an empty bar and its minus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Text("small", quiet=True)
        self._rows = Rows(_Row, S8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S4)
        column.addWidget(self._title)
        column.addWidget(self._rows)

    def render(self, view: View, item: Item | None) -> None:
        """Show the values the route was chosen by; nothing where there are none."""
        routed = item.routed if item is not None else None
        values = routed.values if routed is not None else ()
        self.setVisible(bool(values))
        if item is None or routed is None:
            return
        self._title.show_text(view.tr.gettext(mark("Worth by route")))
        best = max((minor for _, minor in values), default=0)
        for row, (route, minor) in zip(self._rows.show_rows(len(values)), values, strict=True):
            note = mark("chosen") if route == item.disposition else ""
            if route == routed.runner_up and not note:
                note = mark("next best")
            money = wording.money(minor, item.identified.currency)
            row.render(route, (money, minor / best if best > 0 else 0.0), note, view)


class _Row(QWidget):
    """One route: symbol, word, what it is, bar, amount."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign(20)
        self._word = Text("small", strong=True)
        self._note = Text("small", quiet=True)
        self._bar = Bar()
        self._amount = Text("small", wrap=False)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(S8)
        grid.setVerticalSpacing(S4)
        grid.addWidget(self._sign, 0, 0)
        grid.addWidget(self._word, 0, 1)
        grid.addWidget(self._note, 0, 2)
        grid.addWidget(self._amount, 0, 3, Qt.AlignmentFlag.AlignTrailing)
        grid.addWidget(self._bar, 1, 1, 1, 3)
        grid.setColumnStretch(2, 1)

    def render(self, route: str, worth: tuple[str, float], note: str, view: View) -> None:
        dispositions: dict[Disposition, Look] = view.theme.dispositions
        look = next(look for name, look in dispositions.items() if name == route)
        self._sign.show_look(look)
        self._word.show_text(wording.word(view.tr, ROUTE_WORDS, route))
        self._note.show_text(view.tr.gettext(note) if note else "")
        self._amount.show_text(worth[0])
        self._bar.show_share(worth[1], look.fill, view.theme)
        self.setAccessibleName(" ".join((self._word.text(), self._note.text(), worth[0])))


class Bar(QWidget):
    """A bar from nothing to all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[float, str, Theme | None] = (0.0, "", None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A low line."""
        return QSize(80, S12)

    def show_share(self, share: float, colour: str, theme: Theme) -> None:
        """Fill this share of the bar, 0 to 1; less fills nothing."""
        shown = (min(max(share, 0.0), 1.0), colour, theme)
        if shown != self._shown:
            self._shown = shown
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar from where reading begins."""
        share, colour, theme = self._shown
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(theme.edge), 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(box, 3, 3)
        wide = box.width() * share
        left = box.right() - wide if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else box.left()
        painter.setBrush(QColor(colour))
        if wide >= 1:
            painter.drawRoundedRect(QRectF(left, box.top(), wide, box.height()), 3, 3)
        painter.end()
