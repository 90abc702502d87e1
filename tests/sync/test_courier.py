"""The courier against a real central: it waits, comes back by itself, and never loses, doubles or drops anything."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from station.database import DRIVER
from station.local_copy import LocalCopy, Refusal

Until = Callable[..., None]
Run = Callable[..., Any]


@pytest.fixture
def own_bench(own_central: Any, enrol_at: Any) -> Any:
    """A station of a central that may be killed."""
    return enrol_at(own_central)


@pytest.fixture
def bench(on_sqlite: Any, enrol_at: Any) -> Any:
    """A station of a central that goes on running."""
    return enrol_at(on_sqlite)


def everything_is_there_once(bench: Any, book: Any) -> None:
    kept = [(row["epoch"], row["seq"], row["id"], bytes(row["body"])) for row in bench.events()]
    assert kept == [(entry.epoch, entry.seq, entry.id, entry.body) for entry in book.push().entries]
    parcels = bench.central.rows("SELECT parcel FROM parcel WHERE station = :station", station=bench.station)
    assert len(parcels) == sum(entry.type == "ParcelArrived" for entry in book.push().entries)


def refusals(book: Any) -> tuple[Refusal, ...]:
    copy = LocalCopy.open(book.folder / "expected.sqlite")
    try:
        return copy.refused()
    finally:
        copy.close()


def test_facts_records_and_photos_travel(bench: Any, book: Any, run_courier: Run, until: Until, order: Any) -> None:
    expected = order()
    bench.central.tell(bench.site, expected)
    book.item(expected.rma)
    sha256 = book.photo(b"a photo")
    running = run_courier(book, bench)
    until(running.is_through)
    everything_is_there_once(bench, book)
    assert bench.has_photo(sha256)
    status = running.status
    assert (status.waiting, status.refused, status.photos_waiting, status.why) == (0, 0, 0, "")
    assert status.last_ack_at
    assert abs(status.clock_offset_s) <= 1
    copy = LocalCopy.open(book.folder / "expected.sqlite")
    assert copy.orders(expected.rma) == (expected,)
    copy.close()
    book.parcels(3)
    running.courier.wake()
    until(lambda: len(bench.events()) == 6)


def test_of_a_photo_with_a_label_in_it_only_the_copy_ever_leaves(
    on_sqlite: Any, bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(on_sqlite)
    original, shared, plain = b"ANNA EXAMPLE, PINE ROAD" + os.urandom(8), os.urandom(99), os.urandom(99)
    sha256, free = book.photo(original, shared), book.photo(plain)
    copy = hashlib.sha256(shared).hexdigest()
    running = run_courier(book, bench, proxy.url)
    until(running.is_through)
    assert [bench.has_photo(each) for each in (sha256, copy, free)] == [False, True, True]
    sent = b"".join(proxy.said)
    assert shared in sent and plain in sent and original not in sent
    assert refusals(book) == ()


def test_a_copy_that_is_gone_is_never_replaced_by_the_original(
    on_sqlite: Any, bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(on_sqlite)
    original, shared = os.urandom(99), os.urandom(99)
    book.photo(original, shared)
    book.photos.path(hashlib.sha256(shared).hexdigest()).unlink()
    running = run_courier(book, bench, proxy.url)
    until(running.is_through)
    assert [(each.seq, each.code) for each in refusals(book)] == [(1, "photo_missing")]
    assert original not in b"".join(proxy.said)


def test_with_central_stopped_everything_waits_and_drains_by_itself(
    own_central: Any, own_bench: Any, book: Any, run_courier: Run, until: Until
) -> None:
    book.parcels(2)
    running = run_courier(book, own_bench)
    until(running.is_through)
    assert own_central.stop() == 0
    book.parcels(40)
    running.courier.wake()
    until(lambda: running.status.waiting == 40 and not running.status.online)
    status = running.status
    assert status.why == "unreachable"
    assert status.oldest_waiting_at == book.push(3, 3).entries[0].at
    own_central.start()
    until(running.is_through)
    everything_is_there_once(own_bench, book)


def test_a_courier_that_starts_with_no_central_gets_through_later(
    own_central: Any, own_bench: Any, book: Any, run_courier: Run, until: Until
) -> None:
    own_central.kill()
    book.parcels(5)
    running = run_courier(book, own_bench)
    until(lambda: running.status is not None and running.status.why)
    own_central.start()
    until(running.is_through)
    everything_is_there_once(own_bench, book)


def test_central_killed_after_its_commit_and_before_its_answer(
    own_central: Any, own_bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(own_central)
    book.parcels(30)

    def kill() -> None:
        proxy.at_answer = None
        own_central.kill()

    proxy.at_answer = kill
    running = run_courier(book, own_bench, proxy.url)
    until(lambda: running.status is not None and running.status.why == "unreachable")
    assert running.status.waiting == 30
    assert len(own_bench.events()) == 30
    own_central.start()
    until(running.is_through)
    everything_is_there_once(own_bench, book)


def test_central_killed_before_its_commit(
    own_central: Any, own_bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(own_central)
    book.parcels(30)
    lock = DRIVER.connect(own_central.data / "central.sqlite", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    running = run_courier(book, own_bench, proxy.url)
    until(lambda: proxy.bytes_up > 10_000)
    own_central.kill()
    lock.execute("ROLLBACK")
    lock.close()
    assert own_bench.events() == []
    own_central.start()
    until(running.is_through)
    everything_is_there_once(own_bench, book)


def test_central_killed_again_and_again(
    own_central: Any, own_bench: Any, book: Any, run_courier: Run, until: Until
) -> None:
    running = run_courier(book, own_bench)
    for number in range(2):
        book.parcels(25)
        running.courier.wake()
        until(lambda number=number: len(own_bench.events()) >= 30 * number + 10)
        own_central.kill()
        book.parcels(5)
        own_central.start()
    until(running.is_through)
    assert book.journal.last_seq == 60
    everything_is_there_once(own_bench, book)


def test_a_line_that_is_cut_in_the_middle_of_pushes(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(bench.central)
    book.parcels(60)
    proxy.cut_after = 0
    running = run_courier(book, bench, proxy.url)
    whole = len(msgspec.json.encode(book.push()))
    for cut_after in range(1000, whole, whole // 12):
        proxy.cut_after = cut_after
        seen = proxy.connections
        until(lambda seen=seen: proxy.connections > seen + 1)
    proxy.cut_after = None
    proxy.break_all()
    until(running.is_through)
    everything_is_there_once(bench, book)


def test_answers_that_get_lost_double_nothing(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(bench.central)
    lost: list[int] = []
    proxy.at_answer = lambda: lost.append(1)
    book.parcels(20)
    running = run_courier(book, bench, proxy.url)
    until(lambda: len(lost) > 6)
    proxy.at_answer = None
    until(running.is_through)
    everything_is_there_once(bench, book)


def test_an_entry_central_always_fails_at_does_not_hold_up_the_rest(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(bench.central)
    book.parcels(12)
    poison = book.push().entries[6]
    proxy.fail_with = (500, poison.id.encode())
    running = run_courier(book, bench, proxy.url)
    until(running.is_through)
    assert [row["seq"] for row in bench.events()] == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    aside = bench.central.rows("SELECT seq, id, code FROM quarantine WHERE station = :station", station=bench.station)
    assert aside == [{"seq": 7, "id": poison.id, "code": "central_failed"}]
    assert refusals(book) == (Refusal(book.journal.epoch, 7, "quarantined", "central_failed"),)
    assert running.status.refused == 1


def test_a_proxy_that_complains_makes_nothing_poison(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any
) -> None:
    proxy = new_proxy(bench.central)
    book.parcels(6)
    proxy.fail_with = (503, b"")
    running = run_courier(book, bench, proxy.url)
    until(lambda: proxy.failed > 12)
    assert running.status.why == "busy"
    assert running.status.online
    proxy.fail_with = None
    until(running.is_through)
    everything_is_there_once(bench, book)
    assert running.status.refused == 0


def test_pulling_goes_on_while_pushing_fails(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any, order: Any
) -> None:
    proxy = new_proxy(bench.central)
    proxy.fail_with = (503, b"")
    book.parcels(3)
    run_courier(book, bench, proxy.url)
    until(lambda: proxy.failed > 3)
    expected = order()
    bench.central.tell(bench.site, expected)
    copy = LocalCopy.open(book.folder / "expected.sqlite")
    until(lambda: copy.orders(expected.rma) == (expected,))
    copy.close()


def test_a_conflict_is_kept_and_shown(
    bench: Any, enrol_at: Any, new_book: Any, run_courier: Run, until: Until, order: Any
) -> None:
    expected = order()
    bench.central.tell(bench.site, expected)
    benches = [bench, enrol_at(bench.central)]
    books = [new_book(), new_book()]
    running = []
    for bench, book in zip(benches, books, strict=True):
        book.item(expected.rma)
        running.append(run_courier(book, bench))
        until(running[-1].is_through)
    assert [each.status.refused for each in running] == [0, 1]
    assert refusals(books[1]) == (Refusal(books[1].journal.epoch, 2, "conflict", "duplicate_receipt"),)


def test_central_restored_from_an_old_backup_gets_everything_again(
    own_central: Any, own_bench: Any, book: Any, run_courier: Run, until: Until
) -> None:
    book.parcels(4)
    running = run_courier(book, own_bench)
    until(running.is_through)
    own_central.stop()
    own_central.store.close()
    shutil.copytree(own_central.data, own_central.data.with_name("backup"))
    own_central.start()
    book.parcels(6)
    running.courier.wake()
    until(lambda: len(own_bench.events()) == 10)
    running.courier.stop()
    own_central.stop()
    own_central.store.close()
    shutil.rmtree(own_central.data)
    own_central.data.with_name("backup").rename(own_central.data)
    own_central.start()
    book.parcels(1)
    again = run_courier(book, own_bench)
    until(lambda: len(own_bench.events()) == 11)
    everything_is_there_once(own_bench, book)
    until(again.is_through)


def test_a_lost_local_copy_is_pulled_again_and_doubles_nothing(
    bench: Any, book: Any, run_courier: Run, until: Until, order: Any
) -> None:
    expected = order()
    bench.central.tell(bench.site, expected)
    book.parcels(30)
    first = run_courier(book, bench)
    until(first.is_through)
    first.courier.stop()
    for file in book.folder.glob("expected.sqlite*"):
        file.unlink()
    second = run_courier(book, bench)
    until(second.is_through)
    assert second.status.refused == 0
    everything_is_there_once(bench, book)


def test_a_second_copy_of_the_same_journal_is_refused_and_says_so(
    bench: Any, new_book: Any, run_courier: Run, until: Until, expect_log: Any, tmp_path: Any
) -> None:
    book = new_book()
    book.parcels(3)
    first = run_courier(book, bench)
    until(first.is_through)
    first.courier.stop()
    book.journal.close()
    old = tmp_path / "old"
    shutil.copytree(book.folder, old)
    restored = type(book)(book.folder)
    restored.parcels(2)
    until(run_courier(restored, bench).is_through)
    restored.close()
    expect_log("push: fork")
    copied = type(book)(old)
    copied.parcels(5)
    running = run_courier(copied, bench)
    until(lambda: running.status is not None and running.status.why == "fork" and running.status.online)
    assert running.status.waiting == 5
    assert len(bench.events()) == 5
    running.courier.stop()
    copied.close()


def test_an_old_copy_never_takes_anothers_facts_for_its_own(
    bench: Any, new_book: Any, run_courier: Run, until: Until, expect_log: Any, tmp_path: Any
) -> None:
    """All the copy has is at central already, and more: what it records now must not count as confirmed."""
    book = new_book()
    book.parcels(5)
    book.close()
    old = tmp_path / "old"
    shutil.copytree(book.folder, old)
    original = type(book)(book.folder)
    original.parcels(5)
    until(run_courier(original, bench).is_through)
    original.close()
    copied = type(book)(old)
    running = run_courier(copied, bench)
    until(running.is_through)
    expect_log("push: fork")
    copied.parcels(3)
    running.courier.wake()
    until(lambda: running.status.why == "fork")
    assert running.status.waiting == 3
    assert len(bench.events()) == 10
    running.courier.stop()
    copied.close()


def test_a_void_token_waits_and_loses_nothing(
    bench: Any, book: Any, run_courier: Run, until: Until, expect_log: Any
) -> None:
    expect_log("token_unknown")
    book.parcels(3)
    old = bench.token
    fresh = bench.central.enrol(bench.station, bench.site)
    assert fresh.token != old
    running = run_courier(book, bench)
    until(lambda: running.status is not None and running.status.why == "token_unknown")
    assert running.status.waiting == 3
    running.courier.stop()
    until(run_courier(book, fresh).is_through)
    everything_is_there_once(bench, book)


def test_photos_that_are_gone_or_damaged_are_shown_and_hold_up_nothing(
    bench: Any, book: Any, run_courier: Run, until: Until
) -> None:
    gone, damaged, good = (book.photo(content) for content in (b"gone", b"damaged", b"good"))
    book.photos.path(gone).unlink()
    book.photos.path(damaged).write_bytes(b"something else")
    running = run_courier(book, bench)
    until(running.is_through)
    assert [(each.seq, each.status, each.code) for each in refusals(book)] == [
        (1, "photo", "photo_missing"),
        (2, "photo", "photo_damaged"),
    ]
    assert bench.central.rows("SELECT sha256 FROM stored_photo WHERE station = :station", station=bench.station) == [
        {"sha256": good}
    ]


def test_it_stops_at_once_in_the_middle_of_a_call(
    bench: Any, book: Any, run_courier: Run, until: Until, new_proxy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.client._TIMEOUT_S", 600.0)  # a call that is not broken off does not end by itself
    proxy = new_proxy(bench.central)
    proxy.is_holding = True
    book.parcels(2)
    running = run_courier(book, bench, proxy.url)
    until(lambda: proxy.bytes_up > 500)
    running.courier.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "courier"]
