"""Headless runs as processes of their own: one killed again and again and gone on with, one without a display."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from station.errors import JournalError
from station.journal import Entry, read_entries

ROOT = Path(__file__).parents[3]
PARCELS = 7
# Seven sample parcels: plain ones, three orders in one, two merchants, and one that nobody announced.
RUN = ("run", "--headless", "--parcels", str(PARCELS), "--seed", "3", "--out")
WITHIN_S = 240.0
NO_DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "station", *map(str, arguments)]


def environment() -> dict[str, str]:
    """The environment of a computer without a display."""
    return {name: value for name, value in os.environ.items() if name not in NO_DISPLAY}


def say(*arguments: object, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run `returns-station` to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(),
        input=given,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def entries_in(folder: Path) -> list[Entry]:
    """Return what the journal of a folder holds, also while it is being made."""
    try:
        return read_entries(folder / "station.sqlite", 0, 100_000)
    except JournalError:
        return []


@dataclass
class Life:
    """One process of an interrupted run, and what the journal held when it was ended."""

    ended_by: int
    said: str
    entries: list[Entry]


@dataclass
class Run:
    """A headless run that came to its end: its folder, its report and the processes it took."""

    folder: Path
    lives: list[Life]
    left: list[str]
    intruder: subprocess.CompletedProcess[str] | None = None

    @property
    def report(self) -> dict[str, Any]:
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))

    @property
    def items(self) -> list[dict[str, Any]]:
        return [item for parcel in self.report["parcels"] for item in parcel["items"]]


def _has(kind: str, count: int = 1) -> Callable[[list[Entry]], bool]:
    return lambda entries: sum(entry.type == kind for entry in entries) >= count


def _is_waiting_for_a_label(entries: list[Entry]) -> bool:
    return bool(entries) and entries[-1].type == "PlateAllotted"


# When each life is ended, by what it wrote itself, and up to how many seconds later: nothing is over in the same
# moment.
DEATHS: tuple[tuple[str, Callable[[list[Entry]], bool], float], ...] = (
    ("before anything was done", lambda entries: True, 0.3),
    ("while a photo is taken", _has("SerialChecked"), 0.4),
    ("while a label is printed", _is_waiting_for_a_label, 0.02),
    ("anywhere", _has("ParcelFinished"), 1.0),
)


def _live(folder: Path, ends: Callable[[list[Entry]], bool], after_s: float) -> Life:
    """Let a run go on until a moment has come, and then kill it."""
    process = subprocess.Popen(
        command(*RUN, folder), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    before, deadline = len(entries_in(folder)), time.monotonic() + WITHIN_S
    while not ends(entries_in(folder)[before:]) or not (folder / "station.sqlite").exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "the moment never came"
        # Each look opens the journal anew, and takes from the run that is looked at.
        time.sleep(0.03)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    said = process.communicate()[0]
    return Life(process.returncode, said, entries_in(folder))


def _live_on(folder: Path) -> tuple[Life, subprocess.CompletedProcess[str]]:
    """Let a run go on to its end; once it works, another one is started on the same folder."""
    before = len(entries_in(folder))
    process = subprocess.Popen(
        command(*RUN, folder), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    deadline = time.monotonic() + WITHIN_S
    while len(entries_in(folder)) == before:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "it never went on"
        time.sleep(0.05)
    intruder = say(*RUN, folder)
    said = process.communicate(timeout=WITHIN_S)[0]
    assert process.returncode == 0, said
    return Life(process.returncode, said, entries_in(folder)), intruder


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.fixture(scope="session")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that was killed four times, each time begun again by the same command, until it was done."""
    folder = tmp_path_factory.mktemp("interrupted") / "out"
    chance = random.Random(int.from_bytes(os.urandom(4)))
    lives = [_live(folder, ends, chance.uniform(0.0, most_s)) for _, ends, most_s in DEATHS]
    last, intruder = _live_on(folder)
    return Run(folder, [*lives, last], _names(folder), intruder)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, subprocess.CompletedProcess[str]]:
    """A run of one parcel, not asked to be headless, on a computer without a display."""
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    done = say("run", "--parcels", 1, "--out", folder)
    return Run(folder, [], _names(folder)), done
