"""The planner: what a scan or an undo asks is answered by an index, however many years the file holds."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from station.facts import Recorded, Undone
from station.history import History
from station.inspecting.facts import Answered, PhotoTaken
from station.journal import Journal
from station.receiving.facts import ExceptionRaised, ItemIdentified, ParcelArrived
from station.routing.facts import PlateAllotted

OLD_0001 = Path(__file__).parent / "data" / "station_0001.sqlite"
WHOLE_STATION = re.compile(r"\(station=\?\)|^SCAN (?!CONSTANT)")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what SQLite is asked, with its values, over the connections that are opened meanwhile."""
    asked: list[str] = []

    def trace(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(asked.append)

    event.listen(Engine, "connect", trace)
    try:
        yield asked
    finally:
        event.remove(Engine, "connect", trace)


def work(journal: Journal) -> None:
    """Receive a parcel, ask about it what scans ask, and take it back."""

    def put(*facts: Recorded) -> str:
        return journal.append(facts, operator="B1", shift="S1-1").txn

    txn = put(
        ParcelArrived("P7", "1Z7", "ups", "return", "one", ("RMA7",)),
        ExceptionRaised("E7", "hazard", "supervisor", "P7"),
        ItemIdentified("P7", "I7", "x", "matched", "Shoe", "footwear", rma="RMA7"),
        PhotoTaken("I7", "front", "ab" * 32, 1),
        Answered("I7", "sealed", "no", "r/1"),
        PlateAllotted("I7", "N7"),
    )
    history = History(journal)
    history.receipt("1Z7")
    history.received("RMA7")
    history.item_stands("I7")
    history.plated("N7")
    history.bin("BIN-1")
    history.figures(datetime.now(UTC))
    put(Undone((txn,), "arrival"))


@pytest.mark.parametrize("old", [False, True])
def test_no_scan_and_no_undo_reads_all_rows_of_the_station(tmp_path: Path, old: bool) -> None:
    path = tmp_path / "station.sqlite"
    if old:
        shutil.copy(OLD_0001, path)
    with statements() as asked, Journal.open(path, "S1") as journal:
        asked.clear()  # a start may read everything
        work(journal)
        told = [each for each in asked if each.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]
        assert len(told) > 20
        with journal.reading() as connection:
            for statement in told:
                plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
                assert not [step for step in plan if WHOLE_STATION.search(step)], (statement, plan)
