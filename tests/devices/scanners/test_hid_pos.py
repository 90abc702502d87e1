"""The HID POS scanner: reports joined or refused, and a real process behind a device file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Down, Fault, Scan, Unreadable, Up
from devices.scanners.content import LONGEST_CODE
from devices.scanners.hid_pos import GAP_S, GIVE_UP_S, HidPosDecoder
from devices.scanners.models import session
from devices.simulators.process import Simulator
from devices.simulators.scanner_hid import reports
from devices.worker import Worker

GS = "\x1d"
# As in Hand Held Products' guide: report 2, 13 bytes, ]E0, a code, the maker's own `d`, nothing to come.
GUIDE = b"\x02\x0d]E0" + b"4006381333931".ljust(56, b"\x00") + b"d\x00\x00"


def decode(pieces: list[bytes], at: float = 1.0, step_s: float = 0.001) -> list[Scan | Unreadable]:
    decoder, out = HidPosDecoder("scanner"), []
    for piece in pieces:
        at += step_s
        out += decoder.feed(piece, at)
    return out + decoder.expire(at + GIVE_UP_S + 0.1)


def texts(readings: list[Scan | Unreadable]) -> list[str]:
    return [reading.text for reading in readings if isinstance(reading, Scan)]


def test_one_report_is_one_code() -> None:
    assert decode([GUIDE]) == [Scan("scanner", "4006381333931", "]E0", 1.001)]


@pytest.mark.parametrize("field", [b"C1\x00", b"]C1"])
def test_the_identifier_is_read_as_makers_write_it(field: bytes) -> None:
    [scan] = decode([GUIDE[:2] + field + GUIDE[5:]])
    assert isinstance(scan, Scan) and scan.aim == "]C1"


@pytest.mark.parametrize("length", [1, 55, 56, 57, 112, 113, 700, LONGEST_CODE])
def test_long_codes_are_joined(length: int) -> None:
    text = (f"0109501101530003{GS}21" * 400)[:length]
    [scan] = decode(reports(text, "]d2"))
    assert isinstance(scan, Scan)
    assert (scan.text, scan.aim) == (text, "]d2")


def test_a_suffix_among_the_data_is_none_of_the_code() -> None:
    assert texts(decode(reports("12345\r\n") + reports("6"))) == ["12345", "6"]


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([b"\x03" + GUIDE[1:]], Fault.garbled),
        ([b"\x02\x39" + GUIDE[2:]], Fault.garbled),
        ([GUIDE[:63]], Fault.garbled),
        ([GUIDE + b"\x00"], Fault.garbled),
        ([b"\x02"], Fault.garbled),
        (reports("", "]C1"), Fault.empty),
        (reports("A" * (LONGEST_CODE + 1)), Fault.too_long),
        (reports("A\x00B"), Fault.garbled),
    ],
)
def test_what_is_no_code_is_said_to_be_none(pieces: list[bytes], why: Fault) -> None:
    [reading] = decode(pieces)
    assert isinstance(reading, Unreadable)
    assert reading.why is why
    assert len(reading.raw) <= 80
    assert texts(decode([*pieces, GUIDE])) == ["4006381333931"]


def test_a_code_with_a_hole_in_time_is_never_joined_nor_is_its_tail() -> None:
    first, _, third = reports("A" * 56 + "B" * 56 + "C" * 10)
    decoder = HidPosDecoder("scanner")
    assert decoder.feed(first, 1.0) == []
    [hole] = decoder.feed(third, 1.0 + GAP_S + 0.01)
    assert isinstance(hole, Unreadable) and hole.why is Fault.garbled
    assert texts(decoder.feed(GUIDE, 1.3)) == ["4006381333931"]


def test_a_code_without_its_end_is_given_up_and_said() -> None:
    first, _ = reports("A" * 60)
    decoder = HidPosDecoder("scanner")
    decoder.feed(first, 1.0)
    assert decoder.expire(1.0 + GIVE_UP_S) == []
    [lost] = decoder.expire(1.01 + GIVE_UP_S)
    assert isinstance(lost, Unreadable)
    assert texts(decoder.feed(GUIDE, 3.0)) == ["4006381333931"]


def test_another_symbols_report_in_the_middle_spoils_both() -> None:
    first, second = reports("A" * 60, "]d2")
    spoiled, whole = decode([first, reports("X", "]C1")[0], second])
    assert isinstance(spoiled, Unreadable)
    # A last report cannot be told from a code of its own; nothing is joined to it.
    assert isinstance(whole, Scan) and whole.text == "AAAA"


def test_a_bad_report_in_the_middle_takes_the_tail_with_it() -> None:
    first, second = reports("A" * 60)
    [reading] = decode([first, b"\x05" * 64, second])
    assert isinstance(reading, Unreadable)


def test_a_report_that_goes_on_without_being_full_has_lost_some() -> None:
    short = b"\x02\x0a" + GUIDE[2:63] + b"\x01"
    assert texts(decode([short, GUIDE])) == []


@given(
    st.lists(
        st.one_of(st.binary(max_size=70), st.binary(min_size=62, max_size=62).map(lambda b: b"\x02\x38" + b)),
        max_size=12,
    )
)
def test_any_reports_are_answered_and_what_is_kept_is_bounded(pieces: list[bytes]) -> None:
    decoder, at = HidPosDecoder("scanner"), 0.0
    for piece in pieces:
        at += 0.001
        decoder.feed(piece, at)
        assert len(decoder._data) <= LONGEST_CODE + 80
    decoder.expire(at + 2.0)
    assert texts(decoder.feed(GUIDE, at + 3.0)) == ["4006381333931"]


@given(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="]").filter(str.isprintable),
        min_size=1,
        max_size=300,
    )
)
def test_any_code_comes_out_as_it_went_in(text: str) -> None:
    assert texts(decode(reports(text, "]Q1"))) == [text]


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    simulated = Simulator("scanner_hid", ["--file", str(tmp_path / "hidraw0")])
    yield simulated
    simulated.close()


@pytest.fixture
def scanner(simulator: Simulator, inbox) -> Iterator[Worker]:
    worker = Worker("scanner", session("hid", "scanner", simulator.address), inbox.post, backoff_s=(0.05, 0.2))
    simulator.do("scan", text="before anyone listened")
    worker.start()
    inbox.next(Up)
    yield worker
    worker.stop()


@pytest.mark.usefixtures("scanner")
def test_scans_cross_a_device_file(simulator: Simulator, inbox) -> None:
    simulator.do("scan", text=f"0109501101530003{GS}21{'X' * 80}", aim="]d2")
    scan = inbox.next(Scan)
    assert (scan.text, scan.aim) == (f"0109501101530003{GS}21{'X' * 80}", "]d2")
    simulator.do("scan", text="A" * 150, lose=[1], pause_s=GAP_S * 2)
    assert inbox.next(Unreadable).why is Fault.garbled
    simulator.do("garbage")
    assert inbox.next(Unreadable).why is Fault.garbled
    simulator.do("report", hex=GUIDE.hex())
    assert inbox.next(Scan).text == "4006381333931"
    simulator.do("scan", text="A" * 60, lose=[1])
    assert inbox.next(Unreadable).raw == b"A" * 56
    assert not inbox.of(Down)


@pytest.mark.usefixtures("goes_down", "scanner")
def test_unplugged_in_the_middle_of_a_code_and_plugged_in_again(simulator: Simulator, inbox) -> None:
    simulator.do("scan", text="A" * 60, lose=[1])
    simulator.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    simulator.do("plug")
    inbox.next(Up)
    simulator.do("scan", text="whole")
    assert inbox.next(Scan).text == "whole"
    assert not [scan for scan in inbox.of(Scan) if scan.text != "whole"]
