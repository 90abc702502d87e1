"""The serial scanner: decoding of any bytes, and a real process on a pty that is unplugged and replugged."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Down, Fault, Scan, Unreadable, Up
from devices.scanners.content import LONGEST_CODE
from devices.scanners.serial_line import ScanDecoder, SerialScanner
from devices.serial_port import LineSettings
from devices.simulators.process import Simulator
from devices.worker import Worker


def decode(*pieces: bytes) -> list[Scan | Unreadable]:
    decoder = ScanDecoder("scanner")
    return [reading for piece in pieces for reading in decoder.feed(piece, 1.0)]


@pytest.mark.parametrize(
    ("raw", "text", "aim"),
    [
        (b"1Z999AA10123456784\r", "1Z999AA10123456784", ""),
        (b"]C1010950110153000310AB\x1d2112\r\n", "010950110153000310AB\x1d2112", "]C1"),
        (b"]d2[)>\x1e06\x1d9N1\x1e\x04\n", "[)>\x1e06\x1d9N1\x1e\x04", "]d2"),
        ("]Q1返品 Возврат\r".encode(), "返品 Возврат", "]Q1"),
        ("]Q1Größe\r".encode("latin-1"), "Größe", "]Q1"),
        (b"A" * LONGEST_CODE + b"\r", "A" * LONGEST_CODE, ""),
        (b"  plain \r", "  plain ", ""),
    ],
)
def test_a_code_comes_out_without_identifier_and_suffix(raw: bytes, text: str, aim: str) -> None:
    assert decode(raw) == [Scan("scanner", text, aim, 1.0)]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\r", Fault.empty),
        (b"]C1\r\n", Fault.empty),
        (b"   \r", Fault.empty),
        (b"abc\x00def\r", Fault.garbled),
        (b"\x1b[2J\r", Fault.garbled),
        (b"A" * (LONGEST_CODE + 4) + b"\r", Fault.too_long),
        (b"\x80\x81\xff\r", Fault.garbled),
    ],
)
def test_what_is_no_code_is_said_to_be_none(raw: bytes, why: Fault) -> None:
    [reading] = decode(raw)
    assert isinstance(reading, Unreadable)
    assert reading.why is why
    assert len(reading.raw) <= 80


def test_an_endless_stream_keeps_the_memory_of_one_code() -> None:
    decoder = ScanDecoder("scanner")
    for _ in range(200):
        assert decoder.feed(b"x" * 10_000, 1.0) == []
    assert len(decoder._buffer) <= LONGEST_CODE + 3
    good = decoder.feed(b"\rgood\r", 1.0)
    assert [type(reading) for reading in good] == [Unreadable, Scan]


def test_half_a_code_never_joins_a_later_one() -> None:
    decoder = ScanDecoder("scanner")
    assert decoder.feed(b"8480000", 1.0) == []
    half, whole = decoder.feed(b"650672\r", 9.0)
    assert half == Unreadable("scanner", Fault.garbled, b"8480000", 9.0)
    assert whole == Scan("scanner", "650672", "", 9.0)


def test_a_code_without_its_end_is_said_without_waiting_for_the_next() -> None:
    decoder = ScanDecoder("scanner")
    decoder.feed(b"8480000", 1.0)
    assert decoder.expire(2.0) == []
    assert decoder.expire(2.1) == [Unreadable("scanner", Fault.garbled, b"8480000", 2.1)]
    assert decoder.expire(9.0) == []


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
def test_any_bytes_in_any_pieces_mean_the_same(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    assert decode(*pieces) == decode(data)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    simulated = Simulator("scanner", ["--link", str(tmp_path / "scanner")])
    yield simulated
    simulated.close()


@pytest.fixture
def scanner(simulator: Simulator, inbox) -> Iterator[Worker]:
    session = SerialScanner("scanner", LineSettings(simulator.address))
    worker = Worker("scanner", session, inbox.post, backoff_s=(0.05, 0.2))
    worker.start()
    inbox.next(Up)
    yield worker
    worker.stop()


def test_scans_cross_a_real_line(simulator: Simulator, scanner: Worker, inbox) -> None:
    simulator.do("scan", text="0109501101530003\x1d21X9Y", aim="]C1")
    scan = inbox.next(Scan)
    assert (scan.text, scan.aim) == ("0109501101530003\x1d21X9Y", "]C1")
    assert b"".join(frame.raw for frame in scanner.recent()) == b"]C10109501101530003\x1d21X9Y\r"


def test_any_line_end_ends_a_code_and_every_code_is_told(simulator: Simulator, scanner: Worker, inbox) -> None:
    simulator.do("scan", raw="A1\rA1\r\nB2\rA1\n")
    texts = [inbox.next(Scan).text for _ in range(4)]
    assert texts == ["A1", "A1", "B2", "A1"]


def test_five_thousand_characters_and_noise_leave_it_working(simulator: Simulator, scanner: Worker, inbox) -> None:
    simulator.do("scan", text="7" * 5000)
    assert inbox.next(Scan).text == "7" * 5000
    simulator.do("scan", text="7" * 20_000)
    assert inbox.next(Unreadable).why is Fault.too_long
    simulator.do("garbage", seed=3)
    assert inbox.next(Unreadable).why is Fault.garbled
    simulator.do("scan", text="after")
    assert inbox.next(Scan, lambda scan: scan.text == "after")
    assert not inbox.of(Down)


def test_what_was_scanned_before_anyone_listened_is_not_read_later(simulator: Simulator, inbox) -> None:
    simulator.do("scan", text="yesterday")
    worker = Worker("scanner", SerialScanner("scanner", LineSettings(simulator.address)), inbox.post)
    worker.start()
    inbox.next(Up)
    simulator.do("scan", text="today")
    assert inbox.next(Scan).text == "today"
    worker.stop()


@pytest.mark.usefixtures("goes_down")
def test_unplugged_and_plugged_in_again(simulator: Simulator, scanner: Worker, inbox) -> None:
    simulator.do("scan", raw="half a co")
    simulator.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    assert not Path(simulator.address).is_symlink()
    simulator.do("plug")
    inbox.next(Up)
    simulator.do("scan", text="whole")
    assert inbox.next(Scan).text == "whole"
    assert len(inbox.of(Down)) == 1
    assert len(inbox.of(Up)) == 2


@pytest.mark.usefixtures("goes_down", "scanner")
def test_a_port_that_another_program_uses_is_said_to_be(simulator: Simulator, inbox) -> None:
    second = Worker("second", SerialScanner("second", LineSettings(simulator.address)), inbox.post, (0.02, 0.1))
    second.start()
    assert inbox.next(Down).why is Fault.in_use
    second.stop()


@pytest.mark.usefixtures("goes_down")
def test_a_scanner_that_is_not_there_is_said_once_and_found_later(tmp_path: Path, inbox) -> None:
    link = tmp_path / "late"
    worker = Worker("scanner", SerialScanner("scanner", LineSettings(str(link))), inbox.post, (0.02, 0.1))
    worker.start()
    assert inbox.next(Down).why is Fault.unreachable
    late = Simulator("scanner", ["--link", str(link)])
    try:
        inbox.next(Up)
        late.do("scan", text="late")
        assert inbox.next(Scan).text == "late"
    finally:
        worker.stop()
        late.close()
    assert len(inbox.of(Down)) == 1
