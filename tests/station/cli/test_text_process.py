"""The reader of text: a real process that reads, and small ones that hang, die and talk nonsense."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy
import psutil
import pytest

from grading.text import Line
from station.cli.text_process import COMMAND, TextProcess, own_command

# What every stand-in does: it takes a photo, and counts in a file how often it was begun.
_TAKES = """
import json, os, sys, time
def photo():
    size = sys.stdin.buffer.read(4)
    return sys.stdin.buffer.read(int.from_bytes(size, "big")) if len(size) == 4 else None
def say(text):
    sys.stdout.buffer.write(text + b"\\n"); sys.stdout.buffer.flush()
with open(sys.argv[1], "a") as begun: begun.write("x")
GOOD = json.dumps([{"text": "S/N 1", "confidence": 900, "box": [1, 2, 3, 4]}]).encode()
"""
GOOD = (Line("S/N 1", 900, (1, 2, 3, 4)),)


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    return tmp_path / "begun"


def stand_in(begun: Path, does: str, within_s: float = 30.0) -> TextProcess:
    return TextProcess((sys.executable, "-c", _TAKES + does, str(begun)), within_s)


@pytest.fixture(scope="module")
def label() -> bytes:
    picture = numpy.full((400, 800, 3), 235, numpy.uint8)
    for row, words in enumerate(("S/N: H2224425130", "LOT 4711B")):
        cv2.putText(picture, words, (60, 130 + row * 120), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (20, 20, 20), 3, cv2.LINE_AA)
    return cv2.imencode(".jpg", picture)[1].tobytes()


@pytest.fixture(scope="module")
def real() -> Iterator[TextProcess]:
    with closing(TextProcess()) as process:
        yield process


@pytest.fixture(scope="module")
def lines(real: TextProcess, label: bytes) -> tuple[Line, ...]:
    """What the real process reads on the label; it has been at work since."""
    read = real.read(label)
    assert read is not None
    return read


def test_print_is_read_by_the_program_itself(lines: tuple[Line, ...]) -> None:
    assert [line.text.replace(" ", "") for line in lines] == ["S/N:H2224425130", "LOT4711B"]
    left, top, width, height = lines[0].box
    assert 40 < left < 80 and 80 < top < 130 and 350 < width < 560 and 20 < height < 80


def test_what_is_no_photo_has_no_print_and_harms_nothing(
    real: TextProcess, label: bytes, lines: tuple[Line, ...]
) -> None:
    assert real.read(b"") is None
    for content in (b"x", b"\xff\xd8\xff\xd9", os.urandom(5_000)):
        assert real.read(content) == ()
    # Half a photo is no reason to end: what came of it may be read or not.
    assert real.read(label[: len(label) // 3]) is not None
    assert real.read(label) == lines


@pytest.mark.usefixtures("lines")
def test_it_stands_back_behind_everything_else() -> None:
    (child,) = (each for each in psutil.Process().children() if COMMAND in each.cmdline())
    assert child.nice() >= max(10, psutil.Process().nice())


def test_it_ends_with_the_station() -> None:
    ended = subprocess.run(own_command(), input=b"", capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (0, b"")


def test_one_process_reads_many_photos(begun: Path) -> None:
    with closing(stand_in(begun, "while photo() is not None: say(GOOD)")) as process:
        assert [process.read(b"a"), process.read(b"b")] == [GOOD, GOOD]
    assert begun.read_text() == "x"


def test_one_that_ended_for_want_of_work_is_begun_anew(begun: Path) -> None:
    with closing(stand_in(begun, "photo(); say(GOOD)")) as process:
        assert [process.read(b"a"), process.read(b"b"), process.read(b"c")] == [GOOD, GOOD, GOOD]
    assert begun.read_text() == "xxx"


def test_one_that_dies_at_a_photo_is_tried_twice(begun: Path, expect_log) -> None:
    expect_log("ended twice at one photo")
    with closing(stand_in(begun, "os._exit(9) if photo() == b'bad' else say(GOOD)")) as process:
        assert process.read(b"bad") is None
        assert process.read(b"good") == GOOD
    assert begun.read_text() == "xxx"


@pytest.mark.parametrize("nonsense", [b"", b"{", b"[1]", b"\xff\xfe", b'[{"text": 1}]'])
def test_one_that_talks_nonsense_is_not_believed(begun: Path, expect_log, nonsense: bytes) -> None:
    expect_log("ended twice at one photo")
    with closing(stand_in(begun, f"photo(); say({nonsense!r})")) as process:
        assert process.read(b"a") is None


def test_one_that_hangs_is_ended_and_the_next_photo_is_read(begun: Path, expect_log) -> None:
    expect_log("took more than")
    with closing(stand_in(begun, "time.sleep(60) if photo() == b'slow' else say(GOOD)", 5.0)) as process:
        assert process.read(b"slow") is None
        assert process.read(b"quick") == GOOD


def test_once_closed_it_begins_nothing(begun: Path) -> None:
    process = stand_in(begun, "photo(); say(GOOD)")
    process.close()
    assert process.read(b"a") is None
    assert not begun.exists()


def test_a_program_that_is_not_there_is_said_in_the_log(expect_log, tmp_path: Path) -> None:
    expect_log("cannot be started")
    with closing(TextProcess((str(tmp_path / "nothing"),))) as process:
        assert process.read(b"a") is None
