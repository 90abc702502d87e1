"""The thin index: a bench knows offline to which site a parcel belongs, as long as its order is open there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.elsewhere import Elsewhere, hashed
from station.local_copy import LocalCopy, Record
from station.records import Product, ReturnLine, ReturnOrder
from sync.central import elsewhere, feed
from sync.central.__main__ import main
from sync.mirror import Mirror


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[LocalCopy]:
    copy = LocalCopy.open(tmp_path / "expected.sqlite")
    yield copy
    copy.close()


@pytest.fixture
def other(site: str) -> str:
    return f"other-{site}"


@pytest.fixture
def pull(bench: Any, copy: LocalCopy) -> Any:
    """Brings the copy up to date."""
    mirror = Mirror(bench.client(), copy, bench.site)

    def pull() -> None:
        while mirror.pull_some():
            pass

    return pull


def an_order(rma: str, *trackings: str, order: str = "O-1") -> ReturnOrder:
    line = ReturnLine("1", Product("SKU", "Thing", "home", "Client"))
    return ReturnOrder(rma, "Client", order, (line,), trackings=trackings)


def withdraw(central: Any, site: str, rma: str) -> None:
    with central.store.writing() as connection:
        feed.append(connection, site, [feed.Change("order", rma, None)])


def test_a_neighbours_parcel_is_known_by_each_of_its_codes(
    central: Any, site: str, other: str, copy: LocalCopy, pull: Any
) -> None:
    central.tell(other, an_order("RMA-1", "1z999", "JD 01", order="#77"))
    elsewhere.join(central.store, [site, other])
    pull()
    assert [copy.elsewhere(code) for code in ("rma-1", "1Z999", "jd01", "#77")] == [(other,)] * 4
    assert copy.elsewhere("RMA-2") == ()
    assert copy.orders("RMA-1") == ()


def test_it_follows_what_changes_and_what_is_closed(
    central: Any, site: str, other: str, copy: LocalCopy, pull: Any
) -> None:
    elsewhere.join(central.store, [site, other])
    central.tell(other, an_order("RMA-1", "T-1", order="#1"), an_order("RMA-2", "T-1", order="#2"))
    pull()
    central.tell(other, an_order("RMA-1", "T-9", order="#1"))
    pull()
    assert (copy.elsewhere("T-9"), copy.elsewhere("T-1")) == ((other,), (other,))
    withdraw(central, other, "RMA-2")
    pull()
    assert (copy.elsewhere("T-1"), copy.elsewhere("RMA-2"), copy.elsewhere("#1")) == ((), (), (other,))


def test_a_look_that_finds_nothing_new_adds_nothing_to_the_feed(
    central: Any, site: str, other: str, copy: LocalCopy, pull: Any
) -> None:
    elsewhere.join(central.store, [site, other])
    central.tell(other, an_order("RMA-1"))
    pull()
    cursor = copy.cursor()
    pull()
    assert (cursor, copy.cursor()) == (1, 1)


def test_strangers_hear_nothing_and_neighbours_can_part(
    central: Any, site: str, other: str, copy: LocalCopy, pull: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data", str(central.data), *(["--database", central.database] if central.database else [])]
    central.tell(other, an_order("RMA-1"))
    pull()
    assert copy.elsewhere("RMA-1") == ()
    assert main(["neighbours", "join", site, other, *where]) == 0
    pull()
    assert copy.elsewhere("RMA-1") == (other,)
    assert main(["neighbours", "list", *where]) == 0
    assert f"{site} is told of {other}\n" in capsys.readouterr().out
    assert main(["neighbours", "part", site, other, *where]) == 0
    assert main(["neighbours", "part", site, other, *where]) == 1
    pull()
    assert copy.elsewhere("RMA-1") == ()


def test_a_change_that_cannot_be_read_is_refused_as_a_page(copy: LocalCopy) -> None:
    body = msgspec.json.encode(Elsewhere("leeds", (b"short",)))
    with pytest.raises(msgspec.ValidationError):
        copy.apply(1, 1, [Record(1, "elsewhere", "leeds|1", msgspec.Raw(body))])
    assert copy.cursor() == 0


CHANGES = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["R1", "R2"]), st.none() | st.sets(st.sampled_from("xyz"))),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(changes=CHANGES)
def test_it_is_what_the_open_orders_say(tmp_path_factory: pytest.TempPathFactory, changes: Any) -> None:
    copy = LocalCopy.open(tmp_path_factory.mktemp("copy") / "expected.sqlite")
    is_open: dict[tuple[str, str], set[str]] = {}
    records = []
    for seq, (site, rma, codes) in enumerate(changes, 1):
        is_open.pop((site, rma), None)
        if codes is None:
            told = Elsewhere(site, closed=hashed(rma))
        else:
            is_open[(site, rma)] = {rma, *codes}
            told = Elsewhere(site, (b"".join([hashed(rma), *(hashed(code.upper()) for code in codes)]),))
        records.append(Record(seq, "elsewhere", f"{site}|{seq}", msgspec.Raw(msgspec.json.encode(told))))
    middle = len(records) // 2
    copy.apply(1, middle, records[:middle])
    copy.apply(middle + 1, len(records), records[middle:])
    for code in ("R1", "R2", "x", "y", "z"):
        assert copy.elsewhere(code) == tuple(sorted({site for (site, _), codes in is_open.items() if code in codes}))
    copy.close()
