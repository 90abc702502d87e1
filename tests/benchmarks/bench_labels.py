"""How long a label takes from its fields to ZPL, for every template at every resolution."""

import gc
import time
from typing import Any

from big_site import figure, p99

from resources import find
from station import plates
from station.labels import DOTS_PER_MM, load, to_zpl

LIMIT_MS = 2.0
LABELS = 300


def measure() -> dict[str, dict[str, Any]]:
    """p99 over labels that differ, as each item's does; reading the template is part of it, as at the bench."""
    names = sorted(name.removeprefix("labels/").removesuffix(".toml") for name in find.names("labels"))
    figures = {}
    for name in names:
        for dpi in DOTS_PER_MM:
            took = timed(name, dpi)
            figures[f"label_generation_ms_{name}_{dpi}"] = figure(p99(took) * 1000, "ms", LIMIT_MS, len(took))
    return figures


def timed(name: str, dpi: int) -> list[float]:
    """The seconds of each label."""
    took = []
    gc.collect()
    for number in range(1, LABELS + 1):
        fields = {
            "plate": plates.make("A01", number),
            "bin": plates.make_bin("A01", number),
            "parcel": plates.parcel_id("A01", number),
            "code": f"RS:test:{number}",
            "title": f"Wireless headphones, over-ear, graphite, set {number} of a very long title that is cut",
            "client": "Northwind Outdoor",
            "rma": f"RMA-{104_233 + number}",
            "letter": "ABCD"[number % 4],
            "disposition": ("restock", "refurb", "resale", "recycle", "hold")[number % 5],
            "date": "2026-11-04",
            "items": str(number),
            "training": "1",
            "copy": "2",
        }
        began = time.perf_counter()
        to_zpl(load(name), fields, dpi)
        took.append(time.perf_counter() - began)
    return took
