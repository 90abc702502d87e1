"""Labels that show any text as it is: plain, wrapped, and unable to push their neighbours about."""

import re
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

Size = Literal["small", "body", "head", "prompt", "huge"]

_LONGEST = 400
_UNBROKEN = re.compile(r"\S{17,}")
_BREAK_EVERY = 8


def breakable(text: str) -> str:
    """Return the text cut to a length a screen can hold, with places to break in runs without a blank.

    A control character shows as the middle dot: a code may hold separators, and a line feed is no layout.
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 4 :]}"
    text = "".join("·" if ord(char) < 0x20 and char != "\n" else char for char in text)
    return _UNBROKEN.sub(_with_breaks, text)


def _with_breaks(match: re.Match[str]) -> str:
    run = match.group()
    return "\u200b".join(run[at : at + _BREAK_EVERY] for at in range(0, len(run), _BREAK_EVERY))


def short(code: str, keep: int = 20) -> str:
    """Return a long code with its middle left out, as it is written on a list: `1Z999A…6784`."""
    return code if len(code) <= keep else f"{code[:7]}…{code[-7:]}"


class Text(QLabel):
    """One text of one size. What it shows comes from `show_text` alone.

    One that does not wrap ends in an ellipsis where it has no room, so that nobody takes a part for the whole.
    """

    def __init__(
        self,
        size: Size = "body",
        *,
        quiet: bool = False,
        strong: bool = False,
        wrap: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", size)
        if quiet:
            self.setProperty("quiet", True)
        if strong:
            self.setProperty("strong", True)
        self.setWordWrap(wrap)
        self._shown: str | None = None
        policy = QSizePolicy.Policy.Preferred
        self.setSizePolicy(policy, QSizePolicy.Policy.Minimum if wrap else policy)
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)

    def show_text(self, text: str) -> None:
        """Show a text; an empty one takes no room."""
        if text != self._shown:
            self._shown = text
            self.setText(breakable(text))
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, cut by an ellipsis where a single line is too long for its place."""
        room = self.contentsRect()
        cut = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        if self.wordWrap() or cut == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        align = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        self.style().drawItemText(
            painter, room, int(align), self.palette(), self.isEnabled(), cut, self.foregroundRole()
        )
        painter.end()
