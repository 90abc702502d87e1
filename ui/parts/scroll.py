"""A place that scrolls when its content is higher than the screen, by touch, wheel and key."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractSlider, QFrame, QScrollArea, QScroller, QVBoxLayout, QWidget

from ui.theme import S12


class Scroll(QScrollArea):
    """A column that scrolls; its rows go into `column`."""

    def __init__(self, spacing: int = S12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        content = _Content()
        content.setObjectName("content")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(spacing)
        self.setWidget(content)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)

    def shows_all(self) -> bool:
        """Whether all that is in it is seen without scrolling, once the column around it is settled."""
        room = self.contentsRect()
        return self.column.totalHeightForWidth(room.width()) <= room.height()

    def sizeHint(self) -> QSize:
        """A little, whatever it holds: it takes what is left."""
        return self.minimumSizeHint()

    def turn(self, action: QAbstractSlider.SliderAction) -> bool:
        """Move as the key of a page does that nobody had to focus; tells whether there is anything to move."""
        bar = self.verticalScrollBar()
        bar.triggerAction(action)
        return self.isVisible() and bar.maximum() > 0


class _Content(QWidget):
    """As high as its words are at the width they get."""

    def minimumSizeHint(self) -> QSize:
        """None: wrapped words want to be higher than they come to be, and would scroll where nothing is hidden."""
        return QSize(0, 0)
