"""The process that looks for what is unusual answers once; what hangs, dies or is stopped says nothing."""

import sys

from grading import hints
from grading.unusual import ENOUGH
from station.cli import unusual
from tests.grading.conftest import stored
from tests.grading.test_unusual import piece


def go_on() -> bool:
    return False


def test_a_hole_is_found_by_the_network_in_a_process_of_its_own() -> None:
    good = [stored(piece(seed)) for seed in range(ENOUGH)]
    found = unusual.look(stored(piece(50, (110, 40))), good, go_on)
    assert found is not None and found.permille >= hints.UNUSUAL
    assert found.region.left <= 1000 * 110 / 160 <= found.region.left + found.region.width
    assert found.region.top <= 1000 * 40 / 120 <= found.region.top + found.region.height


def test_without_good_ones_or_a_photo_the_answer_is_nothing() -> None:
    assert unusual.look(b"", [], go_on) is None


def test_what_dies_says_nothing_and_is_in_the_log(expect_log) -> None:
    expect_log("ended without an answer")
    assert unusual.look(b"x", [], go_on, (sys.executable, "-c", "raise SystemExit(1)")) is None


def test_what_is_stopped_is_ended() -> None:
    assert unusual.look(b"x", [], lambda: True, (sys.executable, "-c", "import time; time.sleep(600)")) is None
