"""A scanner that types like a keyboard, on an X display: `python -m devices.simulators.scanner_wedge --display :7`.

Commands: {"do":"scan","text":"...","aim":"]C1","pace_ms":1,"alt_codes":true}, {"do":"type","text":"..."} (no Enter
after it). The keys go to whatever has the focus there, through the server's XTEST extension, which keeps the pace.
Needs python-xlib, which the project has for its tests.
"""

import argparse

from Xlib import X, display  # type: ignore[import-untyped]
from Xlib.ext import xtest  # type: ignore[import-untyped]

from devices.scanners import layouts
from devices.simulators.control import Command, Control
from devices.simulators.keys import strokes

PACE_MS = 1


class Keyboard:
    """Types key codes, as a scanner with a layout of its own does, whatever the computer's."""

    def __init__(self, name: str, layout: layouts.Layout = layouts.US) -> None:
        self._display = display.Display(name)
        self._layout = layout

    def close(self) -> None:
        """Leave the display."""
        self._display.close()

    def press(self, text: str, pace_ms: int, alt_codes: bool = False) -> None:
        """Type, and wait until the server has: a busy computer must not make a slow scanner."""
        self.play(text, pace_ms, alt_codes)
        self.wait()

    def play(self, text: str, pace_ms: int, alt_codes: bool = False) -> None:
        """Give the server what to type, so many milliseconds a character."""
        for character in text:
            delay_ms = pace_ms
            for code, pressed in strokes(character, self._layout, alt_codes):
                kind = X.KeyPress if pressed else X.KeyRelease
                xtest.fake_input(self._display, kind, code + layouts.X11_OFFSET, delay_ms)
                delay_ms = 0

    def rest(self, pause_ms: int) -> None:
        """Let some time pass before the next key: an event that moves the pointer nowhere."""
        xtest.fake_input(self._display, X.MotionNotify, 1, pause_ms, x=0, y=0)

    def wait(self) -> None:
        """Until the server has typed it all."""
        self._display.sync()

    def scan(self, command: Command) -> None:
        """Read one code, ended by Enter."""
        text = str(command.get("aim", "")) + str(command["text"]) + "\r"
        self.press(text, int(command.get("pace_ms", PACE_MS)), bool(command.get("alt_codes")))

    def type(self, command: Command) -> None:
        """Strike keys and no Enter."""
        self.press(str(command["text"]), int(command.get("pace_ms", PACE_MS)))


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--display", required=True, help="the X display, such as :7")
    parser.add_argument("--layout", choices=sorted(layouts.LAYOUTS), default="us", help="what the scanner is set to")
    options = parser.parse_args()
    keyboard, control = Keyboard(options.display, layouts.LAYOUTS[options.layout]), Control()
    control.announce("ready", address=options.display)
    control.serve({"scan": keyboard.scan, "type": keyboard.type})
    keyboard.close()


if __name__ == "__main__":
    main()
