"""Pulls plugs and puts them back at random moments, under work, and counts wrong readings: a command, run by hand.

`.venv/bin/python tests/long/plug_cycles.py --cycles 100 --seed 1` prints a table and exits 1 when a reading was wrong
or a device did not come back. The drivers are the real ones with their own pauses; the devices are simulated, over a
pty, HTTP and TCP. Times are from the plug to the driver's Up.
"""

import argparse
import contextlib
import queue
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from devices.cameras.stream import Camera, CameraSettings  # noqa: E402
from devices.hotplug import Hotplug  # noqa: E402
from devices.printers.tcp import TcpPrinter  # noqa: E402
from devices.printers.zpl import Code128, label  # noqa: E402
from devices.readings import AcceptedWeight, Down, NoStill, NotPrinted, Printed, Scan, Still, Up  # noqa: E402
from devices.scales import models as scales  # noqa: E402
from devices.scanners.serial_line import SerialScanner  # noqa: E402
from devices.serial_port import LineSettings  # noqa: E402
from devices.simulators.bench import SimulatedBench  # noqa: E402
from devices.worker import NETWORK_BACKOFF_S, Session, Worker  # noqa: E402

RECOVERED_WITHIN_S = 2.0
GIVEN_UP_AFTER_S = 30.0


@dataclass
class Tally:
    """What came of one driver's cycles; `wrong` has words for each wrong reading."""

    device: str
    recovered_s: list[float] = field(default_factory=list)
    readings: int = 0
    wrong: list[str] = field(default_factory=list)


class Line:
    """One driver under test: its worker and what it says."""

    def __init__(self, bench: SimulatedBench, device: Any, session: Session, path: str = "") -> None:
        self.bench, self.device, self.session = bench, device, session
        self.tally = Tally(device)
        self._said: queue.SimpleQueue[Any] = queue.SimpleQueue()
        pauses = {} if path else {"backoff_s": NETWORK_BACKOFF_S}
        self._worker = Worker(device, session, self._said.put, **pauses)
        self._hotplug = Hotplug([(path, self._worker.nudge)])

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        self._worker.start()
        self._hotplug.start()
        try:
            yield
        finally:
            self._hotplug.stop()
            self._worker.stop()

    def await_(self, matching: Callable[[Any], bool], what: str) -> list[Any]:
        """Everything said up to the first word that matches; TimeoutError names what did not come."""
        heard = []
        deadline = time.monotonic() + GIVEN_UP_AFTER_S
        while True:
            try:
                heard.append(self._said.get(timeout=max(0.01, deadline - time.monotonic())))
            except queue.Empty:
                raise TimeoutError(f"{self.device}: no {what}; heard {[type(h).__name__ for h in heard]}") from None
            if matching(heard[-1]):
                return heard


def up(word: Any) -> bool:
    return isinstance(word, Up)


def down(word: Any) -> bool:
    return isinstance(word, Down)


def replug(line: Line, chance: random.Random) -> list[Any]:
    """Pull the plug, wait a little, put it back; all that was said until the driver was up again."""
    line.bench.unplug(line.device)
    heard = line.await_(down, "Down")
    time.sleep(chance.choice([0.0, chance.uniform(0.0, 0.6), chance.uniform(0.0, 3.0)]))
    began = time.monotonic()
    line.bench.plug(line.device)
    heard += line.await_(up, "Up")
    line.tally.recovered_s.append(time.monotonic() - began)
    return heard


def scanner_cycle(line: Line, number: int, chance: random.Random) -> None:
    """A code that is under way may be lost; it may not come changed, twice or later."""
    flying, after = f"FLYING-{number:04d}-{'x' * chance.randrange(60)}", f"AFTER-{number:04d}"
    if chance.random() < 0.7:
        line.bench.scanner.scan(flying, aim="]C0")
        time.sleep(chance.uniform(0.0, 0.02))
    heard = replug(line, chance)
    line.bench.scanner.scan(after, aim="]C0")
    heard += line.await_(lambda word: isinstance(word, Scan) and word.text == after, after)
    scans = [word.text for word in heard if not isinstance(word, Up | Down) and hasattr(word, "text")]
    strange = [word for word in heard if not isinstance(word, Up | Down | Scan)]
    line.tally.readings += len(scans)
    if scans not in ([flying, after], [after]) or strange:
        line.tally.wrong.append(f"scans {scans}, {strange}")


def scale_cycle(line: Line, number: int, chance: random.Random) -> None:
    """What lies there is accepted once, before or after; never another figure."""
    mass = 100_000 + 1_000 * chance.randrange(20_000)
    line.bench.scale.place(mass, wobble_s=chance.uniform(0.0, 0.4))
    time.sleep(chance.uniform(0.0, 0.8))
    heard = replug(line, chance)
    if not any(isinstance(word, AcceptedWeight) for word in heard):
        heard += line.await_(lambda word: isinstance(word, AcceptedWeight), f"weight of {mass}")
    line.bench.scale.remove(wobble_s=0.0)
    heard += line.await_(lambda word: str(getattr(word, "state", "")) == "stable_zero", "an empty platform")
    accepted = [word.weight_mg for word in heard if isinstance(word, AcceptedWeight)]
    line.tally.readings += len(accepted)
    if accepted != [mass]:
        line.tally.wrong.append(f"placed {mass}, accepted {accepted}")


def camera_cycle(line: Line, number: int, chance: random.Random) -> None:
    """A still shows what lay there after it was asked for, or there is none."""
    camera = line.session
    assert isinstance(camera, Camera)
    heard = []
    look = "dark" if number % 2 else "sharp"
    line.bench.camera.scene("home", seed=number, look=look)
    if chance.random() < 0.7:
        camera.request_still(f"flying-{look}")
        time.sleep(chance.uniform(0.0, 0.3))
    heard += replug(line, chance)
    camera.request_still(f"after-{look}")
    heard += line.await_(lambda word: getattr(word, "request", "") == f"after-{look}", "answer to a request")
    for word in heard:
        if isinstance(word, Still):
            line.tally.readings += 1
            mean = float(cv2.imdecode(np.frombuffer(word.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE).mean())
            if (mean < 45) != (look == "dark"):
                line.tally.wrong.append(f"{look} asked for, brightness {mean:.0f}")
    if isinstance(heard[-1], NoStill):
        line.tally.wrong.append("no still although the camera is up")


def printer_cycle(line: Line, number: int, chance: random.Random) -> None:
    """A label comes out once, or is told as unsure; it never comes out twice."""
    printer = line.session
    assert isinstance(printer, TcpPrinter)
    flying, after = f"F-{number:04d}", f"A-{number:04d}"
    heard = []
    told = set()
    if chance.random() < 0.7:
        printer.print(flying, label(50, 25, 203, [Code128(3, 3, 10, flying)]))
        time.sleep(chance.uniform(0.0, 0.3))
    else:
        told.add(flying)
    heard += replug(line, chance)
    printer.print(after, label(50, 25, 203, [Code128(3, 3, 10, after)]))
    heard += line.await_(lambda word: isinstance(word, Printed) and word.job == after, "label")
    ended = {word.job: word for word in heard if isinstance(word, Printed | NotPrinted)}
    texts = [path.read_text("latin-1") for path in line.bench.printer.labels()]
    out = {job: sum(job in text for text in texts) for job in (flying, after)}
    line.tally.readings += len(ended)
    if out[after] != 1 or out[flying] > 1 or not ({flying} & (told | set(ended))):
        line.tally.wrong.append(f"came out {out}, ended {sorted(ended)}")
    if isinstance(ended.get(flying), Printed) and out[flying] != 1:
        line.tally.wrong.append(f"{flying} was said to be printed and is not there")


CYCLES = {"scanner": scanner_cycle, "scale": scale_cycle, "camera": camera_cycle, "printer": printer_cycle}


def lines_of(bench: SimulatedBench) -> list[Line]:
    scanner, scale = bench.address("scanner"), bench.address("scale")
    return [
        Line(bench, "scanner", SerialScanner("scanner", LineSettings(scanner)), scanner),
        Line(bench, "scale", scales.session(scales.named("mt-sics"), "scale", scale), scale),
        Line(bench, "camera", Camera("camera", CameraSettings(bench.address("camera")))),
        Line(bench, "printer", TcpPrinter("printer", bench.printer.host, bench.printer.port)),
    ]


def run(line: Line, cycles: int, seed: int) -> None:
    chance = random.Random(f"{seed} {line.device}")
    try:
        with line.running():
            line.await_(up, "first Up")
            for number in range(cycles):
                CYCLES[line.device](line, number, chance)
    except Exception as error:  # noqa: BLE001 # top of thread: the table must tell
        line.tally.wrong.append(repr(error))


def table(tallies: list[Tally]) -> str:
    rows = [
        f"{'driver':<9}{'cycles':>7}{'readings':>9}{'wrong':>6}{'median s':>10}{'p95 s':>7}{'max s':>7}{'> 2 s':>6}"
    ]
    for each in tallies:
        times = sorted(each.recovered_s) or [float("nan")]
        late = sum(time_s > RECOVERED_WITHIN_S for time_s in times)
        figures = (times[len(times) // 2], times[int(len(times) * 0.95)], times[-1])
        rows.append(
            f"{each.device:<9}{len(each.recovered_s):>7}{each.readings:>9}{len(each.wrong):>6}"
            f"{figures[0]:>10.2f}{figures[1]:>7.2f}{figures[2]:>7.2f}{late:>6}"
        )
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=100, help="per driver (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which random moments (default: %(default)s)")
    parser.add_argument("--only", choices=sorted(CYCLES), help="one driver alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, SimulatedBench(Path(folder)) as bench:
        lines = [line for line in lines_of(bench) if options.only in (None, line.device)]
        threads = [threading.Thread(target=run, args=(line, options.cycles, options.seed)) for line in lines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(table([line.tally for line in lines]))
    wrong = [f"{line.device}: {words}" for line in lines for words in line.tally.wrong]
    print("\n".join(wrong[:20]))
    complete = all(len(line.tally.recovered_s) == options.cycles for line in lines)
    return int(bool(wrong) or not complete)


if __name__ == "__main__":
    sys.exit(main())
