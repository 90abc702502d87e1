"""Verify: a sound folder has no findings; whatever is changed behind the journal's back is named."""

import hashlib
from pathlib import Path

import pytest

from station.database import open_sqlite
from station.inspecting.facts import PhotoTaken
from station.journal import Journal
from station.local_copy import LocalCopy
from station.photos import PhotoStore
from station.receiving.facts import ItemIdentified, ParcelArrived
from station.verify import verify

JPEG = b"\xff\xd8 a photo"
SHA256 = hashlib.sha256(JPEG).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        for number in range(20):
            facts = [ParcelArrived(f"P{number}", f"1Z{number}", "ups", "return", "one")]
            journal.append(facts, operator="B1", shift="S1-1")
        PhotoStore(tmp_path / "photos").put(JPEG)
        item = ItemIdentified("P1", "I1", "x", "matched", "Shoe", "footwear")
        photo = PhotoTaken("I1", "front", SHA256, len(JPEG))
        journal.append([item, photo], operator="B1", shift="S1-1")
    return tmp_path


def spoil(folder: Path, *statements: str) -> None:
    with open_sqlite(folder / "station.sqlite").connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in verify(folder)]


def test_a_sound_folder_has_no_findings_open_or_closed(folder: Path) -> None:
    assert verify(folder) == []
    with Journal.open(folder / "station.sqlite", "S1") as journal:
        journal.append([ParcelArrived("P99", "1Z99", "ups", "return", "one")], operator="B1", shift="S1-1")
        before = sorted(path.name for path in folder.iterdir())
        assert verify(folder) == []
        assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("UPDATE journal SET operator = 'B2' WHERE seq = 5", "chain", "entry 5 was changed"),
        ("DELETE FROM journal WHERE seq = 5", "chain", "entry 5 is missing"),
        ("DELETE FROM journal WHERE seq = 22", "end", "ends with number 21, but 22 were written"),
        ("UPDATE parcel SET code = 'X' WHERE parcel = 'P3'", "table", "parcel does not agree .* P3"),
        ("DELETE FROM item", "table", "item does not agree .* I1"),
        ("INSERT INTO undone VALUES ('S1', 't', 'x', 1)", "table", "undone does not agree .* t"),
    ],
)
def test_a_change_behind_the_journals_back_is_named(folder: Path, statement: str, code: str, words: str) -> None:
    spoil(folder, statement)
    finding = verify(folder)[0]
    assert finding.code == code and finding.is_damage
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(finding.text)


def test_photos_are_held_against_their_hashes(folder: Path) -> None:
    path = PhotoStore(folder / "photos").path(SHA256)
    path.write_bytes(b"\xff\xd8 another")
    assert codes(folder) == ["photo_damaged"]
    path.unlink()
    assert codes(folder) == ["photo_missing"]
    PhotoStore(folder / "photos").put(JPEG)
    PhotoStore(folder / "photos").put(b"nobody names me")
    (finding,) = verify(folder)
    assert finding.code == "photo_orphan" and not finding.is_damage


def test_the_copy_that_leaves_is_held_against_its_hash_too(folder: Path) -> None:
    store = PhotoStore(folder / "photos")
    shared = store.put(b"\xff\xd8 without the label")
    with Journal.open(folder / "station.sqlite", "S1") as journal:
        photo = PhotoTaken("I1", "back", SHA256, len(JPEG), shared_sha256=shared)
        journal.append([photo], operator="B1", shift="S1-1")
    assert verify(folder) == []
    store.path(shared).write_bytes(b"changed")
    assert codes(folder) == ["photo_damaged"]
    store.path(shared).unlink()
    assert codes(folder) == ["photo_missing"]


def test_what_central_has_more_is_damage(folder: Path) -> None:
    with Journal.open(folder / "station.sqlite", "S1") as journal:
        epoch = journal.epoch
    copy = LocalCopy.open(folder / "expected.sqlite")
    copy.set_acked(epoch, 23)
    copy.close()
    assert codes(folder) == ["end"]


def test_no_journal_and_a_vanished_one_are_told_apart(tmp_path: Path, folder: Path) -> None:
    assert [finding.code for finding in verify(tmp_path / "nowhere")] == ["no_journal"]
    (folder / "station.sqlite").unlink()
    (finding,) = verify(folder)
    assert finding.code == "missing" and "there was one" in finding.text


def test_garbage_is_damage(folder: Path) -> None:
    (folder / "station.sqlite").write_bytes(b"garbage" * 5000)
    assert codes(folder) == ["damaged"]
