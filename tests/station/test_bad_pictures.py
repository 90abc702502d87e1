"""Every door of the bench that a picture comes through, and every picture that is none: said in words, nothing kept."""

import hashlib
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.readings import Still
from grading import jpeg
from station import crops
from station.article_pictures import cleaned
from station.cli import bare_mats
from station.cli.equipment import Equipment
from station.comparing import Comparing
from station.inputs import PhotoChecked, PhotoFailed
from station.inspecting.facts import DefectMarked, PhotoTaken
from station.journal import Journal
from station.photo_index import PhotoIndex
from station.photos import PhotoStore
from station.printed.paper import Paper
from tests.bad_pictures import BROKEN, FOREIGN, ODD, drawn, saved

NONE = {**FOREIGN, **BROKEN}
ALL = {**NONE, **ODD}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Equipment, "queue.SimpleQueue[Any]", Path]]:
    folder = tmp_path_factory.mktemp("bench")
    words: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with Journal.open(folder / "station.sqlite", "A01") as journal:
        store = PhotoStore(folder / "photos")
        comparing = Comparing(PhotoIndex(folder), store, journal.path, "A01", {})
        equipment = Equipment(words.put, store, comparing, lambda _text, _aim: False, journal.path)
        yield equipment, words, folder / "photos"
        equipment.close()


def kept(photos: Path) -> set[str]:
    return set(PhotoStore(photos).all())


@pytest.mark.parametrize("name", NONE)
def test_a_still_that_is_no_picture_is_asked_for_again_and_not_kept(bench, name: str) -> None:
    equipment, words, photos = bench
    before = kept(photos)
    equipment.check(Still("camera", f"I-A01-1/whole/{name}", NONE[name], 320, 192, 0.0), "I-A01-1")
    said = words.get(timeout=60)
    assert isinstance(said, PhotoFailed) and said.request.endswith(name)
    assert kept(photos) == before


@pytest.mark.parametrize("name", ODD)
def test_an_odd_still_is_kept_as_a_picture_or_asked_for_again(bench, name: str) -> None:
    equipment, words, photos = bench
    equipment.check(Still("camera", f"I-A01-1/whole/{name}", ODD[name], 320, 192, 0.0), "I-A01-1")
    said = words.get(timeout=60)
    assert isinstance(said, PhotoChecked | PhotoFailed)
    assert isinstance(said, PhotoFailed) or jpeg.decode(PhotoStore(photos).path(said.sha256).read_bytes()) is not None


def stored(folder: Path, content: bytes) -> str:
    """As another program or a failing disk would leave it: under its own hash, whatever it is."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = PhotoStore(folder).path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha256


def test_photos_on_disk_that_are_none_hint_at_nothing_and_are_cut_from_by_nobody(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path)
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        everything = dict.fromkeys(("photo_reused", "wrong_item", "damage_area", "wrong_size"), ("*",))
        comparing = Comparing(PhotoIndex(tmp_path), store, journal.path, "A01", everything)
        for number, (name, content) in enumerate(NONE.items()):
            sha256 = stored(tmp_path, content)
            taken = PhotoTaken(f"I-A01-{number}", "whole", sha256, len(content), mat=(1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
            journal.append([taken], operator="", shift="")
            assert list(comparing.hints(taken, (100, 50, 10))) == [], name
            assert comparing.same(content, "I-A01-0") == "", name
            mark = DefectMarked(taken.item, f"M{number}", sha256, 100, 100, 300, 300, "body", "scratch", 2)
            assert crops.cut(store, crops.Marked(mark, sha256)) is None, name
        comparing.catch_up()
        comparing.close()


def test_pictures_of_good_units_and_of_the_bare_mat_that_are_none_are_none(tmp_path: Path) -> None:
    for name, content in NONE.items():
        assert cleaned(content) is None, name
        bare_mats.keep(tmp_path, "camera", jpeg.decode(saved(drawn())))
        (file,) = [each for each in tmp_path.rglob("*") if each.is_file()]
        file.write_bytes(content)
        assert bare_mats.kept(tmp_path, "camera") is None, name


def test_evidence_is_printed_whatever_became_of_a_photo() -> None:
    paper = Paper("foot", "2026-01-01T00:00:00Z")
    for name, content in ALL.items():
        paper.picture(content, name)
    assert paper.done().startswith(b"%PDF")
