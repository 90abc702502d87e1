"""The test code tells every layout from every other, whatever the station is set to."""

import pytest

from devices.readings import Scan
from devices.scanners import layouts
from devices.scanners.evdev import EvdevDecoder
from devices.scanners.self_test import SELF_TEST, Mend, Verdict, layout_of
from devices.simulators.keys import strokes
from devices.simulators.scanner_evdev import events


def arrived(scanner: str, station: str, code: str = SELF_TEST) -> str:
    decoder = EvdevDecoder("scanner", layouts.LAYOUTS[station])
    [scan] = decoder.feed(events(strokes(code + "\r", layouts.LAYOUTS[scanner])), 1.0)
    assert isinstance(scan, Scan), (scanner, station, scan)
    return scan.text


@pytest.mark.parametrize("station", layouts.LAYOUTS)
@pytest.mark.parametrize("scanner", layouts.LAYOUTS)
def test_the_scanners_layout_is_named(scanner: str, station: str) -> None:
    text = arrived(scanner, station)
    mend = Mend.nothing if scanner == station else Mend.choose_layout
    assert layout_of(text, station) == Verdict(scanner, mend)
    assert layout_of(arrived(scanner, station, SELF_TEST.swapcase()), station) == Verdict(scanner, Mend.turn_case)


@pytest.mark.parametrize("text", ["", "1Z999AA10123456784", SELF_TEST[:-1], SELF_TEST + "1"])
def test_anything_else_is_no_test_code(text: str) -> None:
    assert layout_of(text, "us") == Verdict("", Mend.unknown)
