"""Snapshot and digests: all that stands and nothing else, whole or not at all, below a floor that only rises."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
import uuid_utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources import find
from station.entries import Entry, sealed
from sync.central import feed, rules, snapshot
from sync.central.__main__ import main
from sync.central.feed import Change
from sync.central.store import Store
from sync.wire import (
    Digest,
    FeedRecord,
    JournalDigest,
    Problem,
    SiteDigest,
    SnapshotEnd,
    SnapshotHead,
    digest_of,
    mark_of,
)

Get = Callable[..., httpx.Response]
DAY_1 = "2026-01-01T00:00:00.000000Z"
DAY_100 = "2026-04-11T00:00:00.000000Z"


@pytest.fixture
def get(bench: Any) -> Iterator[Get]:
    """Asks central as the bench does."""
    with httpx.Client(
        base_url=bench.central.url, headers={"Authorization": f"Bearer {bench.token}"}, timeout=60, trust_env=False
    ) as http:

        def ask(path: str, **query: object) -> httpx.Response:
            return http.get(path, params=query)  # type: ignore[arg-type]

        yield ask


def tell(store: Store, site: str, *changes: Change) -> None:
    with store.writing() as connection:
        feed.append(connection, site, changes)


def order(rma: str, body: bytes | None) -> Change:
    return Change("order", rma, body)


class Taken(NamedTuple):
    """A snapshot, taken apart."""

    head: SnapshotHead
    records: list[FeedRecord]
    end: SnapshotEnd


def taken(content: bytes) -> Taken:
    first, *between, last = content.splitlines()
    records = [msgspec.json.decode(line, type=FeedRecord) for line in between]
    return Taken(msgspec.json.decode(first, type=SnapshotHead), records, msgspec.json.decode(last, type=SnapshotEnd))


def test_a_snapshot_is_what_stands_by_number_and_says_when_it_is_whole(bench: Any, site: str, get: Get) -> None:
    store = bench.central.store
    tell(store, site, order("R-1", b'{"n":1}'), order("R-2", b'{"n":2}'), Change("bin", "R-1", b'{"n":3}'))
    tell(store, site, order("R-1", b'{"n":4}'), order("R-2", None))
    tell(store, f"{site}-far", order("R-1", b'{"n":9}'))
    answer = get(f"/v1/sites/{site}/snapshot")
    assert answer.headers["content-type"] == "application/x-ndjson"
    head, records, end = taken(answer.content)
    assert (head.site, head.seq) == (site, 5)
    assert [(each.seq, each.kind, each.key, bytes(each.body)) for each in records] == [
        (3, "bin", "R-1", b'{"n":3}'),
        (4, "order", "R-1", b'{"n":4}'),
    ]
    assert end.end == digest_of(mark_of(each.kind, each.key, bytes(each.body)) for each in records)


def test_a_version_of_rules_is_never_published_with_another_text_however_old_it_is(tmp_path: Path) -> None:
    shipped = find.read("rubrics/apparel.toml")
    found = re.search(rb"\nversion = (\d+)\n", shipped)
    assert found is not None
    number = int(found[1])
    first, second = (shipped.replace(found[0], b"\nversion = %d\n" % (number + each)) for each in (1, 2))
    with closing(Store(f"sqlite:///{tmp_path / 'central.sqlite'}")) as store:
        for each in (first, second):
            rules.publish(store, "leeds", [("rubrics/apparel.toml", each)])
        snapshot.raise_floors(store, DAY_1)
        assert snapshot.raise_floors(store, DAY_100) == {"leeds": 2}
        other = first.replace(b"One, under a fingertip", b"One, tiny")
        with pytest.raises(
            rules.NotPublished, match=f"apparel@{number + 1} was published before and says something else"
        ):
            rules.publish(store, "leeds", [("rubrics/apparel.toml", other)])


def test_a_mark_is_of_kind_key_and_bytes() -> None:
    hashed = hashlib.sha256(b'order\0R-1\0{"n":1}').digest()
    assert mark_of("order", "R-1", b'{"n":1}') == int.from_bytes(hashed[:8], "big")
    assert digest_of([2**64 - 1, 3]) == Digest(2, "0000000000000002")


@pytest.mark.parametrize("rises", [False, True])
def test_a_long_snapshot_stays_as_of_its_number_or_is_cut_off_where_the_floor_rises_over_it(
    bench: Any, site: str, monkeypatch: pytest.MonkeyPatch, rises: bool
) -> None:
    monkeypatch.setattr(snapshot, "_AT_ONCE", 3)
    store = bench.central.store
    tell(store, site, *(order(f"R-{n % 10}", b'{"n":%d}' % n) for n in range(20)))
    lines = snapshot.lines(store, site, DAY_1)
    said = [next(lines), next(lines)]
    tell(store, site, *(order(f"R-{n}", None) for n in range(10)))
    if rises:
        snapshot.raise_floors(store, DAY_1)
        assert snapshot.raise_floors(store, DAY_100)[site] == 30
    said += lines
    if rises:
        assert b'"end"' not in said[-1]
        return
    head, records, _ = taken(b"".join(said))
    assert head.seq == 20
    assert [each.seq for each in records] == list(range(11, 21))


def test_below_the_floor_a_snapshot_comes_first(bench: Any, site: str, get: Get, capsys: Any) -> None:
    store = bench.central.store
    tell(store, site, order("R-1", b"1"), order("R-1", b"2"), order("R-2", b"3"))
    assert snapshot.raise_floors(store, DAY_1) == {}
    tell(store, site, order("R-2", b"4"))
    assert snapshot.raise_floors(store, DAY_100, 101).get(site) is None, "nothing is so old"
    assert snapshot.raise_floors(store, DAY_100)[site] == 3
    assert snapshot.raise_floors(store, DAY_100).get(site) is None, "the floor does not move by itself"
    refused = get(f"/v1/sites/{site}/feed", after=2)
    assert (refused.status_code, msgspec.json.decode(refused.content, type=Problem).error) == (410, "below_floor")
    page = get(f"/v1/sites/{site}/feed", after=3).json()
    assert (page["from"], page["floor"], [each["seq"] for each in page["records"]]) == (4, 3, [4])
    _, records, _ = taken(get(f"/v1/sites/{site}/snapshot").content)
    assert [(each.seq, bytes(each.body)) for each in records] == [(2, b"2"), (4, b"4")]
    kept = bench.central.rows("SELECT seq FROM feed WHERE site = :site ORDER BY seq", site=site)
    assert [row["seq"] for row in kept] == [2, 3, 4]
    where = ["--data", str(bench.central.data)]
    where += ["--database", bench.central.database] if bench.central.database else []
    assert main(["tidy", *where]) == 0
    assert main(["tidy", "--days", "0", *where]) == 1
    assert "a number from 1 to" in capsys.readouterr().err


KEYS = st.sampled_from(["R-1", "R-2", "R-3"])
SAID = st.lists(st.tuples(st.sampled_from(["order", "bin"]), KEYS, st.sampled_from([b"1", b"2", None])), max_size=12)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path_factory.mktemp('snapshots') / 'central.sqlite'}")) as made:
        yield made


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(SAID, min_size=1, max_size=5), floor_after=st.integers(0, 4))
def test_snapshot_digest_and_tail_say_what_the_whole_feed_said(
    store: Store, batches: list[list[tuple[Any, str, bytes | None]]], floor_after: int
) -> None:
    site = f"site-{uuid_utils.uuid7().hex}"
    said: list[tuple[Any, str, bytes | None]] = []
    for n, batch in enumerate(batches):
        tell(store, site, *(Change(*each) for each in batch))
        said += batch
        if n == floor_after:
            snapshot.raise_floors(store, DAY_1)
            snapshot.raise_floors(store, DAY_100)
    with store.reading() as connection:
        head, floor = feed.ends(connection, site)
    assert head == len(said)
    for upto in range(floor, head + 1):
        standing = {(kind, key): body for kind, key, body in said[:upto]}
        kinds: dict[str, list[int]] = {}
        for (kind, key), body in standing.items():
            if body is not None:
                kinds.setdefault(kind, []).append(mark_of(kind, key, body))
        wanted = {kind: digest_of(marks) for kind, marks in kinds.items()}
        assert snapshot.site_digest(store, site, upto, DAY_1).kinds == wanted
    for upto in range(floor):
        with pytest.raises(feed.BelowFloorError):
            snapshot.site_digest(store, site, upto, DAY_1)
    _, records, _ = taken(b"".join(snapshot.lines(store, site, DAY_1)))
    standing = {(kind, key): body for kind, key, body in said}
    assert {(each.kind, each.key): bytes(each.body) for each in records} == {
        key: body for key, body in standing.items() if body is not None
    }


def test_the_doors_of_digests(bench: Any, site: str, get: Get) -> None:
    tell(bench.central.store, site, order("R-1", b"1"), order("R-1", b"2"))
    digest = msgspec.json.decode(get(f"/v1/sites/{site}/digest", upto=1).content, type=SiteDigest)
    assert (digest.site, digest.upto, digest.kinds) == (site, 1, {"order": digest_of([mark_of("order", "R-1", b"1")])})
    ahead = get(f"/v1/sites/{site}/digest", upto=3)
    assert (ahead.status_code, ahead.json()["error"]) == (409, "ahead")
    assert get("/v1/sites/another/digest", upto=0).status_code == 403
    assert get("/v1/sites/another/snapshot").status_code == 403
    assert get("/v1/stations/XYZ/digest", epoch="e").status_code == 403
    assert get(f"/v1/stations/{bench.station}/digest").status_code == 400
    for after, upto in ((2, 1), (0, 100_001)):
        assert get(f"/v1/stations/{bench.station}/digest", epoch="e", after=after, upto=upto).status_code == 400


def of_entries(entries: list[Entry]) -> Digest:
    return digest_of(int.from_bytes(entry.hash[:8], "big") for entry in entries)


def test_a_journal_is_confirmed_whatever_verdicts_its_entries_got(
    bench: Any, book: Any, new_book: Callable[[], Any], get: Get
) -> None:
    book.parcels(5)
    push = book.push()
    odd = msgspec.structs.replace(push.entries[2], body=b"[]")
    client = bench.client()
    answer = client.push(msgspec.structs.replace(push, entries=(*push.entries[:2], odd, *push.entries[3:])))
    assert [each.status for each in answer.results] == ["quarantined"]

    def digest(epoch: str, after: int, upto: int) -> httpx.Response:
        return get(f"/v1/stations/{bench.station}/digest", epoch=epoch, after=after, upto=upto)

    found = msgspec.json.decode(digest(push.epoch, 0, 5).content, type=JournalDigest)
    assert found == JournalDigest(push.epoch, 0, 5, of_entries(list(push.entries)))
    part = msgspec.json.decode(digest(push.epoch, 1, 4).content, type=JournalDigest)
    assert part.digest == of_entries(list(push.entries[1:4]))
    gap = digest(push.epoch, 0, 6)
    assert (gap.status_code, gap.json()["error"], gap.json()["acked"]) == (409, "gap", 5)
    assert digest("never-heard-of", 0, 1).json()["acked"] == 0
    # A salvaged journal says again what central has, under an epoch of its own.
    salvaged = new_book()
    salvaged.parcels(2)
    again = salvaged.push()
    old = push.entries[0]
    said_again = msgspec.structs.replace(
        again.entries[0], id=old.id, txn=old.txn, type=old.type, v=old.v, body=old.body
    )
    first, second = resealed(said_again, again.entries[1])
    answer = client.push(msgspec.structs.replace(again, entries=(first, second)))
    assert [(each.seq, each.status) for each in answer.results] == [(1, "duplicate")]
    found = msgspec.json.decode(digest(again.epoch, 0, 2).content, type=JournalDigest)
    assert found.digest == of_entries([first, second])


def resealed(first: Entry, second: Entry) -> tuple[Entry, Entry]:
    one = sealed(first, first.prev)
    return one, sealed(second, one.hash)
