"""The look of a stop that must be acknowledged: broad stripes, a raised hand and big words, never colour alone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from station.prompts.question import Prompt
from ui.drawings import paint
from ui.parts.lettering import write
from ui.parts.poster import Poster, leading, without
from ui.signs import fill_pattern
from ui.theme import ASK, BODY, HEAD, PROMPT, S8, S16, S24, S48, SMALL, Look, Theme
from ui.view import View
from ui.wording import say

STAGE = "interlock"
_STRIPE = 14
# The picture of the hand is as tall.
_TALL = 180
_SIZES = (PROMPT, ASK, HEAD, 24, BODY, SMALL)


def is_stop(prompt: Prompt) -> bool:
    """Tell whether a prompt stops for a danger or a doubt; one that only wants the item weighed alarms nobody."""
    return prompt.stage == STAGE and prompt.picture != "scale"


class InterlockCard(Poster):
    """Fills its place with the colours of "hold": striped above and below, the hand, and what is the matter."""

    def __init__(self) -> None:
        super().__init__(QSize(280, 150), 4)
        self._theme: Theme | None = None
        self._words = ""

    def render(self, view: View) -> None:
        """Show the stop of a view's prompt; nothing at any other stage."""
        prompt = view.prompt
        self.setVisible(is_stop(prompt))
        words = say(view.tr, prompt.title, prompt.params) if is_stop(prompt) else ""
        self.setAccessibleName(words)
        if (view.theme, words) != (self._theme, self._words):
            self._theme, self._words, self._look = view.theme, words, view.theme.dispositions["hold"]
            self.update()

    def draw(self, painter: QPainter, box: QRectF, look: Look) -> None:
        """Draw the stripes, the hand and the words."""
        if self._theme is None:
            return
        tall = min(S48, box.height() / 6)
        for top in (box.top(), box.bottom() - tall):
            fill_pattern(painter, QRectF(box.left(), top, box.width(), tall), look, _STRIPE)
        inner = box.adjusted(S24, tall + S8, -S24, -tall - S8)
        side = min(inner.height(), inner.width() * 0.3)
        paint(painter, "stop", self._theme, leading(inner, side, self.rtl).center(), side / _TALL)
        words = without(inner, side, self.rtl, S16)
        write(painter, self.font(), words, self._words, sizes=_SIZES, upright=Qt.AlignmentFlag.AlignVCenter, lines=True)
