"""How long the local copy takes to say what a code is, with 100,000 expected return orders in it."""

import gc
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from big_site import QuickHands, figure, open_place, p99, parcels, some_orders

from station import sample
from station.history import History
from station.known import Known
from station.schema import item as items

LIMIT_MS = 1.0
ORDERS_ASKED = 3_000
PARCELS = 20

Ask = Callable[[str], object]


def measure() -> dict[str, dict[str, Any]]:
    """p99 over all codes, each asked for once, and of the kind that is slowest by its median."""
    with tempfile.TemporaryDirectory() as name:
        answers: list[Any] = []
        with open_place(Path(name), answers.append) as place:
            for _ in place.work(QuickHands(place.desk.take), parcels(PARCELS)):
                while answers:
                    place.desk.take(answers.pop(0))
            asked = questions(place.desk.bench.known, place.history)
            took = timed(asked)
    every = [each for times in took.values() for each in times]
    slowest = max(took, key=lambda kind: median(took[kind]))
    return {
        "lookup_p99_ms": figure(p99(every) * 1000, "ms", LIMIT_MS, len(every)),
        "lookup_p50_ms": figure(median(every) * 1000, "ms", LIMIT_MS, len(every)),
        f"lookup_of_{slowest}_p99_ms": figure(p99(took[slowest]) * 1000, "ms", LIMIT_MS, len(took[slowest])),
    }


def questions(known: Known, history: History) -> dict[str, tuple[Ask, list[str]]]:
    """Every way the workflow asks, with codes that are there and codes that are not."""
    orders = some_orders(ORDERS_ASKED)
    products = sample.products() * 40
    serials = [serial for order in orders for line in order.lines for serial in line.serials]
    plates = [line.plate for line in placed(history)] * 40
    badges, bins = [each.badge for each in sample.people()] * 200, [each.code for each in sample.bins()] * 80
    return {
        "tracking": (known.orders, [order.trackings[0] for order in orders]),
        "rma": (known.orders, [order.rma for order in orders]),
        "order": (known.orders, [order.order for order in orders]),
        "nothing": (known.orders, [f"1ZNOTHING{number:07d}" for number in range(1000)]),
        "receipt": (known.receipt, [order.trackings[0] for order in orders[:1000]]),
        "serial": (known.orders_with_serial, serials),
        "gtin": (known.product, [product.gtin for product in products]),
        "sku": (known.product, [product.sku for product in products]),
        "plate": (known.plated, plates),
        "bin": (known.bin, bins),
        "badge": (known.operator, badges),
        "recall": (lambda gtin: known.recalls(gtin, gtin), [product.gtin for product in products]),
        "reported": (known.serial_notes, serials),
        "came back": (known.units_with_serial, serials),
    }


def placed(history: History) -> Any:
    """The items that were given a plate here."""
    with history._journal.reading() as connection:
        return connection.execute(items.select().where(items.c.plate != "")).all()


def timed(asked: Mapping[str, tuple[Ask, list[str]]]) -> dict[str, list[float]]:
    """The seconds of each call, all kinds mixed. Rubbish is collected before, for the bench has none of these lists."""
    calls = [(kind, ask, code) for kind, (ask, codes) in asked.items() for code in codes]
    random.Random(1).shuffle(calls)
    took: dict[str, list[float]] = {kind: [] for kind in asked}
    gc.collect()
    for kind, ask, code in calls:
        began = time.perf_counter()
        ask(code)
        took[kind].append(time.perf_counter() - began)
    return took
