"""How long a still is on its way to `PhotoChecked`, step by step, on a bench's photos with and without labels.

Half of the scenes hold a shipping label; every fifth still is blurred. Each goes through `Equipment` and the disk.
"""

import queue
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
from bench_privacy import labelled, stored, unlabelled
from big_site import figure, p99

from devices.readings import Still
from devices.simulators.shipping_labels import CARRIERS
from grading import codes, mat, photo, privacy, reuse
from grading.bare import bare
from grading.jpeg import decode
from station.cli.equipment import Equipment
from station.codes import is_of_a_parcel
from station.comparing import Comparing
from station.inputs import PhotoChecked
from station.journal import Journal
from station.photo_index import PhotoIndex
from station.photos import PhotoStore
from station.rules import read_rules

STILLS = 60


def measure() -> dict[str, dict[str, Any]]:
    """Return milliseconds by step, median and p99."""
    cv2.setNumThreads(1)
    is_private = partial(is_of_a_parcel, patterns=read_rules().patterns)
    stills = [still(number) for number in range(STILLS)]
    took: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[..., Any], *given: Any) -> Any:
        began = time.perf_counter()
        done = work(*given)
        took.setdefault(name, []).append(1000 * (time.perf_counter() - began))
        return done

    for jpeg in stills:
        plain = timed("bare", bare, jpeg)
        pixels = timed("decode", decode, plain)
        timed("gate", photo.check, pixels)
        seen = timed("codes", codes.find, pixels)
        timed("private copy", privacy.private_copy, pixels, is_private, seen)
        timed("mat", mat.locate_in, pixels)
        timed("fingerprint", photo.fingerprint, pixels)
        timed("prints of reuse", reuse.probes, plain)
    took["still to PhotoChecked"] = through_equipment(stills, is_private)
    figures = {}
    for name, each in took.items():
        figures[f"{name}, p50"] = figure(sorted(each)[len(each) // 2], "ms", None, len(each))
        figures[f"{name}, p99"] = figure(p99(each), "ms", None, len(each))
    return figures


def still(number: int) -> bytes:
    """One photo; the seeds are none that other measurements or tests use."""
    carrier = list(CARRIERS)[number // 2 % len(CARRIERS)]
    picture = labelled(carrier, 9000 + number)[0] if number % 2 else unlabelled(9000 + number)
    return stored(cv2.GaussianBlur(picture, (0, 0), 4) if number % 5 == 0 else picture)


def through_equipment(stills: list[bytes], is_private: privacy.IsPrivate) -> list[float]:
    """Milliseconds from each still to what came of it, one after another."""
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory() as name, Journal.open(Path(name) / "station.sqlite", "A01") as journal:
        store = PhotoStore(Path(name))
        comparing = Comparing(PhotoIndex(Path(name)), store, journal.path, "A01", {})
        bench = Equipment(answers.put, store, comparing, is_private, journal.path)

        def answer(number: int, jpeg: bytes) -> object:
            bench.check(Still("camera", f"I-A01-{number}/whole/0", jpeg, 1280, 720, 0.0), f"I-A01-{number}")
            return answers.get(timeout=60)

        found = []
        try:
            for number, jpeg in enumerate(stills):
                began = time.perf_counter()
                if not isinstance(answer(number, jpeg), PhotoChecked):
                    raise RuntimeError("a still was not judged")
                found.append(1000 * (time.perf_counter() - began))
                # What is done after the word is over when the next still is answered: this one is no picture.
                answer(number, b"")
        finally:
            bench.close()
    return found
