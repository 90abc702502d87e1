"""A damaged journal is noticed or harmless, never silently a new one; salvage saves the rest."""

import random
import shutil
from pathlib import Path

import pytest

from station.database import open_sqlite
from station.inspecting.facts import Answered
from station.journal import Journal, JournalDamaged, JournalError, read_entries
from station.local_copy import LocalCopy
from station.plates import make
from station.receiving.facts import ItemIdentified, ParcelArrived
from station.routing.facts import PlateAllotted
from station.salvage import salvage
from station.state import State
from station.verify import verify

LONG = "a long answer " * 700
PAGE = 4096
START = State("S1", "bench 1")


def work(journal: Journal, first: int, count: int) -> None:
    for n in range(first, first + count):
        facts = [
            ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one"),
            ItemIdentified(f"P{n}", f"I{n}", "x", "matched", "Shoe", "footwear"),
            PlateAllotted(f"I{n}", f"N{n}"),
        ]
        journal.append(facts, operator="B1", shift="S1-1")
    journal.append([Answered(f"I{first}", "why", LONG, "r/1")], operator="B1", shift="S1-1")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose journal was closed: one file."""
    folder = tmp_path_factory.mktemp("closed")
    with Journal.open(folder / "station.sqlite", "S1") as journal:
        work(journal, 0, 40)
    return folder


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a power cut leaves it: half of the work in the file, half in the -wal."""
    home, folder = tmp_path_factory.mktemp("running"), tmp_path_factory.mktemp("crashed")
    with Journal.open(home / "station.sqlite", "S1") as journal:
        work(journal, 0, 20)
    with Journal.open(home / "station.sqlite", "S1") as journal:
        work(journal, 20, 20)
        for name in ("station.sqlite", "station.sqlite-wal"):
            shutil.copy(home / name, folder / name)
    return folder


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the folder that the test names."""
    return shutil.copytree(request.getfixturevalue(request.param), tmp_path / "data")


def in_closed(test):
    return pytest.mark.parametrize("folder", ["closed"], indirect=True)(test)


def in_crashed(test):
    return pytest.mark.parametrize("folder", ["crashed"], indirect=True)(test)


def ids(folder: Path) -> list[str]:
    return [entry.id for entry in read_entries(folder / "station.sqlite", 0, 10_000)]


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in the journal's files; an empty -wal says as much as none."""
    found = {name: folder / name for name in ("station.sqlite", "station.sqlite-wal")}
    return {name: path.read_bytes() for name, path in found.items() if path.exists() and path.stat().st_size}


def opens(folder: Path) -> bool:
    """Tell whether the journal opens; a refusal must be in words, and leave the files alone."""
    before = contents(folder)
    try:
        Journal.open(folder / "station.sqlite", "S1").close()
    except JournalError as error:
        assert str(error).endswith(".")
        assert contents(folder) == before
        return False
    return True


@in_closed
def test_a_changed_bit_is_noticed_or_harmless(folder: Path) -> None:
    path, rng = folder / "station.sqlite", random.Random(7)
    whole, true_ids = path.read_bytes(), ids(folder)
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        if opens(folder) and verify(folder) == []:
            assert ids(folder) == true_ids
        for name in ("station.sqlite-wal", "station.sqlite-shm"):
            (folder / name).unlink(missing_ok=True)


@in_closed
def test_a_zeroed_page_is_noticed_and_the_rest_is_saved(folder: Path) -> None:
    path = folder / "station.sqlite"
    whole, true_ids = path.read_bytes(), ids(folder)
    for page in range(len(whole) // PAGE):
        shutil.rmtree(folder)
        folder.mkdir()
        path.write_bytes(whole[: page * PAGE] + bytes(PAGE) + whole[(page + 1) * PAGE :])
        damaged = verify(folder)
        report = salvage(folder)
        kept = ids(folder)
        assert damaged or kept == true_ids
        assert set(kept) <= set(true_ids)
        assert len(kept) == report.saved >= len(true_ids) - 12
        assert verify(folder) == []
        assert (report.aside / "station.sqlite").read_bytes()[page * PAGE :][:PAGE] == bytes(PAGE)


@in_closed
@pytest.mark.parametrize("kept", [0, 10, 4096, -40_000, -1])
def test_a_file_cut_off_is_refused_and_the_rest_is_saved(folder: Path, kept: int) -> None:
    path = folder / "station.sqlite"
    true_ids = ids(folder)
    path.write_bytes(path.read_bytes()[:kept])
    assert not opens(folder)
    if kept in {0, 10, 4096}:
        with pytest.raises(JournalError, match="Nothing can be read"):
            salvage(folder)
        salvage(folder, "S1")
        assert ids(folder) == []
    else:
        report = salvage(folder)
        assert set(ids(folder)) <= set(true_ids)
        assert report.saved == len(ids(folder)) > (100 if kept == -1 else 5)
    assert verify(folder) == []
    assert opens(folder)


@in_closed
@pytest.mark.parametrize(
    "statement", ["UPDATE journal SET body = '{}' WHERE seq = 60", "DELETE FROM journal WHERE seq = 121"]
)
def test_a_changed_or_missing_entry_is_refused(folder: Path, statement: str) -> None:
    with open_sqlite(folder / "station.sqlite").begin() as connection:
        connection.exec_driver_sql(statement)
    assert not opens(folder)
    assert salvage(folder).saved == 120
    assert opens(folder)


@in_closed
def test_a_text_that_is_no_text_any_more_is_damage(folder: Path) -> None:
    damage(folder, "UPDATE journal SET at = CAST(x'b2' AS TEXT) WHERE seq = 60")
    with pytest.raises(JournalDamaged, match="UTF-8"):
        Journal.open(folder / "station.sqlite", "S1")
    assert salvage(folder).saved == 120


@in_crashed
def test_what_stands_in_the_wal_is_saved_too(folder: Path) -> None:
    true_ids = ids(shutil.copytree(folder, folder.parent / "whole"))
    for name in ("station.sqlite", "station.sqlite-wal"):
        path = folder / name
        path.write_bytes(bytes(32) + path.read_bytes()[32:])
    assert not opens(folder)
    report = salvage(folder)
    assert ids(folder) == true_ids
    assert report.lost == ()
    assert verify(folder) == []


@in_crashed
def test_a_wal_cut_off_is_noticed_or_loses_only_its_end(folder: Path) -> None:
    true_ids = ids(shutil.copytree(folder, folder.parent / "whole"))
    wal = folder / "station.sqlite-wal"
    whole = wal.read_bytes()
    file = (folder / "station.sqlite").read_bytes()
    for kept in (0, 1, 32, len(whole) // 2, len(whole) - 1):
        for path in folder.glob("station.sqlite-*"):
            path.unlink()
        (folder / "station.sqlite").write_bytes(file)
        wal.write_bytes(whole[:kept])
        if opens(folder):
            assert kept > 32
            left = ids(folder)
            assert left == true_ids[: len(left)]
            assert verify(folder) == []


@in_crashed
def test_a_vanished_wal_is_refused(folder: Path) -> None:
    (folder / "station.sqlite-wal").unlink()
    with pytest.raises(JournalDamaged, match="wal is gone"):
        Journal.open(folder / "station.sqlite", "S1")
    assert salvage(folder).saved == 61
    assert opens(folder)


@in_closed
@pytest.mark.parametrize("trace", ["photos", "expected.sqlite", "station.sqlite-wal", "damaged-20260101T000000Z"])
def test_a_vanished_journal_is_never_silently_a_new_one(folder: Path, trace: str) -> None:
    (folder / "station.sqlite").unlink()
    (folder / trace).mkdir()
    with pytest.raises(JournalDamaged, match="there was one") as refused:
        Journal.open(folder / "station.sqlite", "S1")
    assert refused.value.code == "missing"
    assert not (folder / "station.sqlite").exists()


@in_closed
def test_an_old_copy_of_the_journal_is_refused(folder: Path) -> None:
    backup = (folder / "station.sqlite").read_bytes()
    with Journal.open(folder / "station.sqlite", "S1") as journal:
        work(journal, 50, 1)
        epoch, last_seq = journal.epoch, journal.last_seq
    copy = LocalCopy.open(folder / "expected.sqlite")
    copy.set_acked(epoch, last_seq)
    copy.close()
    (folder / "station.sqlite").write_bytes(backup)
    with pytest.raises(JournalDamaged, match="old copy"):
        Journal.open(folder / "station.sqlite", "S1")
    report = salvage(folder)
    assert (report.unsent, report.lost, report.confirmed_but_lost) == (0, ((122, 125),), 4)


@in_closed
def test_salvage_keeps_ids_and_begins_a_new_epoch_with_unused_numbers(folder: Path) -> None:
    old = read_entries(folder / "station.sqlite", 0, 10_000)
    copy = LocalCopy.open(folder / "expected.sqlite")
    copy.set_acked(old[0].epoch, 100)
    copy.close()
    with Journal.open(folder / "station.sqlite", "S1") as journal:
        plates = journal.resume(START).plates
    report = salvage(folder)
    new = read_entries(folder / "station.sqlite", 0, 10_000)
    same = ("id", "txn", "at", "mono_ms", "boot", "operator", "shift", "type", "v", "body")
    for name in same:
        assert [getattr(entry, name) for entry in new] == [getattr(entry, name) for entry in old]
    assert {entry.epoch for entry in new} == {report.epoch} != {old[0].epoch}
    assert (report.station, report.saved, report.unsent) == ("S1", 121, 21)
    assert "21 of them had not reached central" in str(report)
    with Journal.open(folder / "station.sqlite", "S1") as journal:
        assert journal.resume(START).plates >= plates + 1000
        work(journal, 90, 1)
    assert verify(folder) == []


@in_crashed
def test_an_interrupted_salvage_can_be_run_again(folder: Path) -> None:
    true_ids = ids(shutil.copytree(folder, folder.parent / "whole"))
    aside = folder / "damaged-20260101T000000000000Z"
    aside.mkdir()
    for name in ("station.sqlite-wal", "station.sqlite"):
        shutil.copy(folder / name, aside / name)
    (folder / "station.sqlite-wal").unlink()
    report = salvage(folder)
    assert (report.aside, report.saved) == (aside, len(true_ids))
    assert ids(folder) == true_ids
    assert verify(folder) == []


def allot(folder: Path, count: int) -> list[str]:
    """Give out the next plate numbers, and return them."""
    with Journal.open(folder / "station.sqlite", "S01") as journal:
        given: list[str] = []
        for _ in range(count):
            plate = make("S01", journal.resume(State("S01", "bench 1")).plates + 1)
            journal.append([PlateAllotted("I-S01-1", plate)], operator="B1", shift="S1-1")
            given.append(plate)
    return given


def damage(folder: Path, *statements: str) -> None:
    with open_sqlite(folder / "station.sqlite").begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("more", [(), ("DELETE FROM meta WHERE name = 'skipped'",)])
def test_no_number_is_given_twice_after_many_salvages(tmp_path: Path, more: tuple[str, ...]) -> None:
    given = allot(tmp_path, 6)
    for _ in range(3):
        damage(tmp_path, "UPDATE journal SET body = x'00' WHERE seq = 3", *more)
        salvage(tmp_path)
        given += allot(tmp_path, 4)
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("worked", [0, 2])
def test_a_salvage_cut_off_before_its_report_is_not_done_twice(tmp_path: Path, worked: int) -> None:
    given = allot(tmp_path, 6)
    damage(tmp_path, "UPDATE journal SET body = x'00' WHERE seq IN (2, 3, 4)")

    # The report is what a salvage writes last.
    (salvage(tmp_path).aside / "report.txt").unlink()
    given += allot(tmp_path, worked)
    entries = read_entries(tmp_path / "station.sqlite", 0, 100)
    report = salvage(tmp_path)
    first = min(tmp_path.glob("damaged-*"))
    assert "the old numbers 2 to 4" in (first / "report.txt").read_text()
    if worked:
        assert (report.saved, report.aside == first) == (3 + worked, False)
    else:
        assert report.lost == ((2, 4),)
        assert read_entries(tmp_path / "station.sqlite", 0, 100) == entries
    given += allot(tmp_path, 3)
    assert len(set(given)) == len(given)


@in_closed
def test_salvage_is_refused_while_a_station_works(folder: Path) -> None:
    with (
        Journal.open(folder / "station.sqlite", "S1"),
        pytest.raises(JournalError, match="in use") as refused,
    ):
        salvage(folder)
    assert refused.value.code == "busy"
