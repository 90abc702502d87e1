"""What was marked is cut out of its photo as it is there, and never out of one that must not leave the bench."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.jpeg import decode, encode
from station import facts as f
from station.__main__ import main
from station.crops import Marked, cut, marked
from station.journal import Journal
from station.photos import PhotoStore

ITEM = "I-A01-1"
SIDE = st.integers(0, 1000)


def photo(shade: int) -> bytes:
    """A grey photo of 1200 x 800 with a red spot, whose middle is at half its width and a quarter of its height."""
    picture = numpy.full((800, 1200, 3), shade, numpy.uint8)
    cv2.circle(picture, (600, 200), 12, (0, 0, 255), -1)
    return encode(picture)


def a_mark(number: int, sha256: str, place: tuple[int, int, int, int] = (490, 240, 510, 260)) -> f.DefectMarked:
    return f.DefectMarked(ITEM, number, sha256, *place, "front", "scratch", 2, 1500)


@pytest.fixture
def site(tmp_path: Path) -> tuple[Path, str, str, Callable[..., list[str]]]:
    """A data folder with a photo and its copy without labels, and a way to write facts, each a step of its own."""

    def write(*facts: f.Recorded) -> list[str]:
        with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
            return [journal.append((each,), operator="B", shift="S").entries[0].txn for each in facts]

    arrived = f.ParcelArrived("P1", "1Z1", "ups", "return", "one")
    named = f.ItemIdentified("P1", ITEM, "x", "matched", "Phone", "electronics")
    write(arrived, named)
    store = PhotoStore(tmp_path / "photos")
    whole, copy = store.put(photo(90)), store.put(photo(180))
    write(f.PhotoTaken(ITEM, "front", whole, 1, shared_sha256=copy))
    return tmp_path, whole, copy, write


def test_the_spot_is_cut_from_the_copy_without_labels(site, capsys) -> None:
    folder, whole, _, write = site
    write(a_mark(1, whole))
    assert main(["crops", str(folder), ITEM, "--out", str(folder / "cut")]) == 0
    said = capsys.readouterr().out
    assert "scratch, 1.5 mm" in said and "copy without labels" in said
    (path,) = (folder / "cut").iterdir()
    assert path.name == f"{whole}-1.jpg"
    part = decode(path.read_bytes())
    assert part is not None and part.shape[0] < 200 and part.shape[1] < 200
    high, wide = part.shape[:2]
    assert part[high // 2, wide // 2, 2] > 200 > 100 > part[high // 2, wide // 2, 0], "the spot is in its middle"
    assert part[2, 2].mean() == pytest.approx(180, abs=3), "the copy's shade, not the whole photo's"


def test_a_mark_that_was_taken_back_is_not_cut(site, capsys) -> None:
    folder, whole, _, write = site
    (txn,) = write(a_mark(1, whole))
    write(f.Undone((txn,), "mark"))
    assert main(["crops", str(folder), ITEM, "--out", str(folder / "cut")]) == 1
    assert "Nothing is marked" in capsys.readouterr().err
    assert not (folder / "cut").exists()


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:900])])
def test_a_photo_that_is_gone_or_damaged_is_named_and_the_whole_one_is_not_taken(site, capsys, damage) -> None:
    folder, whole, copy, write = site
    write(a_mark(1, whole))
    damage(PhotoStore(folder / "photos").path(copy))
    assert main(["crops", str(folder), ITEM, "--out", str(folder / "cut")]) == 1
    assert copy in capsys.readouterr().out
    assert not list((folder / "cut").iterdir())


def test_marks_of_other_items_are_left_alone(site) -> None:
    _, whole, copy, _ = site
    taken = f.PhotoTaken(ITEM, "front", whole, 1, shared_sha256=copy)
    told = [("a", taken), ("b", a_mark(1, whole)), ("c", a_mark(2, "ab" * 32)), ("d", a_mark(3, whole))]
    assert [each.mark.mark for each in marked(told, ITEM)] == [1, 3]
    assert not list(marked(told, "I-A01-2"))


@given(SIDE, SIDE, SIDE, SIDE)
def test_any_mark_gives_a_part_that_holds_it(tmp_path_factory, x: int, y: int, x2: int, y2: int) -> None:
    store = PhotoStore(tmp_path_factory.getbasetemp() / "crops")
    sha256 = store.put(encode(numpy.full((40, 60, 3), 120, numpy.uint8)))
    jpeg = cut(store, Marked(a_mark(1, sha256, (x, y, x2, y2)), sha256))
    part = decode(jpeg) if jpeg is not None else None
    assert part is not None
    assert part.shape[0] >= abs(y - y2) * 40 // 1000 and part.shape[1] >= abs(x - x2) * 60 // 1000
    assert part.shape[0] <= 40 and part.shape[1] <= 60
