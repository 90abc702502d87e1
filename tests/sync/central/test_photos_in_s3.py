"""Photos in S3-compatible storage: whatever it does wrong, central tells of a photo only when its bytes are right."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from station.photos import PhotoError
from sync.central import photo_parts
from sync.central.photos import PhotoShelf, WrongPhotoError, open_shelf
from sync.central.store import Store
from sync.central.tokens import Caller
from sync.wire import PART_BYTES
from tests.sync.central.s3 import Storage

NOW = "2026-04-18T08:00:00.000000Z"
A = Caller("A01", "leeds")


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    """One storage for all tests of this module; none of its keys is a real one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "made-up")
        running = Storage()
        yield running
        running.close()


@pytest.fixture
def shelf(storage: Storage, tmp_path: Path) -> Iterator[PhotoShelf]:
    store = Store(f"sqlite:///{(tmp_path / 'central.sqlite').as_posix()}")
    storage.seen.clear()
    yield open_shelf(storage.url, tmp_path, store)
    storage.fail_next, storage.spoil, storage.before = 0, None, lambda _method, _path: None
    store.close()


def photo(size: int = PART_BYTES + 7) -> tuple[str, bytes]:
    content = os.urandom(size)
    return hashlib.sha256(content).hexdigest(), content


def send(shelf: PhotoShelf, sha256: str, content: bytes) -> None:
    for number, start in enumerate(range(0, len(content), PART_BYTES)):
        part = content[start : start + PART_BYTES]
        photo_parts.put(shelf, A, sha256, len(content), number, part, hashlib.sha256(part).digest())


def put_direct(shelf: PhotoShelf, sha256: str, content: bytes) -> int:
    answer = photo_parts.ask(shelf, A, sha256, len(content), True, NOW)
    assert answer.state == "presigned"
    return httpx.put(answer.url, headers=answer.headers, content=content, trust_env=False).status_code


def test_parts_go_through_s3_and_nothing_of_them_stays(shelf: PhotoShelf) -> None:
    sha256, content = photo()
    send(shelf, sha256, content)
    assert photo_parts.complete(shelf, A, sha256, len(content), NOW).state == "have"
    assert shelf.get(sha256) == content
    assert list(shelf.place.below("parts")) == []


def test_a_few_500_are_tried_again_and_many_are_said(shelf: PhotoShelf, storage: Storage) -> None:
    sha256, content = photo(100)
    storage.fail_next = 2
    send(shelf, sha256, content)
    storage.fail_next = 100
    with pytest.raises(PhotoError) as raised:
        photo_parts.complete(shelf, A, sha256, len(content), NOW)
    assert raised.value.code == "photos_away"
    assert not shelf.has(sha256)
    storage.fail_next = 0
    assert photo_parts.complete(shelf, A, sha256, len(content), NOW).state == "have"


def test_storage_that_dawdles_holds_up_one_request_alone(shelf: PhotoShelf, storage: Storage) -> None:
    (slow, content), (quick, other) = photo(100), photo(100)
    asked, go = threading.Event(), threading.Event()

    def dawdle(_method: str, path: str) -> None:
        if slow in path:
            asked.set()
            go.wait(60)

    storage.before = dawdle
    waiting = threading.Thread(target=send, args=(shelf, slow, content))
    waiting.start()
    assert asked.wait(60)
    send(shelf, quick, other)
    assert photo_parts.complete(shelf, A, quick, len(other), NOW).state == "have"
    go.set()
    waiting.join()
    assert photo_parts.complete(shelf, A, slow, len(content), NOW).state == "have"


def test_a_photo_that_was_put_directly_is_hashed_before_it_counts(shelf: PhotoShelf) -> None:
    sha256, content = photo()
    assert put_direct(shelf, sha256, content) == 200
    assert not shelf.has(sha256)
    assert photo_parts.complete(shelf, A, sha256, len(content), NOW).state == "have"
    assert shelf.get(sha256) == content


def test_a_wrong_body_is_thrown_away(shelf: PhotoShelf, storage: Storage) -> None:
    sha256, content = photo()
    storage.spoil = lambda body: body[:-1] + b"?"
    assert put_direct(shelf, sha256, content) == 200  # moto does not look at checksums; S3 would refuse this
    storage.spoil = None
    with pytest.raises(WrongPhotoError):
        photo_parts.complete(shelf, A, sha256, len(content), NOW)
    assert shelf.get(sha256) is None
    assert put_direct(shelf, sha256, content) == 200
    assert photo_parts.complete(shelf, A, sha256, len(content), NOW).state == "have"


def test_a_lost_complete_is_found_by_the_next_question(shelf: PhotoShelf) -> None:
    sha256, content = photo()
    assert put_direct(shelf, sha256, content) == 200
    assert photo_parts.ask(shelf, A, sha256, len(content), True, NOW).state == "have"


def test_an_address_cannot_replace_what_is_there(shelf: PhotoShelf) -> None:
    sha256, content = photo(100)
    answer = photo_parts.ask(shelf, A, sha256, len(content), True, NOW)
    shelf.put(sha256, content, "A01", NOW)
    other = httpx.put(answer.url, headers=answer.headers, content=os.urandom(100), trust_env=False)
    assert other.status_code == 412
    assert shelf.get(sha256) == content
    signed = answer.url.lower()
    assert all(name in signed for name in ("content-length", "if-none-match", "x-amz-checksum-sha256"))


def test_with_parts_there_already_the_rest_goes_in_parts(shelf: PhotoShelf) -> None:
    sha256, content = photo()
    photo_parts.put(
        shelf, A, sha256, len(content), 1, content[PART_BYTES:], hashlib.sha256(content[PART_BYTES:]).digest()
    )
    answer = photo_parts.ask(shelf, A, sha256, len(content), True, NOW)
    assert (answer.state, answer.missing) == ("parts", (0,))


def test_what_is_broken_in_s3_is_replaced(shelf: PhotoShelf, storage: Storage) -> None:
    sha256, content = photo(100)
    storage.client.put_object(Bucket="photos", Key=f"shelf/{sha256[:2]}/{sha256[2:4]}/{sha256}.jpg", Body=b"torn")
    shelf.put(sha256, content, "A01", NOW)
    assert shelf.get(sha256) == content


@pytest.fixture(scope="module")
def central_on_s3(storage: Storage, tmp_path_factory: Any, make_central: Callable[..., Any]) -> Any:
    return make_central(tmp_path_factory.mktemp("s3") / "data", ("--photos", storage.url))


@pytest.fixture
def bench_on_s3(central_on_s3: Any, enrol_at: Callable[..., Any]) -> Any:
    return enrol_at(central_on_s3)


def test_a_bench_puts_its_photos_into_s3_and_keeps_its_token_to_itself(
    storage: Storage, bench_on_s3: Any, book: Any, run_courier: Any, until: Any
) -> None:
    storage.seen.clear()
    contents = [os.urandom(PART_BYTES + 1), os.urandom(300)]
    hashes = [book.photo(content) for content in contents]
    running = run_courier(book, bench_on_s3)
    until(running.is_through)
    assert all(map(bench_on_s3.has_photo, hashes))
    puts = [(path, authorization) for method, path, authorization in storage.seen if method == "PUT"]
    assert sorted(path.rpartition("/")[2][:64] for path, _ in puts) == sorted(hashes)
    # Signed addresses bear their signature: what the bench says of itself is for central alone.
    assert all("Bearer" not in authorization for _, authorization in puts)


def test_storage_the_bench_cannot_reach_is_gone_round_in_parts(
    storage: Storage, bench_on_s3: Any, book: Any, run_courier: Any, until: Any
) -> None:
    contents = [os.urandom(PART_BYTES + 1), os.urandom(300)]
    hashes = [book.photo(content) for content in contents]
    storage.fail_next = 1
    running = run_courier(book, bench_on_s3)
    until(running.is_through)
    assert all(map(bench_on_s3.has_photo, hashes))
    assert running.status.refused == 0
