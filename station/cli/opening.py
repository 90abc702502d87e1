"""Opens the bench: with a window where there is a display, else by playing parcels."""

import argparse
import gc
import importlib.util
import logging
import logging.handlers
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from devices.recording import Recorder
from station.cli.demo import DemoSite
from station.errors import JournalError
from station.ownership import check_free
from station.settings import SETTINGS_FILE, ReadingSettings, Settings, settings_of

LOG_BYTES = 2_000_000
LOGS_KEPT = 5


def run(asked: argparse.Namespace) -> int:
    """Do `returns-station run`; return its exit code."""
    if asked.headless or not has_display():
        if not asked.headless:
            sys.stdout.write(f"There is no display: playing {asked.parcels} parcels into {asked.out} instead.\n")
        log_into(asked.out)
        from station.cli import headless

        # A play is the same each time: what a reader finds in drawn photos, and when, would not be.
        settings = Settings(reading=ReadingSettings(text=False))
        return headless.play(asked.out, asked.parcels, asked.seed, settings)
    folder, settings, demo = chosen(asked.data, asked.settings, asked.demo)
    # Loading makes much and drops little: looking for rubbish meanwhile is a tenth of the start. windowed enables it.
    gc.disable()
    with ExitStack() as stack:
        in_use: JournalError | None = None
        site: DemoSite | None = None
        try:
            claim(folder)
            site = stack.enter_context(DemoSite(folder)) if demo else None
        except JournalError as error:
            in_use = error
        # Most of the start is loading this; the demonstration's own programs start beside it.
        from station.cli import windowed

        if in_use is not None:
            return windowed.refuse(settings, in_use)
        recorder = Recorder(asked.record) if asked.record is not None else None
        if recorder is not None:
            stack.callback(recorder.close)
        kept_in = asked.settings if asked.settings is not None and not demo else folder / SETTINGS_FILE
        return windowed.run(folder, settings, site, kept_in, recorder.note if recorder is not None else None)


def chosen(data: Path, named: Path | None, demo: bool) -> tuple[Path, Settings, bool]:
    """Return the station's folder, its settings, and whether it is a demonstration; raises SettingsError.

    A demonstration keeps the language and colours that were chosen in it; its devices are its own.
    """
    settings = settings_of(data, named)
    if settings is not None and not demo:
        return data, settings, False
    folder = data / "demo"
    return folder, settings_of(folder, None) or settings or Settings(), True


def claim(folder: Path) -> None:
    """Begin the log, and make sure that no other station works on the folder; raises JournalError.

    A folder that cannot be written is one too: nobody reads the standard error of what an icon started.
    """
    try:
        log_into(folder)
        check_free(folder)
    except OSError as error:
        raise JournalError("read_only", f"The data folder {folder} cannot be written: {error.strerror}.") from error


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
