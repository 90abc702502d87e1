"""What the queue costs a bench at which so many exceptions were decided, a tenth as many by others; a hundred wait."""

import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from big_site import figure

from station import facts as f
from station.exceptions.of_site import KIND, ExceptionNote
from station.exceptions.queue import Decided
from station.history import History
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.rules import read_rules

DECIDED = 50_000
STATION, WAITING, AT = "A01", 100, "2026-11-20T08:00:00.000000Z"


def fill(folder: Path, decided: int) -> None:
    """Make a journal and a copy in which so much was decided."""
    elsewhere = decided // 10
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        for start in range(0, decided, 1000):
            names = [f"E-A01-{n}" for n in range(start, start + 1000)]
            journal.append([f.ExceptionRaised(each, "held", "client") for each in names], operator="B1", shift="S")
            journal.append(
                [f.ExceptionDecided(each, 1, "accept", "seen", "B1") for each in names], operator="B1", shift="S"
            )
        for start in range(0, elsewhere, 1000):
            names = [f"E-A01-E{n}" for n in range(start, start + 1000)]
            journal.append([f.ExceptionRaised(each, "held", "client") for each in names], operator="B1", shift="S")
        journal.append(
            [f.ExceptionRaised(f"E-A01-W{n}", "held", "client") for n in range(WAITING)], operator="B1", shift="S"
        )
    with closing(LocalCopy.open(folder / "expected.sqlite")) as copy:
        records = []
        for n in range(elsewhere):
            name = f"E-A01-E{n}"
            made = Decided("B02", name, 1, "accept", "", "seen", "B2", AT)
            note = ExceptionNote(STATION, name, "held", "client", AT, decisions=(made,))
            records.append(Record(n + 1, KIND, f"{STATION}|{name}", msgspec.Raw(msgspec.json.encode(note))))
        copy.apply(1, elsewhere, records)


def measure() -> dict[str, dict[str, Any]]:
    """Milliseconds of processor time for the queue: the first time, and after one more fact, or record of central."""
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name), DECIDED)
        with (
            Journal.open(Path(name) / "station.sqlite", STATION) as journal,
            closing(LocalCopy.open(Path(name) / "expected.sqlite")) as copy,
        ):
            known = Lookups(read_rules(), copy, History(journal))
            first = timed(known)
            facts, records = [], []
            for n in range(9):
                journal.append([f.ExceptionTaken(f"E-A01-W{n}", "B1")], operator="B1", shift="S")
                facts.append(timed(known))
                last = copy.cursor() + 1
                copy.apply(last, last, [Record(last, "serial", f"s{n}", msgspec.Raw(b"{}"))])
                records.append(timed(known))
    return {
        "queue_first_ms": figure(first, "ms of processor", None, DECIDED),
        "queue_after_a_fact_ms": figure(statistics.median(facts), "ms of processor", None, DECIDED),
        "queue_after_a_record_ms": figure(statistics.median(records), "ms of processor", None, DECIDED),
    }


def timed(known: Lookups) -> float:
    """Return how long the queue took, in which a hundred wait."""
    begun = time.process_time()
    found = len(known.exceptions_waiting())
    took = (time.process_time() - begun) * 1000
    assert found == WAITING
    return took
