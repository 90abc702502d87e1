"""Numbered codes for a simulated keyboard scanner, and the computer's own layout.

As a program (`scanner_keys.py DISPLAY LAYOUT COUNT`) it scans numbered codes one after the other.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from devices.scanners import layouts  # noqa: E402 (as a program it finds the project first)
from devices.simulators.scanner_wedge import Keyboard  # noqa: E402

BETWEEN_MS = 4  # between two codes; no hand is faster, and the layer needs none
_BATCH = 10


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
