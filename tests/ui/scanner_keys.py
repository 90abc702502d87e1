"""A keyboard scanner on a display: plays key codes through XTEST, and sets the computer's layout.

As a program (`scanner_keys.py DISPLAY LAYOUT COUNT`) it scans numbered codes one after the other.
"""

import subprocess
import sys
from pathlib import Path

from Xlib import X, display
from Xlib.ext import xtest

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from devices.scanners import layouts  # noqa: E402 (as a program it finds the project first)
from devices.simulators.keys import strokes  # noqa: E402

BETWEEN_MS = 4  # between two codes; no hand is faster, and the layer needs none
_BATCH = 10


class Keyboard:
    """Types key codes, as a scanner with a layout of its own does, whatever the computer's."""

    def __init__(self, name: str, layout: layouts.Layout = layouts.US) -> None:
        self._display = display.Display(name)
        self._layout = layout

    def close(self) -> None:
        self._display.close()

    def press(self, text: str, pace_ms: int, alt_codes: bool = False) -> None:
        """The X server keeps the pace: a busy test must not make a slow scanner."""
        self.play(text, pace_ms, alt_codes)
        self.wait()

    def play(self, text: str, pace_ms: int, alt_codes: bool = False) -> None:
        for character in text:
            delay_ms = pace_ms
            for code, pressed in strokes(character, self._layout, alt_codes):
                kind = X.KeyPress if pressed else X.KeyRelease
                xtest.fake_input(self._display, kind, code + layouts.X11_OFFSET, delay_ms)
                delay_ms = 0

    def rest(self, seconds_ms: int) -> None:
        """Let some time pass before the next key: an event that moves the pointer nowhere."""
        xtest.fake_input(self._display, X.MotionNotify, 1, seconds_ms, x=0, y=0)

    def wait(self) -> None:
        """Until the server has typed it all."""
        self._display.sync()


def set_layout(name: str, layout: str) -> None:
    """Of the display, and of the XTEST device too, which keeps its own."""
    subprocess.run(["setxkbmap", "-display", name, layout], check=True)
    listed = subprocess.run(
        ["xinput", "--list", "--id-only", "Virtual core XTEST keyboard"],
        env={"DISPLAY": name, "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
    )
    subprocess.run(["setxkbmap", "-display", name, "-device", listed.stdout.strip(), layout], check=True)


def numbered(number: int) -> str:
    """A code of forty characters that no other number has: GS1 element strings with a separator in the middle."""
    return f"]d2010950110153000310AB{number:06d}\x1d21X9Y/qwmZ"


def main() -> None:
    name, layout, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    keyboard = Keyboard(name, layouts.LAYOUTS[layout])
    for number in range(count):
        keyboard.play(numbered(number) + "\r", 1)
        keyboard.rest(BETWEEN_MS)
        if number % _BATCH == _BATCH - 1:
            keyboard.wait()
    keyboard.wait()
    keyboard.close()


if __name__ == "__main__":
    main()
