"""~HS, ~HQES and ~HI against the manual's layout, in any pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.printers.status import HostErrors, HostIdentity, host_errors, host_identity, host_status
from devices.readings import Fault

READY = b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n"
READY += b"\x02000,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"


def hs(b: int = 0, c: int = 0, eee: int = 0, h: int = 0, o: int = 0, p: int = 0, u: int = 0, over: int = 0) -> bytes:
    return (
        f"\x02030,{b},{c},1245,{eee:03d},0,0,{h},000,0,0,{over}\x03\r\n"
        f"\x02001,0,{o},{p},1,2,4,0,{u:08d},1,000\x03\r\n\x020000,0\x03\r\n"
    ).encode()


def test_a_ready_printer() -> None:
    status = host_status(READY)
    assert status is not None
    assert status.nothing_left
    assert status.fault is None


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (hs(b=1), Fault.media_out),
        (hs(c=1), Fault.paused),
        (hs(o=1, b=1, c=1), Fault.head_open),
        (hs(p=1, c=1), Fault.ribbon_out),
        (hs(over=1), Fault.overheated),
    ],
)
def test_what_keeps_it_from_printing(answer: bytes, fault: Fault) -> None:
    status = host_status(answer)
    assert status is not None
    assert status.fault is fault


@pytest.mark.parametrize("answer", [hs(eee=1), hs(h=1), hs(u=3)])
def test_something_is_left_to_print(answer: bytes) -> None:
    status = host_status(answer)
    assert status is not None
    assert not status.nothing_left


def test_no_answer_before_the_third_segment() -> None:
    for cut in range(len(READY) - 2):
        assert host_status(READY[:cut]) is None
    assert host_status(b"noise\x02\x03" + READY) is not None


def test_of_two_answers_the_last_counts() -> None:
    status = host_status(hs(eee=2) + hs())
    assert status is not None
    assert status.nothing_left


def hqes(errors: int, warnings: int = 0) -> bytes:
    return (
        f"\x02\r\n  PRINTER STATUS\r\n   ERRORS:         {bool(errors):d}"
        f" {errors >> 32:08X} {errors & 0xFFFFFFFF:08X}\r\n"
        f"   WARNINGS:       {bool(warnings):d} 00000000 {warnings:08X}\r\n\x03"
    ).encode()


@pytest.mark.parametrize(
    ("errors", "fault"),
    [
        (0, None),
        (0x1, Fault.media_out),
        (0x2, Fault.ribbon_out),
        (0x5, Fault.head_open),
        (0x10001, Fault.media_out),
        (0x10000, Fault.paused),
        (0x10, Fault.overheated),
        (0x8, Fault.printer_fault),
        (0xD, Fault.head_open),
        (0x1000, Fault.printer_fault),
        (0x100000000, Fault.printer_fault),
    ],
)
def test_error_bits(errors: int, fault: Fault | None) -> None:
    answer = host_errors(hqes(errors, 0x8))
    assert answer == HostErrors(errors, 0x8)
    assert answer.fault is fault
    assert host_errors(b"ERRORS: 1 00000000 00000005\r\nWARNINGS: 0 00000000 00000000\r\n") == HostErrors(5, 0)


def test_identity() -> None:
    assert host_identity(b"\x02ZD421-203dpi,V93.21.17Z,8,8192KB,X\x03\r\n") == HostIdentity(
        "ZD421-203dpi", "V93.21.17Z", 8
    )
    assert host_identity(b"\x02ZD421") is None


@given(st.binary(max_size=200))
def test_noise_is_no_answer(noise: bytes) -> None:
    assert host_status(noise) is None
    assert host_errors(noise) is None
    host_identity(noise)
    assert host_status(noise + READY) is not None
