"""Measures the journal's part of a scan, and look-ups in a big local copy.

The baseline of a commit is what a database cannot avoid: the same entries' bytes in one bare table, one transaction
each, with the same SQLite and `synchronous=FULL`, in the same run and taking turns.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from grading.reasons import Reason
from station import facts as f
from station.database import DRIVER
from station.journal import Journal
from station.local_copy import LocalCopy, Record
from station.receiving.facts import Declared
from station.records import Product, ReturnLine, ReturnOrder
from station.state import State

PARCELS = 150
ORDERS = 100_000
LOOKUPS = 4_000
PAGE = 2_000

Figures = dict[str, dict[str, Any]]


def measure() -> Figures:
    """Return the figures, by name."""
    folder = Path(tempfile.mkdtemp(prefix="bench-journal-"))
    try:
        return {**commits(folder), **lookups(folder)}
    finally:
        shutil.rmtree(folder)


def parcel(n: int) -> Iterator[list[f.Recorded]]:
    """Yield what a bench records about one parcel with one item, transaction by transaction."""
    p, i, reason = f"P-A01-{n}", f"I-A01-{n}", Reason("visible", "Visible at {cm} cm", {"cm": "50"})
    line = Declared(f"RMA-{n}", "1", "SHOE-42", "Trail shoe, size 42", "footwear", "acme", "4006381333931")
    yield [f.ParcelArrived(p, f"1Z{n:016}", "ups", "return", "one", (f"RMA-{n}",), "acme", (line,))]
    yield [f.ParcelWeighed(p, 812_000, 800_000, 700_000, 900_000, True)]
    yield [f.ItemIdentified(p, i, "4006381333931", "matched", "Trail shoe, size 42", "footwear", "acme", "SHOE-42")]
    for shot in ("left", "right", "sole"):
        sha256 = f"{random.getrandbits(256):064x}"
        yield [f.PhotoTaken(i, shot, sha256, 412_345, 900, 500, fingerprint=f"{random.getrandbits(64):016x}")]
    for question in ("worn", "sole", "packaging"):
        yield [f.Answered(i, question, "none", "footwear/3")]
    yield [
        f.Answered(i, "smell", "none", "footwear/3"),
        f.Graded(i, "B", "B", "A", "footwear/3", (reason, reason)),
        f.Routed(i, "resale", "default/2", (reason,), (("resale", 4200), ("restock", 3900)), "restock"),
    ]
    yield [f.PlateAllotted(i, f"LPNA01{n:07}")]
    yield [f.PlatePrinted(i, f"LPNA01{n:07}")]
    yield [f.PlateConfirmed(i, f"LPNA01{n:07}")]
    yield [f.Placed(i, f"LPNA01{n:07}", "BIN-A01-0001")]
    yield [f.ParcelFinished(p, 1, 0)]


def commits(folder: Path) -> Figures:
    """Measure `append` against bare commits of the same bytes."""
    ours, bare = [], []
    idle = State("A01", "bench 1")
    with (
        Journal.open(folder / "station.sqlite", "A01") as journal,
        closing(DRIVER.connect(folder / "bare.sqlite", isolation_level=None)) as baseline,
    ):
        baseline.execute("PRAGMA journal_mode=WAL")
        baseline.execute("PRAGMA synchronous=FULL")
        baseline.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, bytes BLOB)")
        for n in range(PARCELS):
            for said in parcel(n):
                last = isinstance(said[0], f.ParcelFinished)
                began = time.perf_counter()
                appended = journal.append(said, operator="BDG-1001", shift="S-A01-1", snapshot=idle if last else None)
                ours.append(time.perf_counter() - began)
                data = [(msgspec.msgpack.encode(entry),) for entry in appended.entries]
                began = time.perf_counter()
                baseline.execute("BEGIN IMMEDIATE")
                baseline.executemany("INSERT INTO entry (bytes) VALUES (?)", data)
                baseline.execute("COMMIT")
                bare.append(time.perf_counter() - began)
    figures: Figures = {}
    for name, share in (("p50", 0.50), ("p99", 0.99)):
        mine, theirs = quantile(ours, share), quantile(bare, share)
        figures[f"append_to_durable_{name}_ms"] = figure(mine * 1000, "ms", theirs * 1000, len(ours))
        figures[f"append_to_durable_{name}_ratio"] = figure(mine / theirs, "x bare commit", 1.0, len(ours))
    return figures


def order(n: int) -> ReturnOrder:
    product = Product(f"SKU-{n % 500}", f"Article {n % 500}", "apparel", "acme", f"{4006381000000 + n % 500}")
    lines = tuple(ReturnLine(str(k), product, serials=(f"SN{n:08}{k}",)) for k in range(1, 3))
    return ReturnOrder(f"RMA-{n:08}", "acme", f"W{n:08}", lines, trackings=(f"1Z{n * 7919 % 10**16:016}",))


def lookups(folder: Path) -> Figures:
    """Measure look-ups by every kind of code, and how fast pages of the feed are taken."""
    records = [Record(n + 1, "order", f"RMA-{n:08}", msgspec.Raw(msgspec.json.encode(order(n)))) for n in range(ORDERS)]
    with closing(LocalCopy.open(folder / "expected.sqlite")) as copy:
        began = time.perf_counter()
        for start in range(0, ORDERS, PAGE):
            copy.apply(start + 1, start + PAGE, records[start : start + PAGE])
        applied_s = time.perf_counter() - began
        random.seed(1)
        times = []
        for _ in range(LOOKUPS):
            expected = order(random.randrange(ORDERS))
            tracking, serial = expected.trackings[0], expected.lines[0].serials[0]
            for look, code in (
                (copy.orders, expected.rma),
                (copy.orders, expected.order),
                (copy.orders, tracking),
                (copy.orders_with_serial, serial),
                (copy.orders, "1Z-NOBODY-KNOWS"),
                (copy.product, expected.lines[0].product.gtin),
            ):
                began = time.perf_counter()
                look(code)
                times.append(time.perf_counter() - began)
    return {
        "lookup_p99_ms": figure(quantile(times, 0.99) * 1000, "ms", 1.0, len(times)),
        "feed_apply_per_s": figure(ORDERS / applied_s, "records/s", 25_000, ORDERS),
    }


def quantile(values: list[float], share: float) -> float:
    """Return the value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def figure(value: float, unit: str, baseline: float, n: int) -> dict[str, Any]:
    """Return one figure in the form the benchmark table wants."""
    return {"value": round(value, 3), "unit": unit, "baseline": round(baseline, 3), "n": n}
