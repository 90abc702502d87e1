"""Works all devices of a bench as fast as they go, and watches memory, threads and open files: a command, run by hand.

`.venv/bin/python tests/long/soak.py --minutes 5` prints a line each interval and exits 1 when threads or files grew, or
memory by more than --grown-mb after the first third. The drivers are the real ones, the devices are simulated.
"""

import argparse
import itertools
import queue
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from devices.cameras.codes import CodeSettings  # noqa: E402
from devices.cameras.stream import Camera, CameraSettings  # noqa: E402
from devices.hotplug import Hotplug  # noqa: E402
from devices.printers.tcp import TcpPrinter  # noqa: E402
from devices.printers.zpl import Code128, label  # noqa: E402
from devices.readings import AcceptedWeight, Printed, Still, Up  # noqa: E402
from devices.recording import Recorder  # noqa: E402
from devices.scales import models as scales  # noqa: E402
from devices.scanners.serial_line import SerialScanner  # noqa: E402
from devices.serial_port import LineSettings  # noqa: E402
from devices.simulators.bench import SimulatedBench  # noqa: E402
from devices.worker import NETWORK_BACKOFF_S, Worker  # noqa: E402

PARCELS_A_SHIFT = 150  # what a busy bench does in eight hours
_UNPLUG_EVERY = 40


class Shift:
    """The drivers on one bench, one who works them, and what was said."""

    def __init__(self, bench: SimulatedBench, recorder: Recorder) -> None:
        self.bench = bench
        self.said: Counter[str] = Counter()
        self._words: queue.SimpleQueue[Any] = queue.SimpleQueue()
        codes = CodeSettings()
        self.camera = Camera("camera", CameraSettings(bench.address("camera"), codes=codes))
        self.printer = TcpPrinter("printer", bench.printer.host, bench.printer.port)
        scanner, scale = bench.address("scanner"), bench.address("scale")
        near = {
            "scanner": (SerialScanner("scanner", LineSettings(scanner)), scanner),
            "scale": (scales.session(scales.named("mt-sics"), "scale", scale), scale),
        }
        post, note = self._words.put, recorder.note
        self.workers = [Worker(name, session, post, record=note) for name, (session, _) in near.items()]
        paths = [path for _, path in near.values()]
        self._hotplug = Hotplug([(path, w.nudge) for path, w in zip(paths, self.workers, strict=True)])
        self.workers += [
            Worker(name, session, post, NETWORK_BACKOFF_S, note)
            for name, session in (("camera", self.camera), ("printer", self.printer))
        ]

    def begin(self) -> None:
        for worker in self.workers:
            worker.start()
        self._hotplug.start()
        for _ in self.workers:
            self._await(Up)
        self.camera.want_preview(True)

    def end(self) -> None:
        self._hotplug.stop()
        for worker in self.workers:
            worker.stop()

    def parcel(self, number: int) -> None:
        """One parcel through every device; now and then a plug is pulled."""
        bench = self.bench
        bench.scanner.scan(f"PARCEL-{number:08d}", aim="]C0")
        bench.scale.place(500_000 + 1_000 * (number % 5_000), wobble_s=0.0)
        self._await(AcceptedWeight)
        bench.scale.remove(wobble_s=0.0)
        bench.camera.scene("footwear", seed=number, ean=("4006381333931", "")[number % 2])
        self.camera.request_still(str(number))
        self._await(Still)
        self.printer.print(str(number), label(50, 25, 203, [Code128(3, 3, 10, f"L-{number:08d}")]))
        self._await(Printed)
        bench.printer.wait_for_label().unlink()
        if number % _UNPLUG_EVERY == _UNPLUG_EVERY - 1:
            device = ("scanner", "scale", "camera", "printer")[number // _UNPLUG_EVERY % 4]
            bench.unplug(device)  # type: ignore[arg-type]
            time.sleep(0.2)
            bench.plug(device)  # type: ignore[arg-type]
            self._await(Up)

    def _await(self, kind: type) -> None:
        deadline = time.monotonic() + 30.0
        while True:
            try:
                word = self._words.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"no {kind.__name__}; so far {dict(self.said)}") from None
            self.said[type(word).__name__] += 1
            if isinstance(word, kind):
                return


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: %(default)s)")
    parser.add_argument(
        "--every-s", type=float, default=15.0, help="a line each so many seconds (default: %(default)s)"
    )
    parser.add_argument("--grown-mb", type=float, default=12.0, help="how much memory may grow (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, SimulatedBench(Path(name, "devices")) as bench:
        recorder = Recorder(Path(name, "recording.jsonl"), max_bytes=500_000, kept=2)
        shift = Shift(bench, recorder)
        shift.begin()
        try:
            looks = work(shift, options.minutes * 60, options.every_s)
        finally:
            shift.end()
            recorder.close()
    return verdict(looks, options.grown_mb)


Look = tuple[float, float, int, int, int]


def work(shift: Shift, seconds: float, every_s: float) -> list[Look]:
    """Parcel after parcel; a look at ourselves at each interval: when, MB, threads, files, parcels."""
    ourselves, looks = psutil.Process(), []
    began = due = time.monotonic()
    print(f"{'s':>6}{'RSS MB':>8}{'threads':>8}{'files':>6}{'parcels':>8}  readings")
    for number in itertools.count():
        shift.parcel(number)
        now = time.monotonic()
        if now >= due or now - began >= seconds:
            due = now + every_s
            memory = ourselves.memory_info().rss / 2**20
            looks.append((now - began, memory, threading.active_count(), ourselves.num_fds(), number + 1))
            print(f"{looks[-1][0]:>6.0f}{memory:>8.1f}{looks[-1][2]:>8}{looks[-1][3]:>6}{number + 1:>8}", end="  ")
            print(" ".join(f"{kind} {count}" for kind, count in sorted(shift.said.items())), flush=True)
        if now - began >= seconds:
            return looks
    raise AssertionError("counting has no end")


def verdict(looks: list[Look], grown_mb: float) -> int:
    """Compare the last look with the one after the first third, when every part has been used."""
    settled, last = looks[len(looks) // 3], looks[-1]
    grown = last[1] - settled[1]
    parcels = last[4] - settled[4]
    print(
        f"after the first third: memory {grown:+.1f} MB in {parcels} parcels, threads {last[2] - settled[2]:+d}", end=""
    )
    print(f", files {last[3] - settled[3]:+d}")
    if parcels:
        shift_mb = grown / parcels * PARCELS_A_SHIFT
        print(f"extrapolated, not run: {shift_mb:+.2f} MB for a shift of eight hours with {PARCELS_A_SHIFT} parcels")
    return int(grown > grown_mb or last[2] > settled[2] or last[3] > settled[3])


if __name__ == "__main__":
    sys.exit(main())
