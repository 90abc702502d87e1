"""Opens the bench in a window: the station's parts, the screen before them, in a demonstration the simulators."""

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import psutil

from devices.worker import Record
from resources.words import mark
from station import gs1
from station.cli.demo import DemoSite
from station.cli.hands import SimulatedHands
from station.cli.parts import Station, open_station
from station.cli.player import Player
from station.errors import JournalError
from station.heap import give_back_what_is_freed
from station.salvage import salvage
from station.sample import SampleParcel
from station.settings import Settings, write
from ui.app import App
from ui.told import SupportWritten

_log = logging.getLogger(__name__)

# Says on standard output when the window can be used; for measuring the start, and for tests.
SAY_USABLE = "RETURNS_STATION_SAY_USABLE"


def refuse(settings: Settings, error: JournalError) -> int:
    """Say why the bench cannot be opened; return the exit code."""
    app = App(settings)
    try:
        return app.show_cannot_open(error)
    finally:
        app.close()


def run(folder: Path, settings: Settings, site: DemoSite | None, kept_in: Path, record: Record | None) -> int:
    """Show the bench until its window is closed; return the exit code. Training and work follow one another in it.

    `kept_in` is the file that changed settings are written to.
    """
    give_back_what_is_freed()
    app = App(settings, lambda changed: write(kept_in, changed))
    try:
        settings = site.settings(settings) if site is not None else settings
        training, code = False, 0
        while True:
            code, settings = _one(app, folder, settings, site, training, record)
            if app.renewal_wanted:
                _renew(folder)
                continue
            if app.training_wanted is None:
                return code
            training = app.training_wanted
    finally:
        app.close()


def _one(
    app: App, folder: Path, settings: Settings, site: DemoSite | None, training: bool, record: Record | None
) -> tuple[int, Settings]:
    """Show one station, the real one or the one for training, until it is closed or changed for the other.

    Returns the exit code, and the settings with the devices that were set up meanwhile.
    """
    try:
        with open_station(folder, settings, app.post, training, record) as station:
            play: Callable[[SampleParcel], None] | None = None
            if site is not None:
                play = Player.at(station.desk.bench, SimulatedHands(site.devices, app.post)).act

            def usable() -> None:
                """Let the rest begin only now, so that none of it delays the window."""
                station.begin()
                _tell_usable()
                threading.Thread(target=gs1.load, name="gs1").start()

            support = partial(_write_support, folder, station, app.post)
            code = app.run(station, site.devices if site is not None else None, play, usable, support)
            return code, station.settings
    except JournalError as error:
        _log.error("the journal cannot be opened: %s", error)
        return app.show_cannot_open(error, lambda: _salvaged(folder)), settings


def _write_support(folder: Path, station: Station, post: Callable[[object], None]) -> None:
    """Begin to write a support bundle beside the data; what came of it is posted."""
    frames = {name: worker.recent() for name, worker in station.workers.items()}
    out = folder / f"support-{datetime.now().astimezone():%Y-%m-%d-%H%M}.zip"

    def write_it() -> None:
        from station.cli.support import bundle

        try:
            bundle(out, folder, None, frames)
            post(SupportWritten(str(out)))
        except OSError as error:
            post(SupportWritten(str(out), str(error)))
        except Exception as error:  # noqa: BLE001 - top of thread
            _log.exception("the support bundle failed")
            post(SupportWritten(str(out), repr(error)))

    # A daemon: who closes the window does not wait for it; half a bundle never gets the name of a whole one.
    threading.Thread(target=write_it, name="support", daemon=True).start()


def _renew(folder: Path) -> None:
    """Begin a journal anew that is an old copy: what waits gets new numbers. Where that fails, opening says why."""
    try:
        _log.warning("the journal was an old copy; salvaged: %s", salvage(folder))
    except JournalError as error:
        _log.error("the journal cannot be begun anew: %s", error)


def _salvaged(folder: Path) -> str:
    report = salvage(folder)
    _log.warning("salvaged: %s", report)
    return mark("What could be read is saved; the damaged file is kept. Start the station again.")


def _tell_usable() -> None:
    """Tell how long the start took, from the process's own beginning to the first picture of the bench."""
    seconds = _age_s()
    _log.info("usable after %.2f s", seconds)
    if os.environ.get(SAY_USABLE):
        sys.stdout.write(f"usable after {seconds:.3f} s\n")
        sys.stdout.flush()
    if not gc.isenabled():
        # What is loaded now stays. The collector need not look at it in each round: that is as long as three pictures.
        gc.freeze()
        gc.enable()


def _age_s() -> float:
    """Return how long this process has run."""
    created_at = psutil.Process().create_time()
    if sys.platform == "linux":
        # Linux dates a process from the boot, which psutil turns into wall time with a boot time of whole seconds.
        return time.clock_gettime(time.CLOCK_BOOTTIME) - (created_at - psutil.boot_time())
    return time.time() - created_at
