"""Facts an older central held are taken in by a newer one, and all is as if it had known them from the start."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uuid_utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from station import facts, projections
from station.entries import first_prev, sealed
from station.facts import Undone
from station.inspecting.facts import Answered
from station.receiving.facts import ItemIdentified, ParcelFinished, SerialChecked
from station.routing.facts import Graded, PlateAllotted
from sync.central import feed, held, intake, tokens
from sync.central.resolutions.follow import follow
from sync.central.store import Store
from sync.central.tables import journal, resolution_mark, review
from sync.wire import Push
from tests.sync.central.resolutions.conftest import database, store
from tests.sync.central.resolutions.histories import START, shipped
from tests.sync.conftest import NOW, Book, Central
from tests.sync.faults.invariants import tables_are_the_fold

__all__ = ["database", "store"]

LATER = 9


def tell_story(book: Book) -> None:
    """Two parcels, of which one is received, undone and received again."""
    for number in range(2):
        arrived = book.arrival(f"1Z{number}", f"RMA-{number}")
        item = f"I-{number}"
        txn = book.add(arrived)
        if number:
            book.add(Undone((txn,), "parcel scan"))
            book.add(arrived)
        book.add(ItemIdentified(arrived.parcel, item, "C", "matched", "Thing", "home", rma=f"RMA-{number}", line="1"))
        book.add(SerialChecked(item, "SN1", "same"), Answered(item, "worn", "no", "r/1"))
        book.add(Graded(item, "A", "A", "A", "g"), PlateAllotted(item, f"N{number}"))
        book.photo(b"photo", b"copy")
        book.add(ParcelFinished(arrived.parcel, 1, 0))


@pytest.fixture
def told(new_book: Callable[[], Book]) -> Push:
    """The story as one push."""
    book = new_book()
    tell_story(book)
    return book.push()


def newer(push: Push, places: set[int]) -> Push:
    """The same story with some of its facts in a version that is not known yet; ids and transactions of its own."""
    epoch = uuid_utils.uuid4().hex
    prev, entries = first_prev(epoch), []
    txns = {entry.txn: uuid_utils.uuid7().hex for entry in push.entries}
    for place, entry in enumerate(push.entries):
        body = entry.body
        for old, new in txns.items():
            body = body.replace(old.encode(), new.encode())
        version = LATER if place in places else entry.v
        changed = msgspec.structs.replace(
            entry, epoch=epoch, id=uuid_utils.uuid7().hex, txn=txns[entry.txn], v=version, body=body
        )
        entries.append(sealed(changed, prev))
        prev = entries[-1].hash
    return Push(epoch, 1, NOW, tuple(entries))


def receive(store: Store, push: Push) -> str:
    """Take a push in for a station of its own, at a site of its own; return its code."""
    station = f"S{uuid_utils.uuid7().hex[-10:]}"
    tokens.enrol(store, station, f"site of {station}", NOW)
    intake.take_in(store, station, f"site of {station}", push, NOW)
    return station


@pytest.fixture
def upgraded(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes this program know the later version of every fact."""

    def upgrade() -> None:
        for name in facts._VERSIONS:
            monkeypatch.setitem(facts._VERSIONS, name, LATER)

    return upgrade


def shown(store: Store, station: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a station but for names that every telling of the story has of its own."""
    own = ("station", "epoch", "txn", "txns", "undone_at")

    def told(row: dict[str, Any]) -> dict[str, Any]:
        # What was taken back is known by its transaction.
        named = (*own, "thing") if row.get("kind") == "taken_back" else own
        return {name: value for name, value in row.items() if name not in named}

    with store.reading() as connection:
        rows = projections.rows(connection)
    return {
        table: [told(row) for row in each if row["station"] == station]
        for table, each in rows.items()
        if table != "undone"
    }


def receipts(store: Store, station: str) -> set[str]:
    """The parcels of which the site was told that they are here, and not that they are not."""
    with store.reading() as connection:
        page = feed.page(connection, f"site of {station}", 0, 2000, NOW)
    newest = {record.key: bytes(record.body) for record in page.records}
    return {key.replace(station, "") for key, body in newest.items() if body != b"null"}


def statuses(store: Store, station: str) -> list[tuple[str, str]]:
    with store.reading() as connection:
        query = select(journal.c.status, journal.c.code).where(journal.c.station == station).order_by(journal.c.seq)
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize("fact", [None, "ParcelArrived", "ItemIdentified", "Undone"])
def test_what_was_held_is_as_if_it_had_always_been_known(
    store: Store, told: Push, upgraded: Callable[[], None], fact: str | None
) -> None:
    places = {place for place, entry in enumerate(told.entries) if fact in (None, entry.type)}
    station, twin = receive(store, newer(told, places)), receive(store, newer(told, set()))
    assert held.replay(store, NOW) == 0
    assert [status for status, _ in statuses(store, station)].count("held") == len(places)
    upgraded()
    assert held.replay(store, NOW) == len(places)
    assert held.replay(store, NOW) == 0
    assert ("held", "type_unknown") not in statuses(store, station)
    assert shown(store, station) == shown(store, twin)
    assert receipts(store, station) == receipts(store, twin) != set()
    tables_are_the_fold(store, station)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.sets(st.integers(0, 18)))
def test_whichever_facts_were_held(on_one: Store, told: Push, places: set[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        station = receive(on_one, newer(told, places))
        for name in facts._VERSIONS:
            patch.setitem(facts._VERSIONS, name, LATER)
        held.replay(on_one, NOW)
        twin = receive(on_one, newer(told, set()))
        assert shown(on_one, station) == shown(on_one, twin)
        assert receipts(on_one, station) == receipts(on_one, twin)


@pytest.fixture
def on_one(tmp_path: Any) -> Iterator[Store]:
    """A database for all examples."""
    opened = Store(f"sqlite:///{tmp_path / 'held.sqlite'}")
    yield opened
    opened.close()


def test_two_benches_meet_when_the_held_fact_is_known(store: Store, told: Push, upgraded: Callable[[], None]) -> None:
    items = {place for place, entry in enumerate(told.entries) if entry.type == "ItemIdentified"}
    first, second = receive(store, newer(told, set())), receive(store, newer(told, items))
    assert len(rows_of(store)) == 0
    upgraded()
    held.replay(store, NOW)
    assert [status for status, _ in statuses(store, second)].count("conflict") == len(items)
    assert "conflict" not in [status for status, _ in statuses(store, first)]
    assert len(rows_of(store)) == 2


def rows_of(store: Store) -> list[Any]:
    with store.reading() as connection:
        return list(connection.execute(select(review)))


def test_resolutions_are_derived_anew_from_there_on(store: Store, told: Push, upgraded: Callable[[], None]) -> None:
    station = receive(store, newer(told, {3, 5}))
    follow(store, shipped(), START)
    upgraded()
    held.replay(store, NOW)
    with store.reading() as connection:
        mark = connection.execute(select(resolution_mark.c.seq).where(resolution_mark.c.name == station))
        assert mark.scalar_one() == 3
    assert follow(store, shipped(), START) > 0


def test_what_cannot_be_read_or_applied_stays_held_and_stops_nothing(
    store: Store, told: Push, upgraded: Callable[[], None], expect_log: Any
) -> None:
    push = newer(told, {2, 4, 6})
    entries, prev = [], first_prev(push.epoch)
    for place, entry in enumerate(push.entries):
        body = {2: b"{}", 4: entry.body.replace(b'"t":', b'"x":')}.get(place, entry.body)
        entries.append(sealed(msgspec.structs.replace(entry, body=body), prev))
        prev = entries[-1].hash
    station = receive(store, msgspec.structs.replace(push, entries=tuple(entries)))
    upgraded()
    assert held.replay(store, NOW) == 1
    assert [status for status in statuses(store, station) if status[0] == "held"] == [("held", "body_invalid")] * 2
    tables_are_the_fold(store, station)


def test_an_undo_of_what_is_held_holds_up_nobody(store: Store, told: Push) -> None:
    """The arrival that is taken back is of a later version: nothing was told of it, and it need not be read."""
    arrivals = {place for place, entry in enumerate(told.entries) if entry.type == "ParcelArrived"}
    push = newer(told, arrivals)
    entries, prev = [], first_prev(push.epoch)
    for place, entry in enumerate(push.entries):
        body = b'{"parcel":7}' if place in arrivals else entry.body
        entries.append(sealed(msgspec.structs.replace(entry, body=body), prev))
        prev = entries[-1].hash
    station = receive(store, msgspec.structs.replace(push, entries=tuple(entries)))
    assert {status for status, _ in statuses(store, station)} == {"ok", "held"}
    assert receipts(store, station) == set()


def test_a_newer_central_takes_them_in_when_it_starts(
    tmp_path: Path, told: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    older = Store(f"sqlite:///{tmp_path / 'data' / 'central.sqlite'}")
    with monkeypatch.context() as patch:
        patch.delitem(facts._VERSIONS, "ItemIdentified")
        station = receive(older, told)
    assert [status for status, _ in statuses(older, station)].count("held") == 2
    with closing(Central(tmp_path / "data")) as central:
        central.start()
        assert {status for status, _ in statuses(older, station)} == {"ok"}
        tables_are_the_fold(older, station)
    older.close()
