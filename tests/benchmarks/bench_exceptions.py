"""What the queue of exceptions costs a bench: `python -m tests.benchmarks.bench_exceptions [--decided 50000]`.

So many were decided at the bench itself, a tenth as many by other benches, and a hundred wait. Processor time.
"""

import argparse
import json
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

import msgspec

from station import facts as f
from station.exceptions.of_site import KIND, ExceptionNote
from station.exceptions.queue import _AT_ONE, Decided
from station.history import History
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.lookups import Lookups
from station.rules import read_rules
from station.statements import Statement

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


def measure(folder: Path) -> dict[str, object]:
    """Return milliseconds of processor time for the queue: first of all, and after one more fact, or record."""
    with Journal.open(folder / "station.sqlite", STATION) as journal:
        with closing(LocalCopy.open(folder / "expected.sqlite")) as copy:
            known = Lookups(read_rules(), copy, History(journal))
            first, found = timed(known)
            again = []
            for n in range(9):
                journal.append([f.ExceptionTaken(f"E-A01-W{n}", "B1")], operator="B1", shift="S")
                again.append(timed(known)[0])
            heard = []
            for n in range(9):
                last = copy.cursor() + 1
                copy.apply(last, last, [Record(last, "serial", f"s{n}", msgspec.Raw(b"{}"))])
                heard.append(timed(known)[0])
        with journal.reading() as connection:
            plans = [
                [row[3] for row in Statement(f"EXPLAIN QUERY PLAN {each._texts['sqlite']}").rows(connection, _NAMED)]
                for each in _AT_ONE
            ]
    scans = sorted({line for plan in plans for line in plan if line.startswith("SCAN") and "CONSTANT" not in line})
    told = {"first_ms": first, "after_a_fact_ms": statistics.median(again)}
    return {**told, "after_a_record_ms": statistics.median(heard), "waiting": found, "scans": scans}


_NAMED = {"station": STATION, "late": AT, "doubt": AT, "limit": 200, "settled": "[]"}


def timed(known: Lookups) -> tuple[float, int]:
    """Return how long the queue took, and how much waits."""
    begun = time.process_time()
    found = len(known.exceptions_waiting())
    return round((time.process_time() - begun) * 1000, 1), found


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decided", type=int, default=50_000)
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), decided := parser.parse_args().decided)
        print(json.dumps({"decided": decided, **measure(Path(folder))}, indent=2))


if __name__ == "__main__":
    main()
