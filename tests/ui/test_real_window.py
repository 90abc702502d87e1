"""The demonstration as a person starts it: a real window, a real keyboard scanner, and an orderly end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from Xlib import X, display
from Xlib.error import BadWindow
from Xlib.ext import xtest
from Xlib.protocol import event

from devices.scanners import layouts
from station.facts import name_of
from station.journal import read_entries

ROOT = Path(__file__).resolve().parents[2]
# Without the keys of the number block, which mean figures only with NumLock.
_KEYS = {
    character: (code, shifted)
    for code, pair in layouts.US.items()
    for shifted, character in enumerate(pair)
    if code < 55
}

KEY_1, KEY_2, KEY_S, KEY_SPACE = 2, 3, 31, 57  # input-event-codes.h


class Person:
    """Types and scans at an X display, and closes windows."""

    def __init__(self, name: str) -> None:
        self._display = display.Display(name)

    def scan(self, code: str) -> None:
        self._keys(code, pace_ms=2)

    def type(self, text: str) -> None:
        self._keys(text, pace_ms=120)

    def press(self, key: int) -> None:
        """Strike one key, as one does at a prompt."""
        self._stroke([key], 120)
        self._display.sync()

    def _keys(self, text: str, pace_ms: int) -> None:
        """The X server keeps the pace: a busy test must not make a slow scanner."""
        for character in text:
            code, shifted = _KEYS[character]
            self._stroke(([42] if shifted else []) + [code], pace_ms)
        self._stroke([layouts.ENTER], pace_ms)
        self._display.sync()

    def close_window(self, title: str) -> None:
        """Ask for it as a window manager does."""
        protocols, delete = (self._display.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        for window in self._display.screen().root.query_tree().children:
            if _title(window) == title:
                data = (32, [delete, X.CurrentTime, 0, 0, 0])
                window.send_event(event.ClientMessage(window=window, client_type=protocols, data=data))
        self._display.sync()

    def leave(self) -> None:
        self._display.close()

    def _stroke(self, keys: list[int], pace_ms: int) -> None:
        xtest.fake_input(self._display, X.KeyPress, keys[0] + layouts.X11_OFFSET, pace_ms)
        for key in keys[1:]:
            xtest.fake_input(self._display, X.KeyPress, key + layouts.X11_OFFSET)
        for key in reversed(keys):
            xtest.fake_input(self._display, X.KeyRelease, key + layouts.X11_OFFSET)


@pytest.fixture
def person(xvfb: str) -> Iterator[Person]:
    made = Person(xvfb)
    yield made
    made.leave()


@pytest.fixture
def demo(xvfb: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "DISPLAY": xvfb,
        "QT_QPA_PLATFORM": "xcb",
        "RETURNS_STATION_SAY_USABLE": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "station", "run", "--demo", "--data", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert "usable" in process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def _title(window: Any) -> str:
    """The title of a window; a tool tip may have gone since it was listed."""
    try:
        return str(window.get_wm_name())
    except BadWindow:
        return ""


class Bench:
    """What the bench has written so far, and a person who waits for it."""

    def __init__(self, journal: Path, until: Callable) -> None:
        self.journal, self._until = journal, until

    def recorded(self, kind: str) -> list[Any]:
        return [entry.fact() for entry in read_entries(self.journal, 0, 1_000) if name_of(entry.fact()) == kind]

    def wait(self, kind: str, count: int = 1, do: Callable[[], None] = lambda: None) -> Any:
        """Do something, again if need be, until there are so many facts of a kind; return the last.

        Each time it waits twice as long: a key struck again too soon would answer the next question.
        """
        due, patience_s = [0.0], [3.0]

        def there() -> bool:
            if len(self.recorded(kind)) >= count:
                return True
            if time.monotonic() >= due[0]:
                do()
                due[0] = time.monotonic() + patience_s[0]
                patience_s[0] *= 2
            return False

        self._until(there, timeout_s=150.0, what=kind)
        return self.recorded(kind)[-1]


@pytest.fixture
def bench(tmp_path: Path, until: Callable) -> Bench:
    return Bench(tmp_path / "demo" / "station.sqlite", until)


def test_a_parcel_goes_all_the_way_by_a_keyboard_scanner_and_the_window_closes_in_order(
    demo: subprocess.Popen[str], person: Person, bench: Bench
) -> None:
    """Every code is typed by a wedge, every answer is a key; the scale and the camera have nothing on them."""

    def sign_in() -> None:
        person.scan("BDG-1001")
        person.type("1234")

    bench.wait("SignedIn", do=sign_in)
    # Who can sign in has the whole local copy: people come last in it, and all of it in one transaction.
    bench.wait("ParcelArrived", do=lambda: person.scan("1ZE2N61W0306291461"))
    assert bench.recorded("ParcelArrived")[0].orders == ("RMA-1044",)
    bench.wait("WeighingSkipped", do=lambda: (person.press(KEY_S), person.press(KEY_1)))
    bench.wait("ItemIdentified", do=lambda: person.scan("9506000001074"))
    bench.wait("Answered", do=lambda: person.press(KEY_1))
    bench.wait("SerialChecked", do=lambda: person.scan("H2224425130"))
    for count in (1, 2):
        person.press(KEY_SPACE)
        # There is nothing on the mat: the gate doubts the photo, and the person keeps it.
        bench.wait("PhotoTaken", count, lambda: person.press(KEY_2))
    bench.wait("Answered", 2, lambda: person.press(KEY_1))
    routed = bench.wait("Routed")
    assert routed.disposition == "restock"
    plate = bench.wait("PlateAllotted", do=lambda: person.press(layouts.ENTER)).plate
    bench.wait("PlatePrinted")
    bench.wait("PlateConfirmed", do=lambda: person.scan(plate))
    bench.wait("Placed", do=lambda: person.scan("BIN-RESTOCK-LUM"))
    bench.wait("ParcelFinished", do=lambda: person.press(layouts.ENTER))
    kinds = [name_of(entry.fact()) for entry in read_entries(bench.journal, 0, 1_000)]
    assert kinds.count("ItemIdentified") == kinds.count("Placed") == kinds.count("ParcelFinished") == 1
    person.close_window("Returns Station")
    assert demo.wait(60) == 0
