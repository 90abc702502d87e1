"""A kept photo of a label is read beside the work: what is found comes through the same door as everything else."""

import hashlib
import queue
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from station.cli.equipment import Equipment
from station.cli.text_process import TextProcess
from station.comparing import Comparing
from station.inputs import LabelRead
from station.inspecting.facts import PhotoTaken
from station.journal import Journal
from station.photo_index import PhotoIndex
from station.photos import PhotoStore

# A reader that finds one serial number in everything.
_READER = """
import json, sys
while len(size := sys.stdin.buffer.read(4)) == 4:
    sys.stdin.buffer.read(int.from_bytes(size, "big"))
    line = {"text": "S/N: H2224425130", "confidence": 990, "box": [1, 2, 3, 4]}
    print(json.dumps([line]), flush=True)
"""
JPEG = b"\xff\xd8 a photo"


@pytest.fixture
def words() -> "queue.SimpleQueue[Any]":
    return queue.SimpleQueue()


@pytest.fixture
def comparing(tmp_path: Path) -> Iterator[Comparing]:
    # Before the bench opens, which sweeps the folder in the one thread that saves there.
    PhotoStore(tmp_path).put(JPEG)
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        yield Comparing(PhotoIndex(tmp_path), PhotoStore(tmp_path), journal.path, "A01", {})


@pytest.fixture
def equipment(tmp_path: Path, words: "queue.SimpleQueue[Any]", comparing: Comparing) -> Iterator[Equipment]:
    reader = TextProcess((sys.executable, "-c", _READER))
    bench = Equipment(words.put, PhotoStore(tmp_path), comparing, nobody_s, tmp_path / "station.sqlite", reader)
    bench.reads_text = True
    yield bench
    bench.close()


def nobody_s(text: str, aim: str) -> bool:
    """No code is a carrier's here."""
    return False


def kept(store: Path, shot: str, codes: tuple[str, ...] = ()) -> PhotoTaken:
    sha256 = hashlib.sha256(JPEG).hexdigest()
    assert PhotoStore(store).has(sha256)
    return PhotoTaken("I-A01-1", shot, sha256, len(JPEG), codes=codes)


def test_a_label_is_read_and_told(equipment: Equipment, words: "queue.SimpleQueue[Any]", tmp_path: Path) -> None:
    photo = kept(tmp_path, "label", ("0109506000134352172703311" + "0LOT7",))
    equipment.read(photo)
    told = words.get(timeout=60)
    assert isinstance(told, LabelRead)
    assert (told.item, told.shot, told.sha256) == (photo.item, "label", photo.sha256)
    assert {(each.kind, each.text) for each in told.readings} == {
        ("serial", "H2224425130"),
        ("expiry", "2027-03-31"),
        ("lot", "LOT7"),
    }
    assert len(told.on) == len("2026-11-26")


def test_a_photo_of_something_else_is_not_read(equipment: Equipment, words, tmp_path: Path) -> None:
    equipment.read(kept(tmp_path, "whole"))
    equipment.read(kept(tmp_path, "label"))
    assert words.get(timeout=60).shot == "label"
    assert words.empty()


def test_a_bench_that_does_not_read_is_silent(equipment: Equipment, words, tmp_path: Path) -> None:
    equipment.reads_text = False
    equipment.read(kept(tmp_path, "label"))
    equipment.close()
    assert words.empty()


def test_a_photo_that_is_gone_is_logged_and_harms_nothing(equipment: Equipment, words, tmp_path, expect_log) -> None:
    expect_log("could not be read")
    equipment.read(PhotoTaken("I-A01-1", "label", "ab" * 32, 9))
    equipment.read(kept(tmp_path, "label"))
    assert words.get(timeout=60).item == "I-A01-1"


def test_closing_does_not_wait_for_a_reader_that_hangs(words, tmp_path: Path, comparing: Comparing, until) -> None:
    hangs = TextProcess((sys.executable, "-c", "import time; time.sleep(600)"))
    bench = Equipment(words.put, PhotoStore(tmp_path), comparing, nobody_s, tmp_path / "station.sqlite", hangs)
    bench.reads_text = True
    for _ in range(3):
        bench.read(kept(tmp_path, "label"))
    until(lambda: hangs.is_at_work)
    bench.close()
    assert words.empty()
