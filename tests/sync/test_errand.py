"""What is due when: lanes fail and recover by themselves, and one that recovers tells the others. The clock is ours."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from station.local_copy import LocalCopy
from station.photos import PhotoStore
from sync import clock as clocks
from sync.errand import Disk, Errand, Heard, Timing
from sync.pace import Backoff

LONG_S = 1000.0
NEWS = Heard(facts=True)
POLL_S = 5.0


class Clock:
    """Monotonic seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(on_sqlite: Any, new_proxy: Any) -> Any:
    """The line to central, which a test may cut."""
    return new_proxy(on_sqlite)


@pytest.fixture
def errand(on_sqlite: Any, enrol_at: Any, line: Any, book: Any, clock: Clock) -> Iterator[Errand]:
    """The courier's work on a book, with waits so long that only the clock can end them."""
    bench = enrol_at(on_sqlite)
    db = LocalCopy.open(book.folder / "expected.sqlite")
    running = Errand(
        bench.site,
        db,
        bench.client(line.url),
        Disk(book.journal.path, book.photos, PhotoStore(book.folder / "references")),
        Timing(Backoff(LONG_S, LONG_S), POLL_S, coalesce_s=(1.0, 2.0)),
        clocks.Clock(clock, clocks.MACHINE.utc),
        random.Random(_seed()),
    )
    yield running
    running.close()
    db.close()


def _seed() -> int:
    """The dice by which, after a failure, the pull comes back long before the push."""
    seeds = ((seed, *_first_waits_s(seed)) for seed in range(1000))
    return next(seed for seed, push_s, pull_s in seeds if POLL_S * 2 < pull_s < push_s - 100)


def _first_waits_s(seed: int) -> tuple[float, float]:
    chance = random.Random(seed)
    chance.random()  # when the first daily comparison is due
    return chance.uniform(0, LONG_S), chance.uniform(0, LONG_S)


def go_until_idle(errand: Errand) -> float:
    """Work off all that is due now; return how long it is until something is due."""
    while not (wait_s := errand.step()):
        pass
    return wait_s


def test_all_that_is_due_is_done_and_then_it_rests(errand: Errand, book: Any, clock: Clock) -> None:
    book.parcels(250)
    book.photo(b"a photo")
    wait_s = go_until_idle(errand)
    assert (errand.status.waiting, errand.status.photos_waiting, errand.status.online) == (0, 0, True)
    assert POLL_S * 0.8 <= wait_s <= POLL_S * 1.2


def test_a_fact_is_pushed_at_once_when_it_is_woken(errand: Errand, book: Any) -> None:
    go_until_idle(errand)
    book.parcels(1)
    errand.step()
    assert errand.status.waiting == 1
    errand.step(NEWS)
    assert errand.status.waiting == 0


def test_a_failing_lane_waits_however_often_it_is_woken(errand: Errand, book: Any, line: Any, clock: Clock) -> None:
    line.cut_after = 0
    book.parcels(1)
    go_until_idle(errand)
    seen = line.connections
    for _ in range(20):
        errand.step(NEWS)
    assert line.connections == seen
    assert (errand.status.waiting, errand.status.online, errand.status.why) == (1, False, "unreachable")


def test_a_lane_that_gets_through_brings_the_others_back(errand: Errand, book: Any, line: Any, clock: Clock) -> None:
    line.cut_after = 0
    book.parcels(3)
    go_until_idle(errand)
    line.cut_after = None
    push_s, pull_s = _first_waits_s(_seed())
    clock.now_s = pull_s + 1
    go_until_idle(errand)
    assert clock.now_s < push_s
    assert (errand.status.waiting, errand.status.online, errand.status.why) == (0, True, "")


@pytest.mark.parametrize("woken", [True, False])
def test_pieces_are_small_so_that_facts_never_wait_behind_photos(
    errand: Errand, book: Any, woken: bool, clock: Clock
) -> None:
    for number in range(5):
        book.photo(b"photo %d" % number)
    while errand.status.photos_waiting != 3:
        errand.step()
    book.parcels(1)
    clock.now_s += 2.0 if woken else POLL_S * 2
    errand.step(Heard(facts=woken))
    assert (errand.status.waiting, errand.status.photos_waiting) == (0, 3)


def test_a_copy_that_cannot_grow_holds_up_only_what_it_would_hold(
    errand: Errand, book: Any, on_sqlite: Any, order: Any, clock: Clock, expect_log: Any
) -> None:
    """On a full disk facts go up as ever; the records wait, and come by themselves when there is room."""
    expect_log("pull: The disk is full")
    go_until_idle(errand)
    connection = errand._outbox._db.connection
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").fetchall()
    connection.rollback()
    site = errand._mirror._site
    on_sqlite.tell(site, *(order(quantity=2, serials=(f"S{number}" * 20,)) for number in range(50)))
    book.parcels(3)
    errand.step(Heard(facts=True, records=True))
    errand.step()
    assert (errand.status.waiting, errand.status.online, errand.status.why) == (0, True, "disk_full")
    connection.exec_driver_sql("PRAGMA max_page_count = 100000").fetchall()
    connection.rollback()
    clock.now_s += LONG_S
    go_until_idle(errand)
    assert errand.status.why == ""
    assert errand._outbox._db.cursor() == 53


def test_a_central_that_was_put_back_is_noticed_by_the_next_look_and_gets_what_it_lost(
    errand: Errand, book: Any, clock: Clock, on_sqlite: Any
) -> None:
    """Nobody has anything new to push, and the daily comparison was just made: its feed alone tells."""
    book.parcels(3)
    go_until_idle(errand)
    assert (errand.status.waiting, errand.status.is_put_back) == (0, False)
    station = on_sqlite.rows("SELECT station FROM journal WHERE epoch = :epoch", epoch=book.journal.epoch)[0]["station"]
    put_back(on_sqlite, str(station))
    errand.step(Heard(records=True))
    go_until_idle(errand)
    assert errand.status.is_put_back
    found = on_sqlite.rows("SELECT count(*) AS n FROM journal WHERE station = :station", station=station)
    assert found == [{"n": 3}]
    for _ in range(3):
        clock.now_s += 2_000
        go_until_idle(errand)
    assert not errand.status.is_put_back


def put_back(central: Any, station: str) -> None:
    """Take from central all that a station and its site have, as a backup from before would."""
    with central.store.writing() as connection:
        for table in ("journal", "parcel", "ack"):
            connection.execute(text(f"DELETE FROM {table} WHERE station = :station"), {"station": station})
        site = "(SELECT site FROM enrolled_station WHERE station = :station)"
        for table in ("feed", "site_head"):
            connection.execute(text(f"DELETE FROM {table} WHERE site = {site}"), {"station": station})
