"""The grabbed keyboard scanner: events in any pieces, holes in them, and a real process behind a device file."""

import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Down, Fault, Scan, Unreadable, Up
from devices.scanners import layouts
from devices.scanners.content import LONGEST_CODE
from devices.scanners.evdev import EVENT, EVIOCGRAB, GAP_S, EvdevDecoder
from devices.scanners.models import session
from devices.simulators.keys import strokes
from devices.simulators.process import Simulator
from devices.simulators.scanner_evdev import events
from devices.worker import Worker

GS = "\x1d"
CODE = f"]d2010950110153000310AB-7z{GS}21X9Y"
SYN_DROPPED = EVENT.pack(0, 0, 0, 3, 0)
SYN_REPORT = EVENT.pack(0, 0, 0, 0, 0)


def played(text: str, name: str = "us", alt_codes: bool = False) -> bytes:
    return events(strokes(text, layouts.LAYOUTS[name], alt_codes))


def decode(*pieces: bytes, name: str = "us") -> list[Scan | Unreadable]:
    decoder = EvdevDecoder("scanner", layouts.LAYOUTS[name])
    return [reading for piece in pieces for reading in decoder.feed(piece, 1.0)]


def texts(readings: list[Scan | Unreadable]) -> list[str]:
    return [reading.text for reading in readings if isinstance(reading, Scan)]


def test_an_event_is_24_bytes() -> None:
    assert EVENT.size == 24
    assert hex(EVIOCGRAB) == "0x40044590"  # _IOW('E', 0x90, int), input.h


@pytest.mark.parametrize("alt_codes", [False, True])
@pytest.mark.parametrize("name", layouts.LAYOUTS)
def test_a_code_is_read_with_the_scanners_layout(name: str, alt_codes: bool) -> None:
    [scan] = decode(played(CODE + "\r", name, alt_codes), name=name)
    assert isinstance(scan, Scan)
    assert (scan.aim, scan.text) == (CODE[:3], CODE[3:])


def test_both_enters_and_tab_end_a_code() -> None:
    ends = b"".join(played("A1") + events([(code, True), (code, False)]) for code in (28, 96, 15))
    assert texts(decode(ends)) == ["A1"] * 3


def test_a_key_the_kernel_repeats_counts_once() -> None:
    repeats = EVENT.pack(0, 0, 1, 2, 2) * 5
    assert texts(decode(played("1") + repeats + played("\r"))) == ["1"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (played("\r"), Fault.empty),
        (played("]C1\r"), Fault.empty),
        (played("12") + events([(103, True), (103, False)]) + played("3\r"), Fault.garbled),
        (played("1234") + SYN_DROPPED + played("99") + SYN_REPORT + played("78\r"), Fault.garbled),
        (played("A" * (LONGEST_CODE + 4) + "\r"), Fault.too_long),
    ],
)
def test_what_is_no_code_is_said_to_be_none(data: bytes, why: Fault) -> None:
    unreadable, scan = decode(data + played("after\r"))
    assert isinstance(unreadable, Unreadable)
    assert unreadable.why is why
    assert isinstance(scan, Scan) and scan.text == "after"


def test_a_shift_that_was_lost_in_an_overrun_does_not_stay_down() -> None:
    data = events([(layouts.SHIFT, True)]) + SYN_DROPPED + SYN_REPORT + played("lost\r") + played("after\r")
    assert texts(decode(data)) == ["after"]


def test_half_a_code_never_joins_a_later_one() -> None:
    decoder = EvdevDecoder("scanner", layouts.US)
    assert decoder.feed(played("8480000") + b"\x01" * 7, 1.0) == []
    half, whole = decoder.feed(played("650672\r"), 1.0 + GAP_S + 0.01)
    assert half == Unreadable("scanner", Fault.garbled, b"8480000", 1.0 + GAP_S + 0.01)
    assert isinstance(whole, Scan) and whole.text == "650672"
    assert decoder.expire(9.0) == []


@given(st.lists(st.integers(0, 4000), max_size=8))
def test_events_in_any_pieces_mean_the_same(cuts: list[int]) -> None:
    data = played(f"{CODE}\r1Z999\r")
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    assert decode(*[data[start:end] for start, end in pairwise(edges)]) == decode(data)


EVENTS = st.tuples(st.integers(0, 4), st.integers(0, 130), st.integers(-1, 3)).map(lambda e: EVENT.pack(0, 0, *e))


@given(st.sampled_from(sorted(layouts.LAYOUTS)), st.lists(st.one_of(EVENTS, st.binary(max_size=60)), max_size=60))
def test_any_bytes_are_answered_and_a_code_after_them_is_read(name: str, pieces: list[bytes]) -> None:
    decoder = EvdevDecoder("scanner", layouts.LAYOUTS[name])
    for piece in pieces:
        decoder.feed(piece, 1.0)
        assert len(decoder._rest) < EVENT.size
    decoder.expire(3.0)
    decoder.feed(SYN_REPORT, 3.0)
    assert texts(decoder.feed(played(CODE + "\r", name), 3.0)) == [CODE[3:]]


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    simulated = Simulator("scanner_evdev", ["--file", str(tmp_path / "event0"), "--layout", "de"])
    yield simulated
    simulated.close()


@pytest.fixture
def scanner(simulator: Simulator, inbox, caplog) -> Iterator[Worker]:
    caplog.set_level(logging.INFO)
    reader = session("evdev", "scanner", simulator.address, layout="de")
    worker = Worker("scanner", reader, inbox.post, backoff_s=(0.05, 0.2))
    simulator.do("scan", text="before")
    worker.start()
    inbox.next(Up)
    yield worker
    worker.stop()


@pytest.mark.usefixtures("scanner")
def test_scans_cross_a_device_file(simulator: Simulator, inbox, caplog) -> None:
    simulator.do("scan", text=CODE[3:], aim="]d2")
    scan = inbox.next(Scan)
    assert (scan.text, scan.aim) == (CODE[3:], "]d2")
    simulator.do("scan", text=f"ab{GS}\\^~", alt_codes=True)
    assert inbox.next(Scan).text == f"ab{GS}\\^~"
    simulator.do("garbage")
    simulator.do("type", text="12")
    assert inbox.next(Unreadable).why is Fault.garbled
    simulator.do("overrun")
    simulator.do("scan", text="with a hole")
    assert inbox.next(Unreadable).why is Fault.garbled
    simulator.do("scan", text="after")
    assert inbox.next(Scan).text == "after"
    assert any("taken for a simulator" in record.getMessage() for record in caplog.get_records("setup"))
    assert not inbox.of(Down)


@pytest.mark.usefixtures("goes_down", "scanner")
def test_unplugged_and_plugged_in_again(simulator: Simulator, inbox) -> None:
    simulator.do("type", text="half")
    simulator.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    simulator.do("plug")
    inbox.next(Up)
    simulator.do("scan", text="whole")
    assert inbox.next(Scan).text == "whole"


def test_a_fifo_cannot_be_grabbed(tmp_path: Path) -> None:
    """What the session takes a simulator by."""
    os.mkfifo(tmp_path / "fifo")
    handle = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OSError) as refused:
        fcntl.ioctl(handle, EVIOCGRAB, 1)
    os.close(handle)
    assert refused.value.errno == errno.ENOTTY
