"""The sheet a column or a section lies on."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QBoxLayout, QFrame, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import S12, S16


class Card(QFrame):
    """A surface with an outline; what is put on it stands under each other in `column`."""

    def __init__(self, margin: int = S16, spacing: int = S12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(margin, margin, margin, margin)
        self.column.setSpacing(spacing)


class Column(Card):
    """A card as high as its page and as wide as its share of it: nothing a scan brings moves the question sideways.

    The page asks it for no room, so that new words on it are measured once, and not again for each layer around it.
    """

    def __init__(self, margin: int = S16, spacing: int = S12, parent: QWidget | None = None) -> None:
        super().__init__(margin, spacing, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    @contextmanager
    def filling(self, *inner: QBoxLayout) -> Iterator[None]:
        """Lay nothing out while it is filled: each part that is shown would have all that is around it laid out anew.

        `inner` are the layouts of what scrolls in it. What was asked of them meanwhile is done afterwards.
        """
        layouts = (self.column, *inner)
        for each in layouts:
            each.setEnabled(False)
        try:
            yield
        finally:
            for each in layouts:
                each.setEnabled(True)

    def settle(self) -> None:
        """Lay out at once what was just changed in it: a layout within another one learns of it only later."""
        for each in self.findChildren(QWidget):
            if (layout := each.layout()) is not None:
                layout.invalidate()
                each.updateGeometry()
        self.column.invalidate()
        self.column.activate()

    def hasHeightForWidth(self) -> bool:
        """The page gives it all the height that there is."""
        return False

    def sizeHint(self) -> QSize:
        """None: its share of the page is the page's matter."""
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        """None."""
        return QSize(0, 0)


def rule() -> QFrame:
    """Return a thin line between two sections."""
    line = QFrame()
    line.setObjectName("rule")
    return line
