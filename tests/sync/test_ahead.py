"""A bench that catches up has the next page fetched meanwhile; whatever becomes of that, no record is missed."""

import threading
from contextlib import closing
from typing import Any

import pytest

from station.local_copy import LocalCopy
from sync.ahead import Ahead
from sync.mirror import Mirror
from tests.sync.faults.invariants import copy_is_the_feed, head

PAGE = 2_000


@pytest.fixture
def bench(on_sqlite: Any, enrol_at: Any) -> Any:
    """A station of a central that goes on running."""
    return enrol_at(on_sqlite)


@pytest.fixture
def ahead(bench: Any) -> Any:
    with closing(Ahead(bench.client(), bench.site)) as fetching:
        yield fetching


def tell(bench: Any, order: Any, count: int) -> None:
    bench.central.tell(bench.site, *[order() for _ in range(count)])


def test_the_page_that_was_asked_for_comes_and_no_other(bench: Any, order: Any, ahead: Ahead) -> None:
    tell(bench, order, 5)
    ahead.ask(2, 2, 0)
    fetched = ahead.taken(2, 2)
    assert fetched is not None and [each.seq for each in fetched.page.records] == [3, 4]
    assert set(fetched.told.newest) == {("order", each.key) for each in fetched.page.records}
    assert ahead.taken(2, 2) is None
    # Central has another record there.
    ahead.ask(2, 2, mark=1)
    assert ahead.taken(2, 2) is None
    for other in ((3, 2), (2, 1)):
        ahead.ask(2, 2, 0)
        assert ahead.taken(*other) is None


def test_what_fails_ahead_is_no_trouble(bench: Any, order: Any, ahead: Ahead) -> None:
    tell(bench, order, 1)
    ahead.ask(10**20, PAGE, 0)
    assert ahead.taken(10**20, PAGE) is None
    ahead.abort()
    ahead.ask(0, PAGE, 0)
    assert ahead.taken(0, PAGE) is None


def test_a_bench_that_catches_up_gets_every_record(bench: Any, order: Any, ahead: Ahead, tmp_path: Any) -> None:
    tell(bench, order, 2 * PAGE + 10)
    with closing(LocalCopy.open(tmp_path / "expected.sqlite")) as copy:
        mirror = Mirror(bench.client(), copy, bench.site, ahead=ahead)
        assert mirror.pull_some()
        # Told meanwhile: not in what is on its way, and not missed.
        tell(bench, order, 3)
        while mirror.pull_some():
            pass
        assert copy.cursor() == head(bench.central.store, bench.site)
        copy_is_the_feed(bench.central.store, bench.site, copy)


def test_where_nothing_can_be_fetched_ahead_the_mirror_asks_by_itself(
    bench: Any, order: Any, ahead: Ahead, tmp_path: Any
) -> None:
    tell(bench, order, PAGE + 10)
    ahead.abort()
    with closing(LocalCopy.open(tmp_path / "expected.sqlite")) as copy:
        mirror = Mirror(bench.client(), copy, bench.site, ahead=ahead)
        while mirror.pull_some():
            pass
        copy_is_the_feed(bench.central.store, bench.site, copy)


def test_a_page_that_waited_here_says_nothing_of_the_clock(bench: Any, order: Any, ahead: Ahead, tmp_path: Any) -> None:
    tell(bench, order, PAGE + 10)
    with closing(LocalCopy.open(tmp_path / "expected.sqlite")) as copy:
        mirror = Mirror(bench.client(), copy, bench.site, ahead=ahead)
        assert mirror.pull_some()
        mirror.clock_offset_s = 7.0
        assert not mirror.pull_some()
        assert mirror.clock_offset_s == 7.0


def test_a_courier_fetches_ahead_and_leaves_no_thread(
    bench: Any, order: Any, book: Any, run_courier: Any, until: Any, new_proxy: Any
) -> None:
    tell(bench, order, PAGE + 10)
    proxy = new_proxy(bench.central)
    running = run_courier(book, bench, proxy.url)
    until(lambda: any(f"after={PAGE}&".encode() in said for said in proxy.said))
    until(running.is_through)
    until(lambda: running.courier.is_listening or running.status.online)
    running.courier.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("feed-ahead")]
