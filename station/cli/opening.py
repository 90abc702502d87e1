"""Opens the bench: with a window where there is a display, else by playing parcels."""

import argparse
import importlib.util
import logging
import logging.handlers
import os
import sys
from pathlib import Path

from station.cli import headless
from station.settings import Settings, settings_of

LOG_BYTES = 2_000_000
LOGS_KEPT = 5


def run(asked: argparse.Namespace) -> int:
    """Do `returns-station run`; return its exit code."""
    if asked.headless or not has_display():
        if not asked.headless:
            sys.stdout.write(f"There is no display: playing {asked.parcels} parcels into {asked.out} instead.\n")
        log_into(asked.out)
        return headless.play(asked.out, asked.parcels, asked.seed, Settings())
    settings = settings_of(asked.data, asked.settings)
    demo = asked.demo or settings is None
    folder = asked.data / "demo" if demo else asked.data
    log_into(folder)
    # Qt is only loaded where there is a screen to show it on.
    from station.cli import windowed

    return windowed.run(folder, settings or Settings(), demo)


def has_display() -> bool:
    """Tell whether a window can be opened here."""
    if sys.platform != "linux":
        return True
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    shown = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or chosen == "offscreen")
    return shown and importlib.util.find_spec("PySide6") is not None


def log_into(folder: Path) -> None:
    """Write the log into the folder; old logs are dropped, and nothing of it goes to the screen."""
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        logs / "station.log", maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # httpx tells of every request at INFO; the courier says what matters of them.
    logging.getLogger("httpx").setLevel(logging.WARNING)
