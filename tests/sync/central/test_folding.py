"""A batch folded at once leaves the rows that its entries leave one by one, and a rebuild too, on both databases."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection, Engine

from station import facts as f
from station import projections, schema
from station.bins import facts as b
from station.database import open_central, open_memory
from station.entries import Entry
from station.exceptions import facts as e
from station.facts import Recorded, Unknown
from station.shifts import facts as s
from station.shifts.counting import BenchShift, reconcile
from station.shifts.findings import findings
from station.verify import write_entries
from sync.central import folding
from sync.central.store import Store
from tests.station.test_rebuild import STATION, entries_of, histories, live, make

OTHER = f"{STATION}-2"
# A bench has one station's entries in its journal, by number; those of the other stand after them here.
BEHIND = 10_000
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HISTORIES = histories()
CUTS = st.lists(st.integers(1, 30), min_size=1, max_size=8)
History = list[tuple[str, list[Recorded]]]

# What chance seldom draws: counts that only rise, a lot that is kept, a route under a person's choice, bins in turn.
SELDOM: History = [
    ("t0", [f.ParcelArrived("P1", "1Z", "ups", "return", "one", ("R1",))]),
    ("t1", [f.ItemIdentified("P1", "I1", "x", "matched", "Shoe", "footwear", lot="L0")]),
    ("t2", [f.PlateAllotted("I1", "N1"), f.PlatePrinted("I1", "N1", 3), f.PlatePrinted("I1", "N1", 1)]),
    ("t3", [f.PlateReprintAsked("I1", "N1", 2, "torn"), f.PlateReprintAsked("I1", "N1", 1, "torn")]),
    ("t4", [f.MarksRead("I1", lot="L1"), f.MarksRead("I1")]),
    ("t5", [f.RouteOverridden("I1", "resale", "hold", "why", "B1"), f.Routed("I1", "resale", "r/1")]),
    ("t6", [f.BinLabelled("B1", "hold", replaces="B0"), f.BinOpened("B1", "hold"), f.BinClosed("B1", "full", 1)]),
    ("t7", [f.PlateVoided("N1", "torn"), f.PlateVoided("N2", "torn"), f.PlateAllotted("I1", "N2")]),
    ("t8", [f.Placed("I1", "N1", "B1")]),
]

# A shift's close: counted, called off, counted again with a bin that left, explained twice, signed by two.
CLOSE: History = [
    ("t0", [f.ShiftOpened("S-1", "bench"), s.DeliveryCounted("S-1", "ups", 2), s.DeliveryCounted("S-1", "ups", 1)]),
    ("t1", [f.ParcelArrived("P1", "1Z", "ups", "return", "one", ("R1",))]),
    ("t2", [f.ItemIdentified("P1", "I1", "x", "matched", "Shoe", "footwear"), f.PlateAllotted("I1", "N1")]),
    ("t3", [f.BinOpened("B1", "hold"), f.PlateConfirmed("I1", "N1"), f.Placed("I1", "N1", "B1")]),
    ("t4", [s.CountBegan("S-1"), s.BinCountBegan("S-1", "B1", 1, "hold"), s.PlateCounted("S-1", "B1", 1, "N1")]),
    ("t5", [s.BinCounted("S-1", "B1", 1, 1), s.CountCalledOff("S-1"), s.CountBegan("S-1")]),
    ("t6", [s.BinMoved("B1", 1, ""), s.BinCountBegan("S-1", "B1", 2, "hold"), s.PlateCounted("S-1", "B1", 2, "N9")]),
    ("t16", [s.PlateCounted("S-1", "B1", 2, "N8")]),
    ("t17", [s.PlateUncounted("S-1", "B1", 2, "N8")]),
    ("t7", [s.BinCounted("S-1", "B1", 2, 1), s.CountEnded("S-1"), s.DifferenceExplained("S-1", 4, "lost", 2)]),
    ("t8", [s.DifferenceExplained("S-1", 4, "lost", 1), s.ShiftSigned("S-1", "explained", "ab", badge="B9")]),
    ("t9", [s.ShiftCountersigned("S-1", "B8"), s.ShiftLocked("S-1"), f.ParcelFinished("P1", 1, 0)]),
]

# An exception: taken by two, decided, taken back, and decided otherwise.
DECIDED: History = [
    ("t0", [f.ParcelArrived("P1", "1Z", "ups", "return", "one", ("R1",))]),
    ("t1", [f.ExceptionRaised("E1", "held", "client", "P1"), e.ExceptionTaken("E1", "B1", "P1")]),
    ("t2", [e.ExceptionTaken("E1", "B2", "P1"), e.ExceptionDecided("E1", 1, "reject", "seen", "B2", parcel="P1")]),
    ("t3", [e.DecisionTakenBack("E1", 1, "B2", "P1")]),
    ("t4", [e.ExceptionDecided("E1", 2, "release", "client", "B2", "resale", "P1")]),
    ("t5", [f.ItemIdentified("P1", "I1", "x", "undeclared", "Shoe", "footwear"), f.ItemRelinked("I1", "R1", "1")]),
    ("t6", [f.ItemUnlinked("I1", "undeclared")]),
]

# Goods that go from bin to bin: merged, left, carried for another way, graded again, each of it taken back and done.
_NAMED = f.ItemIdentified("P1#2", "I1#2", "x", "matched", "Shoe", "footwear")
_CAME = f.ParcelArrived("P1#2", "1Z", "ups", "return", "one")
_ANEW = (f.Graded("I1#2", "B", "B", "A", "g/1"), f.Routed("I1#2", "resale", "r/1"))
BINS: History = [
    ("t0", [f.ShiftOpened("S1-1", "bench"), f.ParcelArrived("P1", "1Z", "ups", "return", "one", ("R1",))]),
    *((f"t{n}", [f.ItemIdentified("P1", f"I{n}", "x", "matched", "Shoe", "footwear")]) for n in (1, 2)),
    *((f"t{n + 2}", [f.Routed(f"I{n}", "hold", "r/1"), f.PlateAllotted(f"I{n}", f"N{n}")]) for n in (1, 2)),
    ("t5", [f.BinOpened("B1", "hold"), f.Placed("I1", "N1", "B1"), f.Placed("I2", "N2", "B1")]),
    ("t6", [f.BinOpened("B2", "hold"), b.BinMerged("B1", 0, "B2", 0, 2)]),
    ("t7", [b.BinStepTakenBack("merged", "t6", "B2")]),
    ("t8", [b.BinMerged("B1", 0, "B2", 0, 2), f.BinClosed("B2", "closed", 2)]),
    ("t9", [b.BinReopened("B2", "hold", "room", items=2), b.BinStepTakenBack("reopened", "t9", "B2")]),
    ("t10", [e.ExceptionDecided("E1", 1, "release", "client", "B2", "resale", "P1", "I1")]),
    ("t11", [f.RouteOverridden("I1", "hold", "resale", "released", "B2"), f.BinOpened("B3", "resale")]),
    ("t12", [b.Carried("I1", "N1", "B3", "resale", "B2")]),
    ("t13", [b.BinStepTakenBack("carried", "t12", "B3")]),
    ("t14", [b.Carried("I1", "N1", "B3", "resale", "B2"), s.BinMoved("B2", 1, "dock")]),
    ("t15", [b.BinStepTakenBack("moved", "t14", "B2", 1), b.BinStepTakenBack("closed", "t8", "B2")]),
    ("t16", [b.BinCheckBegan("B2", 1), b.BinPlateChecked("B2", 1, "N9"), b.BinPlateUnchecked("B2", 1, "N9")]),
    ("t17", [b.BinChecked("B2", 1, 0, ("N2",), (b.Misplaced("N1", "B3"),)), b.BinCheckBegan("B2", 2)]),
    ("t18", [b.BinCheckLeft("B2", 2), f.ExceptionRaised("E2", "held", "client", "P1#2", "I1#2")]),
    ("t19", [f.Regraded("I1", "P1", 2, *_ANEW, "refurb", "A", "resale"), f.PlateConfirmed("I1#2", "N1")]),
    (
        "t20",
        [f.RegradeBegan("I1#2", 2, "N1", "B3", 1, "A", "hold", _CAME, _NAMED)],
    ),
    ("t21", [f.Undone(("t20",), "grade again"), b.BinStepTakenBack("opened", "t11", "B3")]),
]


# As a database of some age has its tables: made by the revisions, one after the other.
@pytest.fixture(scope="module")
def postgres(cluster: str) -> Iterator[Engine]:
    with psycopg.connect(cluster.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE folding")
    yield from grown(cluster % "folding")


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from grown(f"sqlite:///{tmp_path_factory.mktemp('folding')}/central.sqlite")


def grown(url: str) -> Iterator[Engine]:
    Store(url).close()
    engine = open_central(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE journal")
        schema.journal.create(connection)  # without what central notes beside an entry
    yield engine
    engine.dispose()


def fold(connection: Connection, said: Mapping[str, list[Entry]], cuts: list[int]) -> None:
    """Take the stations' entries in as pushes of these sizes, over and over, one of each station at once."""
    left, turn = dict(said), 0
    while any(left.values()):
        batches = {}
        for ahead, (station, entries) in enumerate(left.items()):
            size = cuts[(turn + ahead) % len(cuts)]
            batch, left[station] = entries[:size], entries[size:]
            write_entries(connection, station, batch)
            facts = ((entry, entry.fact()) for entry in batch)
            batches[station] = [(entry, fact) for entry, fact in facts if not isinstance(fact, Unknown)]
        folding.project(connection, batches)
        turn += 1


def as_mine(row: Mapping[str, Any]) -> dict[str, Any]:
    numbered = {"seq": row["seq"] - BEHIND} if "seq" in row else {}
    return {**row, "station": STATION, **numbered}


def check(connection: Connection, history: History, cuts: list[int]) -> None:
    """Two stations say the same of things of the same names, and each has rows of its own."""
    entries = entries_of(history)
    others = [msgspec.structs.replace(entry, seq=entry.seq + BEHIND) for entry in entries_of(history)]
    with closing(open_memory().connect()) as memory, memory.begin():
        make(memory)
        one_by_one = live(memory, entries)
        shift = BenchShift(STATION, "S-1")
        told = reconcile(memory, [shift]), findings(memory, *shift)
    fold(connection, {STATION: entries, OTHER: others}, cuts)
    rows = projections.rows(connection)
    mine = {name: [row for row in here if row["station"] == STATION] for name, here in rows.items()}
    assert mine == one_by_one
    theirs = {name: [as_mine(row) for row in here if row["station"] == OTHER] for name, here in rows.items()}
    assert theirs == one_by_one
    assert (reconcile(connection, [shift]), findings(connection, *shift)) == told
    projections.rebuild(connection, ((STATION, entry) for entry in entries))
    assert projections.rows(connection) == one_by_one


@FEW
@example(history=CLOSE, cuts=[1])
@example(history=CLOSE, cuts=[5])
@example(history=SELDOM, cuts=[1])
@example(history=SELDOM, cuts=[30])
@example(history=SELDOM, cuts=[4])
@example(history=DECIDED, cuts=[1])
@example(history=DECIDED, cuts=[7])
@example(history=BINS, cuts=[1])
@example(history=BINS, cuts=[6])
@given(history=HISTORIES, cuts=CUTS)
def test_a_batch_is_its_entries_one_by_one_on_sqlite(sqlite: Engine, history: History, cuts: list[int]) -> None:
    with sqlite.connect() as connection:
        check(connection, history, cuts)
        connection.rollback()


@FEW
@example(history=CLOSE, cuts=[1])
@example(history=CLOSE, cuts=[5])
@example(history=SELDOM, cuts=[1])
@example(history=SELDOM, cuts=[30])
@example(history=SELDOM, cuts=[4])
@example(history=DECIDED, cuts=[1])
@example(history=DECIDED, cuts=[7])
@example(history=BINS, cuts=[1])
@example(history=BINS, cuts=[6])
@given(history=HISTORIES, cuts=CUTS)
def test_a_batch_is_its_entries_one_by_one_on_postgresql(postgres: Engine, history: History, cuts: list[int]) -> None:
    with postgres.connect() as connection:
        check(connection, history, cuts)
        connection.rollback()
