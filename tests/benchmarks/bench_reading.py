"""How well print is read, on labels drawn here: seeded fonts, blur, glare, tilt and noise, no photographs.

Exact means that the reading of the right kind is the very text that was drawn. The reader runs as a process of its own.
"""

import random
import time
from collections.abc import Callable
from contextlib import closing
from statistics import median
from typing import Any

import cv2
import numpy
import psutil
from big_site import figure

from grading import reading
from resources import find
from station.cli.text_process import TextProcess

EACH = 12
_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_COMPLEX)
_SIGNS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_MEGABYTE = 1024**2


def draw(lines: list[str], chance: random.Random) -> bytes:
    """A label on a mat as a camera may see it: tilted, soft, noisy, and a lamp mirrored in a third of them."""
    label = numpy.full((360, 900, 3), chance.randint(200, 250), numpy.uint8)
    font = chance.choice(_FONTS)
    size = 2.6 if font == cv2.FONT_HERSHEY_PLAIN else 1.25
    for row, words in enumerate(lines):
        place = (40, 80 + row * 85)
        cv2.putText(label, words, place, font, size, (chance.randint(10, 70),) * 3, 2, cv2.LINE_AA)
    picture = numpy.full((960, 1280, 3), 140, numpy.uint8)
    picture[300:660, 190:1090] = label
    turn = cv2.getRotationMatrix2D((640, 480), chance.uniform(-8, 8), chance.uniform(0.7, 1.0))
    picture = cv2.warpAffine(picture, turn, (1280, 960), borderValue=(140, 140, 140))
    picture = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.5, 1.8)).astype(numpy.float32)
    if chance.random() < 1 / 3:
        across, down = numpy.meshgrid(numpy.arange(1280), numpy.arange(960))
        far = (across - chance.randint(300, 900)) ** 2 + (down - chance.randint(330, 630)) ** 2
        picture += (160 * numpy.exp(-far / 2 / 70**2))[..., None]
    picture += numpy.random.default_rng(chance.randrange(2**32)).normal(0, 5, picture.shape)
    pixels = numpy.clip(picture, 0, 255).astype(numpy.uint8)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def _serial(chance: random.Random) -> tuple[list[str], str, str]:
    number = "".join(chance.choice(_SIGNS) for _ in range(9)) + str(chance.randrange(10))
    return ["MODEL NO: WH-1000XM4", f"S/N: {number}", "Made in Japan"], "serial", number


def _imei(chance: random.Random) -> tuple[list[str], str, str]:
    body = "35" + "".join(str(chance.randrange(10)) for _ in range(12))
    number = next(f"{body}{last}" for last in range(10) if reading.imei_is_right(f"{body}{last}"))
    return ["Model: SM-G991B", f"IMEI: {number}", "5V 2A"], "imei", number


def _expiry(chance: random.Random) -> tuple[list[str], str, str]:
    year, month = chance.randint(2026, 2030), chance.choice((1, 3, 5, 7, 8, 10, 12))
    form = chance.choice((f"EXP {month:02}/{year}", f"BBE {year}-{month:02}-31", f"USE BY 31.{month:02}.{year}"))
    return [f"LOT {chance.randint(1000, 9999)}B", form], "expiry", f"{year}-{month:02}-31"


_KINDS: dict[str, Callable[[random.Random], tuple[list[str], str, str]]] = {
    "serial": _serial,
    "imei": _imei,
    "expiry": _expiry,
}


def measure() -> dict[str, dict[str, Any]]:
    """Share read exactly of each kind, share of other texts claimed as that kind, time and memory of the reader."""
    patterns = reading.load(find.read("readings.toml"))
    figures: dict[str, dict[str, Any]] = {}
    times: list[float] = []
    with closing(TextProcess()) as process:
        began = time.perf_counter()
        process.read(draw(["S/N: A1234567"], random.Random(0)))
        cold_ms = (time.perf_counter() - began) * 1000
        for name, made in _KINDS.items():
            chance, right, wrong = random.Random(name), 0, 0
            for _ in range(EACH):
                lines, kind, wanted = made(chance)
                began = time.perf_counter()
                found = process.read(draw(lines, chance)) or ()
                times.append((time.perf_counter() - began) * 1000)
                texts = {each.text for each in reading.find(found, (), patterns) if each.kind == kind}
                right += wanted in texts
                wrong += bool(texts) and wanted not in texts
            figures[f"rendered_{name}_exact"] = figure(right / EACH, "share", 1.0, EACH)
            figures[f"rendered_{name}_wrong"] = figure(wrong / EACH, "share", 0.0, EACH)
        children = psutil.Process().children()
        memory = max(each.memory_info().rss for each in children) / _MEGABYTE
    figures["first_photo_ms"] = figure(cold_ms, "ms", None, 1)
    figures["next_photos_p50_ms"] = figure(median(times), "ms", None, len(times))
    figures["reader_process_mb"] = figure(memory, "MB", None, 1)
    return figures
