"""A power cut at every point of a commit: afterwards the same screen, nothing lost, nothing doubled."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from station.fold import fold
from station.journal import Journal, read_entries
from station.state import State
from station.verify import verify

START = State("S1", "bench 1")
BEFORE = ["before_begin", "after_insert", "after_projections", "before_commit"]

# Writes transactions until the chosen point of the chosen one, and tells each only after it was said to be durable.
WRITER = """
import os, pathlib, signal, sys
from station.facts import *
from station.journal import Journal
from station.state import State
from station.fold import fold

folder, point, number = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
count = 0

def trace(at):
    if at == point and count == number:
        os.kill(os.getpid(), signal.SIGKILL)

def job():
    yield [ShiftOpened("S1-1", "bench 1"), SignedIn("B1", "Ann", "grader")]
    for n in range(99):
        yield [ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one")]
        yield [ItemIdentified(f"P{n}", f"I{n}", "x", "matched", "Shoe", "footwear")]
        yield [Answered(f"I{n}", "worn", "no", "r/1"), Graded(f"I{n}", "A", "A", "A", "g"),
               Routed(f"I{n}", "restock", "r")]
        yield [PlateAllotted(f"I{n}", f"N{n}")]
        yield [Undone((txn,), "label"), PlateVoided(f"N{n}", "undone")]
        yield [PlateAllotted(f"I{n}", f"M{n}")]
        yield [Placed(f"I{n}", f"M{n}", "BIN-1")]
        yield [ParcelFinished(f"P{n}", 1, 0)]

journal = Journal.open(folder / "station.sqlite", "S1", trace=trace)
state = journal.resume(State("S1", "bench 1"))
for facts in job():
    after = fold(state, "", facts)
    appended = journal.append(
        facts, operator="B1", shift="S1-1", snapshot=after if after.parcel is None else None
    )
    txn = appended.txn
    state = fold(state, txn, facts)
    os.write(1, f"{appended.entries[-1].seq}\\n".encode())
    count += 1
"""


def cut(folder: Path, point: str, number: int) -> int:
    """Let a writer work until it ends itself; return the last seq it was told to be durable."""
    ended = subprocess.run(
        [sys.executable, "-c", WRITER, str(folder), point, str(number)],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    return int(ended.stdout.split()[-1]) if ended.stdout else 0


def refolded(folder: Path) -> State:
    """Return the state that every entry on the disk gives, without any snapshot."""
    state, entries = START, read_entries(folder / "station.sqlite", 0, 10_000)
    for txn in dict.fromkeys(entry.txn for entry in entries):
        state = fold(state, txn, [entry.fact() for entry in entries if entry.txn == txn])
    return state


@pytest.mark.parametrize("point", [*BEFORE, "after_commit"])
@pytest.mark.parametrize("number", [0, 5, 8])
def test_nothing_is_lost_or_doubled(tmp_path: Path, point: str, number: int) -> None:
    told = cut(tmp_path, point, number)
    durable = read_entries(tmp_path / "station.sqlite", 0, 10_000)
    assert [entry.seq for entry in durable] == list(range(1, len(durable) + 1))
    if point in BEFORE:
        assert len(durable) == told
    else:
        assert durable[-1].txn not in {entry.txn for entry in durable[:told]}
    expected = refolded(tmp_path)
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        assert journal.resume(START) == expected
        assert journal.last_seq == len(durable)
        assert verify(tmp_path) == []
        journal.append([], operator="B1", shift="S1-1")
    assert verify(tmp_path) == []


def test_three_cuts_in_a_row_leave_one_gapless_journal(tmp_path: Path) -> None:
    for point in ("before_commit", "after_commit", "after_insert"):
        cut(tmp_path, point, 4)
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        entries = journal.entries(0, 10_000)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert len({entry.id for entry in entries}) == len(entries)
    assert len({entry.boot for entry in entries}) == 3
    assert verify(tmp_path) == []


def test_a_cut_while_the_journal_is_made_leaves_a_folder_that_opens(tmp_path: Path) -> None:
    (tmp_path / "station.sqlite.new").write_bytes(b"half a database")
    (tmp_path / "station.lock").write_text("12345\n")
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        assert journal.last_seq == 0
    assert verify(tmp_path) == []


def test_opening_and_refusing_after_a_cut_leaves_the_journal_to_open_again(tmp_path: Path) -> None:
    cut(tmp_path, "before_commit", 3)
    with pytest.raises(Exception, match="belongs to station"):
        Journal.open(tmp_path / "station.sqlite", "S2")
    assert (tmp_path / "station.sqlite-wal").stat().st_size > 0
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        assert journal.resume(START) == refolded(tmp_path)


def test_the_snapshot_is_only_a_cache(tmp_path: Path) -> None:
    cut(tmp_path, "after_commit", 12)
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        with journal.reading() as connection:
            row = connection.exec_driver_sql("SELECT seq, state FROM snapshot").one()
        assert row.seq < journal.last_seq
        assert msgspec.json.decode(row.state, type=State).parcels == 1
        assert journal.resume(START) == refolded(tmp_path)
