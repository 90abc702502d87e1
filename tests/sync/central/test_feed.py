"""The feed: no number is ever skipped, however many benches write while one reads."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from station.records import ReturnOrder
from sync.errors import Refused


def test_a_reader_misses_nothing_while_others_write(
    enrol: Callable[[], Any], new_book: Callable[[], Any], site: str
) -> None:
    writers, pushes = 4, 12
    benches = [enrol() for _ in range(writers)]
    clients = [bench.client() for bench in benches]
    books = [new_book() for _ in benches]
    for book in books:
        book.parcels(pushes)
    reader = enrol().client()
    done = threading.Event()
    seen: list[int] = []
    keys: list[str] = []

    def read() -> None:
        while True:
            last_look = done.is_set()
            page = reader.pull(site, len(seen), 7)
            assert page.from_seq == len(seen) + 1
            seen.extend(record.seq for record in page.records)
            keys.extend(record.key for record in page.records)
            if last_look and page.to_seq == page.head:
                return

    def write(number: int) -> None:
        for seq in range(1, pushes + 1):
            clients[number].push(books[number].push(seq, seq))

    reading = threading.Thread(target=read)
    writing = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in (reading, *writing):
        thread.start()
    for thread in writing:
        thread.join()
    done.set()
    reading.join()
    assert seen == list(range(1, writers * pushes + 1))
    assert len(set(keys)) == writers * pushes


def test_pages_follow_one_another(bench: Any, site: str, order: Callable[..., ReturnOrder]) -> None:
    bench.central.tell(site, *(order() for _ in range(5)))
    client = bench.client()
    first = client.pull(site, 0, 2)
    assert (first.from_seq, first.to_seq, first.head, len(first.records)) == (1, 2, 5, 2)
    rest = client.pull(site, 2, 2000)
    assert (rest.from_seq, rest.to_seq, len(rest.records)) == (3, 5, 3)
    empty = client.pull(site, 5, 2000)
    assert (empty.from_seq, empty.to_seq, empty.records) == (6, 5, ())


def test_another_site_is_none_of_a_stations_business(bench: Any) -> None:
    with pytest.raises(Refused, match="other_site"):
        bench.client().pull("elsewhere", 0, 10)
