"""How often and how much: waiting grows and stays bounded, batches grow and shrink, poison is found and passed."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sync.pace import Backoff, Lane, Pace
from sync.wire import MOST_ENTRIES


@given(st.integers(0, 10_000), st.integers(0, 100))
def test_waiting_is_never_longer_than_the_cap(failures: int, seed: int) -> None:
    delay_s = Backoff(1.0, 60.0).delay_s(failures, 0.0, random.Random(seed))
    assert 0.0 <= delay_s <= min(60.0, 2.0**failures if failures < 10 else 60.0)


def test_waiting_grows_and_differs_between_benches() -> None:
    chance = random.Random(3)
    means = [sum(Backoff().delay_s(failures, 0.0, chance) for _ in range(400)) / 400 for failures in range(6)]
    assert means == sorted(means)
    assert len({Backoff().delay_s(5, 0.0, chance) for _ in range(50)}) == 50


def test_after_an_hour_of_failures_it_comes_less_often() -> None:
    chance = random.Random(5)
    waits = [Backoff().delay_s(50, failing_s, chance) for failing_s in (3599.0, 3600.0) for _ in range(400)]
    assert max(waits[:400]) <= 60.0
    assert 250.0 < max(waits[400:]) <= 300.0
    lane = Lane().failed("unreachable", 10.0, 20.0).failed("slow", 20.0, 30.0)
    assert (lane.failing_since, lane.failures) == (10.0, 2)
    assert lane.rested(40.0).failed("slow", 50.0, 60.0).failing_since == 50.0


def test_new_work_hurries_a_lane_that_rests_and_not_one_that_fails() -> None:
    assert Lane(due_at=50.0).hurried(10.0).due_at == 10.0
    assert Lane(due_at=5.0).hurried(10.0).due_at == 5.0
    failing = Lane().failed("unreachable", 1.0, 50.0)
    assert failing.hurried(10.0) == failing
    assert failing.rested(60.0) == Lane(due_at=60.0)


@given(st.lists(st.sampled_from(["success", "slow"]), max_size=30))
def test_batches_stay_between_one_and_the_most(story: list[str]) -> None:
    pace = Pace()
    for each in story:
        pace = pace.after_success() if each == "success" else pace.after_slowness()
        assert 1 <= pace.size(1) <= MOST_ENTRIES


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([400, 413, 422, 500, 501]))
def test_one_poisonous_entry_is_the_only_one_put_away(poison: int, count: int, status: int) -> None:
    """Central fails at every push that holds the entry; every other one gets through, in order."""
    pace, acked, put_away, steps = Pace(), 0, [], 0
    while acked < count:
        steps += 1
        assert steps < 3 * count + 30
        first, last = acked + 1, min(count, acked + pace.size(acked + 1))
        if pace.is_poison(first):
            put_away.append(first)
            acked = first
        elif first <= poison <= last:
            refused = status < 500
            pace = pace.after_refusal(first, last, status) if refused else pace.after_fault(first, last, status)
        else:
            pace = pace.after_success()
            acked = last
    assert put_away == ([poison] if poison <= count else [])


def test_a_fault_now_and_then_makes_nobody_suspect() -> None:
    pace = Pace()
    for _ in range(50):
        for _ in range(4):
            pace = pace.after_fault(1, 100, 500)
        pace = pace.after_success()
    assert pace.suspect_until == 0
    for status in (500, 501) * 10:
        pace = pace.after_fault(1, 100, status)
    assert pace.suspect_until == 0
