"""Tables of before shifts had numbers, reasons and late sheets: they are filled in from the facts, packed ones too."""

from pathlib import Path
from typing import Any

import pytest

from station import facts as f
from station import projections
from station.archive import pack
from station.database import open_sqlite
from station.journal import Journal, read_entries
from station.local_copy import LocalCopy, proved_mark
from station.migrations.versions import rev_0008, rev_0010, rev_0015
from station.receiving.facts import Declared
from station.shifts import facts as s

LATER_TABLES = (
    "taken",
    "decision",
    "earlier_place",
    "bin_check",
    "regrade",
    "second_look",
    "recount",
    "deed",
    "earlier_sheet",
)
EARLIER = "earlier_item"
NEW_TABLES = ("bin_move", "delivery", "bin_count", "bin_counted", "counted_plate", "explained")
LATER = tuple(each for each in rev_0008._LATER)
NEW_COLUMNS = {
    "parcel": ("shift_n", "finished_n", "reasons"),
    "item": ("shift_n", "placed_n", "fill", "moved_n", "way", "carried_n", "written_n", "found_n", "apart", "defects"),
    "exception": ("shift_n", "waits"),
    "plate": ("confirmed_at", "allotted_n", "confirmed_n", "voided_n"),
    "bin": ("hazard", "apart"),
    "shift": ("n", *LATER, "countersigned_n"),
    "photo": ("taken_n",),
    "undone": ("shift_n",),
}


def live(journal: Journal) -> None:
    """Two shifts with everything that says when it happened; the second finishes what the first began."""

    def add(shift: int, *facts: Any) -> str:
        return journal.append(facts, operator="B1", shift=f"S-S01-{shift}").txn

    line = Declared("R", "1", "SKU", "Shoe", "footwear", "Northwind", quantity=2, reason="too_small")
    add(1, f.ShiftOpened("S-S01-1", "bench"))
    add(1, f.ParcelArrived("P0", "1Z0", "ups", "return", "one", declared=(line,)))
    add(1, s.DeliveryCounted("S-S01-1", "ups", 9))
    add(1, s.DeliveryCounted("S-S01-1", "ups", 4))
    for n in (1, 2, 3):
        add(1, f.ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one"))
        add(1, f.ItemIdentified(f"P{n}", f"I{n}", "x", "matched", "Shoe", "footwear"))
        add(1, f.PlateAllotted(f"I{n}", f"N{n}"))
    add(1, f.ExceptionRaised("E1", "hazard", "supervisor", "P1"))
    add(1, f.BinOpened("BIN-1", "restock"), f.BinOpened("BOX", "hold", hazard=True))
    add(1, f.PlateConfirmed("I1", "N1"))
    taken_back = add(1, f.Placed("I1", "N1", "BIN-1"))
    add(1, f.Undone((taken_back,), "place in bin"))
    marked = [f.DefectMarked("I2", n, "ab" * 32, 1, 1, 1, 1, "sole", kind, 1) for n, kind in ((1, "wear"), (2, "hole"))]
    add(1, marked[0], f.Graded("I2", "B", "B", "A", "r/1"))
    add(1, marked[1])
    wrong = add(1, f.DefectMarked("I2", 3, "ab" * 32, 1, 1, 1, 1, "sole", "stain", 1))
    add(1, f.Undone((wrong,), "mark"))
    add(1, f.PlateConfirmed("I2", "N2"))
    add(1, f.Placed("I2", "N2", "BOX"))
    add(1, f.ParcelFinished("P2", 1, 0))
    add(2, f.ShiftOpened("S-S01-2", "bench"))
    add(2, f.Placed("I1", "N1", "BIN-1"))
    add(2, f.ParcelFinished("P1", 1, 0))
    add(2, f.PlateVoided("N3", "torn"))
    add(2, s.DeliveryCounted("S-S01-1", "ups", 5, 1))
    add(2, s.ShiftCountersigned("S-S01-1", "B2"))


def as_before(path: Path) -> None:
    """Take away what revision 0008 added, and what came later."""
    with open_sqlite(path).connect() as connection, connection.begin():
        for name, *_ in (
            *rev_0008._INDEXES,
            ("bin_move_shift",),
            ("exception_waits",),
            ("plate_voided",),
            *rev_0010._INDEXES,
        ):
            connection.exec_driver_sql(f"DROP INDEX {name}")
        for table in (*NEW_TABLES, *LATER_TABLES, EARLIER):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for table, columns in NEW_COLUMNS.items():
            for column in columns:
                connection.exec_driver_sql(f'ALTER TABLE "{table}" DROP COLUMN {column}')
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0007'")


def rows_of(path: Path) -> dict[str, Any]:
    with Journal.open(path, "S1") as journal, journal.reading() as connection:
        return projections.rows(connection)


def lived(folder: Path, packed: int) -> tuple[Path, dict[str, Any]]:
    """Return a closed journal of which so many facts are packed, and its rows; then it is one of before."""
    path = folder / "station.sqlite"
    with Journal.open(path, "S1") as journal:
        live(journal)
        copy = LocalCopy.open(folder / "expected.sqlite")
        for name in (journal.epoch, proved_mark(journal.epoch)):
            copy.set_acked(name, journal.last_seq)
        copy.close()
        if packed:
            assert journal.let_go(pack(folder, "S1", read_entries(path, 0, packed)))
    rows = rows_of(path)
    as_before(path)
    for row in rows["shift"]:
        # Before that revision nobody signed a shift: its name is the only thing here that it had not.
        row["countersigned_by"] = ""
    return path, rows


def test_an_old_journal_gets_the_numbers_that_it_would_have(tmp_path: Path) -> None:
    path, rows = lived(tmp_path, packed=0)
    assert {row["item"]: row["placed_n"] for row in rows["item"]} == {"I1": 2, "I2": 1, "I3": 0}
    assert rows["item"][1]["defects"] == '["sole","hole"]\n'
    assert rows["parcel"][0]["reasons"] == '[["too_small",2]]'
    assert [(row["said_n"], row["delivered"]) for row in rows["delivery"]] == [(1, 4), (2, 5)]
    assert [(row["said_n"], row["delivered"], row["operator"]) for row in rows["earlier_sheet"]] == [(1, 9, "B1")]
    assert [row["countersigned_n"] for row in rows["shift"]] == [2, 0]
    assert rows_of(path) == rows


def test_facts_that_left_the_journal_count_as_well(tmp_path: Path) -> None:
    path, rows = lived(tmp_path, packed=31)
    assert rows_of(path) == rows


def test_a_pack_that_is_lost_lets_things_count_for_their_own_shift(tmp_path: Path) -> None:
    path, _ = lived(tmp_path, packed=27)
    for file in (tmp_path / "archive").iterdir():
        file.unlink()
    after = rows_of(path)
    assert [row["finished_n"] for row in after["parcel"]] == [0, 2, 1, 0], "P1 was finished by a fact that is there"
    assert {row["item"]: row["placed_n"] for row in after["item"]} == {"I1": 2, "I2": 1, "I3": 0}
    assert [row["confirmed_n"] for row in after["plate"]] == [0, 0, 0]
    assert [row["n"] for row in after["shift"]] == [1, 2]


@pytest.mark.parametrize("packed", [0, 6])
def test_an_old_journal_tells_in_which_shift_it_was_decided_and_looked_again(tmp_path: Path, packed: int) -> None:
    path = tmp_path / "station.sqlite"
    with Journal.open(path, "S1") as journal:
        for shift in (1, 2, 3):
            told: tuple[f.Recorded, ...] = (
                f.ShiftOpened(f"S-S01-{shift}", "bench"),
                f.ExceptionDecided(f"E{shift}", 1, "accept", "seen", "B2"),
                f.SecondGraded(f"I{shift}", "N1", "footwear", "", "r@1", "B2", "A", "B", "B", "B"),
            )
            journal.append(told, operator="B1", shift=f"S-S01-{shift}")
        changed = f.RouteOverridden("I1", "hold", "resale", "asked", "B1", "B2")
        txn = journal.append([changed], operator="B1", shift="S-S01-1").txn
        journal.append([f.Undone((txn,), "route")], operator="B1", shift="S-S01-1")
        journal.append([f.DecisionTakenBack("E1", 1, "B2")], operator="B1", shift="S-S01-3")
        if packed:
            copy = LocalCopy.open(tmp_path / "expected.sqlite")
            for name in (journal.epoch, proved_mark(journal.epoch)):
                copy.set_acked(name, journal.last_seq)
            copy.close()
            assert journal.let_go(pack(tmp_path, "S1", read_entries(path, 0, packed)))
    rows = rows_of(path)
    assert [(row["decided_n"], row["taken_back_n"]) for row in rows["decision"]] == [(1, 3), (2, 0), (3, 0)]
    assert [row["looked_n"] for row in rows["second_look"]] == [1, 2, 3]
    assert [(row["kind"], row["shift_n"], row["second"]) for row in rows["deed"]] in (
        [("override", 1, "B2"), ("taken_back", 1, "")],
        [("taken_back", 1, ""), ("override", 1, "B2")],
    )
    with open_sqlite(path).connect() as connection, connection.begin():
        for name in ("plate_voided", *(each[0] for each in rev_0015.INDEXES)):
            connection.exec_driver_sql(f"DROP INDEX {name}")
        for table, column in rev_0015.COLUMNS:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        for column in ("bin_move DROP COLUMN moved_by", "bin_move DROP COLUMN apart", "photo DROP COLUMN taken_n"):
            connection.exec_driver_sql(f"ALTER TABLE {column}")
        for table in ("recount", "deed", EARLIER, "earlier_sheet"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for column in ("operator", "said_at"):
            connection.exec_driver_sql(f"ALTER TABLE delivery DROP COLUMN {column}")
        connection.exec_driver_sql("ALTER TABLE item DROP COLUMN defects")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0014'")
    assert rows_of(path) == rows
