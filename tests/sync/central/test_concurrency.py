"""Several at once on PostgreSQL: nobody overwrites, skips or waits for ever, whichever commits first."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any

import msgspec
import psycopg
import pytest
import uuid_utils
from sqlalchemy import text

from resources import find
from station.entries import first_prev, sealed
from station.inspecting.facts import Answered
from station.receiving.facts import ItemIdentified, ParcelArrived, SerialChecked
from station.records import Pattern, ReturnOrder, pattern_key
from station.routing.facts import Graded, PlateAllotted
from sync.central import feed, folding, patterns, reviews
from sync.central.feed import Change
from sync.central.intake import take_in
from sync.central.pattern_rule import parse
from sync.central.statements import Sql, ask
from sync.central.store import Store
from sync.wire import Push, Pushed
from tests.conftest import HUNG_S
from tests.sync.conftest import NOW

RULES = parse(find.read("patterns.toml"))


@pytest.fixture(scope="module")
def store(cluster: str) -> Iterator[Store]:
    with psycopg.connect(cluster.replace("+psycopg", "") % "postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE at_once")
    with closing(Store(cluster % "at_once")) as made:
        yield made


def all_at_once(*works: Callable[[], None]) -> None:
    """Run these in threads; raises what the first of them raised."""
    failed: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 # top of thread
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def test_two_epochs_of_one_station_change_one_row_and_none_takes_back_the_others(
    store: Store, new_book: Callable[[], Any]
) -> None:
    station, books = f"S{uuid_utils.uuid7().hex[-10:]}", [new_book(), new_book()]
    items = [f"I-{n}" for n in range(30)]
    books[0].add(ParcelArrived("P-1", "T1", "ups", "return", "none"))
    for item in items:
        books[0].add(ItemIdentified("P-1", item, "C", "matched", "Thing", "home"))
    said = books[0].journal.last_seq
    take_in(store, station, "leeds", books[0].push(), NOW)
    for item in items:
        books[0].add(Graded(item, "B", "B", "A", "home/1"))
        books[1].add(PlateAllotted(item, f"N-{item}"))
    together = threading.Barrier(2, timeout=HUNG_S)

    def push(which: int, before: int) -> None:
        for n in range(1, len(items) + 1):
            batch = books[which].push(before + n, before + n)
            together.wait()
            take_in(store, station, "leeds", batch, NOW)

    all_at_once(lambda: push(0, said), lambda: push(1, 0))
    with store.reading() as connection:
        rows = connection.execute(
            text("SELECT item, letter, plate FROM item WHERE station = :station"), {"station": station}
        ).all()
    assert sorted(tuple(row) for row in rows) == sorted((item, "B", f"N-{item}") for item in items)


def test_one_epoch_pushed_twice_at_once_is_taken_in_once(store: Store, new_book: Callable[[], Any]) -> None:
    book = new_book()
    book.parcels(40)
    together = threading.Barrier(2, timeout=HUNG_S)
    results: list[Sequence[Any]] = []

    def push() -> None:
        for seq in range(1, 41, 4):
            batch = book.push(seq, seq + 3)
            together.wait()
            results.append(take_in(store, "TWICE", "leeds", batch, NOW).results)

    all_at_once(push, push)
    assert [each.status for found in results for each in found] == ["duplicate"] * 40
    with store.reading() as connection:
        count = connection.execute(text("SELECT COUNT(*) FROM story WHERE station = 'TWICE'")).scalar_one()
    assert count == 40


def test_two_sites_with_one_customer_never_wait_for_each_other_for_ever(
    store: Store, new_book: Callable[[], Any]
) -> None:
    mark = uuid_utils.uuid7().hex[-10:]
    customers = [f"c-{n}-{mark}" for n in range(4)]
    sites = [f"leeds-{mark}", f"lyon-{mark}"]
    together = threading.Barrier(len(sites), timeout=HUNG_S)

    def tell(site: str, wave: int) -> None:
        orders = [
            ReturnOrder(f"{site}-{customer}-{n}", "Client", "O", (), customer=customer)
            for customer in random.sample(customers, len(customers))
            for n in range(2)
        ]
        # The second wave names the same orders again, the third withdraws one of each customer.
        changes = [Change("order", each.rma, msgspec.json.encode(each)) for each in orders]
        if wave == 2:
            changes = [Change("order", f"{site}-{customer}-0", None) for customer in reversed(customers)]
        with store.writing() as connection:
            feed.append(connection, site, changes)

    def pushes(site: str) -> list[Push]:
        book = new_book()
        made = []
        for _ in range(3):
            first = book.journal.last_seq + 1
            for customer in customers:
                for n in range(2):
                    book.add(book.arrival("", f"{site}-{customer}-{n}"))
            made.append(book.push(first))
        return made

    def work(site: str) -> None:
        for wave, push in enumerate(pushes_of[site]):
            together.wait()
            tell(site, wave)
            patterns.follow(store, RULES, site, NOW)
            together.wait()
            take_in(store, f"{site}-A", site, push, NOW)
            patterns.follow(store, RULES, site, NOW)
        patterns.recount(store, RULES, NOW)

    pushes_of = {site: pushes(site) for site in sites}
    all_at_once(*(lambda site=site: work(site) for site in sites))  # type: ignore[misc]
    with store.reading() as connection:
        standing = {site: patterns.standing(connection, site) for site in sites}
        due = connection.execute(text("SELECT COUNT(*) FROM customer_due")).scalar_one()
    assert due == 0
    assert standing[sites[0]] == standing[sites[1]]
    wanted = {pattern_key("Client", customer) for customer in customers}
    assert {pattern_key(each.client, each.customer) for each in standing[sites[0]]} <= wanted
    assert all(isinstance(each, Pattern) and each.returns == 4 for each in standing[sites[0]])


WRITERS, EACH = 8, 12


def test_numbers_commit_in_their_order_so_that_a_reader_skips_none(store: Store) -> None:
    """Eight write and pause before and after they number; one reads all the while."""
    site = f"site-{uuid_utils.uuid7().hex}"
    seen: list[tuple[int, str]] = []
    done = threading.Event()

    def write(number: int) -> None:
        dice = random.Random(number)
        for n in range(EACH):
            with store.writing() as connection:
                connection.execute(text("SELECT 1"))
                time.sleep(dice.uniform(0, 0.005))
                changes = [Change("order", f"{number}-{n}-{k}", b"{}") for k in range(dice.randint(1, 3))]
                feed.append(connection, site, changes)
                time.sleep(dice.uniform(0, 0.003))

    def read() -> None:
        last_look = False
        while not last_look:
            last_look = done.is_set()
            with store.reading() as connection:
                page = feed.page(connection, site, seen[-1][0] if seen else 0, 50, "")
            seen.extend((each.seq, each.key) for each in page.records)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        all_at_once(*(lambda number=number: write(number) for number in range(WRITERS)))  # type: ignore[misc]
    finally:
        done.set()
        reading.join()
    with store.reading() as connection:
        kept = connection.execute(text("SELECT seq, key FROM feed WHERE site = :site ORDER BY seq"), {"site": site})
        assert seen == [tuple(row) for row in kept]
    assert [seq for seq, _ in seen] == list(range(1, len(seen) + 1))
    assert len({key.rsplit("-", 1)[0] for _, key in seen}) == WRITERS * EACH


def test_a_plain_sequence_would_skip(store: Store, cluster: str) -> None:
    """What the feed's counter is for: the later number commits first, and who reads by number never sees the other."""
    with ExitStack() as open_:
        url = cluster.replace("+psycopg", "") % "at_once"
        slow, quick, reader = (open_.enter_context(psycopg.connect(url)) for _ in range(3))
        reader.autocommit = True
        reader.execute("CREATE TABLE naive (seq BIGSERIAL PRIMARY KEY, who TEXT)")
        slow.execute("INSERT INTO naive (who) VALUES ('slow')")
        quick.execute("INSERT INTO naive (who) VALUES ('quick')")
        quick.commit()
        (cursor, who) = reader.execute("SELECT seq, who FROM naive WHERE seq > 0 ORDER BY seq").fetchall()[-1]
        assert (cursor, who) == (2, "quick")
        slow.commit()
        assert reader.execute("SELECT who FROM naive WHERE seq > %s", [cursor]).fetchall() == [], "slow is lost"
        reader.execute("DROP TABLE naive")


def test_the_counter_makes_the_later_writer_wait(store: Store) -> None:
    """The same two writers on the feed: the second has no number until the first has committed."""
    site = f"site-{uuid_utils.uuid7().hex}"
    numbered = threading.Event()

    def quick() -> None:
        with store.writing() as connection:
            feed.append(connection, site, [Change("order", "quick", b"{}")])
            numbered.set()

    with store.writing() as connection:
        feed.append(connection, site, [Change("order", "slow", b"{}")])
        second = threading.Thread(target=quick)
        second.start()
        assert not numbered.wait(0.2)
    second.join()
    with store.reading() as connection:
        assert [each.key for each in feed.page(connection, site, 0, 9, "").records] == ["slow", "quick"]


def test_answers_of_one_station_are_not_folded_while_another_push_of_it_is_under_way(
    store: Store, new_book: Callable[[], Any]
) -> None:
    """The station is locked before its rows are read: the second push waits for the first, whatever its epoch."""
    station, books = f"S{uuid_utils.uuid7().hex[-10:]}", [new_book(), new_book()]
    books[0].add(ParcelArrived("P-1", "T1", "ups", "return", "none"))
    books[0].add(ItemIdentified("P-1", "I-1", "C", "matched", "Thing", "home"))
    take_in(store, station, "leeds", books[0].push(), NOW)
    books[1].add(Answered("I-1", "worn", "none", "home/1"))
    take_in(store, station, "leeds", books[1].push(), NOW)
    books[1].add(Answered("I-1", "worn", "heavy", "home/1"))
    finished = threading.Event()

    def push() -> None:
        take_in(store, station, "leeds", books[1].push(2, 2), NOW)
        finished.set()

    with store.writing() as connection:
        connection.execute(
            text("SELECT station FROM station_lock WHERE station = :station FOR UPDATE"), {"station": station}
        )
        second = threading.Thread(target=push)
        second.start()
        assert not finished.wait(0.2)
    second.join()
    assert finished.is_set()


@pytest.mark.parametrize("beside", [0, 150])
def test_who_comes_second_to_an_order_sees_what_the_first_found_of_it(
    store: Store, new_book: Callable[[], Any], beside: int
) -> None:
    """The order is locked before its lines are read, however many rows a push has."""
    names, rma = [f"S{uuid_utils.uuid7().hex[-10:]}" for _ in range(2)], f"R{uuid_utils.uuid7().hex[-10:]}"
    books = [new_book(), new_book()]
    for book in books:
        book.add(ParcelArrived("P-1", "T1", "ups", "return", "one", (rma,)))
        book.add(ItemIdentified("P-1", "I-1", "C", "matched", "Thing", "home", rma=rma, line="1"))
        book.add(SerialChecked("I-1", "SAME", "same"))
        book.parcels(beside)
    first, second = (book.push() for book in books)
    facts: list[Any] = [(entry, entry.fact()) for entry in first.entries]
    answers: list[Pushed] = []

    def push() -> None:
        answers.append(take_in(store, names[1], "leeds", second, NOW))

    with store.writing() as connection:
        folding.project(connection, {names[0]: facts})
        reviews.compare(connection, {names[0]: facts}, NOW)
        waiting = threading.Thread(target=push)
        waiting.start()
        await_waiting(store)
    waiting.join(HUNG_S)
    assert {each.status for each in answers[0].results} == {"conflict"}


def await_waiting(store: Store) -> None:
    """Wait until somebody waits for a lock."""
    end = time.monotonic() + HUNG_S
    with store.reading() as connection:
        while not connection.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).all():
            assert time.monotonic() < end
            time.sleep(0.005)


@pytest.mark.parametrize("size", [20, 150])
def test_a_salvaged_journal_is_known_again_and_nothing_is_said_of_it_in_the_log(
    store: Store, new_book: Callable[[], Any], size: int
) -> None:
    """Few statements go together and many rows by COPY; both are turned back by an id that is there, and go again."""
    station, epoch = f"S{uuid_utils.uuid7().hex[-10:]}", uuid_utils.uuid7().hex
    book = new_book()
    book.parcels(size)
    push = book.push()
    assert take_in(store, station, "leeds", push, NOW).results == ()
    prev, again = first_prev(epoch), []
    for entry in push.entries:
        again.append(sealed(msgspec.structs.replace(entry, epoch=epoch), prev))
        prev = again[-1].hash
    answer = take_in(store, station, "leeds", Push(epoch, 1, NOW, tuple(again)), NOW)
    assert (answer.acked, [each.status for each in answer.results]) == (size, ["duplicate"] * size)


def test_a_statement_is_planned_once_however_long_its_lists_are(store: Store) -> None:
    """A plan made anew each time was a third of what a small push cost PostgreSQL; the plan looks rows up by keys."""
    asked = Sql("SELECT station FROM station_lock WHERE station = ANY (:planned)")
    with store.reading() as connection:
        for length in range(1, 13):
            ask(connection, asked, {"planned": ["S"] * length})()
        query = text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE :like")
        ((generic, custom),) = connection.execute(query, {"like": "SELECT station FROM station_lock WHERE%"}).all()
        plan = connection.execute(text("EXPLAIN SELECT station FROM station_lock WHERE station = ANY ('{S,T}')")).all()
    assert generic > 0
    assert custom == 0
    assert not any("Seq Scan" in row[0] for row in plan)
