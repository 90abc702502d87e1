"""The whole simulated bench with every driver on it, and simulators as a person drives them by hand."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.cameras.stream import Camera, CameraSettings
from devices.printers.tcp import TcpPrinter
from devices.printers.zpl import Code128, label
from devices.readings import AcceptedWeight, Down, Printed, Scan, Still, Up
from devices.scales.models import MODELS, session
from devices.scanners.serial_line import SerialScanner
from devices.serial_port import LineSettings
from devices.simulators.bench import SimulatedBench
from devices.simulators.process import Simulator, SimulatorError
from devices.worker import Worker


class Drivers:
    """All four drivers on one inbox."""

    def __init__(self, bench: SimulatedBench, inbox) -> None:
        self.printer = TcpPrinter("printer", bench.printer.host, bench.printer.port)
        self.camera = Camera("camera", CameraSettings(bench.address("camera")))
        sessions = {
            "scanner": SerialScanner("scanner", LineSettings(bench.address("scanner"))),
            "scale": session(MODELS["mt-sics"], "scale", bench.address("scale")),
            "camera": self.camera,
            "printer": self.printer,
        }
        self.workers = [Worker(name, each, inbox.post, (0.05, 0.3)) for name, each in sessions.items()]
        for worker in self.workers:
            worker.start()
        up = {inbox.next(Up).device for _ in sessions}
        assert up == set(sessions)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[SimulatedBench]:
    with SimulatedBench(tmp_path) as bench:
        yield bench


@pytest.fixture
def drivers(bench: SimulatedBench, inbox) -> Iterator[Drivers]:
    drivers = Drivers(bench, inbox)
    yield drivers
    for worker in drivers.workers:
        worker.stop()


def test_one_parcel_over_every_device(bench: SimulatedBench, drivers: Drivers, inbox) -> None:
    bench.scanner.scan("1Z999AA10123456784", aim="]C0")
    assert inbox.next(Scan).text == "1Z999AA10123456784"
    bench.scale.place(2_310_000, wobble_s=0.1)
    assert inbox.next(AcceptedWeight).weight_mg == 2_310_000
    bench.camera.scene("footwear", seed=7, ean="4006381333931")
    drivers.camera.request_still("front")
    assert inbox.next(Still).request == "front"
    zpl = label(50, 25, 203, [Code128(3, 3, 10, "L1-000001")])
    drivers.printer.print("plate", zpl)
    assert inbox.next(Printed).job == "plate"
    assert bench.printer.wait_for_label() == bench.printer.labels()[0]
    assert b"L1-000001" in bench.printer.labels()[0].read_bytes()
    assert not inbox.of(Down)


@pytest.mark.usefixtures("goes_down")
def test_every_plug_can_be_pulled_and_put_back(bench: SimulatedBench, drivers: Drivers, inbox) -> None:
    for name in ("scanner", "scale", "camera", "printer"):
        bench.unplug(name)
        assert inbox.next(Down).device == name
        bench.plug(name)
        assert inbox.next(Up).device == name
    bench.scanner.scan("after")
    assert inbox.next(Scan).text == "after"


def test_a_simulator_ends_with_its_stdin_and_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    commands = b'{"do":"scan","text":"A"}\nnonsense\n{"do":"dance"}\n{"do":"scan"}\n[1]\n'
    command = [sys.executable, "-m", "devices.simulators.scanner", "--link", str(tmp_path / "s")]
    done = subprocess.run(command, input=commands, capture_output=True, timeout=60, check=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["ready", "done", "refused", "refused", "refused", "refused"]
    assert events[0]["address"] == str(tmp_path / "s")
    assert not (tmp_path / "s").is_symlink()
    assert done.stderr == b""


def test_no_simulator_outlives_a_killed_program(tmp_path: Path, until) -> None:
    program = (
        "import os, pathlib, signal\n"
        "from devices.simulators.bench import SimulatedBench\n"
        f"with SimulatedBench(pathlib.Path({str(tmp_path)!r})) as bench:\n"
        "    print(*[each._process.pid for each in bench._simulators.values()], flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    pids = killed.stdout.split()
    assert len(pids) == 4

    def alive(pid: bytes) -> bool:
        stat = Path(f"/proc/{pid.decode()}/stat")
        try:
            return stat.read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    until(lambda: not any(alive(pid) for pid in pids))
    assert not (tmp_path / "scanner").is_symlink()


def test_a_simulator_that_ended_is_named() -> None:
    simulator = Simulator("printer")  # it needs --out
    with pytest.raises(SimulatorError, match="printer"):
        _ = simulator.address
    simulator.close()
