"""Daily care: due after a quiet hour, done once by many, taken over from who died, left off when told to stop."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import tzset

import msgspec
import pytest
import uuid_utils
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from resources import find
from station.moments import utc
from sync.central import care, feed
from sync.central.__main__ import main
from sync.central.care import LEASE, GoesOn, Job, look, next_quiet, tend
from sync.central.feed import Change
from sync.central.metrics import Metrics
from sync.central.pattern_rule import parse
from sync.central.photos import open_shelf
from sync.central.store import Store
from sync.central.tables import care as table
from sync.central.tables import webhook_delivery
from tests.conftest import HUNG_S

DAY = timedelta(days=1)
AT = time(2)
MONDAY = datetime(2026, 4, 20, 9, tzinfo=UTC)


class Hand:
    """Somebody who does jobs, at a time of the test's own."""

    def __init__(self, store: Store, name: str, now: datetime = MONDAY) -> None:
        self.store = store
        self.name = name
        self.now = now
        self.stop = threading.Event()
        self.done: list[datetime] = []
        self.steps: list[Callable[[], None]] = []
        self.went_on: list[bool] = []

    def look(self, holder: str = "A") -> str | None:
        return look(self.store, Job(self.name, self._do), AT, holder, self.stop, lambda: self.now)

    def _do(self, store: Store, now: datetime, goes_on: GoesOn) -> str:
        assert store is self.store
        for step in self.steps:
            step()
            self.went_on.append(goes_on())
        self.done.append(now)
        return "something"

    def row(self) -> tuple[str, str, str]:
        with self.store.reading() as connection:
            row = connection.execute(select(table).where(table.c.name == self.name)).one()
        return row.done_at, row.held_by, row.held_until


@pytest.fixture
def hand(shared_store: Store) -> Hand:
    """A job that no other test has, never done before; due at once a day later."""
    made = Hand(shared_store, f"job-{uuid_utils.uuid7().hex[-12:]}")
    assert made.look() is None
    assert made.row() == (utc(MONDAY), "", "")
    made.now += DAY
    return made


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets this process's time zone."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        tzset()

    yield set_zone
    monkeypatch.undo()
    tzset()


MOMENTS = st.integers(0, 525_600).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOMENTS, st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe"]), st.times())
@example(datetime(2026, 3, 28, 2, tzinfo=UTC), "Europe/Berlin", time(2, 30))
@example(datetime(2026, 3, 29, 0, 45, tzinfo=UTC), "Europe/Berlin", time(2, 30))
@example(datetime(2026, 10, 25, 0, 45, tzinfo=UTC), "Europe/Berlin", time(2, 30))
def test_a_quiet_hour_comes_within_a_day_and_an_hour(
    in_zone: Callable[[str], None], after: datetime, zone: str, at: time
) -> None:
    in_zone(zone)
    quiet = next_quiet(after, at)
    assert after < quiet <= after + timedelta(hours=25)
    shown = quiet.astimezone()
    # An hour that a clock leaves out in spring is shown as one beside it.
    off = (shown.hour * 60 + shown.minute - at.hour * 60 - at.minute) % 1440
    assert min(off, 1440 - off) in (0, 30, 60)


def test_a_job_is_due_after_the_quiet_hour_and_once(hand: Hand) -> None:
    hand.now = next_quiet(MONDAY, AT) - timedelta(seconds=1)
    assert hand.look() is None
    hand.now += timedelta(seconds=2)
    assert (hand.look(), hand.look(), hand.done) == ("done", None, [hand.now])
    assert hand.row() == (utc(hand.now), "", "")
    hand.now += 3 * DAY
    assert (hand.look(), hand.look(), len(hand.done)) == ("done", None, 2)


def test_of_six_who_look_at_once_one_does_it(hand: Hand) -> None:
    together = threading.Barrier(6, timeout=HUNG_S)

    def at_once(holder: str) -> str | None:
        together.wait()
        return hand.look(holder)

    with ThreadPoolExecutor(6) as pool:
        for day in range(5):
            assert sorted(map(str, pool.map(at_once, "ABCDEF"))) == ["None"] * 5 + ["done"]
            assert len(hand.done) == day + 1
            hand.now += DAY


def test_who_died_at_it_is_followed_when_the_lease_has_run_out(hand: Hand) -> None:
    def die() -> None:
        raise ArithmeticError

    hand.steps = [die]
    with pytest.raises(ArithmeticError):
        hand.look()
    hand.steps = []
    assert hand.row()[1] == "A"
    hand.now += LEASE - timedelta(seconds=1)
    assert (hand.look(), hand.look("B")) == (None, None)
    hand.now += timedelta(seconds=2)
    assert (hand.look("B"), len(hand.done)) == ("done", 1)


def test_who_is_long_at_it_keeps_it_and_who_stood_still_finds_out(hand: Hand) -> None:
    def pass_time(by: timedelta) -> Callable[[], None]:
        def step() -> None:
            hand.now += by
            assert look(hand.store, Job(hand.name, never), AT, "B", hand.stop, lambda: hand.now) is None

        return step

    def never(_store: Store, _now: datetime, _goes_on: GoesOn) -> str:
        raise AssertionError("two at one job")

    def stand_still() -> None:
        hand.now += LEASE + timedelta(seconds=1)
        other = Hand(hand.store, hand.name, hand.now)
        assert other.look("B") == "done"

    hand.steps = [pass_time(LEASE - timedelta(seconds=1))] * 4
    assert (hand.look(), hand.went_on) == ("done", [True] * 4)
    hand.now += DAY
    hand.steps = [stand_still]
    assert (hand.look(), hand.went_on[4:]) == ("cut_off", [False])
    assert hand.row() == (utc(hand.now), "", ""), "what the other one wrote stands"


def test_who_is_told_to_stop_leaves_off_and_gives_it_back(hand: Hand) -> None:
    hand.steps = [hand.stop.set]
    assert (hand.look(), hand.went_on) == ("cut_off", [False])
    assert hand.row() == (utc(MONDAY), "", "")
    hand.stop.clear()
    hand.steps = []
    assert hand.look("B") == "done"


def test_a_clock_that_was_ahead_stops_nothing_for_good(hand: Hand) -> None:
    with hand.store.writing() as connection:
        ahead = {"done_at": utc(hand.now + 900 * DAY), "held_by": "gone", "held_until": utc(hand.now + 900 * DAY)}
        connection.execute(table.update().where(table.c.name == hand.name).values(ahead))
    assert hand.look() is None
    hand.now += DAY
    assert hand.look() == "done"


def test_all_processes_together_do_it_once_and_end_when_told(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, until: Callable[..., None], expect_log: Callable[..., None]
) -> None:
    monkeypatch.setattr(care, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(care, "_JITTER", timedelta())
    done: list[str] = []
    bad = Hand(hand.store, f"bad-{hand.name}")
    for each in (hand, bad):
        care.note_done(hand.store, each.name, datetime.now(UTC) - 2 * DAY)

    def fail(_store: Store, _now: datetime, _goes_on: GoesOn) -> str:
        raise ArithmeticError

    def do(_store: Store, _now: datetime, _goes_on: GoesOn) -> str:
        done.append("done")
        return ""

    todo = (Job(bad.name, fail), Job(hand.name, do))
    metrics = [Metrics(hand.store) for _ in range(3)]
    threads = [threading.Thread(target=tend, args=(hand.store, todo, AT, hand.stop, each)) for each in metrics]
    for thread in threads:
        thread.start()
    until(lambda: done)
    hand.stop.set()
    for thread in threads:
        thread.join()
    expect_log("failed, and is tried again in ten minutes")
    assert done == ["done"]
    said = b"".join(each.text() for each in metrics).decode()
    assert said.count(f'care_seconds_count{{end="done",what="{hand.name}"}} 1.0') == 1
    assert said.count(f'care_seconds_count{{end="failed",what="{bad.name}"}} 1.0') == 1
    assert f'returns_central_care_age_seconds{{what="{bad.name}"}} 1728' in said
    assert datetime.fromisoformat(hand.row()[0]) > datetime.now(UTC) - DAY


def test_what_is_done_daily_is_what_the_commands_do_and_what_nobody_needs_goes(
    shared_store: Store, tmp_path: Path
) -> None:
    site, now = f"site-{uuid_utils.uuid7().hex[-12:]}", datetime.now(UTC)
    shelf = open_shelf("memory:", tmp_path, shared_store)
    todo = {job.name: job.do for job in care.jobs(parse(find.read("patterns.toml")), shelf)}
    assert set(todo) == {"tidy", "recount", "sweep"}
    with shared_store.writing() as connection:
        feed.append(connection, site, [Change("bin", "R-1", b"1"), Change("bin", "R-1", b"2")])
        rows = [
            _delivery(f"{site}-{state}-{age}", state, now - timedelta(days=age))
            for state in ("waiting", "delivered", "given_up")
            for age in (1, 31)
        ]
        connection.execute(insert(webhook_delivery), rows)
    todo["tidy"](shared_store, now, lambda: True)
    assert "were raised" in todo["tidy"](shared_store, now + 100 * DAY, lambda: True)
    with shared_store.reading() as connection:
        assert feed.ends(connection, site) == (2, 2)
        if shared_store.kind == "postgresql":
            # It knows what its tables hold: -1 says that nobody counted.
            counted = text("SELECT reltuples FROM pg_class WHERE relname IN ('feed', 'item', 'care')")
            assert min(connection.execute(counted).scalars()) >= 0
        assert [bytes(each.body) for each in feed.every(connection, site, "bin")] == [b"2"]
    assert todo["recount"](shared_store, now, lambda: False) == "0 customers were counted"
    shelf.place.replace("parts/A01/x-1/00000", b"a part")
    assert todo["sweep"](shared_store, now, lambda: True).startswith("0 parts of photos and 2 deliveries")
    assert todo["sweep"](shared_store, now + 8 * DAY, lambda: True).startswith("1 parts of photos and 0 deliveries")
    with shared_store.reading() as connection:
        query = select(webhook_delivery.c.id).where(webhook_delivery.c.webhook == site)
        left = set(connection.execute(query).scalars())
    assert left == {f"{site}-waiting-1", f"{site}-waiting-31", f"{site}-delivered-1", f"{site}-given_up-1"}


def _delivery(id_: str, state: str, made: datetime) -> dict[str, object]:
    site = id_.rpartition("-")[0].rpartition("-")[0]
    return {
        "id": id_,
        "webhook": site,
        "body": msgspec.json.encode({}),
        "state": state,
        "made_at": utc(made),
        "attempts": 0,
        "not_before": utc(made),
    }


def test_what_was_done_by_hand_is_done(tmp_path: Path) -> None:
    where = ["--data", str(tmp_path)]
    assert main(["migrate", *where]) == 0
    assert main(["tidy", *where]) == 0
    assert main(["patterns", "recount", *where]) == 0
    store = Store(f"sqlite:///{tmp_path / 'central.sqlite'}")
    with store.reading() as connection:
        rows = {row.name: row.done_at for row in connection.execute(select(table))}
    store.close()
    assert set(rows) == {"tidy", "recount"}
    assert all(datetime.fromisoformat(at) > datetime.now(UTC) - timedelta(hours=1) for at in rows.values())
    with pytest.raises(SystemExit):
        main(["serve", "--care", "tonight", *where])
