"""Random work with undo: the live tables are those of a rebuild, and undo leaves what would be had it never been."""

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection, Engine

from grading.reasons import Reason
from station import facts as f
from station import projections, schema
from station.database import open_central, open_memory
from station.entries import Entry, first_prev, sealed
from station.facts import encode, name_of, version_of
from station.verify import write_entries

POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
STATION = "S1"
EPOCH = "e1"

# What undo never takes back, and so a history without the undone steps does not have.
LASTING = {"plate", "bin", "shift", "story", "undone", "deed", "earlier_item"}


def on_item(draw: Any, item: str, n: int) -> f.Recorded:
    """Draw something that can be said of an item, in any order."""
    word = draw(st.sampled_from(["a", "b", "ü'\"\0;--", ""]))
    number = draw(st.integers(0, 10**9))
    return draw(
        st.sampled_from(
            [
                f.SerialChecked(item, word, "same"),
                f.ItemRelinked(item, word, "1"),
                f.ItemWeighed(item, number, in_band=draw(st.sampled_from([True, False, None]))),
                f.PhotoTaken(item, draw(st.sampled_from(["front", "back"])), f"{number:064x}", number),
                f.PhotoSkipped(item, draw(st.sampled_from(["front", "back"])), word),
                f.Answered(item, draw(st.sampled_from(["q1", "q2"])), word, "r/1"),
                f.Graded(item, "B", "A", "B", "g/1", (Reason("c", word, {"n": word}),)),
                f.Routed(item, "resale", "r/1", values=(("resale", number),)),
                f.RouteOverridden(item, "resale", "hold", word, "B1"),
                f.PlateAllotted(item, f"N{n}"),
                f.PlatePrinted(item, f"N{draw(st.integers(0, 30))}", draw(st.integers(1, 3))),
                f.PlateReprintAsked(item, f"N{draw(st.integers(0, 30))}", 2, word),
                f.PlateConfirmed(item, f"N{n}"),
                f.Placed(item, f"N{n}", draw(st.sampled_from(["BIN-1", "BIN-2"]))),
            ]
        )
    )


def elsewhere(draw: Any, n: int) -> f.Recorded:
    """Draw something that is said of no parcel."""
    return draw(
        st.sampled_from(
            [
                f.ShiftOpened(f"S1-{n}", "bench 1"),
                f.SignedIn("B1", "Ann", "grader"),
                f.BinOpened("BIN-1", "resale"),
                f.BinLabelled("BIN-2", "hold", replaces="BIN-1"),
                f.BinClosed("BIN-1", "full", n),
                f.PlateVoided(f"N{draw(st.integers(0, 30))}", "torn"),
                f.ExceptionRaised(f"E{n}", "bin", "supervisor"),
            ]
        )
    )


@st.composite
def histories(draw: Any) -> list[tuple[str, list[f.Recorded]]]:
    """Draw (transaction, facts) of a bench that works on one parcel after another, and undoes now and then."""
    history: list[tuple[str, list[f.Recorded]]] = []
    parcel, items, undoable = "", [], []
    for n in range(draw(st.integers(1, 25))):
        txn = f"t{n}"
        what = draw(st.sampled_from(["parcel", "item", "say", "say", "say", "else", "undo", "undo", "finish"]))
        if not parcel or what == "parcel":
            parcel, items, undoable = f"P{n}", [], []
            said: list[f.Recorded] = [f.ParcelArrived(parcel, f"1Z{n % 3}", "ups", "return", "one", ("R1",))]
        elif what == "undo" and undoable:
            txns = tuple(undoable.pop() for _ in range(draw(st.integers(1, min(2, len(undoable))))))
            said = [f.Undone(txns, "step")]
        elif what == "finish":
            said = [f.LineMissing(parcel, "R1", str(n % 2), n), f.ParcelFinished(parcel, len(items), n)]
            parcel, items, undoable = "", [], []
        elif what == "else":
            said = [elsewhere(draw, n)]
        elif what == "item" or not items:
            items.append(f"I{n}")
            said = [f.ItemIdentified(parcel, f"I{n}", "x", "matched", "Shoe", "footwear", price_minor=n)]
        else:
            item = draw(st.sampled_from(items))
            said = [on_item(draw, item, n) for _ in range(draw(st.integers(1, 3)))]
            said.append(f.ExceptionRaised(f"E{n}", "k", "grader", draw(st.sampled_from(["", parcel])), item))
            said.append(f.ParcelWeighed(parcel, n, in_band=bool(n % 2)))
        history.append((txn, said))
        if parcel and not isinstance(said[0], f.Undone):
            undoable.append(txn)
    return history


def entries_of(history: list[tuple[str, list[f.Recorded]]]) -> list[Entry]:
    entries: list[Entry] = []
    prev = first_prev(EPOCH)
    for txn, said in history:
        for fact in said:
            seq = len(entries) + 1
            at = f"2026-01-01T00:00:00.{int(txn[1:]):06d}Z"
            shift = f"S1-{int(txn[1:]) // 6 + 1}"
            values = (seq, uuid.uuid4().hex, txn, EPOCH, at, seq, "boot", "B1", shift, name_of(fact))
            entry = Entry(*values, version_of(fact), encode(fact), b"", b"")
            entries.append(sealed(entry, prev))
            prev = entries[-1].hash
    return entries


def live(connection: Connection, entries: list[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Write and apply transaction by transaction, as a bench does, and return the rows."""
    for txn in dict.fromkeys(entry.txn for entry in entries):
        together = [entry for entry in entries if entry.txn == txn]
        write_entries(connection, STATION, together)
        for entry in together:
            projections.apply(connection, STATION, entry)
    return projections.rows(connection)


def check(connection: Connection, history: list[tuple[str, list[f.Recorded]]]) -> None:
    entries = entries_of(history)
    rows = live(connection, entries)
    projections.rebuild(connection, ((STATION, entry) for entry in entries))
    assert projections.rows(connection) == rows
    undone = {txn for _, said in history for fact in said if isinstance(fact, f.Undone) for txn in fact.txns}
    never = [(txn, said) for txn, said in history if txn not in undone and not isinstance(said[0], f.Undone)]
    with closing(open_memory().connect()) as memory, memory.begin():
        make(memory)
        expected = live(memory, entries_of(never))
    for table in rows.keys() - LASTING:
        assert rows[table] == expected[table], table


def make(connection: Connection) -> None:
    schema.journal.create(connection)
    schema.PROJECTIONS.create_all(connection)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_live_rows_are_rebuilt_rows_on_sqlite(history: list[tuple[str, list[f.Recorded]]]) -> None:
    with closing(open_memory().connect()) as connection, connection.begin():
        make(connection)
        check(connection, history)


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A private PostgreSQL cluster on a socket of its own."""
    if not (POSTGRESQL / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed")
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    prefix: list[str] = []
    if subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout.strip() == "0":
        shutil.chown(folder, "postgres", "postgres")
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        command = [*prefix, str(POSTGRESQL / program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    data = str(folder / "data")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("initdb", "-D", data, "-A", "trust", "-U", "station", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        engine = open_central(f"postgresql://station@/postgres?host={folder}")
        with engine.begin() as connection:
            make(connection)
        yield engine
        engine.dispose()
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories())
def test_live_rows_are_rebuilt_rows_on_postgresql(
    postgresql: Engine, history: list[tuple[str, list[f.Recorded]]]
) -> None:
    with postgresql.connect() as connection:
        check(connection, history)
        rows = projections.rows(connection)
        connection.rollback()
    with closing(open_memory().connect()) as memory, memory.begin():
        make(memory)
        assert rows == live(memory, entries_of(history))


def test_a_fact_of_a_newer_program_changes_no_row_and_is_kept() -> None:
    (entry,) = entries_of([("t0", [f.ParcelArrived("P1", "1Z", "ups", "return", "one")])])
    newer = [
        msgspec.structs.replace(entry, seq=1, type="ParcelBlessed", body=b'{"t":"ParcelBlessed"}'),
        msgspec.structs.replace(entry, seq=2, v=99),
    ]
    with closing(open_memory().connect()) as memory, memory.begin():
        make(memory)
        rows = live(memory, newer)
        assert not any(rows.values())
        count = memory.exec_driver_sql("SELECT COUNT(*) FROM journal").scalar_one()
        assert count == 2
