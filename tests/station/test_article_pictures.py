"""Pictures that central delivered: even the first unit of an article is compared with what a good one looks like."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from station.article_pictures import ArticlePictures, cleaned
from station.comparing import Comparing
from station.journal import Journal
from station.local_copy import COPY_FILE, LocalCopy, Record
from station.photo_index import PhotoIndex
from station.photos import PhotoStore
from station.records import Reference, reference_key
from tests.station.test_comparing import Site, drawing, jpeg

GOOD = jpeg(drawing(1))


class Delivered:
    """A station that never saw a good unit, and what central sent it."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.site = Site(folder / "photos", journal)
        self.store = PhotoStore(folder / "references")
        self.told = ArticlePictures(folder / COPY_FILE, self.store)
        self.copy = LocalCopy.open(folder / COPY_FILE)
        index = PhotoIndex(folder / "photos")
        self.comparing = Comparing(index, self.site.store, journal.path, "A01", {}, self.told)

    def tell(self, picture: bytes, shot: str, withdrawn: bool = False) -> str:
        sha256 = self.store.put(picture)
        told = Reference("Client", "SKU-1", sha256, len(picture), shot)
        body = msgspec.Raw(b"null" if withdrawn else msgspec.json.encode(told))
        seq = self.copy.cursor() + 1
        self.copy.apply(seq, seq, [Record(seq, "reference", reference_key(told), body)])
        return sha256


@pytest.fixture
def delivered(tmp_path: Path) -> Iterator[Delivered]:
    journal = Journal.open(tmp_path / "station.sqlite", "A01")
    (tmp_path / "photos").mkdir()
    made = Delivered(tmp_path, journal)
    yield made
    made.comparing.close()
    made.copy.close()
    journal.close()


def test_the_first_unit_of_an_article_is_compared_with_what_central_sent(delivered: Delivered) -> None:
    taken = delivered.site.photo("I1", jpeg(drawing(1, scratch=True)))
    assert [hint.kind for hint in delivered.comparing.hints(taken)] == []
    sha256 = delivered.tell(GOOD, "front")
    found = list(delivered.comparing.hints(taken))
    assert [(hint.kind, hint.beside) for hint in found] == [("damage_area", sha256)]
    delivered.tell(GOOD, "front", withdrawn=True)
    assert list(delivered.comparing.hints(taken)) == []


def test_delivered_pictures_come_before_good_photos_of_here_and_only_of_the_same_side(delivered: Delivered) -> None:
    own = delivered.site.photo("I0", jpeg(drawing(2)), letter="A")
    assert delivered.comparing.references("SKU-1", "front", "I9") == (own.sha256,)
    front, _ = delivered.tell(GOOD, "front"), delivered.tell(jpeg(drawing(3)), "soles")
    assert delivered.comparing.references("SKU-1", "front", "I9") == (front, own.sha256)
    for seed in range(10, 17):
        delivered.tell(jpeg(drawing(seed)), "front")
    assert len(delivered.comparing.references("SKU-1", "front", "I9")) == 5


def test_without_a_copy_or_with_a_damaged_one_nothing_is_there(tmp_path: Path) -> None:
    told = ArticlePictures(tmp_path / COPY_FILE, PhotoStore(tmp_path / "references"))
    assert told.of("SKU-1", "front") == ()
    (tmp_path / COPY_FILE).write_bytes(b"no database at all" * 99)
    assert told.of("SKU-1", "front") == ()


def test_a_cleaned_picture_is_one_that_can_be_read() -> None:
    assert cleaned(GOOD) == cleaned(GOOD + b"and what follows")
    assert cleaned(b"") is cleaned(b"\xff\xd8") is cleaned(GOOD[:300]) is None
