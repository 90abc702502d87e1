"""Small pushes of a site that wait at the same moment go into the database together, and none of them pays for it."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uuid_utils
from sqlalchemy import text

from station.entries import sealed
from sync.central import intake, tokens
from sync.central.admission import Admission
from sync.central.convoys import Convoys
from sync.central.intake import Given
from sync.central.marks import ForkError, GapError
from sync.central.store import Store
from sync.central.tokens import Caller, Claim, NotAdmitted
from sync.wire import Push, Pushed
from tests.conftest import HUNG_S
from tests.sync.conftest import NOW

NewBook = Callable[[], Any]


def begun(store: Store, new_book: NewBook, count: int = 1) -> list[tuple[str, Any]]:
    """Stations of a site whose journals central knows, each with a book in which two parcels are still to be told."""
    stations = []
    for _ in range(count):
        station, book = f"S{uuid_utils.uuid7().hex[-10:]}", new_book()
        book.parcels(1)
        intake.take_in(store, station, "leeds", book.push(), NOW)
        book.parcels(2)
        stations.append((station, book))
    return stations


def transactions(store: Store, stations: list[tuple[str, Any]]) -> set[str]:
    """Those in which the entries after the first of these stations were written."""
    with store.reading() as connection:
        query = text("SELECT xmin::text FROM journal WHERE station = ANY (:stations) AND seq > 1")
        return set(connection.execute(query, {"stations": [name for name, _ in stations]}).scalars())


def kept(store: Store, station: str) -> tuple[int, int]:
    """How many entries of a station central has, and how many parcels."""
    with store.reading() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {table} WHERE station = :station"), {"station": station})
            for table in ("journal", "parcel")
        ]
        return counts[0].scalar_one(), counts[1].scalar_one()


def test_pushes_together_are_taken_as_each_by_itself(shared_store: Store, new_book: NewBook) -> None:
    """Their things have the same names, and one says something of a return line that another has received."""
    rma = f"R{uuid_utils.uuid7().hex[-10:]}"
    stations = begun(shared_store, new_book, 3)
    for _, book in stations:
        book.item(rma, serial="SAME")
    given = [Given(station, book.push(2)) for station, book in stations]
    answers = intake.take_in_together(shared_store, "leeds", given, NOW)
    assert [each.acked for each in answers if isinstance(each, Pushed)] == [6, 6, 6]
    assert [kept(shared_store, station) for station, _ in stations] == [(6, 4)] * 3
    with shared_store.reading() as connection:
        found = connection.execute(text("SELECT kind, why FROM review WHERE rma = :rma"), {"rma": rma}).all()
    assert [tuple(each) for each in found] == [("duplicate_receipt", "same_serial")]
    if shared_store.kind == "postgresql":
        assert len(transactions(shared_store, stations)) == 1
    again = intake.take_in_together(shared_store, "leeds", given, NOW)
    assert [each.acked for each in again if isinstance(each, Pushed)] == [6, 6, 6]
    assert [kept(shared_store, station) for station, _ in stations] == [(6, 4)] * 3


def spoilt(push: Push) -> Push:
    """With a number in its last entry that no database takes."""
    *first, last = push.entries
    broken = sealed(msgspec.structs.replace(last, mono_ms=2**63), last.prev)
    return msgspec.structs.replace(push, entries=(*first, broken))


def void(station: str, push: Push) -> Given:
    return Given(station, push, Claim(Caller(station, "leeds"), tokens.hash_of("nobody has this")))


@pytest.mark.parametrize("trouble", ["gap", "fork", "token", "poison", "first"])
def test_what_is_wrong_with_one_push_is_told_to_its_station_alone(
    shared_store: Store, new_book: NewBook, trouble: str
) -> None:
    (one, book), (two, other), (three, third) = begun(shared_store, new_book, 3)
    stranger = new_book()
    stranger.parcels(2)
    forked = msgspec.structs.replace(stranger.push(), epoch=other.journal.epoch)
    amiss, error = {
        "gap": (Given(two, other.push(3)), GapError),
        "fork": (Given(two, forked), ForkError),
        "token": (void(two, other.push(2)), NotAdmitted),
        "poison": (Given(two, spoilt(other.push(2))), None),
        "first": (Given("N" + two, stranger.push()), None),
    }[trouble]
    given = [Given(one, book.push(2)), amiss, Given(three, third.push(2))]
    first, second, last = intake.take_in_together(shared_store, "leeds", given, NOW)
    assert [(each.acked, each.results) for each in (first, last) if isinstance(each, Pushed)] == [(3, ())] * 2
    assert [kept(shared_store, station) for station in (one, three)] == [(3, 3)] * 2
    if error is not None:
        assert isinstance(second, error)
        assert kept(shared_store, two) == (1, 1)
    else:
        assert isinstance(second, Pushed)
        assert [each.code for each in second.results] == (["cannot_be_applied"] if trouble == "poison" else [])


def test_who_waits_at_a_site_goes_with_the_next(on_postgres: Any, enrol_at: Any, new_book: NewBook, until: Any) -> None:
    """Five wait behind one that is held up: they share a transaction, and each hears of its own entries."""
    benches = [enrol_at(on_postgres) for _ in range(6)]
    books = [new_book() for _ in benches]
    for bench, book in zip(benches, books, strict=True):
        book.parcels(1)
        bench.client().push(book.push())
        book.parcels(2)

    def push(number: int) -> Any:
        return benches[number].client().push(books[number].push(2))

    store, site = on_postgres.store, {"site": benches[0].site}
    with ThreadPoolExecutor(6) as pool:
        with store.writing() as connection:
            connection.execute(text("SELECT last FROM site_head WHERE site = :site FOR UPDATE"), site)
            pushes = [pool.submit(push, 0)]
            until(lambda: on_postgres.rows("SELECT 1 FROM pg_locks WHERE NOT granted"))
            pushes += [pool.submit(push, number) for number in range(1, 6)]
            # Until all of them are in the line the first is not let go.
            until(lambda: under_way(on_postgres) >= 6)
        assert [each.result(HUNG_S).acked for each in pushes] == [3] * 6
    stations = [(bench.station, None) for bench in benches]
    assert len(transactions(store, stations[:1])) == 1
    assert len(transactions(store, stations[1:])) <= 2


def under_way(central: Any) -> int:
    """Requests that central is at, but for this one."""
    said = httpx.get(f"{central.url}/metrics", trust_env=False).text
    (line,) = [line for line in said.splitlines() if line.startswith("returns_central_under_way ")]
    return int(float(line.split()[1])) - 1


def test_a_convoy_that_everybody_left_says_nothing_to_nobody(tmp_path: Path, new_book: NewBook) -> None:
    """The bench hung up, and the database fails after that: it will send again, and hear of it then."""
    store = Store(f"sqlite:///{tmp_path / 'central.sqlite'}")
    stations = begun(store, new_book, 3)
    told: list[dict[str, Any]] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        convoys = Convoys(store, Admission())
        with store.writing() as connection:
            benches = [
                asyncio.create_task(convoys.take_in("leeds", Given(station, book.push(2)), 100))
                for station, book in stations
            ]
            # Each, this one, and the convoy of the first; it leaves, and the other two are a convoy.
            await _tasks(5)
            await _hang_up(benches[:1])
            await _tasks(5)
            await _hang_up(benches[1:])
            connection.execute(text("DROP TABLE journal"))
        await _tasks(1)
        gc.collect()

    asyncio.run(run())
    store.close()
    assert told == []


async def _tasks(count: int) -> None:
    while len(asyncio.all_tasks()) != count:
        await asyncio.sleep(0.001)


async def _hang_up(benches: list[asyncio.Task[Pushed]]) -> None:
    for each in benches:
        each.cancel()
    ended = await asyncio.gather(*benches, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
