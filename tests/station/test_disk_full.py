"""A full disk: nothing of the transaction is written, nothing before it is lost; work goes on when there is room."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from station.inspecting.facts import Answered
from station.journal import Journal, JournalError
from station.photos import PhotoError, PhotoStore
from station.receiving.facts import ParcelArrived
from station.verify import verify


def fill(folder: Path) -> Path:
    """Write a file until nothing more fits, and return it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return ballast


def arrive(journal: Journal, number: int) -> None:
    journal.append([ParcelArrived(f"P{number}", "1Z", "ups", "return", "one")], operator="B1", shift="S1-1")


def until_full(journal: Journal) -> int:
    """Receive parcels until it is refused; return how many were accepted."""
    for number in range(100_000):
        try:
            arrive(journal, number)
        except JournalError as error:
            assert error.code == "disk_full"
            return number
    raise AssertionError("the disk never was full")


def test_a_full_disk_refuses_whole_transactions_and_forgets_nothing(
    small_disk: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("the reserve of station.sqlite is used")
    with Journal.open(small_disk / "station.sqlite", "S1") as journal:
        arrive(journal, 0)
        ballast = fill(small_disk)
        assert not journal.last_space
        accepted = until_full(journal)
        assert accepted > 50
        assert journal.last_space
        assert journal.last_seq == accepted + 1
        for _ in range(3):
            with pytest.raises(JournalError, match="disk is full"):
                journal.append([Answered("I1", "why", "x" * 50_000, "r/1")], operator="B1", shift="S1-1")
        assert journal.last_seq == len(journal.entries(0, 100_000)) == accepted + 1
        ballast.unlink()
        arrive(journal, -1)
        assert journal.last_seq == accepted + 2
    assert verify(small_disk) == []
    with Journal.open(small_disk / "station.sqlite", "S1") as journal:
        assert journal.last_seq == accepted + 2
        assert not journal.last_space


def test_a_photo_that_does_not_fit_leaves_nothing_behind(small_disk: Path) -> None:
    store = PhotoStore(small_disk / "photos")
    store.put(b"first")
    ballast = fill(small_disk)
    with pytest.raises(PhotoError) as refused:
        store.put(b"x" * 100_000)
    assert refused.value.code == "disk_full"
    ballast.unlink()
    assert store.sweep() == 0
    assert store.is_whole(store.put(b"x" * 100_000))


def test_a_database_that_may_not_grow_is_a_full_disk_too(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("the reserve of station.sqlite is used")
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        journal._writer.exec_driver_sql("PRAGMA max_page_count = 60").fetchall()
        journal._writer.rollback()
        accepted = until_full(journal)
        assert journal.last_seq == accepted
        journal._writer.exec_driver_sql("PRAGMA max_page_count = 100000").fetchall()
        journal._writer.rollback()
        arrive(journal, -1)
        assert journal.last_seq == accepted + 1
    assert verify(tmp_path) == []


def test_a_photo_that_central_has_can_go_from_a_full_disk(small_disk: Path) -> None:
    store = PhotoStore(small_disk / "photos")
    first, second = store.put(os.urandom(100_000)), store.put(os.urandom(100_000))
    fill(small_disk)
    assert store.release(first)
    assert store.release(second)
    assert list(store.all()) == []
    assert store.released() == {first, second}
    assert list(small_disk.rglob("*.gone")) == []


def test_a_photo_whose_going_was_cut_off_goes_with_the_next_start(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path / "photos")
    sha256 = store.put(b"photo")
    (tmp_path / "photos" / "released.txt").write_text("torn")
    gone = store.path(sha256).with_suffix(".gone")
    store.path(sha256).rename(gone)
    assert store.released() == {sha256}
    store.sweep()
    assert not gone.exists()
    assert store.released() == {sha256}
