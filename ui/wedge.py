"""Takes scans of keyboard scanners out of the key stream before any widget sees a key of them."""

import sys
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow

from devices.readings import Scan, Unreadable
from devices.scanners import layouts
from devices.scanners.wedge import Decision, Fate, WedgeDecoder, WedgeSettings

# Windows gives PC scan codes, where 0x100 marks the second key of a kind; elsewhere Qt gives X11 key codes.
_EXTENDED: Mapping[int, int] = {0x11C: layouts.KEYPAD_ENTER, 0x11D: 97, 0x135: 98, 0x138: 100}
# The keys that Qt tells apart as modifiers of another key; AltGr has no flag of its own everywhere.
_FLAGS: Mapping[Qt.KeyboardModifier, AbstractSet[int]] = {
    Qt.KeyboardModifier.ShiftModifier: layouts.SHIFTS,
    Qt.KeyboardModifier.ControlModifier: layouts.CONTROLS,
    Qt.KeyboardModifier.AltModifier: {layouts.ALT},
    Qt.KeyboardModifier.MetaModifier: layouts.WINDOW_KEYS,
}
_MODIFIER_KEYS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta})
# Events wait in Qt's queue while a scan is being saved; the decision leaves them this much time to come through.
_SLACK_MS = 15
_PAST_S = 0.001
_REPEATS_AFTER_S = 0.15
_NO_KEY = -1  # outside every layout: a key no scanner sends


class WedgeFilter(QObject):
    """An event filter for the whole application. Install it on the QApplication; `post` gets each reading.

    It looks at events on their way to a window, so it does not matter which widget has the focus. Keys that turn
    out to be typing are sent on to their window in their order.
    """

    def __init__(self, post: Callable[[object], None], settings: WedgeSettings | None = None) -> None:
        super().__init__()
        self._post = post
        settings = settings or WedgeSettings()
        self._decoder = WedgeDecoder("keyboard-scanner", settings)
        self._codes = _codes_by_character(settings.layout)
        self._held: list[tuple[QWindow, QKeyEvent]] = []
        self._replaying = False
        self._ahead_s = 0.0
        self._longest_s = settings.unfinished_s
        self._touched_at = 0.0
        self._pressed_at: dict[int, float] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look_once_more)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Swallow, hold or let pass a key on its way to a window."""
        if self._replaying or not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            return self._keep_from_shortcuts(event)
        if not isinstance(watched, QWindow):
            return False
        pressed = event.type() == QEvent.Type.KeyPress
        if not pressed and event.type() != QEvent.Type.KeyRelease:
            return False
        self._touched_at = time.monotonic()
        at = self._moment(event)
        code = _code(event)
        repeat = self._is_repeat(event, code, at) if pressed else False
        if code is None:
            decision = self._without_code(event, pressed, at)
        elif pressed:
            if code not in layouts.MODIFIERS:
                self._decoder.lost_releases(_modifiers(event))
            decision = self._decoder.press(code, at, repeat)
        else:
            decision = self._decoder.release(code, at)
        return self._obey(decision, watched, event)

    def _keep_from_shortcuts(self, event: QKeyEvent) -> bool:
        """Qt asks before it looks for a shortcut, and so before the key itself: one inside a scan is none.

        The first key of a scan without a prefix cannot be told from a shortcut: no shortcut may be a bare character.
        """
        code = _code(event) or self._codes.get(event.text(), (None, None))[0]
        if code is None or not self._decoder.claims(code):
            return False
        event.accept()
        return True

    def _moment(self, event: QKeyEvent) -> float:
        """Return the event's own time: what waited in the queue was not typed as fast as it comes out of it."""
        if not event.timestamp():
            return time.monotonic() - self._ahead_s
        self._ahead_s = time.monotonic() - event.timestamp() / 1000
        return event.timestamp() / 1000

    def _is_repeat(self, event: QKeyEvent, code: int | None, at: float) -> bool:
        """Tell a key that is held down from a scanner that sends the same character twice.

        Qt on X11 calls it a repetition when a key is let go and pressed within one millisecond (qxcbkeyboard.cpp),
        which fast scanners do; no keyboard begins to repeat before a fifth of a second.
        """
        first_at = self._pressed_at.get(code or 0, at)
        if event.isAutoRepeat() and at - first_at >= _REPEATS_AFTER_S:
            return True
        self._pressed_at[code or 0] = at
        return False

    def _without_code(self, event: QKeyEvent, pressed: bool, at: float) -> Decision:
        """Where the platform tells no scan codes, the text of the key has to do, in the computer's layout."""
        code, modifier = self._codes.get(event.text(), (None, None))
        if code is None:
            if not pressed or event.key() in _MODIFIER_KEYS:
                return Decision(Fate.hold, Fate.type)
            return self._decoder.press(_NO_KEY, at)
        if not pressed:
            return self._decoder.release(code, at)
        if modifier is None:
            return self._decoder.press(code, at, event.isAutoRepeat())
        first = self._decoder.press(modifier, at)
        decision = self._decoder.press(code, at, event.isAutoRepeat())
        self._decoder.release(modifier, at)
        held = first.held if decision.held is Fate.hold else decision.held
        return Decision(held, decision.this, decision.reading or first.reading)

    def _obey(self, decision: Decision, window: QWindow, event: QKeyEvent) -> bool:
        self._settle(decision.held)
        if decision.this is Fate.hold:
            self._held.append((window, _copy(event)))
        self._report(decision)
        self._wait()
        return decision.this is not Fate.type

    def _wait(self) -> None:
        """Look again when what is held is due; never later than a burst may hang, whatever the events' clock says."""
        due_at = self._decoder.due_at
        if due_at is None:
            self._timer.stop()
            return
        wait_s = min(due_at - (time.monotonic() - self._ahead_s), self._longest_s)
        self._timer.start(max(0, round(wait_s * 1000)) + _SLACK_MS)

    def _look_once_more(self) -> None:
        """The time is up: let the keys through that are in the queue already, then decide.

        A timer without delay comes after everything that waits; a computer that was busy is not a slow scanner.
        """
        QTimer.singleShot(0, self._expire)

    def _expire(self) -> None:
        at, due_at = time.monotonic() - self._ahead_s, self._decoder.due_at
        if due_at is not None and time.monotonic() - self._touched_at > self._longest_s:
            at = max(at, due_at + _PAST_S)  # the events' clock and ours do not agree: no key is kept for that
        decision = self._decoder.expire(at)
        if decision is None:
            self._wait()
            return
        self._settle(decision.held)
        self._report(decision)

    def _settle(self, fate: Fate) -> None:
        """Drop or send on what was held."""
        if fate is Fate.hold:
            return
        held, self._held = self._held, []
        if fate is Fate.drop:
            return
        self._replaying = True
        try:
            for window, event in held:
                QCoreApplication.sendEvent(window, event)
        finally:
            self._replaying = False

    def _report(self, decision: Decision) -> None:
        reading = decision.reading
        if isinstance(reading, Scan | Unreadable):
            self._post(replace(reading, at=reading.at + self._ahead_s))


def _code(event: QKeyEvent) -> int | None:
    """Return the Linux key code of an event, or None where the platform does not tell."""
    scan_code = event.nativeScanCode()
    if scan_code <= 1:
        return None
    if sys.platform == "win32":
        return _EXTENDED.get(scan_code, scan_code)
    return scan_code - layouts.X11_OFFSET if sys.platform == "linux" else None


def _modifiers(event: QKeyEvent) -> frozenset[int]:
    """Return the modifiers that are down, as far as Qt knows them; AltGr is always among them."""
    flags = event.modifiers()
    return frozenset({layouts.ALT_GR}).union(*(keys for flag, keys in _FLAGS.items() if flags & flag))


def _codes_by_character(layout: layouts.Layout) -> dict[str, tuple[int | None, int | None]]:
    """Return for each character the key that makes it, and the modifier it wants."""
    codes: dict[str, tuple[int | None, int | None]] = {}
    for code, characters in layout.items():
        for character, modifier in zip(characters, (None, layouts.SHIFT, layouts.ALT_GR), strict=False):
            codes.setdefault(character, (code, modifier))
        separator = layouts.separator(layout, code)
        if separator is not None:
            codes.setdefault(separator, (code, layouts.CONTROL))
    codes.pop("", None)
    return codes | {"\r": (layouts.ENTER, None), "\n": (layouts.ENTER, None), "\t": (layouts.TAB, None)}


def _copy(event: QKeyEvent) -> QKeyEvent:
    """Copy an event that Qt deletes as soon as the filter returns."""
    return QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
