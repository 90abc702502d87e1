"""Reports of USB scales: known vectors, and everything that must never be taken for a weight."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.readings import Weight, WeightState
from devices.scales.hid_pos import HidPos
from devices.scales.hidraw import open_reports

STILL = {WeightState.stable, WeightState.stable_zero}


def decode(report: str | bytes) -> Weight:
    [weight] = HidPos("scale").feed(bytes.fromhex(report) if isinstance(report, str) else report, 1.0)
    return weight


@pytest.mark.parametrize(
    ("report", "value", "unit"),
    [
        ("03 04 0B FF 6F 04", "113.5", "oz"),
        ("03 04 0C FE 11 03", "7.85", "lb"),
        ("04 04 02 00 06 09", "2310", "g"),
        ("03 04 03 FD 06 09", "2.310", "kg"),
        ("03 04 04 FF 0A 00", "1.0", "ct"),
    ],
)
def test_a_stable_weight(report: str, value: str, unit: str) -> None:
    weight = decode(report)
    assert (weight.state, weight.value, weight.unit) == (WeightState.stable, Decimal(value), unit)
    assert weight.weight_mg


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ("03 02 0B 00 00 00", WeightState.stable_zero),
        ("03 01 0B FF 6F 04", WeightState.fault),
        ("03 03 0B FF 6F 04", WeightState.moving),
        ("03 05 0B FF 6F 04", WeightState.under),
        ("03 06 0B FF 6F 04", WeightState.over),
        ("03 07 0B FF 6F 04", WeightState.needs_calibration),
        ("03 08 0B FF 6F 04", WeightState.moving),
        ("03 04 0B FF 00 00", WeightState.moving),  # still and nothing: zero is status 2
        ("03 02 0B FF 6F 04", WeightState.garbled),  # zero and something
        ("03 04 05 FF 6F 04", WeightState.garbled),  # tael
        ("03 04 09 FF 6F 04", WeightState.garbled),  # ton
        ("03 04 0D FF 6F 04", WeightState.garbled),
        ("03 04 00 FF 6F 04", WeightState.garbled),
        ("03 09 0B FF 6F 04", WeightState.garbled),
        ("03 00 0B FF 6F 04", WeightState.garbled),
        ("03 04 0B 7F 6F 04", WeightState.garbled),
        ("03 04 0B 80 6F 04", WeightState.garbled),
        ("01 04 0B FF 6F 04", WeightState.garbled),
        ("00 00 00 00 00 00", WeightState.garbled),
        ("03 04 0B FF 6F", WeightState.garbled),
        ("03 04 0B FF 6F 04 00", WeightState.garbled),
    ],
)
def test_what_is_no_weight(report: str, state: WeightState) -> None:
    weight = decode(report)
    assert weight.state is state
    assert state in STILL or state is WeightState.garbled or weight.value is None or state is WeightState.moving


@given(st.binary(min_size=1, max_size=70))
@settings(deadline=None)
def test_any_report(report: bytes) -> None:
    """Nothing raises; a still weight has six bytes, a known unit, and the status that says so."""
    weight = decode(report)
    if weight.state in STILL:
        assert (len(report), weight.weight_mg is None) == (6, False)
        assert (weight.value == 0) is (report[1] == 2)


@given(st.binary(min_size=6, max_size=6), st.integers(1, 5))
@settings(deadline=None)
def test_a_report_cut_short_and_filled_with_zeros_is_never_zero(report: bytes, kept: int) -> None:
    filled = (report[:kept] + bytes(6))[:6]
    if filled[1:2] != b"\x02":
        assert decode(filled).state is not WeightState.stable_zero


def test_no_report_is_nothing() -> None:
    assert HidPos("scale").feed(b"", 1.0) == []


def test_a_device_that_hangs_up_is_an_error_and_silence_is_not(tmp_path: Path) -> None:
    path = tmp_path / "hidraw"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    with open_reports(str(path)) as reports:
        assert reports.read() == b""
        os.write(writer, b"\x03\x02\x0b\x00\x00\x00")
        assert reports.read() == b"\x03\x02\x0b\x00\x00\x00"
        os.close(writer)
        with pytest.raises(OSError, match="nothing more will come"):
            reports.read()
