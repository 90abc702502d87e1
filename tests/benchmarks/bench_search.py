"""How long any code takes to find its whole story on a bench that has received a million items.

The rows are those that the facts of a million items leave in the tables of a station; each parcel has a story of four
facts in the journal, none of them packed. Codes of each kind are drawn at random; the tail is what a person waits for.
`SEARCH_ITEMS` sets another size.
"""

import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from station import opening
from station.codes import Candidate
from station.database import DRIVER
from station.facts import encode
from station.inspecting.facts import PhotoTaken
from station.receiving.facts import ItemIdentified, ParcelArrived
from station.routing.facts import Graded
from station.search.seeking import seek

ITEMS = int(os.environ.get("SEARCH_ITEMS", "1000000"))
ITEMS_OF_A_PARCEL = 2
PARCELS = ITEMS // ITEMS_OF_A_PARCEL
# An order announces one parcel as a rule; one in twenty parcels holds several orders.
SEVERAL = 20
BADGES, SKUS, BINS = 30, 20_000, 200
TIMES = 150
LIMIT_MS = 100.0
STATION = "S01"
BEGUN = datetime(2021, 1, 1)  # noqa: DTZ001 (UTC, as the tables hold it)
WAYS = ("restock", "refurb", "resale", "recycle", "hold")


def measure() -> dict[str, dict[str, Any]]:
    """The 99th percentile of a search by each kind of code, and by all together."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "station.sqlite"
        opening.begin_file(path, STATION, "e1")
        fill(path)
        draw = random.Random(1)
        took: dict[str, list[float]] = {}
        worked: list[float] = []
        for _ in range(TIMES):
            for kind, make in KINDS.items():
                code = make(draw.randrange(PARCELS), draw)
                begun, since = time.perf_counter(), time.process_time()
                found = seek(path, STATION, code, as_it_is)
                took.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
                worked.append((time.process_time() - since) * 1000)
                if found.is_nothing != (kind == "nothing"):
                    raise AssertionError(f"{kind} {code} found {found}")
    every = [each for times in took.values() for each in times]
    return {
        "search_p99_ms": figure(tail(every), LIMIT_MS, len(every)),
        "search_processor_p99_ms": figure(tail(worked), LIMIT_MS, len(worked)),
        **{f"search_{kind}_p99_ms": figure(tail(times), LIMIT_MS, len(times)) for kind, times in took.items()},
    }


def as_it_is(text: str, _aim: str) -> tuple[Candidate, ...]:
    """What a code may mean is measured elsewhere (bench_lookup); a GTIN has its long form."""
    return (Candidate("gtin", text, gtin=text),) if text.isdecimal() and len(text) == 14 else ()


def tail(times: list[float]) -> float:
    """The 99th percentile."""
    return sorted(times)[int(len(times) * 0.99)]


def figure(value: float, baseline: float | None, n: int) -> dict[str, Any]:
    """One measured figure, as the table wants it."""
    return {"value": round(value, 3), "unit": "ms", "baseline": baseline, "n": n}


def sku(item: int) -> str:
    """The SKU of an item: a few are sold very often."""
    return f"SKU-{item % 50 if item % 3 == 0 else item % SKUS}"


def gtin(item: int) -> str:
    """The code that was scanned on it."""
    return f"{int(sku(item)[4:]) + 9506000000000:014d}"


def at(parcel: int, second: int = 0) -> str:
    """When a parcel came: 25 an hour at one bench, around the clock."""
    came = BEGUN + timedelta(hours=parcel // 25, minutes=parcel % 25 * 2, seconds=second)
    return f"{came.isoformat()}.000000Z"


KINDS: dict[str, Callable[[int, random.Random], str]] = {
    "tracking": lambda parcel, _: f"1Z{parcel:010d}",
    "parcel": lambda parcel, _: f"P-{parcel}",
    "rma": lambda parcel, _: f"RMA-{parcel}",
    "second_rma": lambda parcel, _: f"RMA-{parcel // SEVERAL * SEVERAL}-B",
    "plate": lambda parcel, draw: f"N{parcel * 2 + draw.randrange(2)}",
    "serial": lambda parcel, draw: f"SN{parcel * 2 + draw.randrange(2)}",
    "sku": lambda parcel, _: sku(parcel * 2),
    "gtin": lambda parcel, _: gtin(parcel * 2),
    "bin": lambda parcel, _: f"BIN-{parcel % BINS}",
    "badge": lambda parcel, _: f"B{parcel // 200 % BADGES}",
    "hour": lambda parcel, _: f"B{parcel // 200 % BADGES}@{at(parcel)[:13]}",
    "nothing": lambda parcel, _: f"NOBODY-{parcel}",
}


def parcel_row(n: int) -> tuple[Any, ...]:
    """The row of one parcel, in the order of `PARCEL`."""
    orders = [f"RMA-{n}", f"RMA-{n}-B"] if n % SEVERAL == 0 else [f"RMA-{n}"]
    match = "several" if len(orders) > 1 else "one"
    orders_text = msgspec.json.encode(orders).decode()
    return f"P-{n}", f"1Z{n:010d}", match, orders_text, "Northwind", at(n), at(n, 50), f"B{n // 200 % BADGES}", 2


def item_row(n: int) -> tuple[Any, ...]:
    """The row of one item, in the order of `ITEM`; all but the last thousands have left with their bins."""
    parcel = n // ITEMS_OF_A_PARCEL
    placed = (f"BIN-{parcel % BINS}", at(parcel, 40), int(n < ITEMS - ITEMS // 10))
    who = (at(parcel, 10 + n % 2), f"B{parcel // 200 % BADGES}")
    named = (gtin(n), "Shoe, low", "Northwind", sku(n), f"RMA-{parcel}", f"SN{n}", WAYS[n % 5], f"N{n}")
    return f"I-{n}", f"P-{parcel}", *named, *placed, *who


PARCEL = "parcel, code, match, orders, client, arrived_at, finished_at, operator, items"
ITEM = (
    "item, parcel, code, title, client, sku, rma, serial, disposition, plate, bin, placed_at, moved_n, identified_at,"
    " operator"
)


def fill(path: Path) -> None:
    """Write the rows of all parcels and items, their photos, plates and stories."""
    with closing(DRIVER.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-400000")
        connection.execute("BEGIN")
        put(connection, "parcel", PARCEL, map(parcel_row, range(PARCELS)))
        put(connection, "item", ITEM, map(item_row, range(ITEMS)))
        put(connection, "plate", "plate, item", ((f"N{n}", f"I-{n}") for n in range(ITEMS)))
        put(connection, "photo", "item, shot, sha256", ((f"I-{n}", "front", f"{n:064d}") for n in range(ITEMS)))
        put(connection, "bin", "bin, disposition, opened_at", ((f"BIN-{n}", "restock", at(1)) for n in range(BINS)))
        facts = [(n, name) for n in range(PARCELS) for name in FACTS]
        rows = (entry_row(seq, n, name) for seq, (n, name) in enumerate(facts, start=1))
        put(connection, "journal", JOURNAL, rows)
        stories = ((f"P-{n}", seq, "e1", seq, f"t{seq}") for seq, (n, _) in enumerate(facts, start=1))
        put(connection, "story", "parcel, n, epoch, seq, txn", stories)
        connection.execute("COMMIT")


JOURNAL = "seq, epoch, id, txn, at, mono_ms, boot, operator, shift, type, v, body, prev, hash"
FACTS: dict[str, bytes] = {
    "ParcelArrived": encode(ParcelArrived("P-1", "1Z1", "ups", "return", "one", ("RMA-1",), "Northwind")),
    "ItemIdentified": encode(ItemIdentified("P-1", "I-1", "x", "matched", "Shoe, low", "footwear")),
    "PhotoTaken": encode(PhotoTaken("I-1", "front", "ab" * 32, 200_000)),
    "Graded": encode(Graded("I-1", "A", "A", "A", "footwear@7")),
}


def entry_row(seq: int, parcel: int, name: str) -> tuple[Any, ...]:
    """One entry of the journal."""
    when, who = at(parcel, seq % 60), f"B{parcel // 200 % BADGES}"
    return seq, "e1", str(seq), f"t{seq}", when, seq, "b", who, "S-S01-1", name, 1, FACTS[name], b"", b""


def put(connection: sqlite3.Connection, table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Write rows of the station; columns that are not given hold nothing."""
    given = [each.strip() for each in columns.split(",")]
    known = connection.execute('SELECT name, type, "notnull" FROM pragma_table_info(?)', (table,)).fetchall()
    values = dict.fromkeys(given, "?")
    for name, kind, _ in known:
        values.setdefault(name, "''" if kind in ("TEXT", "VARCHAR") else "0")
    values["station"] = f"'{STATION}'"
    names = ", ".join(f'"{name}"' for name in values)
    connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(values.values())})', rows)


if __name__ == "__main__":
    for name, told in measure().items():
        print(name, told)
