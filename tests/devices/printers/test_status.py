"""~HS, ~HQES and ~HI against the manual's layout, in any pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.printers.status import (
    Advice,
    HostErrors,
    HostIdentity,
    host_errors,
    host_identity,
    host_status,
    speaks_zpl,
    variable,
)
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
        (0x8, Fault.cutter_fault),
        (0xD, Fault.head_open),
        (0x20, Fault.overheated),
        (0x40, Fault.head_worn),
        (0x80, Fault.printer_fault),
        (0x100, Fault.printer_fault),
        (0x200, Fault.printer_fault),
        (0x1000, Fault.label_jam),
        (0x4000, Fault.label_jam),
        (0x80000, Fault.mark_not_found),
        (0x90000, Fault.mark_not_found),
        (0x100000000, Fault.printer_fault),
    ],
)
def test_error_bits(errors: int, fault: Fault | None) -> None:
    answer = host_errors(hqes(errors, 0x8))
    assert answer == HostErrors(errors, 0x8)
    assert answer.fault is fault
    assert host_errors(b"ERRORS: 1 00000000 00000005\r\nWARNINGS: 0 00000000 00000000\r\n") == HostErrors(5, 0)


@pytest.mark.parametrize(
    ("warnings", "advice"),
    [
        (0, ()),
        (0x1, (Advice.calibrate,)),
        (0x4, (Advice.replace_head,)),
        (0xA, (Advice.labels_low, Advice.clean_head)),
        (0x100, ()),
    ],
)
def test_warning_bits(warnings: int, advice: tuple[Advice, ...]) -> None:
    answer = host_errors(hqes(0, warnings))
    assert answer is not None
    assert answer.fault is None
    assert answer.advice == advice


def test_a_peeled_label_is_in_the_way_of_the_next_one_only() -> None:
    peeled = READY.replace(b",2,6,0,0", b",2,6,1,0")
    ready, waiting = host_status(peeled), host_status(peeled.replace(b"1245,000", b"1245,001"))
    assert ready is not None and ready.label_waiting and ready.fault is None
    assert waiting is not None and waiting.fault is Fault.label_not_taken


@pytest.mark.parametrize(
    ("answer", "value"), [(b'"zpl"', "zpl"), (b'\r\n"?"\r\n', "?"), (b'""', ""), (b'"zp', None), (b"zpl", None)]
)
def test_variable(answer: bytes, value: str | None) -> None:
    assert variable(answer) == value


@pytest.mark.parametrize(
    ("languages", "speaks"),
    [
        ("zpl", True),
        ("epl_zpl", True),
        ("hybrid_xml_zpl", True),
        ("ZPL", True),
        ("?", True),
        ("epl", False),
        ("line_print", False),
    ],
)
def test_languages(languages: str, speaks: bool) -> None:
    assert speaks_zpl(languages) is speaks


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
    said = variable(noise)
    assert said is None or not speaks_zpl(said) or said in ("", "?") or "zpl" in said.lower()
    assert host_status(noise + READY) is not None
