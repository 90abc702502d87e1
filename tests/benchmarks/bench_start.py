"""How long the second start takes until there is a window that answers, with 100,000 expected orders."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from big_site import figure, fill_copy
from display import close_windows, screen

from station.local_copy import LocalCopy

LIMIT_S = 2.5
STARTS = 7
_WITHIN_S = 30.0
_SAID = "usable after "


def measure() -> dict[str, dict[str, Any]]:
    """Median and slowest of the starts after the first; each was closed as a person closes it."""
    with tempfile.TemporaryDirectory() as name, screen() as kind:
        data = Path(name, "data")
        _start(data)
        _fill(data / "demo" / "expected.sqlite")
        _start(data)
        took_s = [_start(data) for _ in range(STARTS)]
    return {
        "second_start_s": figure(median(took_s), f"s ({kind})", LIMIT_S, STARTS),
        "second_start_slowest_s": figure(max(took_s), f"s ({kind})", LIMIT_S, STARTS),
    }


def _fill(path: Path) -> None:
    """Put the made-up orders into the copy the first start began, as if central had told of them."""
    copy = LocalCopy.open(path)
    cursor = copy.cursor()
    copy.close()
    fill_copy(path, after=cursor)


def _start(data: Path) -> float:
    """Start the demonstration, wait until it says that it is usable, close it; return the seconds that took."""
    command = [sys.executable, "-m", "station", "run", "--demo", "--data", str(data)]
    environment = {**os.environ, "RETURNS_STATION_SAY_USABLE": "1"}
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        # A second start finds the modules compiled; where they may not lie beside the sources, they lie with the data.
        environment["PYTHONPYCACHEPREFIX"] = str(data.parent / "compiled")
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as station:
        try:
            assert station.stdout is not None
            said = _SAID in station.stdout.readline()
            took_s = time.monotonic() - began
            if not said:
                raise RuntimeError("the station ended before it was usable")
            # The devices come up, the courier says hello: a start that is closed at once is no start.
            time.sleep(2.0)
            close_windows(station.pid)
            station.wait(_WITHIN_S)
        except BaseException:
            station.kill()
            raise
    return took_s
