"""One fact, photo or record that something is wrong with never holds up the others."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.database import open_sqlite
from station.inspecting.facts import Answered
from station.local_copy import photos_mark
from sync.central.judge import judge
from sync.errand import Heard
from tests.sync.near import Near, Work


@pytest.fixture
def near(tmp_path: Path) -> Near:
    return Near(tmp_path)


@pytest.fixture
def work(book: Any, near: Near) -> Iterator[Callable[[], Work]]:
    """Begins the courier's work on the book, as a start of the program does."""
    begun: list[Work] = []

    def begin() -> Work:
        begun.append(Work(book, near))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def damage(book: Any, statement: str, *values: object) -> None:
    with open_sqlite(book.journal.path).begin() as connection:
        connection.exec_driver_sql(statement, values)


def test_a_text_that_is_no_text_any_more_holds_up_nothing(book: Any, near: Near, work: Callable[[], Work]) -> None:
    book.parcels(5)
    damage(book, "UPDATE journal SET at = CAST(? AS TEXT), id = CAST(? AS TEXT) WHERE seq = 2", b"\xb22026", b"\xff")
    begun = work()
    begun.go(60)
    assert near.kept() == [(1, "ok"), (2, "central_failed"), (3, "ok"), (4, "ok"), (5, "ok")]
    assert begun.refused() == [(2, "quarantined", "central_failed")]
    assert (begun.errand.status.waiting, begun.errand.status.why) == (0, "")


@pytest.mark.parametrize(("most_aside", "code"), [(1 << 30, "central_failed"), (30_000, "too_large")])
def test_a_fact_too_large_for_central_holds_up_nothing(
    book: Any, near: Near, work: Callable[[], Work], most_aside: int, code: str
) -> None:
    near.most, near.most_aside = 20_000, most_aside
    book.parcels(1)
    book.add(Answered("I-1", "why", "x" * 50_000, "r/1"))
    book.parcels(2)
    begun = work()
    begun.go(120)
    assert near.kept() == [(1, "ok"), (2, "central_failed"), (3, "ok"), (4, "ok")]
    assert begun.refused() == [(2, "quarantined", code)]
    assert begun.errand.status.waiting == 0


def test_a_damaged_hash_costs_no_sound_fact(book: Any, near: Near, work: Callable[[], Work]) -> None:
    book.parcels(5)
    (entry,) = book.journal.entries(1, 1)
    damage(book, "UPDATE journal SET hash = ? WHERE seq = 2", bytes([entry.hash[0] ^ 1]) + entry.hash[1:])
    work().go(60)
    assert near.kept() == [(1, "ok"), (2, "central_failed"), (3, "ok"), (4, "ok"), (5, "ok")]


def test_a_damaged_hash_within_a_push_costs_no_sound_fact(book: Any) -> None:
    book.parcels(4)
    first, second, third, fourth = book.push().entries
    entries = (first, msgspec.structs.replace(second, hash=bytes(32)), third, msgspec.structs.replace(fourth, prev=b""))
    judged = judge(entries, book.journal.epoch, first.prev, {})
    assert [each.code for each in judged] == ["", "hash_wrong", "", "chain_broken"]


def test_a_photo_whose_moment_is_damaged_stays_and_those_behind_it_go(
    book: Any, near: Near, work: Callable[[], Work]
) -> None:
    hashes = [book.photo(b"photo %d" % number) for number in range(3)]
    damage(book, "UPDATE journal SET at = CAST(? AS TEXT) WHERE seq = 2", b"\xb2026")
    begun = work()
    begun.go(1500)
    assert begun.errand.status.waiting == 0
    assert list(book.photos.all()) == [hashes[1]]


def test_a_photo_central_fails_at_is_put_off_and_tried_again_after_the_others(
    book: Any, near: Near, work: Callable[[], Work]
) -> None:
    hashes = [book.photo(b"photo %d" % number) for number in range(3)]
    near.bad_photos = {hashes[0]}
    begun = work()
    begun.go(900)
    assert near.photos == hashes[1:]
    assert begun.refused() == [(1, "photo", "central_failed")]
    assert (begun.errand.status.photos_waiting, begun.errand.status.why) == (0, "")
    assert book.photos.has(hashes[0])
    near.bad_photos = set()
    begun.go(4000)
    assert near.photos == [*hashes[1:], hashes[0]]
    assert begun.refused() == []


def test_central_that_fails_at_every_photo_makes_none_suspect(book: Any, near: Near, work: Callable[[], Work]) -> None:
    hashes = [book.photo(b"photo %d" % number) for number in range(3)]
    near.is_ill = True
    begun = work()
    begun.go(1200)
    assert (near.photos, begun.refused()) == ([], [])
    near.is_ill = False
    begun.go(300)
    assert (near.photos, begun.refused()) == (hashes, [])


def test_photos_that_central_lost_go_again_from_the_first_that_it_lacks(
    book: Any, near: Near, work: Callable[[], Work]
) -> None:
    hashes = [book.photo(b"photo %d" % number) for number in range(4)]
    near.bad_photos = {hashes[2]}
    begun = work()
    begun.copy.set_acked(book.journal.epoch, 4)
    begun.copy.set_acked(photos_mark(book.journal.epoch), 2)
    while near.asked.count("photo") < 5:
        begun.go(1)
    begun.copy.set_acked(photos_mark(book.journal.epoch), 0)
    near.bad_photos = set()
    begun.go(900)
    assert near.photos == hashes


def test_a_difference_is_not_forgotten_when_its_snapshot_breaks_off(near: Near, work: Callable[[], Work]) -> None:
    near.differs = True
    begun = work()
    begun.go(2000)
    assert near.asked.count("snapshot")
    begun.go(3000)
    assert near.asked.count("snapshot") >= 3
    assert near.asked.count("site_digest") == 1


def test_no_bench_compares_all_records_when_the_network_comes_back(near: Near, work: Callable[[], Work]) -> None:
    near.is_away = True
    begun = work()
    begun.go(30)
    near.is_away = False
    begun.go(20, Heard(retry=True))
    assert begun.errand.status.online
    assert "site_digest" not in near.asked
