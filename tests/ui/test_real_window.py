"""The demonstration as a person starts it: a real window, a real keyboard scanner, and an orderly end."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from Xlib import X, display
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


class Person:
    """Types and scans at an X display, and closes windows."""

    def __init__(self, name: str) -> None:
        self._display = display.Display(name)

    def scan(self, code: str) -> None:
        self._keys(code, pace_ms=2)

    def type(self, text: str) -> None:
        self._keys(text, pace_ms=120)

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
            if window.get_wm_name() == title:
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


def test_a_parcel_arrives_by_keyboard_scanner_and_the_window_closes_in_order(
    demo: subprocess.Popen[str], person: Person, tmp_path: Path, until: Callable
) -> None:
    journal = tmp_path / "demo" / "station.sqlite"

    def recorded(kind: str) -> list[object]:
        return [entry.fact() for entry in read_entries(journal, 0, 100) if name_of(entry.fact()) == kind]

    def signed_in() -> bool:
        person.scan("BDG-1001")
        person.type("1234")
        return bool(recorded("SignedIn"))

    until(signed_in, timeout_s=40.0)

    # Who can sign in has the whole local copy: people come last in it, and all of it in one transaction.
    person.scan("1ZE2N61W0306291461")
    until(lambda: recorded("ParcelArrived"), timeout_s=20.0)
    assert recorded("ParcelArrived")[0].orders == ("RMA-1044",)
    person.close_window("Returns Station")
    assert demo.wait(20) == 0
