"""A damaged local copy: noticed or harmless, emptied where it lies for every thread that uses it, and pulled again."""

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError

from station.local_copy import FeedGap, LocalCopy, Record
from station.records import Product, ReturnLine, ReturnOrder

PAGE = 4096
COUNT = 150
PRODUCT = Product("SKU", "Thing", "home", "Client")
ORDERS = [
    ReturnOrder(f"RMA-{each}", "Client", f"O{each}", (ReturnLine("1", PRODUCT),), trackings=(f"T{each}",))
    for each in range(COUNT)
]
RECORDS = [
    Record(seq, "order", order.rma, msgspec.Raw(msgspec.json.encode(order))) for seq, order in enumerate(ORDERS, 1)
]
LAST = Record(COUNT + 1, "bin", "B", msgspec.Raw(b"null"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a sound copy."""
    path = tmp_path_factory.mktemp("whole") / "expected.sqlite"
    with closing(LocalCopy.open(path)) as copy:
        copy.apply(1, COUNT, RECORDS)
        copy.set_acked("e", 7)
    return path.read_bytes()


def damaged(path: Path, content: bytes) -> Path:
    for file in path.parent.glob("expected*"):
        file.unlink()
    path.write_bytes(content)
    return path


def known(copy: LocalCopy) -> int:
    """How many orders are found by their parcel; each is the one that was told."""
    found = [copy.orders(f"T{each}") for each in range(COUNT)]
    assert all(each in ((), (order,)) for each, order in zip(found, ORDERS, strict=True))
    return sum(map(bool, found))


def pull(copy: LocalCopy) -> None:
    """Take what central tells, from where the copy is, as often as the courier would; a failure is tried again."""
    for _ in range(3):
        cursor = copy.cursor()
        try:
            copy.apply(cursor + 1, COUNT + 1, [*RECORDS[cursor:], LAST])
        except (FeedGap, DBAPIError):
            continue
        return
    raise AssertionError("the copy cannot be pulled again")


def test_each_page_that_is_zeroed_is_noticed_or_harmless(
    tmp_path: Path, whole: bytes, expect_log: Callable[[str], None]
) -> None:
    expect_log("the local copy is damaged")
    emptied = 0
    for page in range(len(whole) // PAGE):
        path = damaged(tmp_path / "expected.sqlite", whole[: page * PAGE] + bytes(PAGE) + whole[(page + 1) * PAGE :])
        with closing(LocalCopy.open(path)) as copy, closing(LocalCopy.open(path)) as other:
            before = known(copy)
            emptied += before < COUNT
            pull(copy)
            if known(copy) < COUNT:
                pull(copy)
            assert known(copy) == known(other) == COUNT, page
            assert other.cursor() == COUNT + 1
        assert LocalCopy.open(path).close() is None
    assert emptied > 5


def test_a_bit_that_is_changed_is_noticed_or_harmless(
    tmp_path: Path, whole: bytes, expect_log: Callable[[str], None]
) -> None:
    expect_log("the local copy is damaged")
    chance = random.Random(4)
    for _ in range(40):
        content = bytearray(whole)
        # The pages of the tree and the header: what lies in a record's own text is central's digest's to see.
        content[chance.randrange(len(whole) // PAGE) * PAGE + chance.randrange(8)] ^= 1 << chance.randrange(8)
        with closing(LocalCopy.open(damaged(tmp_path / "expected.sqlite", bytes(content)))) as copy:
            known(copy)
            pull(copy)
            known(copy)
