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
# What turns the direction of what follows; our own words would follow a name that holds one.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEFTWARD = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
# From the first letter written from right to left to the last, with the blanks, signs and digits between them.
_LEFTWARD_RUN = re.compile(f"[{_LEFTWARD}](?:[^a-zA-Z\u00c0-\u058f\n{_LEFTWARD}]*[{_LEFTWARD}])*")


def breakable(text: str) -> str:
    """Return the text cut to a length a screen can hold, with places to break in runs without a blank.

    A control character shows as the middle dot: a code may hold separators, and a line feed is no layout. What is
    written from right to left stands by itself, so that the signs and figures around it keep their places; signs that
    turn the direction of writing are left out.
    """
    text = _TURNS.sub("", text)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 4 :]}"
    text = "".join("·" if ord(char) < 0x20 and char != "\n" else char for char in text)
    text = _UNBROKEN.sub(_with_breaks, text)
    # A first strong isolate around each run; texts without one stay as they are.
    return text if text.isascii() else _LEFTWARD_RUN.sub("\u2068\\g<0>\u2069", text)


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
