"""The reader of text as a process of its own: begun when a photo waits, gone when idle, replaced when it hangs or dies.

Both ends of the pipe are here. A photo goes down as four bytes of length (big-endian) and the JPEG; its lines come up
as one line of JSON.
"""

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO

import msgspec
import psutil

from grading import text

_log = logging.getLogger(__name__)

COMMAND = "read-text"
READ_WITHIN_S = 60.0
IDLE_S = 120.0
LARGEST_BYTES = 64 * 1024**2
_TRIES = 2
_NICE = 10

_lines = msgspec.json.Decoder(tuple[text.Line, ...])


class TextProcess:
    """Reads one photo at a time; `read` is called in one thread, `close` in any.

    A class, for the process lives from one photo to the next.
    """

    def __init__(self, command: Sequence[str] = (), read_within_s: float = READ_WITHIN_S) -> None:
        self._command = tuple(command) or own_command()
        self._read_within_s = read_within_s
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        # Nothing is begun any more once it was closed, whoever is reading.
        self._starting = threading.Lock()

    def read(self, jpeg: bytes) -> tuple[text.Line, ...] | None:
        """Return the lines of a photo; None when it cannot be had: the reader hung, died twice, or was closed."""
        if not jpeg or len(jpeg) > LARGEST_BYTES:
            return None
        for _ in range(_TRIES):
            try:
                process = self._running()
            except OSError as error:
                _log.error("the reader of text cannot be started: %s", error)
                return None
            if process is None:
                return None
            overdue = threading.Event()
            watch = threading.Timer(self._read_within_s, _kill, (process, overdue))
            watch.start()
            try:
                answer = _ask(process, jpeg)
            finally:
                watch.cancel()
                watch.join()
            if answer is not None:
                return answer
            self._end(process)
            if overdue.is_set():
                _log.error("the reader of text took more than %.0f s for a photo and was ended", self._read_within_s)
                return None
        if not self._closed:
            _log.error("the reader of text ended twice at one photo, which stays unread")
        return None

    @property
    def is_at_work(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the process, whatever it does."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                self._end(self._process)

    def _running(self) -> subprocess.Popen[bytes] | None:
        with self._starting:
            return None if self._closed else self._begun()

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                self._end(self._process)
            pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
            self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=nowhere)
        return self._process

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # What was not written any more goes with the pipe.
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


def own_command(command: str = COMMAND) -> tuple[str, ...]:
    """Return what starts the reader, or another: this program itself, in a frozen build as in a checkout."""
    frozen = getattr(sys, "frozen", False)
    return (sys.executable, command) if frozen else (sys.executable, "-m", "station", command)


def serve() -> int:
    """Be that process: answer photos until no more can come, or none came for a while.

    It yields to everything else on the computer.
    """
    # The constant is Windows' own scale; elsewhere psutil has none.
    psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _NICE))
    # Libraries that print must not speak into the answers.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        read: Callable[[bytes], tuple[text.Line, ...]] | None = None
        while True:
            idle = threading.Timer(IDLE_S, os._exit, (0,))
            idle.daemon = True
            idle.start()
            jpeg = _photo(sys.stdin.buffer)
            idle.cancel()
            if jpeg is None:
                return 0
            # Loading takes seconds: it begins with the first photo, and one that gets none ends at once.
            read = read or text.reader()
            answers.write(msgspec.json.encode(read(jpeg)) + b"\n")
            answers.flush()


def _photo(photos: BinaryIO) -> bytes | None:
    size = photos.read(4)
    jpeg = photos.read(int.from_bytes(size, "big")) if len(size) == 4 else b""
    return jpeg if jpeg else None


def _ask(process: subprocess.Popen[bytes], jpeg: bytes) -> tuple[text.Line, ...] | None:
    """Return the answer to one photo, or None when the process ended or spoke nonsense."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(len(jpeg).to_bytes(4, "big") + jpeg)
        process.stdin.flush()
        return _lines.decode(process.stdout.readline())
    except (OSError, ValueError):  # the pipe is gone; a line that is none (msgspec's errors are ValueErrors)
        return None


def _kill(process: subprocess.Popen[bytes], overdue: threading.Event) -> None:
    overdue.set()
    process.kill()
