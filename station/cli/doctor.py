"""Proves a station: versions, SQLite, disk, clock, journal, and each device by a real reading."""

import os
import platform
import queue
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import msgspec
from sqlalchemy.exc import DBAPIError

from devices.readings import Down, Fault, Up
from devices.simulators.bench import SimulatedBench
from devices.worker import Worker
from grading import text
from station.cli import publishing
from station.cli.demo import demo_settings
from station.cli.parts import sessions_of
from station.copy_marks import rules_in
from station.database import MINIMUM_SQLITE, open_sqlite, sqlite_version
from station.deliveries import in_force
from station.errors import JournalBusy, JournalError
from station.local_copy import COPY_FILE
from station.opening import JOURNAL_FILE, check_files
from station.ownership import check_free
from station.settings import CentralSettings, MatSettings, Settings, SettingsError, settings_of
from station.verify import verify
from station.words import FAULT_WORDS
from sync.client import Client
from sync.errors import Refused, Unreachable
from sync.identity import read_token

PROVEN_WITHIN_S = 12.0
# What is not there, or speaks another language, does not come by waiting; a device just switched on may.
SETTLED_WITHIN_S = 3.0
# A person must mend these; waiting for a network changes nothing.
_UNSAFE = ("not_secure", "certificate_wrong")
SETTLED = (Fault.unreachable, Fault.wrong_line_settings)
LOW_DISK_BYTES = 2 * 1024**3
CLOCK_TOLERANCE_S = 120.0
# No feed has so many records: what is asked for after this number is nothing.
_PAST_ALL = 2**62
_OPEN = "is open; only a scan proves it: scan any code on page Devices (F6)"

Verdict = Literal["ok", "look", "bad", "wait"]
_SIGNS: Mapping[Verdict, str] = {"ok": "✔", "look": "!", "bad": "✘", "wait": "…"}


class Check(msgspec.Struct, frozen=True):
    """One thing looked at: whether it is well, and what to do when it is not; `wait` only says what is being asked."""

    name: str
    verdict: Verdict
    words: str


def examine(data: Path, named: Path | None, demo: bool) -> int:
    """Print every check as it is done; return 1 when one is bad."""
    settings = Settings() if demo else settings_of(data, named)
    worst = False
    with ExitStack() as stack:
        if demo:
            devices = stack.enter_context(SimulatedBench(data / "demo" / "labels"))
            settings = demo_settings(Settings(), devices, CentralSettings())
        folder = data / "demo" if demo else data
        for check in checks(folder, settings, prove=demo or not is_running(folder)):
            worst = worst or check.verdict == "bad"
            sys.stdout.write(f"{_SIGNS[check.verdict]} {check.name:<12} {check.words}\n")
            sys.stdout.flush()
    return 1 if worst else 0


def is_running(folder: Path) -> bool:
    """Return whether a station works on this folder now: its devices are its own then, and cannot be proved."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    try:
        check_free(folder)
    except JournalBusy:
        return True
    return False


def checks(folder: Path, settings: Settings | None, *, prove: bool = True) -> Iterator[Check]:
    """Look at one thing after another; devices are opened only to `prove` them."""
    yield _versions()
    yield _sqlite()
    yield _disk(folder)
    yield _text()
    yield _journal(folder)
    yield _clock(folder)
    yield _rules(folder)
    if settings is None:
        yield Check("devices", "look", "There are no settings: nothing to prove. Try --demo.")
        return
    yield _central(settings)
    yield _mat(settings)
    yield from _hints(folder, settings)
    if prove:
        yield from _devices(settings)
    else:
        yield Check("devices", "look", "not proved: a station is running and has them open")


def _versions() -> Check:
    parts = ("PySide6-Essentials", "opencv-python-headless", "SQLAlchemy", "httpx", "pyserial")
    words = ", ".join(f"{name} {version(name)}" for name in parts)
    return Check("versions", "ok", f"Python {platform.python_version()}, {words}")


def _sqlite() -> Check:
    found = sqlite_version()
    words = f"SQLite {'.'.join(map(str, found))}"
    if found >= MINIMUM_SQLITE:
        return Check("sqlite", "ok", f"{words}: free of the WAL-reset bug")
    needed = ".".join(map(str, MINIMUM_SQLITE))
    return Check("sqlite", "bad", f"{words} can damage a database (WAL-reset bug); {needed} or newer is needed")


def _text() -> Check:
    """Look for the reader of print; the bench works without it."""
    if text.is_available():
        return Check("text", "ok", f"rapidocr {version('rapidocr')} reads the print in photos, in a process of its own")
    return Check("text", "look", "rapidocr is missing: the print in photos is not read; all else works")


def _disk(folder: Path) -> Check:
    place = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / 1024**3:.1f} GiB free at {place}"
    if not os.access(place, os.W_OK | os.X_OK):
        return Check("disk", "bad", f"{place} cannot be written: the station cannot work there")
    if free < LOW_DISK_BYTES:
        return Check("disk", "look", f"{words}: make room before the photos stop")
    return Check("disk", "ok", words)


def _journal(folder: Path) -> Check:
    try:
        check_files(folder / JOURNAL_FILE)
        if not (folder / JOURNAL_FILE).exists():
            return Check("journal", "ok", "none yet: this station has not worked here")
        findings = [each for each in verify(folder) if each.is_damage]
    except JournalError as error:
        return Check("journal", "bad", str(error))
    if findings:
        return Check("journal", "bad", f"{findings[0].text} ({len(findings)} findings): run returns-station verify")
    return Check("journal", "ok", "the chain is whole and the tables agree with it")


def _clock(folder: Path) -> Check:
    """Look whether the clock stands before the last fact, as one that was set back does."""
    now = datetime.now(UTC)
    shown = f"{now.astimezone():%Y-%m-%d %H:%M %Z}"
    try:
        with closing(open_sqlite(folder / JOURNAL_FILE, read_only=True).connect()) as connection:
            last = connection.exec_driver_sql("SELECT at FROM journal ORDER BY seq DESC LIMIT 1").scalar()
    except DBAPIError:  # none yet, or damaged, which the journal's own check says
        last = None
    if last is not None and (datetime.fromisoformat(last) - now).total_seconds() > CLOCK_TOLERANCE_S:
        return Check("clock", "look", f"{shown}, but the last fact is of {last}: was the clock set back? Set it right")
    return Check("clock", "ok", shown)


def _rules(folder: Path) -> Check:
    """Read the rules in force: none that central delivered was refused, all that were shipped are published."""
    delivered = rules_in(folder / COPY_FILE)
    faults = [f"{each.key}: {each.why}" for each in {each.key: each for each in delivered}.values() if each.why]
    rules = in_force(delivered, lambda name, why: faults.append(f"{name}: {why}"))
    words = f"{len(rules.rubrics)} rubrics, {len(rules.clients)} clients' overrides, {len(rules.routes)} route tables"
    if faults:
        return Check("rules", "look", f"{words}; refused, the last good ones stay: {'; '.join(faults)}")
    try:
        objections = publishing.objections()
    except SettingsError as error:
        return Check("rules", "bad", str(error))
    if objections:
        more = f" ({len(objections)} such files)" if len(objections) > 1 else ""
        return Check("rules", "look", f"{words}; {objections[0]}{more}")
    return Check("rules", "ok", f"{words}, published and unchanged")


def _hints(folder: Path, settings: Settings) -> Iterator[Check]:
    """Name the categories that hints were chosen for and that there are none of: they are on for nothing."""
    rules = in_force(rules_in(folder / COPY_FILE), lambda name, why: None)
    for kind, chosen in settings.hints.items():
        lost = [each for each in chosen if each != "*" and each not in rules.rubrics]
        if lost:
            there = ", ".join(sorted(rules.rubrics))
            yield Check("hints", "look", f"{kind} is on for {', '.join(lost)}, of which there is none; one of {there}")


def _mat(settings: Settings) -> Check:
    """Say at what size the mat is taken to be printed: lengths are as wrong as the print is."""
    measured = settings.mat.scale_bar_mm
    if measured == MatSettings().scale_bar_mm:
        return Check("mat", "ok", "taken to be printed at full size: its bar measures 100 mm")
    words = f"its bar measures {measured:g} mm instead of 100 (scale_bar_mm): lengths are corrected by that"
    return Check("mat", "ok" if abs(measured - 100) <= 5 else "look", words)


def _central(settings: Settings) -> Check:
    """Reach central, have it let us speak, and compare clocks: the wall clock only informs, but people read it."""
    if not settings.central.url:
        return Check("central", "look", "not in the settings: facts stay on this computer")
    try:
        token = read_token(Path(settings.central.token_file))
        client = Client(settings.central.url, settings.station, token, ca_file=settings.central.ca_file)
    except OSError as error:
        return Check("central", "bad", f"the token cannot be read: {error}")
    try:
        health = client.health()
        # Health is told to anybody; this door only to a station of the site.
        client.pull(settings.central.site, _PAST_ALL, 1)
    except Unreachable as error:
        if error.code in _UNSAFE:
            return Check("central", "bad", f"nothing is sent, work goes on: {error}")
        return Check("central", "look", f"not reachable now, work goes on without it: {error}")
    except Refused as error:
        if error.code == "token_expired":
            return Check("central", "look", "answers; the token has ended, and the station gets the next when it works")
        return Check("central", "bad", f"central refuses this station, nothing is sent, work goes on: {error}")
    finally:
        client.close()
    ahead_s = (datetime.now(UTC) - datetime.fromisoformat(health.server_time)).total_seconds()
    if abs(ahead_s) > CLOCK_TOLERANCE_S:
        side = "ahead of" if ahead_s > 0 else "behind"
        return Check("central", "look", f"answers, but our clock is {abs(ahead_s):.0f} s {side} its: set it right")
    return Check("central", "ok", f"{settings.central.url} answers ({health.server_time})")


def _devices(settings: Settings) -> Iterator[Check]:
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    workers = [Worker(name, session, words.put) for name, session in sessions_of(settings).items()]
    if not workers:
        yield Check("devices", "look", "none in the settings")
    for worker in workers:
        worker.start()
    try:
        mute = frozenset(each.name for each in settings.scanners)
        yield from _proofs({worker.device for worker in workers}, words.get, mute)
    finally:
        for worker in workers:
            worker.stop()


def _proofs(waiting: set[str], get: Callable[..., Any], mute: frozenset[str]) -> Iterator[Check]:
    """Wait for each device's first word, all of them at once: up by a real answer, or down and why.

    `mute` are those that answer nothing, as a scanner does: that they could be opened is all there is to say.
    """
    begun = time.monotonic()
    due: dict[str, float] = dict.fromkeys(waiting, begun + PROVEN_WITHIN_S)
    why: dict[str, Down] = {}
    if due:
        yield Check("devices", "wait", f"asking {', '.join(sorted(due))}; this takes up to {PROVEN_WITHIN_S:.0f} s")
    while due:
        try:
            word = get(timeout=max(0.01, min(due.values()) - time.monotonic()))
        except queue.Empty:
            word = None
        if isinstance(word, Up) and word.device in due:
            del due[word.device]
            yield Check(word.device, "ok", _OPEN if word.device in mute else "proved itself with a real answer")
        elif isinstance(word, Down) and word.device in due:
            why[word.device] = word
            allowed_s = SETTLED_WITHIN_S if word.why in SETTLED else PROVEN_WITHIN_S
            due[word.device] = min(begun + PROVEN_WITHIN_S, word.at + allowed_s)
        for name in sorted(name for name, at in due.items() if at <= time.monotonic()):
            del due[name]
            yield _failed(name, why.get(name))


def _failed(name: str, down: Down | None) -> Check:
    words = FAULT_WORDS.get(str(down.why), str(down.why)) if down is not None else "It said nothing."
    return Check(name, "bad", f"{words} {down.detail if down is not None else ''}".strip())
