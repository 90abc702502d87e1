"""The courier on a damaged local copy: it is pulled again from central by itself, and nothing is doubled."""

from contextlib import closing
from typing import Any

from station.local_copy import LocalCopy
from tests.sync.faults.invariants import all_came, copy_is_the_feed, each_fact_is_there_once, head

PAGE = 4096


def test_a_damaged_copy_is_pulled_again_and_doubles_nothing(
    on_sqlite: Any, enrol_at: Any, book: Any, run_courier: Any, until: Any, order: Any, expect_log: Any
) -> None:
    # Whatever the courier had in hand when it met the damage failed, and is done again.
    expect_log("the local copy is damaged|the courier failed")
    bench = enrol_at(on_sqlite)
    store = on_sqlite.store
    on_sqlite.tell(bench.site, *(order() for _ in range(60)))
    book.parcels(40)
    first = run_courier(book, bench)
    path = book.folder / "expected.sqlite"
    until(lambda: all_came(store, bench.station, book, first))
    with closing(LocalCopy.open(path)) as copy:
        until(lambda: copy.cursor() == head(store, bench.site))
    first.courier.stop()
    content = path.read_bytes()
    # All but the first page and that of the cursor: it opens, and fails when it is used.
    for page in range(12, len(content) // PAGE):
        content = content[: page * PAGE] + bytes(PAGE) + content[(page + 1) * PAGE :]
    path.write_bytes(content)
    on_sqlite.tell(bench.site, *(order() for _ in range(5)))
    book.parcels(5)
    second = run_courier(book, bench)
    until(lambda: all_came(store, bench.station, book, second))
    with closing(LocalCopy.open(path)) as copy:
        until(lambda: copy.cursor() == head(store, bench.site))
        copy_is_the_feed(store, bench.site, copy)
        assert copy.acked(book.journal.epoch) == book.journal.last_seq
    each_fact_is_there_once(store, bench.station, list(book.push().entries))
