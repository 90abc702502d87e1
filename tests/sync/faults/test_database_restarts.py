"""PostgreSQL ended in the middle of everything, again and again: facts, tables, feed and money are as if it had not."""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from station.local_copy import LocalCopy
from sync.central.resolutions.follow import follow
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import Payments
from sync.central.store import Store
from tests.conftest import HUNG_S
from tests.sync.central.resolutions.histories import Clock, Line, cheap, shipped
from tests.sync.conftest import Central
from tests.sync.faults.invariants import all_came, copy_is_the_feed, each_fact_is_there_once, head, tables_are_the_fold
from tests.sync.postgres import Cluster

RESTARTS = 2


@pytest.fixture(scope="module")
def own_cluster(cluster: str) -> Iterator[Cluster]:
    """A PostgreSQL that no other test uses."""
    running = Cluster()
    yield running
    running.close()


@pytest.fixture(scope="module")
def own_central(own_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    """A central on it."""
    running = Central(tmp_path_factory.mktemp("own") / "central", own_cluster.new_database())
    running.start()
    yield running
    running.close()


class Payer(threading.Thread):
    """Carries out what is due, as `work-resolutions` does: a database that is away is waited for."""

    def __init__(self, url: str) -> None:
        super().__init__(name="payer")
        self.payments, self.clock = Payments(), Clock()
        self._url = url
        self._book = shipped()
        self.done = threading.Event()
        self.away = 0

    def run(self) -> None:
        with closing(Store(self._url)) as store:
            worker = 0
            while not self.done.is_set():
                worker += 1
                try:
                    self.all_due(store, f"w{worker}")
                except OperationalError:
                    self.away += 1
                    self.clock.now += timedelta(minutes=10)  # what was claimed then may be claimed again
                self.done.wait(0.01)
            self.clock.now += timedelta(minutes=10)
            self.all_due(store, "last")

    def all_due(self, store: Store, name: str) -> None:
        follow(store, self._book, self.clock.now)
        line = Line(self.payments, self.clock, 1, share=0)
        while work_one(store, self._book, line, name, self.clock) is not None:
            pass


def test_a_database_that_ends_under_load_loses_and_doubles_nothing(
    own_cluster: Cluster,
    own_central: Central,
    enrol_at: Any,
    new_book: Any,
    run_courier: Callable[..., Any],
    until: Any,
    site: str,
    times: int,
    seed: int,
    tally: Any,
) -> None:
    chance = random.Random(seed)
    benches, books = [enrol_at(own_central) for _ in range(2)], [new_book() for _ in range(2)]
    couriers = [run_courier(book, bench) for book, bench in zip(books, benches, strict=True)]
    payer = Payer(own_central.database)
    payer.start()
    for restart in range(RESTARTS * times):
        own_central.tell(site, *(cheap(f"PAY-{restart}-{each}") for each in range(8)))
        for book, courier in zip(books, couriers, strict=True):
            for each in range(10):
                book.item(f"RMA-{restart}-{chance.randrange(8)}", serial=f"SN{each}")
            courier.courier.wake()
        up_to = len(benches[0].events()) + chance.randrange(20)
        until(lambda up_to=up_to: len(benches[0].events()) >= up_to or couriers[0].is_through())
        own_cluster.stop()
        until(lambda: couriers[0].status is not None and (not couriers[0].status.online or couriers[0].status.why))
        own_cluster.start()
        for each in zip(benches, books, couriers, strict=True):
            until(lambda each=each: all_came(own_central.store, each[0].station, *each[1:]))
    payer.done.set()
    payer.join()
    for book, bench in zip(books, benches, strict=True):
        each_fact_is_there_once(own_central.store, bench.station, list(book.push().entries))
        tables_are_the_fold(own_central.store, bench.station)
        with closing(LocalCopy.open(book.folder / "expected.sqlite")) as copy:
            until(lambda copy=copy: copy.cursor() == head(own_central.store, site))
            copy_is_the_feed(own_central.store, site, copy)
    asked = own_central.rows("SELECT id, kind, state FROM resolution")
    assert payer.payments.counts() == {row["id"]: 1 for row in asked}
    assert {row["state"] for row in asked} == {"confirmed"}
    assert len(asked) == 2 * 8 * RESTARTS * times
    tally(RESTARTS * times, f"{len(asked)} resolutions, each once; the payer met it {payer.away} times")


def test_a_database_that_neither_answers_nor_hangs_up_holds_nobody_for_long(
    own_cluster: Cluster, own_central: Central, enrol_at: Any, site: str
) -> None:
    """Central says that it is not ready, and ends when it is told to, in the middle of what it was asked."""
    headers = {"Authorization": f"Bearer {enrol_at(own_central).token}"}
    with httpx.Client(base_url=own_central.url, headers=headers, timeout=HUNG_S, trust_env=False) as http:

        def pull() -> None:
            with contextlib.suppress(httpx.HTTPError):
                http.get(f"/v1/sites/{site}/feed?after=0")

        with own_cluster.frozen():
            pulls = [threading.Thread(target=pull) for _ in range(2)]
            for each in pulls:
                each.start()
            answer = http.get("/ready")
            assert (answer.status_code, "does not answer" in answer.json()["detail"]) == (503, True)
            assert own_central.stop() == 0
            for each in pulls:
                each.join()
    assert "is broken off" in own_central.log()
    own_central.start()
    assert httpx.get(f"{own_central.url}/ready", trust_env=False).status_code == 200
