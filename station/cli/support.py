"""`support-bundle`: one file for whoever helps, with nothing in it that is private."""

import json
import platform
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from devices.worker import RawFrame
from station import redaction
from station.cli import doctor
from station.cli.parts import COPY_FILE
from station.database import open_sqlite
from station.errors import JournalError
from station.opening import JOURNAL_FILE
from station.records import Operator
from station.redaction import Redactor
from station.settings import PRINTER, SCALE, Settings, SettingsError, settings_of

LOG_LINES = 2_000
_README = """\
A support bundle of a returns station. What was scanned, typed or printed is masked as ‹12ab34cd›: the same mark is the
same text within this bundle, and nobody can tell which. Tokens and passwords are left out. Look into it before you send
it.
"""


def bundle(out: Path, data: Path, named: Path | None, frames: Mapping[str, Iterable[RawFrame]] | None = None) -> int:
    """Write the bundle and say what is in it; return 0. `frames` are the last raw frames, when they are wanted.

    What cannot be had is said in the bundle: it is needed most when something is broken.
    """
    redactor = Redactor(_people(data / COPY_FILE))
    settings, trouble = _settings(data, named)
    parts: dict[str, Callable[[], str]] = {
        "README.txt": lambda: _README,
        "versions.json": _versions,
        "settings.json": lambda: redactor.plain(trouble) if settings is None else _shown(settings),
        "doctor.txt": lambda: _doctor(data, settings, redactor),
        "journal.json": lambda: _head(data / JOURNAL_FILE),
        "log.txt": lambda: "".join(f"{redactor.line(line)}\n" for line in _last_lines(data / "logs")),
    }
    if frames is not None:
        parts["frames.txt"] = lambda: "".join(_frames(frames, settings, redactor))
    draft = out.with_name(out.name + ".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as file:
        for name, make in parts.items():
            file.writestr(name, make())
    draft.replace(out)
    sys.stdout.write(f"{out} holds {', '.join(parts)}.\n")
    sys.stdout.write("Names, numbers and codes in it are masked. Look into it before you send it.\n")
    return 0


def _versions() -> str:
    packages = {each.name: each.version for each in distributions()}
    fields = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": dict(sorted(packages.items())),
    }
    return json.dumps(fields, indent=2)


def _settings(data: Path, named: Path | None) -> tuple[Settings | None, str]:
    """Return the settings, or why there are none."""
    try:
        return settings_of(data, named), "There are no settings."
    except SettingsError as error:
        return None, str(error)


def _shown(settings: Settings) -> str:
    return json.dumps(redaction.settings(msgspec.to_builtins(settings)), indent=2, ensure_ascii=False)


def _doctor(data: Path, settings: Settings | None, redactor: Redactor) -> str:
    """What the doctor finds; of devices that a running station has open, nothing can be proved."""
    found = doctor.checks(data, settings, prove=not doctor.is_running(data))
    return "".join(redactor.plain(f"{check.verdict:<5}{check.name:<12} {check.words}\n") for check in found)


def _head(path: Path) -> str:
    """The journal's last number and hash: they tell whether it is the one that central knows, and nothing else."""
    if not path.is_file():
        return "There is no journal."
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            row = connection.exec_driver_sql("SELECT station, seq, hash FROM journal ORDER BY seq DESC LIMIT 1").first()
    except (DBAPIError, JournalError) as error:
        return f"The journal cannot be read: {type(error).__name__}"
    if row is None:
        return "The journal is empty."
    return json.dumps({"station": row[0], "seq": row[1], "hash": row[2].hex()}, indent=2)


def _people(path: Path) -> Iterator[str]:
    """Return names and badges of those who may sign in, from a copy that may be missing or damaged."""
    if not path.is_file():
        return
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            bodies = connection.exec_driver_sql("SELECT body FROM record WHERE kind = 'operator'").scalars().all()
    except DBAPIError:
        return
    for body in bodies:
        person = msgspec.json.decode(body, type=Operator)
        yield from (person.name, person.badge)


def _last_lines(logs: Path) -> list[str]:
    """Return the newest lines of the log, oldest first; the newest file may hold only a few."""
    files = [logs / name for name in ("station.log.1", "station.log") if (logs / name).is_file()]
    texts = (file.read_text(encoding="utf-8", errors="replace").splitlines() for file in files)
    return list(chain.from_iterable(texts))[-LOG_LINES:]


def _frames(frames: Mapping[str, Iterable[RawFrame]], settings: Settings | None, redactor: Redactor) -> Iterator[str]:
    """What scales, printers and cameras said is told in words; of scanners only how it looks, and how long it was.

    What is not known to be something else counts as a scanner, and of keys of a keyboard even the look would tell.
    """
    told = {SCALE, PRINTER, *(each.name for each in (settings.cameras if settings is not None else ()))}
    scanners = settings.scanners if settings is not None else ()
    looks = {each.name for each in scanners if each.connection != "evdev"}
    for device, each in frames.items():
        for frame in each:
            said = f"{len(frame.raw)} bytes"
            if device in told:
                said = redactor.message(repr(frame.raw)[2:-1])
            elif device in looks:
                said += f" {redaction.shape(frame.raw)}"
            yield f"{device} {frame.at:.3f} {said}\n"
