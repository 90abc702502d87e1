"""Facts that leave the journal: nothing is lost by it, whatever comes before or after, and nothing unproved goes."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station import projections
from station.__main__ import main
from station.archive import ARCHIVE_FOLDER, Pack, pack, packs_after, path_of
from station.codes import Candidate
from station.database import open_sqlite
from station.entries import first_break, first_prev
from station.facts import Undone
from station.fold import fold
from station.history import History
from station.inspecting.facts import PhotoTaken
from station.journal import Journal, JournalDamaged, JournalError, read_entries
from station.local_copy import LocalCopy, proved_mark, released_mark
from station.receiving.facts import ItemIdentified, ParcelArrived, ParcelFinished
from station.retention import Keep, Run, next_run
from station.routing.facts import PlateAllotted
from station.salvage import salvage
from station.state import State
from station.verify import verify

START = State("S1", "bench 1")
LATER = datetime.now(UTC) + timedelta(days=31)


def as_it_is(_text: str, _aim: str) -> tuple[Candidate, ...]:
    """A code stands for itself alone."""
    return ()


class Shelf:
    """A journal of some parcels, and what is remembered of central."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal.open(folder / "station.sqlite", "S1")
        self.state = self.journal.resume(START)

    def parcels(self, count: int) -> None:
        for n in range(self.journal.last_seq, self.journal.last_seq + count):
            self.add(ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one"))
            self.add(ItemIdentified(f"P{n}", f"I{n}", "x", "matched", "Shoe", "footwear"))
            txn = self.add(PlateAllotted(f"I{n}", f"N{n}"))
            self.add(Undone((txn,), "label"))
            self.add(ParcelFinished(f"P{n}", 1, 0))

    def add(self, fact: Any) -> str:
        after = fold(self.state, "", [fact])
        idle = after if after.parcel is None else None
        txn = self.journal.append([fact], operator="B1", shift="S1-1", snapshot=idle).txn
        self.state = fold(self.state, txn, [fact])
        return txn

    def prove(self, upto: int, digest: int | None = None) -> None:
        copy = LocalCopy.open(self.folder / "expected.sqlite")
        copy.set_acked(self.journal.epoch, upto)
        copy.set_acked(proved_mark(self.journal.epoch), upto if digest is None else digest)
        copy.close()

    def pack(self, last: int, first: int = 0) -> Pack:
        with self.journal.reading() as connection:
            begin = max((each.last for each in packs_after(connection, 0)), default=0)
        first = first or begin + 1
        return pack(self.folder, "S1", read_entries(self.journal.path, first - 1, last - first + 1))

    def in_file(self) -> list[int]:
        with self.journal.reading() as connection:
            return [row[0] for row in connection.exec_driver_sql("SELECT seq FROM journal ORDER BY seq")]

    def all(self) -> dict[str, object]:
        """Everything anybody can ask of it."""
        history = History(self.journal)
        with self.journal.reading() as connection:
            tables = projections.rows(connection)
        return {
            "entries": self.journal.entries(0, 10_000),
            "page": self.journal.entries(3, 4),
            "state": self.journal.resume(START),
            "tables": tables,
            "stories": [history.seek(row["code"], as_it_is).story for row in tables["parcel"]],
            "verify": verify(self.folder),
        }


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed journal of ten parcels, fifty facts."""
    made = Shelf(tmp_path_factory.mktemp("ten"))
    made.parcels(10)
    made.journal.close()
    return made.folder


@pytest.fixture
def shelf(tmp_path: Path, ten: Path) -> Any:
    made = Shelf(shutil.copytree(ten, tmp_path / "data"))
    yield made
    made.journal.close()


def forget_snapshot(shelf: Shelf) -> None:
    """As a newer program does, whose state has another shape."""
    with open_sqlite(shelf.journal.path).connect() as connection, connection.begin():
        connection.exec_driver_sql("DELETE FROM snapshot")


def test_what_left_the_journal_is_there_for_everybody_who_asks(shelf: Shelf) -> None:
    before = shelf.all()
    assert before["verify"] == []
    shelf.prove(50)
    assert shelf.journal.let_go(shelf.pack(7))
    assert shelf.journal.let_go(shelf.pack(30))
    assert shelf.in_file() == list(range(31, 51))
    assert shelf.all() == before
    forget_snapshot(shelf)
    assert shelf.all() == before
    assert read_entries(shelf.journal.path, 5, 3) == before["entries"][5:8]  # type: ignore[index]
    shelf.parcels(1)
    shelf.journal.close()
    shelf.journal = Journal.open(shelf.folder / "station.sqlite", "S1")
    assert first_break(shelf.journal.entries(0, 100), 0, first_prev(shelf.journal.epoch)) == ""
    assert verify(shelf.folder) == []


@pytest.mark.parametrize(
    "why",
    ["unconfirmed", "no digest", "digest of less", "no file", "a changed file", "not next", "another run", "all of it"],
)
def test_nothing_leaves_that_may_not(shelf: Shelf, why: str) -> None:
    before = shelf.all()
    proved: dict[str, tuple[int, int]] = {"unconfirmed": (9, 50), "no digest": (50, 0), "digest of less": (50, 9)}
    shelf.prove(*proved.get(why, (50, 50)))
    last = 50 if why == "all of it" else 10
    made = shelf.pack(last, first=3 if why == "not next" else 0)
    if why == "no file":
        path_of(shelf.folder, made).unlink()
    if why == "a changed file":
        path_of(shelf.folder, made).write_bytes(b"other")
    if why == "another run":
        made = Pack(made.first, made.last + 1, made.sha256, made.prev, made.hash, made.sum)
    assert not shelf.journal.let_go(made)
    assert shelf.in_file() == list(range(1, 51))
    assert shelf.all() == before


def test_a_run_that_is_not_whole_is_not_packed(shelf: Shelf) -> None:
    entries = shelf.journal.entries(0, 10)
    with pytest.raises(ValueError, match="entry 4 is missing"):
        pack(shelf.folder, "S1", entries[:3] + entries[4:])
    assert not (shelf.folder / ARCHIVE_FOLDER).exists()


def next_of(shelf: Shelf, marks: dict[str, int], keep: Keep, now: datetime = LATER) -> Run:
    epoch = shelf.journal.epoch
    named = {"acked": epoch, "proved": proved_mark(epoch), "released": released_mark(epoch)}
    with shelf.journal.reading() as connection:
        return next_run(connection, epoch, {named[name]: seq for name, seq in marks.items()}, keep, now)


def test_what_keeps_the_next_run_is_said(shelf: Shelf) -> None:
    few = Keep(least=20, at_once=10)
    all_proved = {"acked": 50, "proved": 50}
    assert next_of(shelf, all_proved, few) == Run(1, 10, "", 50)
    assert next_of(shelf, all_proved, few, datetime.now(UTC)).why == "young"
    assert next_of(shelf, all_proved, Keep(least=41, at_once=10)).why == "recent"
    assert next_of(shelf, {"acked": 50, "proved": 9}, few) == Run(1, 10, "unproved", 9)
    assert next_of(shelf, {"acked": 9, "proved": 50}, few).why == "unproved"
    assert next_of(shelf, {}, few).why == "unproved"
    shelf.prove(50)
    shelf.journal.let_go(shelf.pack(25))
    assert next_of(shelf, all_proved, Keep(least=15, at_once=10)) == Run(26, 35, "", 50)
    shelf.add(PhotoTaken("I1", "whole", "ab" * 32, 1))
    at_photo = Keep(least=0, at_once=26)
    assert next_of(shelf, {"acked": 51, "proved": 51}, at_photo).why == "photos"
    assert next_of(shelf, {"acked": 51, "proved": 51, "released": 51}, at_photo).why == ""


ORDERS = st.lists(
    st.one_of(
        st.tuples(st.just("parcel"), st.just(0)),
        st.tuples(st.just("prove"), st.integers(0, 70)),
        st.tuples(st.just("go"), st.integers(1, 30)),
        st.tuples(st.sampled_from(["reopen", "back up", "restore", "forget"]), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=8, deadline=None)
@given(ORDERS)
def test_in_whatever_order_nothing_unproved_goes_and_nothing_changes(
    tmp_path_factory: pytest.TempPathFactory, ten: Path, orders: list[tuple[str, int]]
) -> None:
    home = tmp_path_factory.mktemp("any")
    shelf, proved = Shelf(shutil.copytree(ten, home / "now")), 0
    for what, number in orders:
        before = shelf.journal.resume(START)
        if what == "parcel":
            shelf.parcels(1)
        elif what == "prove":
            # Up as well as down: central may be put back to an older state.
            proved = min(number, shelf.journal.last_seq)
            shelf.prove(shelf.journal.last_seq, proved)
        elif what == "forget":
            forget_snapshot(shelf)
        elif what == "go":
            last = min(shelf.in_file()[0] - 1 + number, shelf.journal.last_seq)
            entries = shelf.journal.entries(0, 1_000)
            assert shelf.journal.let_go(shelf.pack(last)) == (last <= proved and last < shelf.journal.last_seq)
            assert shelf.journal.entries(0, 1_000) == entries
        else:
            shelf.journal.close()
            if what == "back up":
                shutil.copytree(home / "now", home / "kept", dirs_exist_ok=True)
            elif what == "restore" and (home / "kept").exists():
                # The journal alone; the files that were packed later lie beside it.
                shutil.copy(home / "kept" / "station.sqlite", home / "now" / "station.sqlite")
                (home / "now" / "expected.sqlite").unlink(missing_ok=True)
                proved = 0
            shelf = Shelf(home / "now")
        if what not in ("parcel", "restore"):
            assert shelf.journal.resume(START) == before
        assert len(shelf.journal.entries(0, 1_000)) == shelf.journal.last_seq
    assert verify(shelf.folder) == []
    shelf.journal.close()


KILLED = """
import os, pathlib, signal, sys
from station.archive import Pack
from station.journal import Journal
folder, point, first, last, sha256, prev, hash_, total = sys.argv[1:]
def trace(at):
    if at == point:
        os.kill(os.getpid(), signal.SIGKILL)
journal = Journal.open(pathlib.Path(folder) / "station.sqlite", "S1", trace=trace)
journal.let_go(Pack(int(first), int(last), sha256, bytes.fromhex(prev), bytes.fromhex(hash_), total))
"""


@pytest.mark.parametrize(("point", "begins"), [("before_let_go", 1), ("after_let_go", 13)])
def test_a_power_cut_while_facts_leave_changes_nothing_or_all(shelf: Shelf, point: str, begins: int) -> None:
    shelf.prove(50)
    made, before = shelf.pack(12), shelf.all()
    shelf.journal.close()
    fields = [str(made.first), str(made.last), made.sha256, made.prev.hex(), made.hash.hex(), made.sum]
    command = [sys.executable, "-c", KILLED, str(shelf.folder), point, *fields]
    ended = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    shelf.journal = Journal.open(shelf.folder / "station.sqlite", "S1")
    assert shelf.in_file() == list(range(begins, 51))
    assert shelf.all() == before
    # What was cut off is done again, and comes to the same.
    assert shelf.journal.let_go(shelf.pack(15))
    assert shelf.all() == before


def lose(path: Path) -> None:
    path.unlink()


def turn(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize(("harm", "code"), [(lose, "packed_missing"), (turn, "packed_damaged")])
def test_a_packed_file_that_is_lost_or_changed_is_noticed_and_the_bench_works_on(
    shelf: Shelf, harm: Callable[[Path], None], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf.prove(50)
    made = shelf.pack(10)
    assert shelf.journal.let_go(made)
    harm(path_of(shelf.folder, made))
    assert [finding.code for finding in verify(shelf.folder)] == [code]
    assert main(["retention", str(shelf.folder)]) == 1
    assert "✘ The file of facts 1 to 10 is missing or was changed." in capsys.readouterr().out
    with pytest.raises(JournalError) as raised:
        shelf.journal.entries(0, 10)
    assert raised.value.code == code
    shelf.parcels(1)
    assert History(shelf.journal).seek("1Z0", as_it_is).story == ()
    assert len(History(shelf.journal).seek("1Z9", as_it_is).story) == 4
    shelf.journal.close()
    shelf.journal = Journal.open(shelf.folder / "station.sqlite", "S1")
    assert shelf.journal.resume(START).parcels == 11


def test_a_salvage_takes_what_was_packed_too(shelf: Shelf) -> None:
    shelf.prove(50)
    assert shelf.journal.let_go(shelf.pack(12))
    assert shelf.journal.let_go(shelf.pack(31))
    before = shelf.all()
    shelf.journal.close()
    with open_sqlite(shelf.folder / "station.sqlite").connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE journal SET body = '{}' WHERE seq = 45")
    with pytest.raises(JournalDamaged):
        Journal.open(shelf.folder / "station.sqlite", "S1")
    report = salvage(shelf.folder)
    assert (report.saved in (49, 50), report.unsent) == (True, 0)
    shelf.journal = Journal.open(shelf.folder / "station.sqlite", "S1")
    # A copy of the damaged one may still lie in a page that packed facts left.
    ids = [entry.id for entry in before["entries"]]  # type: ignore[attr-defined]
    saved = [entry.id for entry in shelf.journal.entries(0, 100)]
    assert saved in (ids, ids[:44] + ids[45:])
    assert verify(shelf.folder) == []
    # Its own facts leave again, beside the files of the journal of before.
    shelf.prove(49)
    assert shelf.journal.let_go(shelf.pack(12))
    assert verify(shelf.folder) == []
    shelf.journal.close()
    assert salvage(shelf.folder).saved == len(saved)


def test_the_file_stops_growing_and_can_be_shrunk(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(8):
        shelf.parcels(12)
        shelf.prove(shelf.journal.last_seq)
        assert shelf.journal.let_go(shelf.pack(shelf.journal.last_seq - 20))
    pages = _used(shelf)
    assert len(shelf.in_file()) == 20
    assert main(["retention", str(shelf.folder), "--shrink"]) == 1
    assert "in use" in capsys.readouterr().err
    shelf.journal.close()
    before = (shelf.folder / "station.sqlite").stat().st_size
    assert main(["retention", str(shelf.folder), "--shrink"]) == 0
    assert (shelf.folder / "station.sqlite").stat().st_size < before
    said = capsys.readouterr().out
    last = shelf.journal.last_seq
    assert f"Facts 1 to {last - 20} left the journal, in 8 files of 0.0 MB in archive/." in said
    assert f"20 facts, {last - 19} to {last}." in said
    assert "Nothing goes next: the newest 20000 facts stay." in said
    assert verify(shelf.folder) == []
    shelf.journal = Journal.open(shelf.folder / "station.sqlite", "S1")
    assert _used(shelf) <= pages


def _used(shelf: Shelf) -> int:
    with shelf.journal.reading() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
