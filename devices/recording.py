"""Records what devices say and are told, byte for byte and with its time, so that a fault can be replayed later.

A recording is a file of JSON lines. The first is {"recording": 1, "began_at": UTC}; each other one is
{"t": monotonic seconds, "device": name, "direction": "in", "out" or "lost", "raw": bytes as ISO 8859-1 text}; "lost" is
a line that broke. It holds whatever was scanned, so it is as private as the parcels are.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from devices.worker import Direction

_log = logging.getLogger(__name__)

VERSION = 1
MAX_BYTES = 4_000_000
KEPT = 4


@dataclass(frozen=True, slots=True)
class Note:
    """Bytes of one device in one direction; `t` is monotonic seconds of the computer that recorded them."""

    t: float
    device: str
    direction: Direction
    raw: bytes


class RecordingError(ValueError):
    """A recording that cannot be read; the message names file and line."""


class Recorder:
    """Writes notes of all devices into one file; `note` may be called from any thread.

    A file that has grown to `max_bytes` becomes NAME.1, that one NAME.2 and so on up to `kept`, the oldest goes:
    the disk holds at most (kept + 1) * max_bytes. Each note is one write to the system, without waiting for the disk,
    some tens of microseconds; so a program that dies loses nothing, and only a power cut may lose the last seconds. A
    disk that refuses ends the recording, never the device.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._size = 0
        self._file: BinaryIO | None = None
        if path.exists():
            self._shift()
        self._begin()

    def note(self, device: str, direction: Direction, raw: bytes) -> None:
        """Write one note; never raises."""
        fields = {"t": round(time.monotonic(), 6), "device": device, "direction": direction}
        line = json.dumps({**fields, "raw": raw.decode("latin-1")}).encode("ascii") + b"\n"
        with self._lock:
            if self._file is None:
                return
            try:
                if self._size + len(line) > self._max_bytes:
                    self._file.close()
                    self._shift()
                    self._begin()
                self._write(line)
            except OSError as error:
                self._file = None
                _log.error("the recording ends, %s cannot be written: %s", self._path, error)

    def close(self) -> None:
        """End the recording; later notes are dropped."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._file = self._path.open("wb", buffering=0)
        self._size = 0
        head = {"recording": VERSION, "began_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        self._write(json.dumps(head).encode("ascii") + b"\n")

    def _write(self, line: bytes) -> None:
        assert self._file is not None
        self._file.write(line)
        self._size += len(line)

    def _shift(self) -> None:
        """Move each file one place on."""
        for place in range(self._kept, 0, -1):
            younger = self._path if place == 1 else _place(self._path, place - 1)
            if younger.exists():
                younger.replace(_place(self._path, place))
        if not self._kept:
            self._path.unlink(missing_ok=True)


def files_of(path: Path) -> list[Path]:
    """All files of a recording that are there, oldest first."""
    older: list[Path] = []
    while (file := _place(path, len(older) + 1)).exists():
        older.append(file)
    return [*reversed(older), path]


def read(path: Path) -> Iterator[Note]:
    """The notes of one file in order; raises RecordingError, and OSError when it cannot be opened.

    A last line that was cut off is left out: the program died while it wrote it.
    """
    with path.open(encoding="utf-8") as file:
        head = _parsed(file.readline(), path, 1)
        if head.get("recording") != VERSION:
            raise RecordingError(f"{path}, line 1: this is no recording of version {VERSION}")
        for number, line in enumerate(file, start=2):
            if not line.endswith("\n"):
                return
            fields = _parsed(line, path, number)
            try:
                t, device, direction = float(fields["t"]), str(fields["device"]), fields["direction"]
                raw = str(fields["raw"]).encode("latin-1")
            except (KeyError, TypeError, ValueError) as error:
                raise RecordingError(f"{path}, line {number}: {error!r}") from error
            if direction not in ("in", "out", "lost"):
                raise RecordingError(f"{path}, line {number}: direction is {direction!r}, not in, out or lost")
            yield Note(t, device, direction, raw)


def _parsed(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise RecordingError(f"{path}, line {number}: no JSON: {error}") from error
    if not isinstance(fields, dict):
        raise RecordingError(f"{path}, line {number}: no JSON object")
    return fields


def _place(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
