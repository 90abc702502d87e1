"""How long a byte on the wire takes to become a reading that is posted: scale and scanner over a pty.

Beside them a thread that does nothing but read the same pty: what it takes is the machine's part.
"""

import os
import select
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from big_site import figure, p99

from devices.readings import Reading, Scan, Up, Weight
from devices.scales.models import MODELS, session
from devices.scanners.serial_line import SerialScanner
from devices.serial_port import LineSettings
from devices.worker import Link, Session, Worker

READINGS = 400
LIMIT_MS = 5.0
# At 9600 baud a frame of 22 bytes takes 23 ms on a real line; a pty gives it at once, so this is our part alone.
_PAUSE_S = 0.003


class BareReader:
    """Posts whatever comes, as it comes."""

    def __init__(self, port: str) -> None:
        self._port = port

    def run(self, link: Link) -> None:
        """Read until told to stop."""
        handle = os.open(self._port, os.O_RDWR | os.O_NOCTTY)
        link.up()
        while not link.stopping:
            if select.select([handle], [], [], 0.02)[0]:
                link.post(Scan("bare", os.read(handle, 64).decode(), "", 0.0))
        os.close(handle)


class Post:
    """Where readings go: notes when the awaited one came."""

    def __init__(self, wanted: Callable[[Reading], bool]) -> None:
        self._wanted = wanted
        self._came = threading.Event()
        self.up = threading.Event()
        self.at = 0.0

    def __call__(self, reading: Reading) -> None:
        if isinstance(reading, Up):
            self.up.set()
        if self._wanted(reading):
            self.at = time.monotonic()
            self._came.set()

    def wait(self) -> float:
        """When it came."""
        if not self._came.wait(5.0):
            raise TimeoutError("no reading came")
        self._came.clear()
        return self.at


def measure() -> dict[str, dict[str, Any]]:
    """p99 and median of each, and of all; the bound is the baseline."""
    took = {
        "streaming_scale": timed(lambda port: session(MODELS["cas-22"], "scale", port), _stream, Weight),
        "polled_scale": timed(lambda port: session(MODELS["mt-sics"], "scale", port), _answer, Weight),
        "serial_scanner": timed(lambda port: SerialScanner("scanner", LineSettings(port)), _scan, Scan),
    }
    every = [each for times in took.values() for each in times]
    bare = timed(BareReader, _scan, Scan)
    figures = {"wire_to_reading_p99_ms": figure(p99(every) * 1000, "ms", LIMIT_MS, len(every))}
    for name, times in {**took, "bare_read": bare}.items():
        figures[f"{name}_wire_to_reading_p99_ms"] = figure(p99(times) * 1000, "ms", LIMIT_MS, len(times))
        figures[f"{name}_wire_to_reading_p50_ms"] = figure(median(times) * 1000, "ms", LIMIT_MS, len(times))
    return figures


def timed(make: Callable[[str], Session], frame: Callable[[int, int], bytes], kind: type[Reading]) -> list[float]:
    """The seconds from the write of each frame's last byte to its reading."""
    master, slave = os.openpty()
    tty.setraw(slave)
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "device"
        link.symlink_to(os.ttyname(slave))
        post = Post(lambda reading: isinstance(reading, kind))
        worker = Worker("device", make(str(link)), post)
        worker.start()
        if kind is Scan:
            post.up.wait(5.0)  # what comes before the port is open is dropped
        try:
            for number in range(READINGS):
                data = frame(number, master)
                began = time.monotonic()
                os.write(master, data)
                took.append(post.wait() - began)
                time.sleep(_PAUSE_S * (1 + number % 7))
        finally:
            worker.stop()
            os.close(master)
            os.close(slave)
    return took[10:]


def _stream(number: int, master: int) -> bytes:
    """A weight that differs in state from the one before, as equal ones are not posted."""
    if not number:
        time.sleep(0.3)
    head, lamp = (b"ST", b"\xc4") if number % 2 else (b"US", b"\x84")
    return head + b",GS,1" + lamp + b",%08.3f kg\r\n" % (1 + number / 1000)


def _answer(number: int, master: int) -> bytes:
    """The answer to the driver's question, once that has come."""
    asked = b""
    while not asked.endswith(b"SI\r\n"):
        asked += os.read(master, 64)
    return b"S %c %10.2f g\r\n" % (b"S" if number % 2 else b"D", 1 + number)


def _scan(number: int, master: int) -> bytes:
    """A code that was not read before, with its AIM identifier."""
    return b"]C01Z999AA1%08d\r" % number
