"""How long a scan takes from its last byte to the new picture, in a real window with 100,000 expected orders."""

import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from big_site import Place, QuickHands, figure, open_place, p99, parcels
from display import screen
from PySide6.QtCore import QTimer

from devices.readings import Scan, Up
from station.inputs import Command
from station.settings import Settings
from station.stages import Stage, stage_of
from ui.app import App

LIMIT_MS = 50.0
PARCELS = 35
_WARM_UP = 4
# A person looks before the next deed; the window's own timers run meanwhile, as they do at a real bench.
_LOOK_MS = 55
_GIVE_UP_MS = 300_000


class Person:
    """Does one thing, waits for the picture that answers it, and does the next."""

    def __init__(self, app: App, place: Place) -> None:
        self._app, self._bench = app, place.desk.bench
        self._work = place.work(QuickHands(self._say), parcels(PARCELS))
        self._finished = 0
        self._before: object = None
        self._said_at: float | None = None
        self.painted_s: list[float] = []
        app.window.painted.connect(self._look)

    def act(self) -> None:
        """Do what the bench asks for; close the window after the last parcel."""
        self._before = self._standing()
        try:
            self._finished += next(self._work) is not None
        except StopIteration:
            self._app.qt.quit()
            return
        if self._before is not None and self._said_at is None:
            QTimer.singleShot(0, self.act)

    def _standing(self) -> object:
        return self._bench.journal.last_seq, self._bench.state.ask

    def _say(self, word: Any) -> None:
        """Bring it to the window as a device's thread does, which has just read the last byte."""
        waits_for_camera = stage_of(self._bench.state, self._bench.known) in (Stage.PHOTO, Stage.DOUBT)
        self._timed = isinstance(word, Scan | Command) and not waits_for_camera and self._finished >= _WARM_UP
        self._said_at = word.at if isinstance(word, Scan) else time.monotonic()
        thread = threading.Thread(target=self._app.post, args=(word,), name="device")
        thread.start()
        thread.join()

    def _look(self) -> None:
        """A picture reached the screen; it is the answer when the bench stands elsewhere than before."""
        if self._said_at is None or self._standing() == self._before:
            return
        if self._timed:
            self.painted_s.append(time.monotonic() - self._said_at)
        self._said_at = None
        QTimer.singleShot(_LOOK_MS, self.act)


def measure() -> dict[str, dict[str, Any]]:
    """p99 and median of scans and keys that changed what the bench asks for; the unit names the screen used."""
    with tempfile.TemporaryDirectory() as name, screen() as kind:
        app = App(Settings())
        with open_place(Path(name), app.post) as place:
            for device in ("scanner", "scale", "camera", "printer"):
                app.post(Up(device, time.monotonic()))
            person = Person(app, place)
            QTimer.singleShot(_GIVE_UP_MS, lambda: app.qt.exit(1))
            code = app.run(place, usable=person.act)
            app.close()
        if code:
            raise RuntimeError(f"not done in {_GIVE_UP_MS / 1000:.0f} s")
    took_s = person.painted_s
    return {
        "scan_to_painted_p99_ms": figure(p99(took_s) * 1000, f"ms ({kind})", LIMIT_MS, len(took_s)),
        "scan_to_painted_p50_ms": figure(median(took_s) * 1000, f"ms ({kind})", LIMIT_MS, len(took_s)),
    }
