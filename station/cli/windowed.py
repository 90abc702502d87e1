"""Opens the bench in a window: the station's parts, the screen in front of them, and in a demonstration the simulators."""

from contextlib import ExitStack
from pathlib import Path

from devices.simulators.bench import SimulatedBench
from station.cli.demo import demo_settings, embedded_central
from station.cli.parts import open_station
from station.settings import Settings
from ui.app import App


def run(folder: Path, settings: Settings, demo: bool) -> int:
    """Show the bench until its window is closed; return the exit code."""
    app = App(settings)
    with ExitStack() as stack:
        devices = None
        if demo:
            central = stack.enter_context(embedded_central(folder / "central"))
            devices = stack.enter_context(SimulatedBench(folder / "labels"))
            settings = demo_settings(settings, devices, central)
        station = stack.enter_context(open_station(folder, settings, app.post))
        return app.run(station, devices)
