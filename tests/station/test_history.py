"""History: what screens and the workflow ask about the bench's own past."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from station.bins.facts import BinClosed, BinLabelled, BinOpened
from station.exceptions.kinds import read_kinds
from station.facts import Undone
from station.history import History
from station.journal import Journal
from station.known import Plated
from station.local_copy import LocalCopy, Refusal
from station.receiving.facts import ExceptionRaised, ItemIdentified, ParcelArrived, ParcelFinished, SerialChecked
from station.records import Bin
from station.routing.facts import Placed, PlateAllotted, PlateVoided, Routed
from station.shifts.facts import BinMoved, ShiftOpened


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "station.sqlite", "S1") as journal:
        yield journal


def put(journal: Journal, *facts: Any) -> str:
    return journal.append(facts, operator="B1", shift="S1-1").txn


def parcel(journal: Journal, number: int) -> None:
    """Receive a parcel with one item and put it into BIN-1."""
    n = str(number)
    put(journal, ParcelArrived(f"P{n}", f"1Z{n}", "ups", "return", "one", (f"RMA{n}",)))
    put(journal, ItemIdentified(f"P{n}", f"I{n}", "x", "matched", f"Shoe {n}", "footwear", rma=f"RMA{n}"))
    put(journal, SerialChecked(f"I{n}", f"SN{n}", "same"), Routed(f"I{n}", "restock", "r/1"))
    put(journal, PlateAllotted(f"I{n}", f"N{n}"))
    put(journal, Placed(f"I{n}", f"N{n}", "BIN-1"))
    put(journal, ParcelFinished(f"P{n}", 1, 0))


def test_a_code_received_before_is_known_with_bench_and_person(journal: Journal) -> None:
    history = History(journal)
    assert history.receipt("1Z1") is None
    put(journal, ShiftOpened("S1-1", "bench 1"))
    arrived = put(journal, ParcelArrived("P1", "1Z1", "ups", "return", "one"))
    receipt = history.receipt("1Z1")
    assert receipt is not None
    assert (receipt.parcel, receipt.bench, receipt.operator) == ("P1", "bench 1", "B1")
    assert receipt.at == journal.entries(0, 9)[-1].at
    put(journal, Undone((arrived,), "parcel scan"))
    assert history.receipt("1Z1") is None


def test_a_plate_is_known_until_it_is_voided(journal: Journal) -> None:
    parcel(journal, 1)
    history = History(journal)
    plated = history.plated("N1")
    assert plated == Plated("N1", "I1", "Shoe 1", "restock", "BIN-1", plated.at if plated else "")
    put(journal, BinMoved("BIN-1", 1, "DOCK"))
    gone = history.plated("N1")
    assert gone is not None and (gone.left_to, bool(gone.left_at)) == ("DOCK", True)
    assert history.plated("N2") is None
    put(journal, PlateVoided("N1", "torn"))
    assert history.plated("N1") is None


def test_bins_are_known_and_counted(journal: Journal) -> None:
    history = History(journal)
    put(journal, BinOpened("BIN-1", "restock", "acme"))
    parcel(journal, 1)
    parcel(journal, 2)
    put(journal, BinClosed("BIN-1", "full", 2), BinLabelled("BIN-2", "restock", "acme", "BIN-1"))
    assert history.bin("BIN-1") == Bin("BIN-1", "restock", "acme")
    assert history.bin("BIN-2") == Bin("BIN-2", "restock", "acme")
    assert history.bin("BIN-3") is None
    assert [history.bin_is_closed(code) for code in ("BIN-1", "BIN-2", "BIN-3")] == [True, False, False]
    new, full = history.bins()
    assert (new.bin, new.items, new.opened_at) == ("BIN-2", 0, "")
    assert (full.bin, full.items, full.closed_why) == ("BIN-1", 2, "full")


def test_figures_of_the_day(journal: Journal, tmp_path: Path) -> None:
    parcel(journal, 1)
    parcel(journal, 2)
    put(journal, ExceptionRaised("E1", "weight", "supervisor", "P2", "I2", "too heavy"))
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    copy.set_acked(journal.epoch, 10, [Refusal(journal.epoch, 3, "quarantined", "bad")])
    copy.close()
    history = History(journal)
    now = datetime.now(UTC)
    figures = history.figures(now)
    assert (figures.parcels, figures.items, figures.exceptions) == (2, 2, 1)
    assert (figures.per_hour, figures.waiting, figures.refused) == (2, journal.last_seq - 10, 1)
    assert history.waiting() == journal.last_seq - 10
    later = history.figures(now + timedelta(days=2))
    assert (later.parcels, later.items, later.per_hour, later.exceptions) == (0, 0, 0, 0)
    (raised,) = history.exceptions_waiting(read_kinds())
    assert (raised.owner, raised.code, raised.title, raised.detail) == ("supervisor", "1Z2", "Shoe 2", "too heavy")


def test_what_is_asked_each_second_and_at_each_start_reads_no_whole_table(journal: Journal) -> None:
    asked: list[tuple[str, Any]] = []
    with journal.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    history = History(journal)
    history.figures(datetime.now(UTC))
    queries = [each for each in asked if each[0].startswith("SELECT")]
    assert len(queries) == 4
    with journal.reading() as connection:
        for query, values in queries:
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
            assert all(step.startswith("SEARCH") and "INDEX" in step for step in plan), (query, plan)
