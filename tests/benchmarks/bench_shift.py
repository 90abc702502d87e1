"""How long the ten rules take over a shift of 5,000 parcels and 20 benches, and with a journal ten times longer.

The rows are those that the facts of such shifts leave in the projected tables; nine shifts before are over, and their
bins have left. The lines, and what the blind count shows, are told as central and a bench tell them.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from statistics import median
from typing import Any

from sqlalchemy.engine import Connection

from station import schema
from station.database import open_memory
from station.planner import tell_planner
from station.plates import shift_id
from station.shifts.counting import BenchShift, reconcile
from station.shifts.findings import findings

BENCHES = 20
PARCELS = 5_000
ITEMS_OF_A_PARCEL = 2
BEFORE = 9
LIMIT_MS = 300.0
LIMIT_RATIO = 1.25
TIMES = 9
AT = "2026-01-01T00:00:00.000000Z"
WAYS = ("restock", "refurb", "resale", "recycle", "hold")
CLIENTS = ("Northwind", "Contoso", "Fabrikam")

Figures = dict[str, dict[str, Any]]


def measure() -> Figures:
    """Medians of the lines and of the findings; the ratio is of journals of ten shifts and of one, in turns."""
    with filled(1) as one, filled(1 + BEFORE) as ten:
        took: dict[str, list[float]] = {"one": [], "ten": [], "found": []}
        for _ in range(TIMES):
            took["one"].append(timed(lambda: reconcile(one, shifts(1))))
            took["ten"].append(timed(lambda: reconcile(ten, shifts(1 + BEFORE))))
            took["found"].append(timed(lambda: [findings(ten, *shift) for shift in shifts(1 + BEFORE)]))
    count = PARCELS
    return {
        "shift_ten_rules_ms": figure(median(took["one"]) * 1000, "ms", LIMIT_MS, count),
        "shift_ten_rules_of_ten_shifts_ms": figure(median(took["ten"]) * 1000, "ms", LIMIT_MS, count),
        "shift_ten_times_longer_ratio": figure(median(took["ten"]) / median(took["one"]), "×", LIMIT_RATIO, count),
        "shift_findings_ms": figure(median(took["found"]) * 1000, "ms", None, count),
    }


def figure(value: float, unit: str, baseline: float | None, n: int) -> dict[str, Any]:
    """One measured figure, as the table wants it."""
    return {"value": round(value, 4), "unit": unit, "baseline": baseline, "n": n}


def timed(work: Any) -> float:
    """Seconds that the work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def stations() -> list[str]:
    """The benches' names."""
    return [f"B{number:02d}" for number in range(BENCHES)]


def shifts(n: int) -> list[BenchShift]:
    """The n-th shift of every bench."""
    return [BenchShift(station, shift_id(station, n)) for station in stations()]


@contextmanager
def filled(count: int) -> Iterator[Connection]:
    """A database with so many shifts of all benches, the last one counted and not yet signed."""
    with closing(open_memory().connect()) as connection:
        schema.journal.create(connection)
        schema.PROJECTIONS.create_all(connection)
        tell_planner(connection)
        for station in stations():
            for n in range(1, count + 1):
                fill(connection, station, n, n < count)
        yield connection


def fill(connection: Connection, station: str, n: int, is_over: bool) -> None:
    """Write the rows of one bench's shift; of one that is over, all bins have left."""
    shift, parcels = shift_id(station, n), PARCELS // BENCHES
    put(connection, schema.shift, [{"station": station, "shift": shift, "n": n}])
    names = [f"P-{n}-{number}" for number in range(parcels)]
    put(
        connection,
        schema.parcel,
        [
            {
                "station": station,
                "parcel": name,
                "code": name,
                "carrier": "ups",
                "client": CLIENTS[at % 3],
                "declared": ITEMS_OF_A_PARCEL,
                "shift_n": n,
                "finished_n": n,
                "finished_at": AT,
            }
            for at, name in enumerate(names)
        ],
    )
    items = [item(station, n, parcel, at, each, is_over) for at, parcel in enumerate(names) for each in (0, 1)]
    put(connection, schema.item, items)
    # One in fifty was released, or graded again, once its shift was signed.
    changed = [each for each in items[::50] if is_over]
    names = {column.name for column in schema.earlier_item.columns}
    put(
        connection,
        schema.earlier_item,
        [{k: each[k] for k in names & each.keys()} | {"until_n": n + 1} for each in changed],
    )
    if is_over:
        left = [{"station": station, "bin": f"BIN-{way}", "fill": n, "moved_n": n} for way in WAYS]
        put(connection, schema.bin_move, left)
    put(
        connection,
        schema.plate,
        [
            {
                "station": station,
                "plate": each["plate"],
                "item": each["item"],
                "copies_asked": 1,
                "allotted_n": n,
                "confirmed_n": n,
            }
            for each in items
        ],
    )
    shots = [(each["item"], shot) for each in items for shot in ("front", "back")]
    taken = {"station": station, "sha256": "ab" * 32, "taken_n": n}
    photos = [{**taken, "item": name, "shot": shot} for name, shot in shots]
    put(connection, schema.photo, photos)
    count(connection, station, shift, items)


def item(station: str, n: int, parcel: str, at: int, each: int, is_over: bool) -> dict[str, Any]:
    """The row of one unit that lies in its bin, or left with it."""
    way = WAYS[(at + each) % len(WAYS)]
    name = f"{parcel}-{each}"
    values = {"item": f"I{name}", "parcel": parcel, "match": "matched", "client": CLIENTS[at % 3]}
    ways = {"disposition": way, "way": way}
    placed = {"plate": f"N{name}", "bin": f"BIN-{way}", "placed_n": n, "placed_at": AT, "fill": n - 1}
    return {"station": station, **values, **ways, **placed, "shift_n": n, "moved_n": n if is_over else 0}


def count(connection: Connection, station: str, shift: str, items: list[dict[str, Any]]) -> None:
    """Write the rows of a blind count of everything that lies there."""
    key = {"station": station, "shift": shift}
    bins = {each["bin"]: each["disposition"] for each in items}
    counts = [{**key, "bin": bin, "count": 1, "disposition": way} for bin, way in bins.items()]
    put(connection, schema.bin_count, counts)
    plates = [{**key, "bin": each["bin"], "count": 1, "plate": each["plate"]} for each in items]
    put(connection, schema.counted_plate, plates)
    put(connection, schema.delivery, [{**key, "carrier": "ups", "delivered": PARCELS // BENCHES}])


def put(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Write rows; columns that are not given hold nothing."""
    nothing = {column.name: "" if str(column.type) == "TEXT" else 0 for column in table.columns}
    if rows:
        connection.execute(table.insert(), [nothing | row for row in rows])


if __name__ == "__main__":
    print(sqlite3.sqlite_version, measure())
