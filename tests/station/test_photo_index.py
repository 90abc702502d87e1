"""The index of what photos look like finds a copy, and is whole again after any power cut."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grading import reuse
from station.photo_index import CHUNKS_FILE, ORDER_FILE, ROWS_FILE, SIEVE_FILE, PhotoIndex

ROW = 32 + 32 + reuse.PRINTS_BYTES + 4
KEPT = [os.urandom(reuse.PRINTS_BYTES) for _ in range(12)]


def name(number: int) -> str:
    return (bytes([number]) * 32).hex()


def asked(number: int, crop: int = 0) -> tuple[bytes, ...]:
    return (KEPT[number][crop * reuse.PRINT_BYTES : (crop + 1) * reuse.PRINT_BYTES],)


def filled(folder: Path, count: int = 12) -> PhotoIndex:
    index = PhotoIndex(folder)
    for number in range(count):
        index.add(name(number), f"I-A01-{number}", KEPT[number])
    return index


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PhotoIndex]:
    with_photos = filled(tmp_path)
    yield with_photos
    with_photos.close()


@pytest.mark.parametrize("crop", range(reuse.CROPS))
def test_each_crop_of_a_photo_finds_it(index: PhotoIndex, crop: int) -> None:
    (seen,) = index.look(asked(5, crop))
    assert (seen.item, seen.sha256, seen.bits) == ("I-A01-5", name(5), 0)


def test_what_was_never_there_is_not_found(index: PhotoIndex) -> None:
    assert index.look((os.urandom(reuse.PRINT_BYTES),)) == ()
    assert index.look(()) == ()


def test_it_remembers_after_it_was_closed(tmp_path: Path) -> None:
    filled(tmp_path).close()
    index = PhotoIndex(tmp_path)
    assert len(index) == 12 and index.look(asked(11))
    index.close()


def test_it_says_which_photos_it_lacks(tmp_path: Path) -> None:
    index = filled(tmp_path, 5)
    photos = [(f"I-A01-{number}", name(number)) for number in range(7)]
    assert index.missing(photos) == photos[5:]
    index.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 12 * ROW),
    st.integers(0, 12 * reuse.CHUNK_BYTES),
    st.integers(0, 12 * reuse.SIEVE_BYTES),
    st.sampled_from([b"", b"\0", b"x"]),
)
def test_a_torn_end_is_cut_off_and_the_rest_still_found(
    tmp_path_factory: pytest.TempPathFactory, rows_left: int, chunks_left: int, sieve_left: int, filling: bytes
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    filled(folder).close()
    for file, left in ((ROWS_FILE, rows_left), (CHUNKS_FILE, chunks_left), (SIEVE_FILE, sieve_left)):
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[:left] + filling * (len(content) - left))
    index = PhotoIndex(folder)
    assert len(index) == rows_left // ROW
    for number in range(12):
        assert bool(index.look(asked(number))) == (number < len(index))
    index.add(name(12), "I-A01-12", KEPT[0])
    assert [each.item for each in index.look(asked(0))][-1] == "I-A01-12"
    index.close()


def test_photos_beyond_what_is_mapped_at_once_are_found(tmp_path: Path) -> None:
    index = PhotoIndex(tmp_path)
    empty = bytes(reuse.PRINTS_BYTES)
    for number in range(16_384):
        index.add(number.to_bytes(32).hex(), "I-A01-0", empty)
    index.add(name(1), "I-A01-1", KEPT[1])
    assert [(each.item, each.sha256) for each in index.look(asked(1, 3))] == [("I-A01-1", name(1))]
    index.close()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few more rows than are put in order at once; the twelve come first, and come again at the end."""
    folder = tmp_path_factory.mktemp("many")
    index = filled(folder)
    chance = random.Random(5)
    for number in range(12, 16_390):
        index.add(number.to_bytes(32).hex(), f"I-A01-{number}", chance.randbytes(reuse.PRINTS_BYTES))
    index.close()
    return folder


def test_rows_in_order_are_found_as_those_before_and_after(many: Path) -> None:
    index = PhotoIndex(many)
    noisy = [(bytes(each ^ (place % 7 == 3) for place, each in enumerate(asked(n, n)[0])),) for n in range(12)]
    before = [index.look(each) for each in noisy]
    index.put_in_order(1)
    assert (many / ORDER_FILE).exists()
    assert [index.look(each) for each in noisy] == before
    assert all(seen for seen in before)
    index.add(name(200), "I-A01-late", late := os.urandom(reuse.PRINTS_BYTES))
    assert index.look((late[: reuse.PRINT_BYTES],))[0].item == "I-A01-late"
    index.close()
    again = PhotoIndex(many)
    assert [again.look(each) for each in noisy] == before
    again.close()


def test_few_rows_are_left_as_they_are_and_stopping_leaves_no_order(many: Path) -> None:
    (many / ORDER_FILE).unlink(missing_ok=True)
    index = PhotoIndex(many)
    index.put_in_order()
    index.put_in_order(1, stopped=lambda: True)
    assert not (many / ORDER_FILE).exists() and index.look(asked(3))
    index.close()


def test_an_order_that_is_torn_or_of_rows_cut_off_is_left_out(many: Path) -> None:
    index = PhotoIndex(many)
    index.put_in_order(1)
    index.close()
    whole = (many / ORDER_FILE).read_bytes()
    (many / ORDER_FILE).write_bytes(whole[:-1])
    index = PhotoIndex(many)
    assert not (many / ORDER_FILE).exists() and index.look(asked(7))[0].item == "I-A01-7"
    index.close()
    (many / ORDER_FILE).write_bytes(whole)
    with (many / ROWS_FILE).open("r+b") as rows:
        rows.truncate(100 * ROW)
    index = PhotoIndex(many)
    assert not (many / ORDER_FILE).exists() and len(index) == 100 and index.look(asked(7))
    index.close()
