"""Wrong PINs lock a badge at the bench, without a network, over a restart, until a time or until it is unlocked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import facts as f
from station.authority.facts import PinCleared, PinLocked, PinRefused
from station.authority.pins import LOCKED_MIN, TRIES, Wrong, after, minutes_locked, of, refused
from station.exceptions.facts import ExceptionDecided
from station.inputs import TYPED, Do
from station.moments import Clock, utc
from station.outcome import Tone
from station.rules import Rules
from station.stages import Stage
from tests.station.shifts.closed import HOLD, RECEIVER, RESALE, SECOND, SUPERVISOR, Floor, opened

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def floor(worked: Path, rules: Rules) -> Iterator[Floor]:
    with opened(worked, rules) as made:
        yield made


def lock(floor: Floor, badge: str) -> None:
    floor.scan(badge)
    for _ in range(TRIES):
        floor.scan("0000", TYPED)


def test_the_last_wrong_pin_locks_the_badge_and_a_supervisor_hears_of_it(floor: Floor) -> None:
    floor.scan(RECEIVER[0])
    for tries in range(1, TRIES):
        shown = floor.scan("0000", TYPED)
        assert shown.facts == (PinRefused(RECEIVER[0], tries),)
        assert (shown.notice.tone, floor.stage) == (Tone.REFUSED, Stage.PIN)
    refused_, locked, raised = floor.scan("0000", TYPED).facts
    assert (refused_, locked.badge) == (PinRefused(RECEIVER[0], TRIES), RECEIVER[0])
    assert (raised.kind, raised.detail) == ("locked_out", RECEIVER[0])
    assert floor.stage == Stage.SIGN_IN
    shown = floor.scan(RECEIVER[0])
    assert (shown.notice.tone, floor.stage) == (Tone.REFUSED, Stage.SIGN_IN), "also with the right PIN at hand"
    floor.sign_in(SECOND)
    assert floor.stage == Stage.IDLE, "nobody else is locked"


def test_the_lock_lasts_over_a_restart_and_ends_with_its_time(worked: Path, rules: Rules) -> None:
    with opened(worked, rules) as floor:
        lock(floor, RECEIVER[0])
    with opened(worked, rules) as floor:
        assert floor.scan(RECEIVER[0]).notice.tone is Tone.REFUSED
        assert of(floor.bench.state.pins, RECEIVER[0]).tries == TRIES
        over = (PinLocked(RECEIVER[0], utc(datetime.now(UTC) - timedelta(seconds=1)), "an earlier run", 7),)
        floor.bench.journal.append(over, operator="", shift="S-A01-1")
    with opened(worked, rules) as floor:
        shown = floor.sign_in(RECEIVER)
        assert PinCleared(RECEIVER[0], RECEIVER[0]) in shown.facts
        assert (floor.bench.state.pins, floor.stage) == ((), Stage.IDLE)


def test_another_supervisor_unlocks_it_and_nobody_their_own(floor: Floor) -> None:
    lock(floor, SUPERVISOR[0])
    floor.sign_in(SECOND)
    floor.do(Do.DECIDE)
    floor.choose("1", "unlock")
    decided, cleared = floor.do(Do.CHOOSE, "seen").facts
    assert isinstance(decided, ExceptionDecided)
    assert cleared == PinCleared(SUPERVISOR[0], SECOND[0])
    lock(floor, SECOND[0])
    floor.do(Do.DECIDE)
    floor.choose("1")
    shown = floor.do(Do.CHOOSE, "unlock")
    assert (shown.notice.tone, shown.facts, floor.stage) == (Tone.REFUSED, (), Stage.DECISION)


def test_wrong_pins_at_the_signature_count_as_well_and_a_locked_badge_signs_nothing(floor: Floor) -> None:
    floor.sign_in(SECOND)
    floor.close()
    floor.count(RESALE)
    floor.count(HOLD)
    floor.do(Do.FINISH)
    for line in floor.history.shift_lines("S-A01-1"):
        if not line.is_settled:
            floor.choose(f"{line.rule}/{line.client}/{line.way}", "lost")
            if floor.stage == Stage.LINE_UNITS:
                floor.choose(str(abs(line.difference)))
    floor.do(Do.CONFIRM)
    floor.do(Do.CHOOSE, "no")
    lock(floor, SUPERVISOR[0])
    assert floor.stage == Stage.REVIEW
    floor.do(Do.CONFIRM)
    floor.do(Do.CHOOSE, "no")
    assert floor.scan(SUPERVISOR[0]).notice.tone is Tone.REFUSED
    assert floor.bench.state.phase == "review"


steps = st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(0, 40)), max_size=60)


@given(steps)
def test_a_badge_is_locked_after_so_many_wrong_pins_in_a_row_and_no_other(given_: list[tuple[str, bool, int]]) -> None:
    """Beside the folded facts goes the plain count; what is locked takes no PIN, right or wrong."""
    pins: tuple[Wrong, ...] = ()
    now, wrong, until = NOON, {"a": 0, "b": 0}, {"a": NOON, "b": NOON}
    for badge, is_right, minutes in given_:
        now += timedelta(minutes=minutes)
        clock = Clock(utc(now))
        left = minutes_locked(pins, badge, clock)
        assert (left > 0) == (now < until[badge])
        assert 0 <= left <= LOCKED_MIN
        if left:
            continue
        facts = (PinCleared(badge, badge),) if is_right else refused(pins, badge, clock)
        for fact in facts:
            pins = after(pins, fact)
        wrong[badge] = 0 if is_right else wrong[badge] + 1
        if wrong[badge] >= TRIES:
            until[badge] = now + timedelta(minutes=LOCKED_MIN)
        assert {each.badge: each.tries for each in pins} == {name: n for name, n in wrong.items() if n}


def locked_at(now: datetime, run: str, run_ms: int) -> tuple[Wrong, ...]:
    pins: tuple[Wrong, ...] = (Wrong("a", TRIES - 1),)
    for fact in refused(pins, "a", Clock(utc(now), run, run_ms)):
        pins = after(pins, fact)
    return pins


shifts_of_the_clock = st.timedeltas(-timedelta(days=400), timedelta(days=400))


@given(shifts_of_the_clock, st.integers(0, 3600))
def test_no_setting_of_the_clock_makes_a_lock_shorter_or_longer_while_the_station_runs(
    moved: timedelta, seconds: int
) -> None:
    pins = locked_at(NOON, "run", 5_000)
    later = Clock(utc(NOON + moved), "run", 5_000 + seconds * 1000)
    assert (minutes_locked(pins, "a", later) > 0) == (seconds < LOCKED_MIN * 60)


@given(st.timedeltas(timedelta(0), timedelta(days=400)), st.integers(0, 3600))
def test_a_clock_set_back_before_a_restart_locks_for_no_longer_than_the_lock_from_then_on(
    back: timedelta, seconds: int
) -> None:
    pins = locked_at(NOON, "run", 5_000)
    left = minutes_locked(pins, "a", Clock(utc(NOON - back), "next", seconds * 1000))
    assert left <= LOCKED_MIN
    assert (left > 0) == (seconds < LOCKED_MIN * 60)


@given(st.integers(0, 3600))
def test_the_time_a_station_was_off_counts(seconds: int) -> None:
    pins = locked_at(NOON, "run", 5_000)
    left = minutes_locked(pins, "a", Clock(utc(NOON + timedelta(seconds=seconds)), "next", 0))
    assert (left > 0) == (seconds < LOCKED_MIN * 60)


def test_the_clocks_of_a_bench_count_from_its_start(worked: Path, rules: Rules) -> None:
    with opened(worked, rules) as floor:
        first, second = floor.bench.known.clock(), floor.bench.known.clock()
        assert (first.run, second.run_ms >= first.run_ms >= 0) == (second.run, True)
        lock(floor, RECEIVER[0])
        held = of(floor.bench.state.pins, RECEIVER[0]).locked
        assert held is not None
        assert (held.run, held.run_ms >= second.run_ms) == (first.run, True)
    with opened(worked, rules) as floor:
        assert floor.bench.known.clock().run != first.run


def test_wrong_pins_are_no_step_that_could_be_taken_back(floor: Floor) -> None:
    lock(floor, RECEIVER[0])
    assert floor.bench.state.steps == ()
    assert isinstance(floor.bench.journal.entries(0, 1000)[-1].fact(), f.ExceptionRaised)
