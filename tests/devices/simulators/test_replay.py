"""A recording of real bytes, played back, makes the real drivers say the same again."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.printers.tcp import TcpPrinter
from devices.printers.zpl import Code128, label
from devices.readings import AcceptedWeight, Down, Fault, Printed, Scan, Unreadable, Up
from devices.recording import Recorder, read
from devices.scales import models as scales
from devices.scanners.hid_pos import HidPosScanner
from devices.scanners.serial_line import SerialScanner
from devices.serial_port import LineSettings
from devices.simulators.process import Simulator
from devices.simulators.scanner_hid import reports
from devices.worker import Worker


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path / "fault.jsonl")
    yield recorder
    recorder.close()


def replaying(tmp_path: Path, device: str, *more: str) -> Simulator:
    return Simulator("replay", [str(tmp_path / "fault.jsonl"), "--device", device, *more])


def test_what_a_scanner_sent_is_scanned_again_with_its_garbage(tmp_path: Path, recorder, inbox) -> None:
    for raw in (b"]C0PARCEL", b"-1\r", b"\x00\xff\x01\r", b"]d2" + b"10AB\x1d21X\r"):
        recorder.note("scanner", "in", raw)
    recorder.note("scale", "in", b"S S 1.00 kg\r\n")
    replay = replaying(tmp_path, "scanner", "--link", str(tmp_path / "scanner"))
    worker = Worker("scanner", SerialScanner("scanner", LineSettings(replay.address)), inbox.post)
    worker.start()
    inbox.next(Up)
    replay.do("begin")
    replay.wait_for("end")
    assert inbox.next(Scan).text == "PARCEL-1"
    assert inbox.next(Unreadable).why is Fault.garbled
    assert inbox.next(Scan).text == "10AB\x1d21X"
    worker.stop()
    replay.close()


def test_a_scale_recorded_by_its_driver_weighs_the_same_again(tmp_path: Path, recorder, inbox, until) -> None:
    """The whole way: what the worker recorded is played in its time to another one."""
    scale = Simulator("scale", ["--link", str(tmp_path / "scale")])
    scale.do("place", weight_mg=1_230_000, wobble_s=0.2)
    session = scales.session(scales.named("mt-sics"), "scale", scale.address)
    worker = Worker("scale", session, inbox.post, record=recorder.note)
    worker.start()
    assert inbox.next(AcceptedWeight).weight_mg == 1_230_000
    until(lambda: len(list(read(tmp_path / "fault.jsonl"))) > 25)
    worker.stop()
    scale.close()
    replay = replaying(tmp_path, "scale", "--link", str(tmp_path / "again"))
    worker = Worker("scale", scales.session(scales.named("mt-sics"), "scale", replay.address), inbox.post)
    worker.start()
    replay.do("begin")
    assert inbox.next(AcceptedWeight).weight_mg == 1_230_000
    worker.stop()
    replay.close()


def test_a_printer_is_played_over_plain_tcp_question_by_question(tmp_path: Path, recorder, inbox, until) -> None:
    idle = b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
    recorder.note("printer", "out", b"~HI")
    recorder.note("printer", "in", b"\x02ZD421-203dpi,V93.21.17Z,8,8192KB\x03\r\n")
    for _ in range(60):
        recorder.note("printer", "out", b"~HS")
        recorder.note("printer", "in", idle)
    replay = replaying(tmp_path, "printer", "--tcp", "0", "--begin")
    host, _, port = replay.address.rpartition(":")
    printer = TcpPrinter("printer", host, int(port))
    worker = Worker("printer", printer, inbox.post)
    worker.start()
    inbox.next(Up)
    until(lambda: printer.identity is not None)
    printer.print("job", label(50, 25, 203, [Code128(3, 3, 10, "L1")]))
    assert inbox.next(Printed).job == "job"
    replay.do("unplug")
    worker.stop()
    replay.close()


@pytest.mark.usefixtures("goes_down")
def test_a_replayed_line_can_be_unplugged_and_plugged(tmp_path: Path, recorder, inbox) -> None:
    recorder.note("printer", "in", b"x")
    replay = replaying(tmp_path, "printer", "--link", str(tmp_path / "line"))
    worker = Worker("scanner", SerialScanner("scanner", LineSettings(replay.address)), inbox.post, (0.05, 0.1))
    worker.start()
    inbox.next(Up)
    replay.do("unplug")
    inbox.next(Down)
    replay.do("plug")
    inbox.next(Up)
    worker.stop()
    replay.close()


@pytest.mark.usefixtures("goes_down")
def test_a_line_that_broke_in_the_recording_breaks_again(tmp_path: Path, recorder, inbox) -> None:
    """A recorded unplug, through the real driver: the same scans, and down and up between them."""
    scanner = Simulator("scanner", ["--link", str(tmp_path / "scanner")])
    worker = _scanner(scanner.address, inbox, recorder)
    inbox.next(Up)
    scanner.do("scan", text="BEFORE")
    inbox.next(Scan)
    scanner.do("unplug")
    inbox.next(Down)
    scanner.do("plug")
    inbox.next(Up)
    scanner.do("scan", text="AFTER")
    inbox.next(Scan)
    worker.stop()
    scanner.close()
    notes = [(note.direction, note.raw) for note in read(tmp_path / "fault.jsonl")]
    assert [direction for direction, _ in notes].count("lost") == 1
    replay = replaying(tmp_path, "scanner", "--link", str(tmp_path / "again"))
    worker = _scanner(replay.address, inbox, None)
    inbox.next(Up)
    replay.do("begin")
    assert inbox.next(Scan).text == "BEFORE"
    assert inbox.next(Down).why is Fault.lost
    assert inbox.next(Scan).text == "AFTER"
    replay.wait_for("end")
    worker.stop()
    replay.close()


def _scanner(address: str, inbox, recorder: Recorder | None) -> Worker:
    record = None if recorder is None else recorder.note
    worker = Worker("scanner", SerialScanner("scanner", LineSettings(address)), inbox.post, (0.05, 0.1), record)
    worker.start()
    return worker


def test_reports_of_a_device_file_are_played_one_for_each_read(tmp_path: Path, recorder, inbox) -> None:
    """Two at once, as the kernel hands them out: glued together they would be one that makes no sense."""
    code = "LPNA010000017K-" * 5
    for report in reports(code, "]C1"):
        recorder.note("scanner", "in", report)
    replay = replaying(tmp_path, "scanner", "--file", str(tmp_path / "hidraw"))
    worker = Worker("scanner", HidPosScanner("scanner", replay.address), inbox.post)
    worker.start()
    inbox.next(Up)
    replay.do("begin")
    scan = inbox.next(Scan)
    assert (scan.text, scan.aim) == (code, "]C1")
    worker.stop()
    replay.close()


def test_a_device_that_was_not_recorded_is_named(tmp_path: Path, recorder) -> None:
    recorder.note("scale", "in", b"x")
    command = [sys.executable, "-m", "devices.simulators.replay", str(tmp_path / "fault.jsonl"), "--device", "camera"]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "there is nothing of 'camera', only of scale" in done.stderr
