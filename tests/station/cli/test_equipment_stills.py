"""A still becomes a photo on disk: what must not leave has its copy, what can be measured is kept with it."""

import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from devices.readings import Still
from devices.simulators import printed_mat
from devices.simulators.scenes import Scene, draw
from devices.simulators.shipping_labels import ShippingLabel, lay
from grading import codes
from station.cli.equipment import Equipment
from station.comparing import Comparing
from station.inputs import PhotoChecked, PhotoFailed
from station.inspecting.facts import PhotoTaken
from station.journal import Journal
from station.lengths import length_um
from station.photo_index import PhotoIndex
from station.photos import PhotoStore
from sync.backlog import waiting_photos

Words = "queue.SimpleQueue[Any]"
EAN = "4006381333931"


@pytest.fixture
def words() -> Words:
    return queue.SimpleQueue()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "station.sqlite", "A01") as opened:
        yield opened


@pytest.fixture
def equipment(tmp_path: Path, journal: Journal, words: Words) -> Iterator[Equipment]:
    store = PhotoStore(tmp_path)
    comparing = Comparing(PhotoIndex(tmp_path), store, journal.path, "A01", {})
    bench = Equipment(words.put, store, comparing, lambda text, aim: text.startswith("1Z"), journal.path)
    yield bench
    bench.close()


def still(picture: Any, shot: str = "whole") -> Still:
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    return Still("camera", f"I-A01-1/{shot}/0", jpeg, picture.shape[1], picture.shape[0], 0.0)


def checked(equipment: Equipment, words: Words, seen: Any, parcel: str = "", shot: str = "whole") -> PhotoChecked:
    equipment.check(still(draw(seen) if isinstance(seen, Scene) else seen, shot), "I-A01-1", parcel)
    said = words.get(timeout=60)
    assert isinstance(said, PhotoChecked)
    return said


def taken(said: PhotoChecked) -> PhotoTaken:
    return PhotoTaken("I-A01-1", "whole", said.sha256, said.size, shared_sha256=said.shared_sha256, mat=said.mat)


def test_of_a_still_with_a_shipping_label_only_the_copy_waits_to_leave(equipment, words, journal, tmp_path) -> None:
    said = checked(equipment, words, Scene("home", 3, label="UPS"))
    store = PhotoStore(tmp_path)
    assert store.is_whole(said.sha256) and store.is_whole(said.shared_sha256)
    assert codes.read(store.path(said.shared_sha256).read_bytes()) == ()
    journal.append([taken(said)], operator="", shift="")
    (waiting,) = waiting_photos(journal.path, 0, 1, 9)
    assert waiting.sha256 == said.shared_sha256 != said.sha256


def test_a_still_without_a_label_leaves_as_it_is(equipment, words) -> None:
    said = checked(equipment, words, Scene("home", 3, ean=EAN))
    assert (said.problems, said.codes, said.shared_sha256, said.mat) == ((), (EAN,), "", ())


def test_the_code_on_the_parcel_is_nobody_elses_business(equipment, words) -> None:
    plate = ShippingLabel(np.full((260, 630, 3), 235, np.uint8))
    plate.code("Code128", "SN2549711992", (40, 60, 540, 90))
    picture = draw(Scene("electronics", 3))
    lay(plate, picture, np.array([(60, 60), (690, 60), (690, 320), (60, 320)], np.float32))
    assert checked(equipment, words, picture).shared_sha256 == ""
    assert checked(equipment, words, picture, "SN2549711992").shared_sha256


def test_an_address_alone_has_its_copy_but_not_in_a_close_up_of_the_goods_own_print(equipment, words) -> None:
    slip = ShippingLabel(np.full((300, 630, 3), 240, np.uint8))
    slip.address(np.random.default_rng(1), 60, 80, 1.0)
    picture = draw(Scene("carton", 3))
    lay(slip, picture, np.array([(300, 200), (930, 200), (930, 500), (300, 500)], np.float32))
    assert checked(equipment, words, picture).shared_sha256
    assert checked(equipment, words, picture, shot="label").shared_sha256 == ""


def test_a_refused_still_has_its_copy_too(equipment, words, tmp_path) -> None:
    said = checked(equipment, words, Scene("electronics", 3, "glare", label="DHL"))
    assert said.problems and said.shared_sha256
    assert PhotoStore(tmp_path).is_whole(said.shared_sha256)


def test_on_the_mat_a_length_is_told_from_the_fact_alone(equipment, words) -> None:
    said = checked(equipment, words, Scene("home", 3, mat=True))
    assert len(said.mat) == 9 and len(said.gains) == 3
    assert said.shared_sha256 == ""  # the mat's own print is no label
    wide = 1280 / printed_mat.PER_MM * 1000
    told = length_um(taken(said), 250, 500, 750, 500)
    assert told is not None and abs(told - wide / 2) < 0.01 * wide


def test_what_is_no_picture_is_not_kept(equipment, words, tmp_path) -> None:
    equipment.check(Still("camera", "I-A01-1/whole/0", b"\xff\xd8 none", 1, 1, 0.0), "I-A01-1")
    assert isinstance(words.get(timeout=60), PhotoFailed)
    assert list(PhotoStore(tmp_path).all()) == []
