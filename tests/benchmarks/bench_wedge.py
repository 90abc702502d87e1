"""Whether a keyboard scanner loses, splits or leaks anything: 40 characters at 1 ms, on computers with other layouts.

`RETURNS_STATION_BURSTS=10000` asks for the long run; the figures must all be 0, and only the pace is a time.
"""

import os
from typing import Any

from display import screen
from PySide6.QtWidgets import QApplication

from tests.ui.scanner_keys import set_layout
from tests.ui.wedge_burst import bursts

BURSTS = 300
HOSTS = ("us", "de", "fr")


def measure() -> dict[str, dict[str, Any]]:
    """Codes lost, readings that are none of them, keys a widget saw, and the pace, for each layout of the computer."""
    count = int(os.environ.get("RETURNS_STATION_BURSTS", BURSTS))
    figures: dict[str, dict[str, Any]] = {}
    with screen() as kind:
        if kind != "Xvfb":
            raise RuntimeError("a keyboard scanner needs Xvfb")
        app = QApplication([])
        for host in HOSTS:
            set_layout(os.environ["DISPLAY"], host)
            outcome = bursts(app, os.environ["DISPLAY"], "us", count)
            for name in ("lost", "wrong", "leaked"):
                figures[f"wedge_{host}_{name}"] = _figure(getattr(outcome, name), "of codes", count)
            figures[f"wedge_{host}_pace"] = _figure(outcome.took_s / count * 1000, "ms a code", count)
    return figures


def _figure(value: float, unit: str, count: int) -> dict[str, Any]:
    return {"value": value, "unit": unit, "baseline": None, "n": count}
