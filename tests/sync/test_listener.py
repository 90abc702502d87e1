"""Central tells of news at once: nothing here looks by itself within the hour, so only a held question can bring it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from station.local_copy import LocalCopy
from sync.errand import Timing
from sync.pace import Backoff

Until = Callable[..., None]
Run = Callable[..., Any]
HOURLY = Timing(Backoff(0.01, 0.2), poll_s=3600.0, told_poll_s=3600.0, coalesce_s=(0.01, 0.02))


@pytest.fixture
def bench(on_sqlite: Any, enrol_at: Any) -> Any:
    """A station of a central that goes on running."""
    return enrol_at(on_sqlite)


def test_what_one_bench_did_is_on_another_that_never_looks(
    bench: Any, enrol_at: Any, new_book: Any, run_courier: Run, until: Until
) -> None:
    other, book = new_book(), new_book()
    waiting = run_courier(other, enrol_at(bench.central), timing=HOURLY)
    until(waiting.is_through)
    working = run_courier(book, bench)
    until(working.is_through)
    copy = LocalCopy.open(other.folder / "expected.sqlite")
    for code in ("T-one", "T-two"):
        book.add(book.arrival(code))
        working.courier.wake()
        until(lambda code=code: copy.receipts(code))
    copy.close()
    # What the bench itself has to say goes at once, while the question is held.
    until(lambda: waiting.courier.is_listening)
    other.parcels(1)
    waiting.courier.wake()
    until(waiting.is_through)
    assert [row["status"] for row in bench.events()] == ["ok", "ok"]


def test_a_central_that_falls_silent_is_noticed_and_found_again(
    own_central: Any, enrol_at: Any, book: Any, run_courier: Run, until: Until, order: Any
) -> None:
    running = run_courier(book, enrol_at(own_central), timing=HOURLY)
    until(running.is_through)
    # An answer to a question shows that central holds questions; only then its silence says anything.
    own_central.tell(running.bench.site, order())
    until(lambda: running.courier.is_listening)
    own_central.kill()
    until(lambda: running.status.why == "unreachable")
    own_central.start()
    running.courier.retry()
    until(running.is_through)


def test_a_held_question_holds_up_no_stop(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(bench.central)
    running = run_courier(book, bench, proxy.url, timing=HOURLY)
    until(lambda: any(b"&wait=" in said for said in proxy.said))
    running.courier.stop()
    assert not [thread for thread in threading.enumerate() if thread.name in ("courier", "listener")]


def test_where_nobody_holds_questions_it_looks_by_itself(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any, order: Any
) -> None:
    """The proxy passes the question on as one that is not to be held, as a central of old took it."""
    proxy = new_proxy(bench.central)
    proxy.replace = (b"&wait=25", b"&wait=00")
    running = run_courier(book, bench, proxy.url)
    until(running.is_through)
    until(lambda: sum(b"&wait=" in said for said in proxy.said) > 2)
    assert not running.courier.is_listening
    expected = order()
    bench.central.tell(bench.site, expected)
    copy = LocalCopy.open(book.folder / "expected.sqlite")
    until(lambda: copy.orders(expected.rma) == (expected,))
    copy.close()
