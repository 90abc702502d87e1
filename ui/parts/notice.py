"""The strip that says what the last scan did: symbol, words and colour; a refusal waits to be acknowledged."""

from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from resources.words import mark
from station.outcome import Notice, Tone
from station.stages import Stage
from ui.parts.polish import set_property
from ui.parts.sign import Sign
from ui.theme import MOTION_MS, RADIUS, S4, S16, TOUCH, Look
from ui.view import View
from ui.wording import say

_WORDS: Mapping[Tone, str] = {
    Tone.ACCEPTED: mark("Done"),
    Tone.ATTENTION: mark("Look"),
    Tone.REFUSED: mark("Refused"),
    Tone.FINISHED: mark("Finished"),
    Tone.STOPPED: mark("Stop"),
}


_WARNINGS = (Tone.ATTENTION, Tone.REFUSED, Tone.STOPPED)
# Pages that show what a scan does.
_WORKING = ("receive", "bins")


class NoticeStrip(QFrame):
    """Always in its place, empty when there is nothing to say, so that nothing under it moves."""

    acknowledged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self._notice: Notice | None = None
        self._coming = QVariantAnimation(self, duration=MOTION_MS, startValue=0.0, endValue=1.0)
        self._coming.valueChanged.connect(self.update)
        self._sign = Sign(28)
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._confirm = QPushButton()
        self._confirm.setObjectName("acknowledge")
        self._confirm.clicked.connect(self.acknowledged)
        row = QHBoxLayout(self)
        row.setContentsMargins(S16, S4, S4, S4)
        row.setSpacing(S16)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        row.addWidget(self._confirm)
        self.setMinimumHeight(TOUCH + 2 * S4)

    def render(self, view: View) -> None:
        """Show the notice of a view."""
        notice, tr = _shown(view), view.tr
        look = view.theme.tones[notice.tone] if notice is not None else None
        refused = notice is not None and notice.tone is Tone.REFUSED
        # A stop on the screen is acknowledged for itself: no Enter here must be taken for that.
        self._confirm.setVisible(refused and view.prompt.stage != Stage.INTERLOCK)
        # Beside the work the strip keeps its place, so that nothing moves; elsewhere it only comes with a notice.
        self.setVisible(notice is not None or view.page == "receive")
        self._confirm.setText(tr.gettext(mark("Understood (Enter)")))
        self._confirm.setAccessibleName(self._confirm.text())
        if notice is None or look is None:
            self._words.setText("")
            self._sign.show_symbol("", "")
        else:
            tone = tr.gettext(_WORDS[notice.tone])
            self._words.setText(f"{tone}: {say(tr, notice.text, notice.params)}")
            self._sign.show_symbol(look.symbol, look.ink, look.fill)
        if notice is not self._notice:
            self._notice = notice
            self._coming.stop()
            if not view.settings.reduced_motion:
                self._coming.start()
        if look != self._look:
            self._look = look
            set_property(self._words, "tone", notice.tone.value if notice is not None else "")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the strip with the colour of the tone."""
        if self._look is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(QColor(self._look.fill))
            painter.setPen(QColor(self._look.ink))
            box = self.rect().adjusted(0, 0, -1, -1)
            painter.drawRoundedRect(box, RADIUS, RADIUS)
            if self._coming.state() is QVariantAnimation.State.Running:
                self._sweep(painter, box, self._look, float(self._coming.currentValue()))
            painter.end()

    def _sweep(self, painter: QPainter, box: QRect, look: Look, part: float) -> None:
        """A line along the lower edge that grows: the same words again are news again."""
        width = round(box.width() * part)
        left = box.right() - width if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else box.left()
        painter.fillRect(left, box.bottom() - S4, width, S4, QColor(look.ink))


def _shown(view: View) -> Notice | None:
    """Return the notice to show: that a scan at the bench went well is no news on another page."""
    notice = view.notice
    if notice is None or view.page in _WORKING or notice.tone in _WARNINGS:
        return notice
    return None
