"""Opens the bench in a window: the station's parts, the screen before them, in a demonstration the simulators."""

import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psutil

from devices.simulators.bench import SimulatedBench
from resources.words import mark
from station.cli.demo import EmbeddedCentral, demo_settings
from station.cli.hands import SimulatedHands
from station.cli.parts import check_free, open_station
from station.cli.player import Player
from station.errors import JournalError
from station.salvage import salvage
from station.sample import SampleParcel
from station.settings import SETTINGS_FILE, Settings, write
from ui.app import App

_log = logging.getLogger(__name__)

# Says on standard output when the window can be used; for measuring the start, and for tests.
SAY_USABLE = "RETURNS_STATION_SAY_USABLE"


def run(folder: Path, settings: Settings, demo: bool) -> int:
    """Show the bench until its window is closed; return the exit code. Training and work follow one another in it."""
    with ExitStack() as stack:
        try:
            check_free(folder)
        except JournalError as error:
            app = App(settings)
            stack.callback(app.close)
            return app.show_cannot_open(error)
        central = stack.enter_context(EmbeddedCentral(folder / "central")) if demo else None
        devices = stack.enter_context(SimulatedBench(folder / "devices", folder / "labels")) if demo else None
        app = App(settings, lambda changed: write(folder / SETTINGS_FILE, changed))
        stack.callback(app.close)
        if central is not None and devices is not None:
            settings = demo_settings(settings, devices, central.settings())
        training, code = False, 0
        while True:
            code = _one(app, folder, settings, devices, training)
            if app.training_wanted is None:
                return code
            training = app.training_wanted


def _one(app: App, folder: Path, settings: Settings, devices: SimulatedBench | None, training: bool) -> int:
    """Show one station, the real one or the one for training, until it is closed or changed for the other."""
    try:
        with open_station(folder, settings, app.post, training) as station:
            play: Callable[[SampleParcel], None] | None = None
            if devices is not None:
                play = Player.at(station.desk.bench, SimulatedHands(devices, app.post)).act
            return app.run(station, devices, play, _usable)
    except JournalError as error:
        _log.error("the journal cannot be opened: %s", error)
        return app.show_cannot_open(error, lambda: _salvaged(folder))


def _salvaged(folder: Path) -> str:
    report = salvage(folder)
    _log.warning("salvaged: %s", report)
    return mark("What could be read is saved; the damaged file is kept. Start the station again.")


def _usable() -> None:
    """Tell how long the start took, from the process's own beginning to the first picture of the bench."""
    seconds = time.time() - psutil.Process().create_time()
    _log.info("usable after %.2f s", seconds)
    if os.environ.get(SAY_USABLE):
        sys.stdout.write(f"usable after {seconds:.3f} s\n")
        sys.stdout.flush()
