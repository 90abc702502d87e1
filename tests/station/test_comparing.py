"""Photos of before are found by what they look like; an article is compared with good ones of it."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import msgspec
import numpy
import pytest

from grading.compare import Region
from grading.unusual import ENOUGH, Unusual
from station import facts as f
from station.comparing import Comparing
from station.journal import Journal
from station.photo_index import CHUNKS_FILE, SIEVE_FILE, PhotoIndex
from station.photos import PhotoStore
from tests.grading.conftest import printed
from tests.grading.test_mat import View

SIZE = (480, 640, 3)


def drawing(seed: int, scratch: bool = False) -> numpy.ndarray:
    """A printed thing with much to see on it, no two alike."""
    chance = random.Random(seed)
    picture = numpy.full(SIZE, 150, numpy.uint8)
    for _ in range(90):
        at = (chance.randrange(600), chance.randrange(440))
        colour = tuple(chance.randrange(256) for _ in range(3))
        cv2.rectangle(picture, at, (at[0] + chance.randrange(8, 60), at[1] + chance.randrange(8, 60)), colour, -1)
    if scratch:
        cv2.line(picture, (300, 200), (370, 250), (255, 255, 255), 6)
    return picture


def jpeg(picture: numpy.ndarray, quality: int = 90) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


class Site:
    """A station's photos, and the journal that names them."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.folder, self.journal = folder, journal
        self.store = PhotoStore(folder)
        self.opened: list[Comparing] = []

    def photo(self, item: str, picture: bytes, letter: str = "", category: str = "electronics") -> f.PhotoTaken:
        sha256 = self.store.put(picture)
        taken = f.PhotoTaken(item, "front", sha256, len(picture), fingerprint="1")
        named = f.ItemIdentified("P1", item, "x", "matched", "Phone", category, sku="SKU-1")
        for fact in (named, taken, f.Graded(item, letter, "", "works", "rule")):
            self.journal.append((fact,), operator="BDG-1", shift="S1")
        return taken

    def comparing(self, **chosen: tuple[str, ...]) -> Comparing:
        self.opened.append(Comparing(PhotoIndex(self.folder), self.store, self.journal.path, "A01", chosen))
        return self.opened[-1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Journal.open(tmp_path / "station.sqlite", "A01") as journal:
        journal.append((f.ParcelArrived("P1", "1Z1", "ups", "return", "one"),), operator="BDG-1", shift="S1")
        site = Site(tmp_path / "photos", journal)
        yield site
        for each in site.opened:
            each.close()


def test_one_and_the_same_picture_names_the_other_item(site: Site) -> None:
    comparing = site.comparing()
    picture = jpeg(drawing(1))
    comparing.remember(picture, site.store.put(picture), "I-A01-1")
    again = jpeg(drawing(1), 60)
    assert comparing.same(again, "I-A01-2") == "I-A01-1"
    assert comparing.same(again, "I-A01-1") == ""
    assert comparing.same(jpeg(drawing(2)), "I-A01-2") == ""


@pytest.mark.parametrize("lost", ["seen-*", CHUNKS_FILE, SIEVE_FILE])
def test_a_lost_index_is_made_again_from_the_facts(site: Site, lost: str) -> None:
    for number in range(3):
        site.photo(f"I-A01-{number}", jpeg(drawing(number)))
    comparing = site.comparing()
    comparing.catch_up()
    comparing.close()
    for file in site.folder.glob(lost):
        file.unlink()
    comparing = site.comparing()
    comparing.catch_up()
    assert comparing.same(jpeg(drawing(2)), "I-A01-9") == "I-A01-2"


def test_a_turned_and_cropped_copy_is_a_hint_and_no_same_picture(site: Site) -> None:
    site.photo("I-A01-1", jpeg(drawing(1)))
    copy = jpeg(cv2.rotate(drawing(1), cv2.ROTATE_90_CLOCKWISE)[20:620, 15:465], 70)
    taken = site.photo("I-A01-2", copy)
    comparing = site.comparing()
    comparing.catch_up()
    assert comparing.same(copy, "I-A01-2") == ""
    (hint,) = comparing.hints(taken)
    assert (hint.kind, hint.item, hint.detail) == ("photo_reused", "I-A01-2", "I-A01-1")
    assert hint.confidence_permille >= 600
    switched_off = site.comparing(photo_reused=())
    assert list(switched_off.hints(taken)) == []


def test_a_scratch_that_good_ones_do_not_have_is_shown_where_it_is(site: Site) -> None:
    for number in range(3):
        site.photo(f"I-A01-{number}", jpeg(drawing(7), 80 + number), "A")
    taken = site.photo("I-A01-9", jpeg(drawing(7, scratch=True)))
    comparing = site.comparing(photo_reused=())
    (hint,) = comparing.hints(taken)
    left, top, width, height = hint.region
    assert hint.kind == "damage_area"
    assert left <= 1000 * 335 // 640 <= left + width and top <= 1000 * 225 // 480 <= top + height
    assert width < 250 and height < 250


def marked(*places: tuple[int, int]) -> numpy.ndarray:
    """The article with white marks on it."""
    picture = printed(7)
    for x, y in places:
        cv2.rectangle(picture, (x - 12, y - 12), (x + 12, y + 12), (128, 128, 128), -1)
        cv2.line(picture, (x - 12, y - 12), (x + 12, y + 12), (255, 255, 255), 4)
    return picture


def test_a_piece_with_the_marks_of_an_earlier_one_is_told_and_one_with_its_own_is_not(site: Site) -> None:
    site.photo("I-A01-1", jpeg(marked()), "A")
    site.photo("I-A01-5", jpeg(marked((60, 80))), "B")
    before = site.photo("I-A01-6", jpeg(marked((150, 100), (225, 150))), "C")
    again = site.photo("I-A01-8", jpeg(marked((150, 100), (225, 150)), 75))
    other = site.photo("I-A01-9", jpeg(marked((100, 165)), 75))
    comparing = site.comparing(photo_reused=(), damage_area=(), same_item_again=("*",))
    (hint,) = comparing.hints(again)
    assert (hint.kind, hint.detail, hint.beside) == ("same_item_again", "I-A01-6", before.sha256)
    assert hint.confidence_permille >= 500 and len(hint.region) == 4
    assert list(comparing.hints(other)) == []


def test_another_article_is_told_where_enough_good_ones_are_known(site: Site) -> None:
    comparing = site.comparing(photo_reused=(), wrong_item=("*",))
    taken = site.photo("I-A01-9", jpeg(printed(8)))
    for number in range(2):
        site.photo(f"I-A01-{number}", jpeg(marked(), 80 + number), "A")
    assert list(comparing.hints(taken)) == []
    site.photo("I-A01-3", jpeg(marked(), 83), "A")
    (hint,) = comparing.hints(taken)
    assert hint.kind == "wrong_item" and hint.confidence_permille >= 500
    right = site.photo("I-A01-8", jpeg(marked((150, 100))))
    assert [each.kind for each in comparing.hints(right)] == ["damage_area"]


def test_what_is_unusual_is_shown_in_a_picture_of_its_own(site: Site) -> None:
    asked: list[int] = []

    def look(_jpeg: bytes, good: Sequence[bytes], _stopped: object) -> Unusual:
        asked.append(len(good))
        return Unusual(2000, Region(100, 200, 50, 60), b"glows")

    comparing = Comparing(
        PhotoIndex(site.folder),
        site.store,
        site.journal.path,
        "A01",
        {"photo_reused": (), "unusual_area": ("*",)},
        look_unusual=look,
    )
    site.opened.append(comparing)
    taken = site.photo("I-A01-99", jpeg(printed(8)), "", "bags")
    for number in range(ENOUGH):
        assert list(comparing.hints(taken)) == []
        site.photo(f"I-A01-{number}", jpeg(printed(7), 70 + number), "A", "bags")
    (hint,) = comparing.hints(taken)
    assert asked == [ENOUGH] and (hint.kind, hint.region) == ("unusual_area", (100, 200, 50, 60))
    assert site.store.path(hint.beside).read_bytes() == b"glows"


def test_of_goods_on_which_nothing_is_to_be_seen_no_other_article_is_told(site: Site) -> None:
    plain = numpy.full((240, 320, 3), 150, numpy.uint8)
    cv2.rectangle(plain, (100, 50), (200, 150), (40, 40, 180), -1)
    for number in range(3):
        site.photo(f"I-A01-{number}", jpeg(plain, 80 + number), "A")
    comparing = site.comparing(photo_reused=(), wrong_item=("*",))
    assert list(comparing.hints(site.photo("I-A01-9", jpeg(plain, 60)))) == []


def test_only_good_photos_of_the_article_are_references(site: Site) -> None:
    good = site.photo("I-A01-1", jpeg(drawing(1)), "A")
    site.photo("I-A01-2", jpeg(drawing(2)), "B")
    comparing = site.comparing()
    assert comparing.references("SKU-1", "front", "I-A01-9") == (good.sha256,)
    assert comparing.references("SKU-1", "front", "I-A01-1") == ()
    assert comparing.references("SKU-1", "back", "") == comparing.references("SKU-2", "front", "") == ()


def test_a_switched_off_category_gets_no_hint(site: Site) -> None:
    site.photo("I-A01-1", jpeg(drawing(7)), "A", "bags")
    taken = site.photo("I-A01-2", jpeg(drawing(7, scratch=True)), "", "bags")
    comparing = site.comparing(photo_reused=())
    assert list(comparing.hints(taken)) == []


def test_an_article_of_another_size_is_a_hint_where_a_site_wants_it(site: Site) -> None:
    taken = site.photo("I-A01-1", View("A4", 8, (60, 50, 80, 50)).jpeg())
    on_a_mat = msgspec.structs.replace(taken, mat=(1.0,) * 9)
    comparing = site.comparing(photo_reused=(), wrong_size=("*",))
    (hint,) = comparing.hints(on_a_mat, (80, 70, 8))
    assert (hint.kind, hint.item, hint.region) == ("wrong_size", "I-A01-1", ())
    assert list(comparing.hints(on_a_mat, (80, 50, 8))) == []
    assert list(comparing.hints(on_a_mat)) == list(comparing.hints(taken, (80, 70, 8))) == []
    assert list(site.comparing(photo_reused=()).hints(on_a_mat, (80, 70, 8))) == []
