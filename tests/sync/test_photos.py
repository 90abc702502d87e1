"""The queue of photos: a cut line repeats one part at most, a wrong file holds up nothing, what central has may go."""

import hashlib
import itertools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.disk_room import is_low, is_short
from station.inspecting.facts import PhotoTaken
from station.local_copy import LocalCopy, Refusal
from station.photos import PhotoError, PhotoStore
from station.settings import Settings
from station.verify import verify
from sync.backlog import Reader
from sync.clock import Clock
from sync.errors import Refused, Unreachable
from sync.photo_keeping import KEEP_DAYS, PhotoKeeping
from sync.photos import PhotoQueue
from sync.wire import PART_BYTES, PhotoAnswer

GIB = 1 << 30
PLENTY, LOW, SHORT = (100 * GIB, 50 * GIB), (100 * GIB, 3 * GIB), (100 * GIB, GIB)


@pytest.fixture
def bench(on_sqlite: Any, enrol_at: Any) -> Any:
    """A station of a central that goes on running."""
    return enrol_at(on_sqlite)


class Lane:
    """A queue on a book, on its own line to central, with what it keeps."""

    def __init__(self, book: Any, bench: Any, url: str = "", keeping: PhotoKeeping | None = None) -> None:
        self.book, self.bench = book, bench
        self.copy = LocalCopy.open(book.folder / "expected.sqlite")
        # Facts go before photos: only what central has confirmed is looked at here.
        answer = bench.client().push(book.push())
        self.copy.set_acked(book.journal.epoch, answer.acked)
        self.client = bench.client(url)
        if keeping is None:
            keeping = PhotoKeeping(self.copy, book.journal.path, book.photos, book.journal.epoch)
        self.queue = PhotoQueue(self.client, self.copy, book.journal.path, book.photos, book.journal.epoch, keeping)

    def drain(self) -> None:
        while self.queue.send_some():
            pass

    def refused(self) -> list[tuple[int, str]]:
        return [(each.seq, each.code) for each in self.copy.refused()]


@pytest.fixture
def lane(book: Any, bench: Any) -> Iterator[Callable[..., Lane]]:
    """Opens the lane of a book; its facts are at central."""
    opened: list[Lane] = []

    def one(url: str = "") -> Lane:
        opened.append(Lane(book, bench, url))
        return opened[-1]

    yield one
    for each in opened:
        each.copy.close()


def parts_in(said: list[bytes]) -> list[int]:
    """The numbers of the parts that were begun to be sent, in order."""
    found = (re.match(rb"PUT /v1/photos/\w+/parts/(\d+)", each) for each in said)
    return [int(each[1]) for each in found if each]


@pytest.mark.parametrize("cut_at", [100, PART_BYTES // 2, 2 * PART_BYTES + 5000])
def test_a_cut_repeats_one_part_at_most(
    book: Any, bench: Any, lane: Callable[..., Lane], new_proxy: Any, cut_at: int
) -> None:
    proxy = new_proxy(bench.central)
    content = os.urandom(3 * PART_BYTES + 17)
    sha256 = book.photo(content)
    opened = lane(proxy.url)
    proxy.cut_after = cut_at
    with pytest.raises(Unreachable):
        opened.drain()
    proxy.cut_after = None
    opened.drain()
    assert bench.has_photo(sha256)
    numbers = parts_in(proxy.said)
    assert sorted(set(numbers)) == [0, 1, 2, 3]
    assert len(numbers) <= 5


def test_the_photo_of_an_empty_parcel_goes_the_way_of_all(book: Any, bench: Any, lane: Callable[..., Lane]) -> None:
    sha256 = book.empty_box("R-1", os.urandom(500))
    with closing(Reader(book.journal.path)) as reader:
        assert (reader.look(0, 0).photos, reader.photo_bytes(0)) == (1, 500)
    lane(bench.central.url).drain()
    assert bench.has_photo(sha256)


def test_a_line_that_breaks_at_every_part_still_gets_there(
    book: Any, bench: Any, lane: Callable[..., Lane], new_proxy: Any
) -> None:
    """After each connection's first part: so no photo of two parts ever would, if it began again."""
    proxy = new_proxy(bench.central)
    sha256 = book.photo(os.urandom(4 * PART_BYTES))
    opened = lane(proxy.url)
    proxy.cut_after = PART_BYTES + 2000
    for _ in range(20):
        with suppress(Unreachable):
            opened.drain()
            break
    assert bench.has_photo(sha256)
    assert len(parts_in(proxy.said)) <= 2 * 4


def test_answers_that_get_lost_cost_nothing_but_time(
    book: Any, bench: Any, lane: Callable[..., Lane], new_proxy: Any
) -> None:
    proxy = new_proxy(bench.central)
    sha256 = book.photo(os.urandom(2 * PART_BYTES))
    opened = lane(proxy.url)
    lost = iter([True, False, True, False, False, True, False, True])

    for _ in range(12):
        proxy.at_answer = (lambda: None) if next(lost, False) else None
        proxy.break_all()
        with suppress(Unreachable):
            opened.queue.send_some()
    proxy.at_answer = None
    opened.drain()
    assert bench.has_photo(sha256) and opened.refused() == []


def test_each_step_sends_one_part_so_that_facts_wait_for_no_photo(
    book: Any, bench: Any, lane: Callable[..., Lane], new_proxy: Any
) -> None:
    proxy = new_proxy(bench.central)
    book.photo(os.urandom(5 * PART_BYTES))
    opened = lane(proxy.url)
    most = 0
    before = 0
    while opened.queue.send_some():
        most, before = max(most, proxy.bytes_up - before), proxy.bytes_up
    assert PART_BYTES < most < PART_BYTES + 5000


def test_a_photo_that_is_gone_here_and_there_at_central_is_no_fault(
    book: Any, bench: Any, lane: Callable[..., Lane]
) -> None:
    there, nowhere = os.urandom(50), os.urandom(50)
    for content in (there, nowhere):
        book.photos.path(book.photo(content)).unlink()
    bench.send_photo(there)
    opened = lane()
    opened.drain()
    assert opened.refused() == [(2, "photo_missing")]


class Stubborn:
    """A central that never takes a photo for what it is; the rest of the wire is not asked."""

    def __init__(self, refusals: int) -> None:
        self.left = refusals
        self.parts = 0

    def ask_photo(self, _sha256: str, _size: int, _direct: bool = False) -> PhotoAnswer:
        return PhotoAnswer("parts", (0,))

    def put_part(self, _sha256: str, _size: int, _number: int, _part: bytes) -> None:
        self.parts += 1

    def complete_photo(self, _sha256: str, _size: int) -> PhotoAnswer:
        if self.left == 0:
            return PhotoAnswer("have")
        self.left -= 1
        raise Refused("wrong_photo", "", status=422)


@pytest.mark.parametrize(("refusals", "expected"), [(2, []), (99, [(1, "wrong_photo"), (2, "wrong_photo")])])
def test_what_central_takes_for_wrong_goes_again_from_the_disk_and_not_for_ever(
    book: Any, lane: Callable[..., Lane], refusals: int, expected: list[tuple[int, str]]
) -> None:
    book.photo(b"one")
    book.photo(b"two")
    opened = lane()
    stubborn: Any = Stubborn(refusals)
    journal = book.journal
    keeping = PhotoKeeping(opened.copy, journal.path, book.photos, journal.epoch)
    queue = PhotoQueue(stubborn, opened.copy, journal.path, book.photos, journal.epoch, keeping)
    while queue.send_some():
        pass
    assert opened.refused() == expected
    assert stubborn.parts == (4 if refusals == 2 else 6)


class Shelf:
    """A keeping on a book with a clock and a disk of the test's own; its photos are said to be at central."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.copy = LocalCopy.open(book.folder / "expected.sqlite")
        self.rooms = itertools.repeat(PLENTY)
        self.now = datetime.now(UTC)
        self.seconds = 0.0
        self.keeping = PhotoKeeping(
            self.copy,
            book.journal.path,
            book.photos,
            book.journal.epoch,
            14,
            room_of=lambda _: next(self.rooms),
            clock=Clock(lambda: self.seconds, lambda: self.now),
        )

    def tidy(self, done: int) -> int:
        self.seconds += 3600
        return self.keeping.tidy(done)

    def left(self) -> set[str]:
        return set(self.book.photos.all())


@pytest.fixture
def shelf(book: Any) -> Iterator[Shelf]:
    opened = Shelf(book)
    yield opened
    opened.copy.close()


def test_a_photo_goes_when_central_has_it_and_its_time_has_passed(book: Any, shelf: Shelf) -> None:
    hashes = [book.photo(os.urandom(20)) for _ in range(3)]
    shelf.now += timedelta(days=13, hours=23)
    assert shelf.tidy(3) == 0
    shelf.now += timedelta(hours=2)
    assert shelf.tidy(0) == 0
    assert shelf.tidy(2) == 2
    assert shelf.left() == {hashes[2]}
    assert shelf.tidy(3) == 1
    assert shelf.left() == set()


def test_what_was_deleted_on_purpose_is_no_damage_and_anything_else_is(book: Any, shelf: Shelf) -> None:
    hashes = [book.photo(os.urandom(20)) for _ in range(2)]
    shelf.now += timedelta(days=15)
    assert shelf.tidy(1) == 1
    assert [finding.code for finding in verify(book.folder)] == []
    book.photos.path(hashes[1]).unlink()
    assert [finding.code for finding in verify(book.folder)] == ["photo_missing"]


def test_a_line_that_a_power_cut_tore_releases_nothing(book: Any) -> None:
    sha256 = book.photo(b"x")
    (book.folder / "photos" / "released.txt").write_text(sha256[:40])
    book.photos.path(sha256).unlink()
    assert [finding.code for finding in verify(book.folder)] == ["photo_missing"]


def test_a_photo_central_refused_stays_and_with_it_the_one_it_was_made_of(book: Any, shelf: Shelf) -> None:
    refused = book.photo(b"damaged once")
    labelled = book.photo(b"ANNA EXAMPLE, PINE ROAD", b"pixels")
    lines = [Refusal(book.journal.epoch, seq, "photo", "photo_damaged") for seq in (1, 2)]
    shelf.copy.set_acked("photos", 2, lines)
    shelf.now += timedelta(days=999)
    assert shelf.tidy(2) == 0
    assert shelf.left() == {refused, labelled, hashlib.sha256(b"pixels").hexdigest()}


def test_a_photo_with_a_label_goes_with_its_copy_and_never_before_it(book: Any, shelf: Shelf) -> None:
    book.photo(b"ANNA EXAMPLE, PINE ROAD", b"pixels")
    newer = book.photo(b"BEN EXAMPLE, OAK ROAD", b"more pixels")
    shelf.now += timedelta(days=13, hours=23)
    assert shelf.tidy(2) == 0
    shelf.now += timedelta(hours=2)
    assert shelf.tidy(1) == 2
    assert shelf.left() == {newer, hashlib.sha256(b"more pixels").hexdigest()}
    assert [finding.code for finding in verify(book.folder)] == []


def test_photos_with_labels_that_an_older_program_kept_go_too(book: Any, shelf: Shelf) -> None:
    book.photo(b"ANNA EXAMPLE, PINE ROAD", b"pixels")
    assert book.photos.release(hashlib.sha256(b"pixels").hexdigest())
    shelf.copy.set_acked(f"released of {book.journal.epoch}", 1)
    shelf.now += timedelta(days=15)
    assert shelf.tidy(1) == 1
    assert shelf.left() == set()


def test_a_fact_that_the_disk_damaged_holds_no_other_photo_back(book: Any, shelf: Shelf) -> None:
    book.add(PhotoTaken("I-1", "whole", "no hash at all", 4))
    book.photo(b"behind it")
    shelf.now += timedelta(days=15)
    assert (shelf.tidy(2), shelf.left()) == (1, set())


def test_a_low_disk_lets_go_of_the_oldest_first_until_there_is_room(book: Any, shelf: Shelf) -> None:
    hashes = [book.photo(os.urandom(20)) for _ in range(4)]
    shelf.rooms = itertools.repeat(LOW)
    assert shelf.tidy(4) == 0  # what is on the bench now is still looked at
    shelf.now += timedelta(hours=2)
    shelf.rooms = itertools.chain([LOW, LOW], itertools.repeat(PLENTY))
    assert shelf.tidy(4) == 2
    assert shelf.left() == set(hashes[2:])


def test_it_does_not_look_at_every_step(book: Any, shelf: Shelf) -> None:
    book.photo(b"x")
    shelf.now += timedelta(days=15)
    assert shelf.keeping.tidy(0) == 0
    assert shelf.keeping.tidy(1) == 0
    assert shelf.tidy(1) == 1


def test_with_the_disk_nearly_full_no_photo_is_saved_and_facts_are(book: Any, tmp_path: Path) -> None:
    store = PhotoStore(tmp_path / "photos", has_room=lambda _: not is_short(*SHORT))
    with pytest.raises(PhotoError) as raised:
        store.put(b"photo")
    assert raised.value.code == "disk_low"
    assert list(store.all()) == []
    book.parcels(1)
    assert book.journal.last_seq == 1


@pytest.mark.parametrize(
    ("total", "free", "low", "short"),
    [
        (20 * GIB, 3 * GIB, False, False),
        (20 * GIB, GIB + GIB // 2, True, False),
        (20 * GIB, GIB // 2, True, True),
        (4096 * GIB, 5 * GIB, False, False),
        (4096 * GIB, 3 * GIB, True, False),
        (4096 * GIB, GIB, True, True),
    ],
)
def test_where_the_bounds_are(total: int, free: int, low: bool, short: bool) -> None:
    assert (is_low(total, free), is_short(total, free)) == (low, short)


def test_how_long_photos_stay_is_a_setting() -> None:
    assert Settings().photos.keep_days == KEEP_DAYS == 14
    assert msgspec.toml.decode("[photos]\nkeep_days = 30", type=Settings).photos.keep_days == 30
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode("[photos]\nkeep_days = 0", type=Settings)


def test_photos_of_one_name_are_released_once(book: Any, shelf: Shelf) -> None:
    sha256 = book.photo(b"same")
    book.add(PhotoTaken("I-1", "back", sha256, 4))
    shelf.now += timedelta(days=15)
    assert shelf.tidy(2) == 1
    assert hashlib.sha256(b"same").hexdigest() in book.photos.released()
