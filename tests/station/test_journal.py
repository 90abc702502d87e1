"""The journal: what it writes, what it gives back, and to whom it does not open."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from station.authority.facts import SignedIn
from station.entries import first_break, first_prev
from station.fold import fold
from station.journal import Journal, JournalBusy, JournalError, read_entries
from station.receiving.facts import ParcelArrived, ParcelFinished
from station.shifts.facts import ShiftOpened
from station.state import State

START = State("S1", "bench 1")
SIGNED_IN = [ShiftOpened("S1-1", "bench 1"), SignedIn("B1", "Ann", "grader")]


def arrived(number: int) -> ParcelArrived:
    return ParcelArrived(f"P{number}", f"1Z{number}", "ups", "return", "one", ("RMA1",))


def open_journal(folder: Path) -> Journal:
    return Journal.open(folder / "station.sqlite", "S1")


def test_entries_come_back_as_they_were_written(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        first = journal.append(SIGNED_IN, operator="", shift="")
        second = journal.append([arrived(1)], operator="B1", shift="S1-1")
    with open_journal(tmp_path) as journal:
        assert journal.entries(0, 10) == [*first.entries, *second.entries]
        assert journal.entries(1, 1) == [first.entries[1]]
        assert journal.last_seq == 3
        assert [entry.fact() for entry in journal.entries(0, 10)] == [*SIGNED_IN, arrived(1)]
        assert {entry.txn for entry in first.entries} == {first.txn} != {second.txn}
        assert [entry.operator for entry in journal.entries(0, 10)] == ["", "", "B1"]


def test_entries_are_chained_across_openings(tmp_path: Path) -> None:
    for number in range(3):
        with open_journal(tmp_path) as journal:
            journal.append([arrived(number)], operator="B1", shift="S1-1")
            epoch = journal.epoch
    entries = read_entries(tmp_path / "station.sqlite", 0, 10)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert first_break(entries, 0, first_prev(epoch)) == ""
    assert len({entry.boot for entry in entries}) == 3


def test_resume_folds_what_was_written_with_and_without_a_snapshot(tmp_path: Path) -> None:
    state = START
    with open_journal(tmp_path) as journal:
        for number, facts in enumerate([SIGNED_IN, [arrived(1)], [ParcelFinished("P1", 0, 0)], [arrived(2)]]):
            txn = journal.append(facts, operator="B1", shift="S1-1").txn
            state = fold(state, txn, facts)
            assert journal.resume(START) == state
            if number == 2:
                journal.append([], operator="B1", shift="S1-1", snapshot=state)
    with open_journal(tmp_path) as journal:
        assert journal.resume(START) == state


def test_a_snapshot_is_used(tmp_path: Path) -> None:
    other = State("S1", "bench 1", plates=77)
    with open_journal(tmp_path) as journal:
        journal.append([arrived(1)], operator="B1", shift="S1-1", snapshot=other)
        assert journal.resume(State("S1", "renamed")) == State("S1", "renamed", plates=77)


def test_a_second_opening_is_refused_with_the_owners_process_id(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys; from station.journal import Journal, JournalBusy\n"
        "try: Journal.open(pathlib.Path(sys.argv[1]) / 'station.sqlite', 'S1')\n"
        "except JournalBusy as busy: print(busy.pid)"
    )
    with open_journal(tmp_path):
        with pytest.raises(JournalBusy) as refused:
            open_journal(tmp_path)
        assert refused.value.pid == os.getpid()
        other = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
        )
        assert int(other.stdout) == os.getpid()
    open_journal(tmp_path).close()


def test_another_stations_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.append([arrived(1)], operator="B1", shift="S1-1")
    with pytest.raises(JournalError, match="belongs to station S1") as refused:
        Journal.open(tmp_path / "station.sqlite", "S2")
    assert refused.value.code == "other_station"
    with open_journal(tmp_path) as journal:
        assert journal.last_seq == 1


def test_a_clock_set_back_changes_nothing_but_the_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(tmp_path) as journal:
        journal.append([arrived(1)], operator="B1", shift="S1-1")
        monkeypatch.setattr("station.journal.now", lambda: "1999-12-31T23:59:59.000000Z")
        journal.append([arrived(2)], operator="B1", shift="S1-1")
        first, second = journal.entries(0, 10)
        assert second.at < first.at
        assert (second.seq, second.prev) == (2, first.hash)
        assert second.mono_ms >= first.mono_ms
        assert second.boot == first.boot
    with open_journal(tmp_path) as journal:
        assert journal.last_seq == 2


def test_closing_twice_is_harmless_and_leaves_one_file(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    journal.append([arrived(1)], operator="B1", shift="S1-1")
    journal.close()
    journal.close()
    assert not (tmp_path / "station.sqlite-wal").exists()
