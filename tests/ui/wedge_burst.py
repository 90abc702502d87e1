"""A dialog that a keyboard scanner must not touch, and what a run of numbered codes did to it.

As a program: `wedge_burst.py DISPLAY SCANNER COUNT`, SCANNER being the layout the scanner is set to. The dialog
has a default button, which Enter presses, and a line edit that has the focus and loses it every few
milliseconds, so in the middle of each code.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QVBoxLayout

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from devices.readings import Scan  # noqa: E402 (as a program it finds the project first)
from devices.scanners import layouts  # noqa: E402
from devices.scanners.wedge import WedgeSettings  # noqa: E402
from tests.ui.scanner_keys import numbered  # noqa: E402
from ui.wedge import WedgeFilter  # noqa: E402

PLAYER = Path(__file__).with_name("scanner_keys.py")
_FOCUS_EVERY_MS = 13
# The player ends when the server has typed it all; the window may still have to read it.
_STILL_S = 20.0


@dataclass(frozen=True)
class Outcome:
    """What came of a run: codes that never came, readings that are no code of it, and keys a widget saw."""

    lost: int
    wrong: int
    leaked: int
    took_s: float


class Touched(QDialog):
    """The dialog; `leaked` counts every press a widget of it saw, every shortcut and every click."""

    def __init__(self) -> None:
        super().__init__()
        self.leaked = 0
        self.field, self.button = QLineEdit(), QPushButton("danger")
        self.button.setDefault(True)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.button)
        QShortcut(QKeySequence("Q"), self).activated.connect(self._leak)
        self.button.clicked.connect(self._leak)
        self.field.textChanged.connect(self._leak)
        for widget in (self, self.field, self.button):
            widget.installEventFilter(self)
        self._mover = QTimer(self)
        self._mover.timeout.connect(self._move)
        self._mover.start(_FOCUS_EVERY_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.text():
            self._leak()
        return False

    def _leak(self) -> None:
        self.leaked += 1

    def _move(self) -> None:
        (self.button if self.field.hasFocus() else self.field).setFocus()


def bursts(app: QApplication, display: str, scanner: str, count: int) -> Outcome:
    """Scan numbered codes with a scanner of a layout into a dialog of its own; the display's layout stays."""
    readings: list[object] = []
    dialog = Touched()
    wedge = WedgeFilter(readings.append, WedgeSettings(layout=layouts.LAYOUTS[scanner]))
    app.installEventFilter(wedge)
    dialog.show()
    dialog.activateWindow()
    try:
        _spin(app, dialog.isActiveWindow, 60.0)
        began = time.monotonic()
        player = subprocess.Popen([sys.executable, str(PLAYER), display, scanner, str(count)], env=dict(os.environ))
        _spin(app, lambda: player.poll() is not None, 60.0 + count)
        took_s = time.monotonic() - began
        _spin(app, lambda: len(readings) >= count, _STILL_S)
    finally:
        app.removeEventFilter(wedge)
        dialog.close()
        dialog.deleteLater()
    if player.returncode:
        raise RuntimeError("the keys could not be played")
    return _outcome(readings, dialog.leaked, count, took_s)


def _outcome(readings: list[object], leaked: int, count: int, took_s: float) -> Outcome:
    expected = {numbered(number) for number in range(count)}
    came = [reading.aim + reading.text for reading in readings if isinstance(reading, Scan)]
    right = expected & set(came)
    return Outcome(count - len(right), len(readings) - len(right), leaked, took_s)


def _spin(app: QApplication, done: Callable[[], object], within_s: float) -> None:
    """Run the window until something is so, or the time is over."""
    deadline, waker = time.monotonic() + within_s, QTimer()
    waker.timeout.connect(lambda: app.exit() if done() or time.monotonic() > deadline else None)
    waker.start(20)
    app.exec()


if __name__ == "__main__":
    print(bursts(QApplication([]), sys.argv[1], sys.argv[2], int(sys.argv[3])))
