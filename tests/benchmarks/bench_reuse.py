"""How long it takes to find a photo among a million that look like it, what remembering one costs, and the memory.

The million are random prints with those of 400 drawn photos among them; the photos asked about are copies of those.
How many prints a look asks with, two in the middle and more where a photo is nearly even, decides what it takes.
"""

import os
import random
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

import cv2
import psutil

from devices.simulators.scenes import Scene, draw
from grading import reuse
from station.photo_index import PhotoIndex

PHOTOS = 1_000_000
LIMIT_MS = 50.0
_ASKED = 120
_MIB = 1 << 20


def _figure(value: float, unit: str, baseline: float | None, n: int) -> dict[str, Any]:
    return {"value": round(value, 3), "unit": unit, "baseline": baseline, "n": n}


def _filled(index: PhotoIndex, real: dict[int, bytes]) -> float:
    """Fill the index; return the milliseconds that remembering one took."""
    began = time.perf_counter()
    for row in range(PHOTOS):
        kept = real.get(row) or os.urandom(reuse.PRINTS_BYTES)
        index.add(row.to_bytes(32).hex(), f"I-A01-{row}", kept)
    return (time.perf_counter() - began) * 1000 / PHOTOS


def measure() -> dict[str, dict[str, Any]]:
    """Looks, one after another, and what they take of this process."""
    cv2.setNumThreads(1)
    chance = random.Random(4)
    pictures = [draw(Scene(("electronics", "footwear", "apparel", "home")[n % 4], n)) for n in range(400)]
    jpegs = [cv2.imencode(".jpg", each)[1].tobytes() for each in pictures]
    began = time.perf_counter()
    kept = [reuse.prints(each) for each in jpegs]
    prints_ms = (time.perf_counter() - began) * 1000 / len(jpegs)
    real = {chance.randrange(PHOTOS): each for each in kept if each is not None}
    with tempfile.TemporaryDirectory() as name:
        index = PhotoIndex(Path(name))
        add_ms = _filled(index, real)
        index.close()
        process = psutil.Process()
        before = process.memory_info().rss
        began = time.perf_counter()
        index = PhotoIndex(Path(name))
        open_ms = (time.perf_counter() - began) * 1000
        began = time.perf_counter()
        index.put_in_order()
        order_s = time.perf_counter() - began
        ordered = process.memory_info().rss
        asked = [reuse.probes(cv2.imencode(".jpg", each, [1, 50])[1].tobytes()) for each in pictures[:_ASKED]]
        looks, work, found, most = [], [], 0, 0
        for each in asked:
            began, busy = time.perf_counter(), time.process_time()
            near = index.look(each)
            looks.append((time.perf_counter() - began) * 1000)
            work.append((time.process_time() - busy) * 1000)
            found += bool(near)
            most = max(most, process.memory_info().rss)
        index.close()
    assert found == len(asked), "a copy was not found"
    return {
        "reuse_look_p50_ms": _figure(quantiles(looks, n=100)[49], "ms", LIMIT_MS, len(looks)),
        "reuse_look_p99_ms": _figure(quantiles(looks, n=100)[98], "ms", LIMIT_MS, len(looks)),
        "reuse_look_cpu_p50_ms": _figure(quantiles(work, n=100)[49], "ms of one core", LIMIT_MS, len(work)),
        "reuse_look_cpu_p99_ms": _figure(quantiles(work, n=100)[98], "ms of one core", LIMIT_MS, len(work)),
        "reuse_prints_ms": _figure(prints_ms, "ms", None, len(jpegs)),
        "reuse_remember_ms": _figure(add_ms, "ms", None, PHOTOS),
        "reuse_open_ms": _figure(open_ms, "ms", None, 1),
        "reuse_order_s": _figure(order_s, "s, once in 65,536 photos", None, 1),
        "reuse_order_memory_mb": _figure((ordered - before) / _MIB, "MiB", None, 1),
        "reuse_memory_mb": _figure((most - before) / _MIB, "MiB", None, len(looks)),
    }
