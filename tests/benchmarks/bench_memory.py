"""How much memory the station takes after 200 parcels, and how much of it came after the 50th.

The window, the journal, the photo checks, the label printer (a simulated one, over TCP) and the courier to an embedded
central are the real ones. Hands and camera are not: codes, weights and photos of ever new articles are brought to the
window as the drivers bring them, but as fast as it answers, for parcels of one item. After
the first sixty, which make the photo checks take all the memory they ever take, photos are a quarter as large.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
from big_site import SEED, Place, QuickHands, figure
from display import screen
from PySide6.QtCore import QTimer

from devices.readings import Frame, Still
from devices.simulators.articles import HEIGHT, WIDTH
from devices.simulators.process import Simulator
from station import sample
from station.cli.demo import EmbeddedCentral
from station.cli.parts import Station, open_station
from station.heap import give_back_what_is_freed
from station.settings import PrinterSettings, Settings
from ui.app import App

LIMIT_MB = 350.0
# What counts as flat: the noise of an allocator over 150 parcels.
FLAT_MB = 10.0
PARCELS = 200
_FROM = 50
# Enough to find so many parcels of one item among them: the rest of a parcel is waiting for photos to be checked.
_ORDERS = 800
# Parcels take as long as the computer is loaded; one that never ends is a fault.
_GIVE_UP_MS = 300_000
_TELL_EVERY = 20
_MIB = 1 << 20
_ROOT = Path(__file__).parents[2]


class Camera:
    """A camera whose stills come at once, each of another article, with a live picture before each."""

    def __init__(self, post: Callable[[object], None]) -> None:
        self._post = post
        command = [sys.executable, str(Path(__file__).with_name("stills.py"))]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        self._artist = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)

    def request_still(self, request: str) -> None:
        """Take the next photo."""
        assert self._artist.stdout is not None
        length = int.from_bytes(self._artist.stdout.read(4), "big")
        jpeg = self._artist.stdout.read(length)
        self._post(Frame("camera", os.urandom(1280) * 540, 640, 360, time.monotonic()))
        self._post(Still("camera", request, jpeg, WIDTH, HEIGHT, time.monotonic()))

    def want_preview(self, wanted: bool, look: object = None) -> None:
        """The live pictures come with the stills."""

    def close(self) -> None:
        """Draw no more."""
        assert self._artist.stdout is not None
        self._artist.stdout.close()
        self._artist.wait()


class Person:
    """Does the next thing as soon as the window has shown what came of the last one."""

    def __init__(self, app: App, station: Station) -> None:
        self._app, self._bench = app, station.desk.bench
        orders = [each for each in sample.many_orders(_ORDERS, SEED) if sum(line.quantity for line in each.lines) == 1]
        self._last_order = orders[-1].rma
        pile = [sample.plain_parcel(order, SEED) for order in orders[:PARCELS]]
        self._work = Place(station.desk, station.history).work(QuickHands(app.post), pile)
        self._before: object = None
        self.rss_mb: list[float] = []
        self._patience = QTimer(app.window, singleShot=True, interval=_GIVE_UP_MS)
        self._patience.timeout.connect(lambda: app.qt.exit(1))
        app.window.painted.connect(self._look)

    def begin(self) -> None:
        """Wait for central's orders, then work."""
        self._patience.start()
        if self._bench.known.orders(self._last_order):
            self._act()
        else:
            QTimer.singleShot(100, self.begin)

    def _act(self) -> None:
        self._before = self._standing()
        finished = next(self._work)
        if finished is None:
            return
        self._before = None
        self.rss_mb.append(psutil.Process().memory_info().rss / _MIB)
        self._patience.start()
        if len(self.rss_mb) % _TELL_EVERY == 0:
            print(f"{len(self.rss_mb)} of {PARCELS} parcels, {self.rss_mb[-1]:.0f} MiB", file=sys.stderr, flush=True)
        if len(self.rss_mb) == PARCELS:
            self._app.qt.quit()
        else:
            QTimer.singleShot(0, self._act)

    def _standing(self) -> object:
        return self._bench.journal.last_seq, self._bench.state.ask

    def _look(self) -> None:
        if self._before is not None and self._standing() != self._before:
            self._before = None
            QTimer.singleShot(0, self._act)


def measure() -> dict[str, dict[str, Any]]:
    """Resident memory of this process, which is the station, after each parcel."""
    give_back_what_is_freed()
    with tempfile.TemporaryDirectory() as name, screen() as kind, ExitStack() as stack:
        folder = Path(name)
        central = stack.enter_context(EmbeddedCentral(folder / "central", generated=_ORDERS, seed=SEED))
        printer = Simulator("printer", ("--out", str(folder / "labels"), "--print-s", "0.01"))
        stack.callback(printer.close)
        host, _, port = printer.address.rpartition(":")
        app = App(Settings())
        stack.callback(app.close)
        settings = Settings(
            station=sample.STATION, central=central.settings(), printer=PrinterSettings(host=host, port=int(port))
        )
        station = stack.enter_context(open_station(folder, settings, app.post))
        camera = Camera(app.post)
        stack.callback(camera.close)
        station.equipment.use(station.equipment._printer, {"camera": camera}, {})
        person = Person(app, station)

        def usable() -> None:
            station.begin()
            person.begin()

        if app.run(station, usable=usable):
            raise RuntimeError(f"nothing after {len(person.rss_mb)} parcels for {_GIVE_UP_MS / 1000:.0f} s")
        photos = len(list((folder / "photos").glob("??/??/*.jpg")))
    rss_mb = person.rss_mb
    return {
        "rss_mb": figure(rss_mb[-1], f"MiB ({kind})", LIMIT_MB, PARCELS),
        "rss_growth_mb": figure(rss_mb[-1] - rss_mb[_FROM - 1], f"MiB ({kind})", FLAT_MB, PARCELS - _FROM),
        "rss_growth_of_last_50_mb": figure(rss_mb[-1] - rss_mb[-51], f"MiB ({kind})", None, 50),
        "rss_at_first_parcel_mb": figure(rss_mb[0], f"MiB ({kind})", None, 1),
        "rss_photos": figure(photos, "photos checked", None, PARCELS),
    }
