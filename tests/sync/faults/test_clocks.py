"""Clocks that are wrong at the benches: the same histories end the same as with right ones, but for the dates."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sync.simulation.history import Outcome, Wrong, play
from tests.sync.simulation.seeded import be_quiet

YEARS = timedelta(days=3652)
# What happens in them does not hang on any clock but central's and the one that only counts.
EVENTS = frozenset(("work", "order", "pay", "pass", "restart", "crash"))
STEPS, SEEDS = 8, 1


def winter_and_summer(now_s: float) -> timedelta:
    """As where local time is taken for UTC."""
    return timedelta(hours=1) if now_s % 4.0 < 2.0 else timedelta()


def drifting(now_s: float) -> timedelta:
    return timedelta(hours=now_s / 86_400)


def set_back_at_each_look() -> Wrong:
    """Between any two readings, so within an action too."""
    looks = 0

    def wrong(_: float) -> timedelta:
        nonlocal looks
        looks += 1
        return -timedelta(minutes=looks)

    return wrong


CLOCKS: Mapping[str, Callable[[], Wrong]] = {
    "ten_years_back": lambda: lambda _: -YEARS,
    "ten_years_ahead": lambda: lambda _: YEARS,
    "summer_time": lambda: winter_and_summer,
    "set_back_at_work": set_back_at_each_look,
    "an_hour_a_day": lambda: drifting,
}


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, str], Outcome]:
    """Plays one history with a clock, the right one if it has no name."""
    be_quiet(monkeypatch)

    def one(seed: int, clock: str = "") -> Outcome:
        folder = tmp_path / f"{seed}{clock}"
        folder.mkdir()
        wrong = CLOCKS[clock]() if clock else lambda _: timedelta()
        return play(seed, folder, STEPS, EVENTS, wrong=wrong)

    return one


def test_whatever_the_clocks_say_it_ends_the_same(history: Any, seed: int, times: int, tally: Any) -> None:
    for each in range(seed, seed + SEEDS * times):
        right = history(each)
        assert right.problems == []
        for clock in CLOCKS:
            found = history(each, clock)
            assert (found.problems, found.end) == ([], right.end), f"seed {each}, {clock}"
    tally(SEEDS * times * len(CLOCKS), "histories with a wrong clock")
