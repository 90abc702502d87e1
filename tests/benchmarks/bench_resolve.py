"""How long it takes to rank the orders that an unknown parcel may belong to, among 100,000 in the local copy.

The evidence is what a parcel shows after some units: a number with one wrong sign, articles that a few hundred other
orders hold too, a serial number, a postal code. And: fifty loose serial numbers, each of another order.
"""

import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from station.known import Received
from station.local_copy import LocalCopy, Record
from station.records import Product, ReturnLine, ReturnOrder
from station.resolver.gathering import likely
from station.resolver.ranking import Evidence

ORDERS = int(os.environ.get("RESOLVE_ORDERS", "100000"))
SKUS, ZIPS, PAGE = 2_000, 5_000, 2_000
TIMES = 200
LIMIT_MS = 50.0


def measure() -> dict[str, dict[str, Any]]:
    """The 99th percentile of one ranking, and of fifty serial numbers at once."""
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        copy = LocalCopy.open(Path(folder) / "expected.sqlite")
        begun = time.process_time()
        for first in range(0, ORDERS, PAGE):
            orders = [order(number) for number in range(first, min(first + PAGE, ORDERS))]
            records = [
                Record(at, "order", each.rma, msgspec.Raw(msgspec.json.encode(each)))
                for at, each in enumerate(orders, first + 1)
            ]
            copy.apply(first + 1, first + len(records), records)
        filled_s = time.process_time() - begun
        took: dict[str, list[float]] = {"one": [], "fifty": []}
        for _ in range(TIMES):
            number = draw.randrange(ORDERS)
            for name, told in (("one", parcel(number)), ("fifty", loose(draw))):
                begun = time.process_time()
                ranked = likely(copy, nothing, told)
                took[name].append((time.process_time() - begun) * 1000)
                if name == "one" and ranked[0].rma != f"RMA-{number}":
                    raise AssertionError(f"{number}: {ranked[:2]}")
                if name == "fifty" and len(ranked) < len(told.serials):
                    raise AssertionError(f"{len(ranked)} of {len(told.serials)}")
        copy.close()
        size = (Path(folder) / "expected.sqlite").stat().st_size
    return {
        "resolve_p99_ms": figure(tail(took["one"]), "ms", LIMIT_MS, TIMES),
        "resolve_fifty_serials_p99_ms": figure(tail(took["fifty"]), "ms", None, TIMES),
        "resolve_copy_us_an_order": figure(filled_s / ORDERS * 1_000_000, "us", None, ORDERS),
        "resolve_copy_bytes_an_order": figure(size / ORDERS, "B", None, ORDERS),
    }


def tail(times: list[float]) -> float:
    """The 99th percentile."""
    return sorted(times)[int(len(times) * 0.99)]


def figure(value: float, unit: str, baseline: float | None, n: int) -> dict[str, Any]:
    """One measured figure, as the table wants it."""
    return {"value": round(value, 3), "unit": unit, "baseline": baseline, "n": n}


def tracking(number: int) -> str:
    """The announced parcel of an order."""
    return f"1Z999AA10{number * 7919 % 10**9:09d}"


def order(number: int) -> ReturnOrder:
    """One of many orders, of two articles."""
    lines = tuple(
        ReturnLine(str(at), Product(sku(number, at), "Shoe, low", "footwear", "acme"), serials=(f"SN{number}-{at}",))
        for at in (1, 2)
    )
    return ReturnOrder(
        f"RMA-{number}", "acme", f"#{number}", lines, trackings=(tracking(number),), zip=f"{number % ZIPS:05d}"
    )


def sku(number: int, at: int) -> str:
    """The articles of an order; each is in a hundred of them."""
    return f"SKU-{number * at % SKUS}"


def parcel(number: int) -> Evidence:
    """What the parcel of an order shows when its number was read with one wrong sign."""
    read = tracking(number)
    wrong = f"{read[:-1]}{(int(read[-1]) + 5) % 10}"
    return Evidence((wrong,), (f"SN{number}-1",), ((sku(number, 1),), (sku(number, 2),)), (f"{number % ZIPS:05d}",))


def loose(draw: random.Random) -> Evidence:
    """Fifty serial numbers of fifty orders."""
    return Evidence(serials=tuple(f"SN{number}-2" for number in draw.sample(range(ORDERS), min(50, ORDERS))))


def nothing(_rma: str) -> tuple[Received, ...]:
    """Nothing came before."""
    return ()


if __name__ == "__main__":
    for name, told in measure().items():
        print(name, told)
