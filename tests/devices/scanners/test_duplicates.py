"""The duplicate window and the AIM identifier, as values."""

import pytest

from devices.readings import Scan
from devices.scanners import aim
from devices.scanners.duplicates import DuplicateWindow


def repeats(*scans: Scan) -> list[bool]:
    window = DuplicateWindow()
    return [window.is_repeat(scan) for scan in scans]


def test_one_code_twice_within_the_window_is_one_scan() -> None:
    assert repeats(Scan("a", "X", "", 1.0), Scan("a", "X", "", 1.29)) == [False, True]
    assert repeats(Scan("a", "X", "", 1.0), Scan("a", "X", "", 1.3)) == [False, False]


def test_a_stuttering_scanner_is_one_scan_however_long_it_stutters() -> None:
    assert repeats(*[Scan("a", "X", "", number * 0.2) for number in range(5)]) == [False] + [True] * 4


def test_other_codes_identifiers_and_devices_are_other_scans() -> None:
    first = Scan("a", "X", "]C0", 1.0)
    others = [Scan("a", "Y", "]C0", 1.1), Scan("a", "X", "]C1", 1.1), Scan("b", "X", "]C0", 1.1)]
    for other in others:
        assert repeats(first, other) == [False, False]
    assert repeats(first, others[0], Scan("a", "X", "]C0", 1.2)) == [False, False, False]


def test_two_scanners_with_one_code_are_two_scans_and_each_has_its_own_window() -> None:
    in_turn = [Scan("a", "X", "", 1.0), Scan("b", "X", "", 1.05), Scan("a", "X", "", 1.1), Scan("b", "X", "", 1.15)]
    assert repeats(*in_turn) == [False, False, True, True]


def test_a_window_is_a_setting_of_a_device() -> None:
    window = DuplicateWindow(0.3, of={"patient": 2.0, "eager": 0.0})
    for device, repeated in (("patient", True), ("eager", False), ("other", False)):
        assert not window.is_repeat(Scan(device, "X", "", 1.0))
        assert window.is_repeat(Scan(device, "X", "", 1.5)) is repeated


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("]C1010950", ("]C1", "010950")),
        ("]E04006381333931", ("]E0", "4006381333931")),
        ("]", ("", "]")),
        ("]1C1", ("", "]1C1")),
        ("x]C1", ("", "x]C1")),
        ("", ("", "")),
    ],
)
def test_the_identifier_is_split_off(raw: str, expected: tuple[str, str]) -> None:
    assert aim.split(raw) == expected
