"""How long the gate looks at one live picture of full HD, on one core, and how many it can judge in a second."""

import time
from typing import Any

import cv2
import numpy
from big_site import figure, p99

from devices.simulators.scenes import Scene, draw
from grading.gate import glance

FRAMES_PER_S = 15.0
_ROUNDS = 300
_CATEGORIES = ("electronics", "apparel", "footwear", "home", "carton")


def measure() -> dict[str, dict[str, Any]]:
    """Milliseconds for each picture (median, p99; what a core worked for it) and pictures a second.

    Every picture is good, which takes longest.
    """
    cv2.setNumThreads(1)
    chance = numpy.random.default_rng(1)
    pictures = []
    for category in _CATEGORIES:
        drawn = cv2.resize(draw(Scene(category, 7)), (1920, 1080), interpolation=cv2.INTER_AREA).astype(numpy.int16)
        for _ in range(2):
            noise = chance.integers(-3, 4, drawn.shape[:2], numpy.int16)[..., None]
            pictures.append(numpy.clip(drawn + noise, 0, 255).astype(numpy.uint8))
    times_s, work_s = [], 0.0
    for number in range(_ROUNDS):
        place = number % len(_CATEGORIES) * 2
        before = glance(pictures[place])
        began, worked = time.perf_counter(), time.thread_time()
        seen = glance(pictures[place + 1], before)
        times_s.append(time.perf_counter() - began)
        work_s += time.thread_time() - worked
        if seen.problems:
            raise RuntimeError(f"a good picture is called {seen.problems}")
    median_s = sorted(times_s)[_ROUNDS // 2]
    return {
        "gate_1080p_p50_ms": figure(median_s * 1000, "ms", None, _ROUNDS),
        "gate_1080p_p99_ms": figure(p99(times_s) * 1000, "ms", 1000 / FRAMES_PER_S, _ROUNDS),
        "gate_1080p_work_ms": figure(work_s / _ROUNDS * 1000, "ms of a core", 1000 / FRAMES_PER_S, _ROUNDS),
        "gate_1080p_fps": figure(_ROUNDS / sum(times_s), "pictures/s", FRAMES_PER_S, _ROUNDS),
    }
