"""The bench's disk full while the courier works: what is recorded waits, and goes by itself when there is room."""

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from station.journal_errors import JournalError
from station.local_copy import LocalCopy
from station.photos import PhotoError
from station.verify import verify
from tests.sync.conftest import Book
from tests.sync.faults.invariants import all_came, copy_is_the_feed, each_fact_is_there_once, head, tables_are_the_fold


def fill(folder: Path) -> None:
    """Write until nothing more fits."""
    with (folder / "ballast").open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def record_until_full(book: Book, rma: str) -> None:
    """Receive units with photos until the disk takes no more."""
    for number in range(1000):
        try:
            book.item(f"{rma}-{number}", serial="x" * 2000)
            book.photo(os.urandom(300_000))
        except (JournalError, PhotoError) as error:
            assert error.code == "disk_full"
            return
    raise AssertionError("the disk never was full")


def test_a_full_disk_holds_up_and_loses_nothing(
    on_sqlite: Any,
    enrol_at: Any,
    small_disk: Path,
    run_courier: Any,
    until: Any,
    order: Any,
    expect_log: Any,
    times: int,
    tally: Any,
) -> None:
    """The courier starts anew on the full disk too; what it knew of central is there still when there is room."""
    # What it just then had to write is chance.
    expect_log("the reserve of station.sqlite is used|The disk is full|cannot be read or written")
    bench, store = enrol_at(on_sqlite), on_sqlite.store
    with closing(Book(small_disk / "data")) as book:
        running = run_courier(book, bench)
        for number in range(times):
            until(running.is_through)
            fill(small_disk)
            on_sqlite.tell(bench.site, *(order() for _ in range(40)))
            running.courier.wake()
            record_until_full(book, f"RMA-{bench.station}-{number}")
            (small_disk / "ballast").unlink()
            running.courier.stop()  # with room, so that its copy is closed whole
            fill(small_disk)
            running = run_courier(book, bench)
            until(lambda running=running: running.status is not None)
            (small_disk / "ballast").unlink()
            until(lambda running=running: all_came(store, bench.station, book, running))
        with closing(LocalCopy.open(book.folder / "expected.sqlite")) as copy:
            until(lambda: copy.cursor() == head(store, bench.site))
            copy_is_the_feed(store, bench.site, copy)
        assert list(book.folder.glob("expected.*Z.sqlite")) == []
        each_fact_is_there_once(store, bench.station, list(book.push().entries))
        tables_are_the_fold(store, bench.station)
        assert verify(book.folder) == []
        running.courier.stop()
    tally(times, "full disks")


def test_a_courier_that_begins_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    on_sqlite: Any, enrol_at: Any, small_disk: Path, run_courier: Any, until: Any, expect_log: Any
) -> None:
    """It has no copy yet, and there is no room for one."""
    expect_log("the reserve of station.sqlite is used|The disk is full|the courier cannot begin")
    bench = enrol_at(on_sqlite)
    with closing(Book(small_disk / "data")) as book:
        book.parcels(3)
        fill(small_disk)
        running = run_courier(book, bench)
        until(lambda: running.status is not None and running.status.why == "disk_full")
        assert not running.status.is_safe_to_switch_off
        (small_disk / "ballast").unlink()
        until(lambda: all_came(on_sqlite.store, bench.station, book, running))
        running.courier.stop()
        each_fact_is_there_once(on_sqlite.store, bench.station, list(book.push().entries))
