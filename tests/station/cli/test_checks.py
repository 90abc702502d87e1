"""`verify` names every kind of damage of a real run, with exit code 1; `salvage` saves the rest, and work goes on."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from station import __main__ as main
from station.journal import Journal, read_entries
from station.state import State

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def folder(undisturbed, tmp_path: Path) -> Path:
    """A copy of a real run's folder."""
    run, _ = undisturbed
    return shutil.copytree(run.folder, tmp_path / "out", ignore=shutil.ignore_patterns("central*", "devices"))


def spoil(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "station.sqlite", isolation_level=None)) as connection:
        assert connection.execute(statement).rowcount != 0


def flip(folder: Path, seq: int) -> None:
    """Turn one bit of a fact's body, wherever the file holds it (old pages hold it too)."""
    path = folder / "station.sqlite"
    body = read_entries(path, seq - 1, 1)[0].body
    assert body in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(body, body[:3] + bytes([body[3] ^ 1]) + body[4:]))


def photos(folder: Path) -> list[Path]:
    return sorted((folder / "photos").rglob("*.jpg"))


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a bit of a fact": (lambda folder: flip(folder, 7), "entry 7 was changed"),
    "a changed fact": (lambda folder: spoil(folder, "UPDATE journal SET body = '{}' WHERE seq = 4"), "entry 4"),
    "a deleted fact": (lambda folder: spoil(folder, "DELETE FROM journal WHERE seq = 5"), "entry 5 is missing"),
    "a lost end": (
        lambda folder: spoil(folder, "DELETE FROM journal WHERE seq > 20"),
        "ends with number 20",
    ),
    "a fact that is no fact": (
        lambda folder: spoil(folder, "UPDATE journal SET mono_ms = 'x', body = 5, prev = 5 WHERE seq = 3"),
        "entry 3",
    ),
    "a changed grade": (lambda folder: spoil(folder, "UPDATE item SET letter = 'A'"), "item does not agree"),
    "a moved item": (lambda folder: spoil(folder, "UPDATE item SET bin = 'BIN-X'"), "item does not agree"),
    "a deleted plate": (lambda folder: spoil(folder, "DELETE FROM plate"), "plate does not agree"),
    "a dropped table": (lambda folder: spoil(folder, "DROP TABLE photo"), "photo"),
    "nobody's journal": (lambda folder: spoil(folder, "DELETE FROM meta"), "does not say whose it is"),
    "no station": (lambda folder: spoil(folder, "DELETE FROM meta WHERE name = 'station'"), "does not say whose it is"),
    "a missing photo": (lambda folder: photos(folder)[0].unlink(), "is missing"),
    "a changed photo": (lambda folder: photos(folder)[0].write_bytes(b"\xff\xd8 other"), "is damaged"),
    "half a photo": (lambda folder: shorten(photos(folder)[0]), "is damaged"),
    "half a journal": (lambda folder: shorten(folder / "station.sqlite"), ""),
    "an empty journal": (lambda folder: (folder / "station.sqlite").write_bytes(b""), "is empty"),
    "a vanished journal": (lambda folder: (folder / "station.sqlite").unlink(), "is missing, but there was one"),
    "no journal but noise": (lambda folder: (folder / "station.sqlite").write_bytes(b"noise" * 5000), "is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_names_the_damage(folder: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["verify", str(folder)]) == 0
    capsys.readouterr()
    spoil_it, words = DAMAGES[damage]
    spoil_it(folder)
    assert main.main(["verify", str(folder)]) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("✘ ") and words in first
    assert last == f"{folder} is damaged. `returns-station salvage {folder}` saves what can be read."


def test_a_bit_anywhere_in_the_journal_is_words_or_harmless(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, chance = folder / "station.sqlite", random.Random(5)
    whole = path.read_bytes()
    for _ in range(40):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        assert main.main(["verify", str(folder)]) in (0, 1)
        assert capsys.readouterr().out[0] in "✔✘!"


def test_no_such_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["verify", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().out
    assert "There is no journal in" in said and "salvage" not in said
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_is_not_there_is_not_salvaged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["salvage", str(tmp_path / "none"), "--station", "A01", "--yes"]) == 1
    assert "There is no folder" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_salvage_asks_first(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flip(folder, 7)
    before = (folder / "station.sqlite").read_bytes()
    (tmp_path / "no").write_text("no\n")
    with (tmp_path / "no").open() as answer:
        monkeypatch.setattr("sys.stdin", answer)
        assert main.main(["salvage", str(folder)]) == 1
    assert capsys.readouterr().out.endswith("Go on? [y/N] Nothing was changed.\n")
    assert (folder / "station.sqlite").read_bytes() == before


def test_salvage_saves_the_rest_and_the_station_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read_entries(folder / "station.sqlite", 0, 1000)
    flip(folder, 7)
    assert main.main(["salvage", str(folder), "--yes"]) == 0
    told = capsys.readouterr().out
    assert f"{len(before) - 1} facts were saved" in told and "The damaged files are kept in" in told
    after = read_entries(folder / "station.sqlite", 0, 1000)
    assert [entry.id for entry in after] == [entry.id for entry in before if entry.seq != 7]
    assert main.main(["verify", str(folder)]) == 0
    with Journal.open(folder / "station.sqlite", "A01") as journal:
        state = journal.resume(State("A01", "Bench 1"))
        assert state.plates > 1  # numbers that a lost fact may have used are passed over


def test_salvage_and_work_keep_out_of_each_others_way(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Journal.open(folder / "station.sqlite", "A01"):
        assert main.main(["salvage", str(folder), "--yes"]) == 1
    assert "is in use by process" in capsys.readouterr().err
    assert main.main(["verify", str(folder)]) == 0
