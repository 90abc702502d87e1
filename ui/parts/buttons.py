"""Buttons that show their key: the large tile of an answer, the small aside, the tab of a page, a setting's choice."""

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImageReader, QPixmap, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui.parts.polish import set_property
from ui.parts.text import Size, Text
from ui.theme import S4, S8, S12, S16, TOUCH

_BESIDE, _OVER = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.BottomToTop
_UNDER = QBoxLayout.Direction.TopToBottom
_PLACES_TO_BREAK = re.compile(r"[\s\u200b]+")


class KeyButton(QPushButton):
    """A button of wrapped words with its key in a cap; it grows with its words and never cuts them.

    The cap stands beside the words, or over them where the longest word has no room beside it.
    """

    def __init__(self, name: str, size: Size, margin: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._margin = margin
        self._cap = QLabel()
        self._cap.setObjectName("keycap")
        self._cap.setTextFormat(Qt.TextFormat.PlainText)
        self._words = Text(size)
        self._row = QHBoxLayout()
        self._row.setSpacing(S8 if name != "tile" else S16)
        self._row.addWidget(self._cap, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading)
        self._row.addWidget(self._words, 1)
        self._layout = QBoxLayout(_BESIDE, self)
        self._layout.setContentsMargins(margin, S4, margin, S4)
        self._layout.addLayout(self._row, 1)
        self._said: tuple[str, str] | None = None
        self._longest: tuple[str, QFont, int] = ("", QFont(), 0)
        self._picture, self._pictured, self._drawn = QLabel(), ("", 0, False), ("", 0)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.hide()
        self._layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignCenter)
        for child in (self._cap, self._words, self._picture):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumHeight(TOUCH)

    def show_button(self, key: str, words: str) -> None:
        """Show the key and the words; both are what a screen reader says."""
        if (key, words) == self._said:
            return
        self._said = (key, words)
        self._cap.setText(key)
        self._cap.setVisible(bool(key))
        self._words.show_text(words)
        self.setAccessibleName(f"{key} {words}".strip())
        self._stand()
        self.updateGeometry()

    def place_picture(self, path: str, height: int, over: bool = False) -> None:
        """Give room to a picture of this height beside the words, which say all that it shows, or over them.

        No path or height: none. It is drawn by `draw_picture`, once its place is settled.
        """
        wanted = (path, height, over) if path and height else ("", 0, False)
        if wanted == self._pictured:
            return
        self._pictured = wanted
        if path and height:
            whole = QImageReader(path).size()
            self._picture.setFixedSize(max(1, round(whole.width() * height / max(1, whole.height()))), height)
        self._layout.setDirection(_OVER if wanted[2] else _BESIDE)
        self._layout.setSpacing(S4 if wanted[2] else S16)
        self._picture.setVisible(bool(wanted[0]))
        self.updateGeometry()

    def draw_picture(self) -> None:
        """Draw the picture that has its place now."""
        path, height, _ = self._pictured
        if path and (path, height) != self._drawn:
            self._drawn = (path, height)
            smooth = Qt.TransformationMode.SmoothTransformation
            whole = QPixmap(path)
            self._picture.setPixmap(whole.scaled(self._picture.size(), Qt.AspectRatioMode.KeepAspectRatio, smooth))

    def forget_height(self) -> None:
        """Measure anew: a layout within another one learns only later what has changed in it."""
        self._row.invalidate()
        self._layout.invalidate()
        self.updateGeometry()

    def show_main(self, main: bool) -> None:
        """Show the button as the expected answer, or as any other."""
        for widget in (self, self._cap, self._words):
            set_property(widget, "main", main)

    def hasHeightForWidth(self) -> bool:
        """The words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the wrapped words need."""
        if self.is_under(width) == (self._row.direction() == _UNDER):
            return max(TOUCH, self._layout.totalHeightForWidth(width))
        # As it will stand once it is that wide.
        cap, gap, room = self._cap.sizeHint(), self._row.spacing(), width - 2 * self._margin
        if self.is_under(width):
            return max(TOUCH, 2 * S4 + cap.height() + gap + self._words.heightForWidth(room))
        return max(TOUCH, 2 * S4 + self._words.heightForWidth(room - cap.width() - gap))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the key where it has room."""
        super().resizeEvent(event)
        self._stand()

    def _stand(self) -> None:
        wanted = _UNDER if self.is_under(self.width()) else _BESIDE
        if self._row.direction() != wanted:
            self._row.setDirection(wanted)
            self.updateGeometry()

    def is_under(self, width: int) -> bool:
        """Whether in this width the words stand under their key; beside a picture there is room for both."""
        if not self._cap.text() or self._pictured[0]:
            return False
        beside = width - 2 * self._margin - self._cap.sizeHint().width() - self._row.spacing()
        return self._longest_word() > beside

    def _longest_word(self) -> int:
        """How wide the longest word is at its boldest; measured once for each text and font."""
        text, font = self._words.text(), self._words.font()
        if (text, font) != self._longest[:2]:
            bold = QFont(font)
            bold.setWeight(QFont.Weight.DemiBold)
            metrics = QFontMetrics(bold)
            widest = max(map(metrics.horizontalAdvance, _PLACES_TO_BREAK.split(text)), default=0)
            self._longest = (text, font, widest)
        return self._longest[2]

    def sizeHint(self) -> QSize:
        """Wide enough for the words in one line, up to a readable measure."""
        metrics = QFontMetrics(self._words.font())
        cap = self._cap.sizeHint().width() + self._row.spacing() if self._cap.text() else 0
        words = min(metrics.horizontalAdvance(self._words.text()) + S4, 24 * metrics.averageCharWidth())
        width = cap + words + 2 * self._margin
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Never narrower than the longest word, never lower than a finger."""
        width = self._layout.totalMinimumSize().width()
        if self._cap.text() and not self._pictured[0]:
            width = min(width, max(self._longest_word(), self._cap.sizeHint().width()) + 2 * self._margin)
        return QSize(width, TOUCH)


def tile(parent: QWidget | None = None) -> KeyButton:
    """Return the large button of an answer."""
    return KeyButton("tile", "body", S16, parent)


def aside(parent: QWidget | None = None) -> KeyButton:
    """Return the small button of what may be done besides."""
    return KeyButton("aside", "small", S8, parent)


def choice(parent: QWidget | None = None) -> KeyButton:
    """Return the button of a setting; the one that holds is checked."""
    button = KeyButton("choice", "body", S12, parent)
    button.setCheckable(True)
    return button


def tab(parent: QWidget | None = None) -> KeyButton:
    """Return the button of a page."""
    button = KeyButton("tab", "small", S12, parent)
    button.setCheckable(True)
    return button
