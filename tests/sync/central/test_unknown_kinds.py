"""A bench older than central: records of kinds it does not know come with the feed, are kept, and stop nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.local_copy import LocalCopy, Record
from station.records import ReturnOrder
from sync.central import feed
from sync.central.feed import Change
from sync.mirror import Mirror


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[LocalCopy]:
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    yield copy
    copy.close()


def tell(bench: Any, *changes: tuple[str, str, bytes | None]) -> None:
    with bench.central.store.writing() as connection:
        feed.append(connection, bench.site, [Change(*change) for change in changes])


def test_a_kind_nobody_knows_here_is_kept_as_it_came_and_the_feed_goes_on(
    bench: Any, copy: LocalCopy, order: Callable[..., ReturnOrder]
) -> None:
    first, second = order(), order()
    mirror = Mirror(bench.client(), copy, bench.site)
    bench.central.tell(bench.site, first)
    tell(bench, ("weather", "today", b'{"sun":true,"new":[1,null]}'), ("weather", "gone", b'"rain"'))
    bench.central.tell(bench.site, second)
    assert mirror.pull_some() is False
    assert copy.cursor() == 4
    assert (copy.orders(first.rma), copy.orders(second.rma)) == ((first,), (second,))
    # What a newer program will read, under the key it will ask for.
    assert copy.kept("weather", "today") == b'{"sun":true,"new":[1,null]}'
    tell(bench, ("weather", "today", b'{"sun":false}'), ("weather", "gone", None))
    mirror.pull_some()
    assert (copy.kept("weather", "today"), copy.kept("weather", "gone")) == (b'{"sun":false}', None)
    assert copy.kept_below("weather", "to") == (b'{"sun":false}',)
    assert copy.kept_below("weather", "x") == copy.kept_below("wea", "") == ()


ANY = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5), st.lists)
TOLD = st.lists(st.tuples(st.sampled_from(["weather", "rota", "x"]), st.text(max_size=3), ANY), max_size=12)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TOLD, st.integers(0, 12))
def test_whatever_an_unknown_kind_holds_the_newest_of_each_key_is_there(
    copy: LocalCopy, told: list[tuple[str, str, object]], torn_at: int
) -> None:
    # One copy serves all examples; each has kinds of its own.
    start = copy.cursor()
    records = [
        Record(seq, f"{kind}{start}", key, msgspec.Raw(msgspec.json.encode(body)))
        for seq, (kind, key, body) in enumerate(told, start + 1)
    ]
    for page in (records[:torn_at], records[torn_at:]):
        if page:
            copy.apply(page[0].seq, page[-1].seq, page)
    assert copy.cursor() == start + len(records)
    for kind, key in {(each.kind, each.key) for each in records}:
        newest = next(bytes(each.body) for each in reversed(records) if (each.kind, each.key) == (kind, key))
        assert copy.kept(kind, key) == (None if newest == b"null" else newest)
