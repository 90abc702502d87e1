"""Lets two benches that were away meet on each of many return lines, over HTTP and all at once, while it is paid.

python -m tests.long.two_benches [--lines 500] [--at-once 6] [--seed 1] [--postgres]

Each pair comes back in pieces of its own size, some sent twice, at a central that is a process; a worker pays
meanwhile. Then a person decides what waits for one. Of each line there must be: what each bench recorded, once; one
receipt of each parcel; one review; one refund, paid once. Exit 1 when a line has more or less.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import uuid_utils
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from sync.central.resolutions.derive import Ruling
from sync.central.resolutions.follow import follow
from sync.central.resolutions.reconcile import rule
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import Payments
from sync.central.store import Store
from sync.central.tables import feed, journal, resolution, review
from sync.client import Client
from sync.errors import Unreachable
from sync.wire import Push, Pushed
from tests.sync.central.resolutions.histories import Clock, Line, cheap, shipped, tell
from tests.sync.conftest import Central
from tests.sync.faults.away import LAST, Away
from tests.sync.postgres import Cluster

# Some are paid at once, before anything is here; the others when the goods were graded.
PRICES = (1_900, 5_900)


class Returning(Away):
    """A bench that was away, and comes back over HTTP."""

    def __init__(self, central: Central, rma: str) -> None:
        super().__init__(central.store, rma)
        self.client = Client(central.url, self.station, self.token)

    def send(self, push: Push) -> Pushed:
        while True:
            try:
                answer = self.client.push(push)
            except Unreachable as error:
                # Too many of one site at once: what a bench is told to do is to wait, and send it again.
                time.sleep(error.retry_after_s)
                continue
            assert isinstance(answer, Pushed), answer
            return answer

    def come_back(self, seed: int) -> None:
        """Send everything, in pieces that chance has, some of them twice."""
        chance = random.Random(seed)
        while self.acked < LAST:
            first = chance.randint(1, self.acked + 1)
            self.push(first, chance.randint(first, LAST), is_heard=chance.random() < 0.8)
        self.client.close()


@dataclass
class Met:
    """What came of it: how many lines had what, and what is wrong with the others, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def paying(store: Store, payments: Payments, clock: Clock) -> Iterator[None]:
    """Derive and carry out what is due all the time, as `work-resolutions` does."""
    done = threading.Event()
    line = Line(payments, clock, 1, share=0)

    def pay() -> None:
        number = 0
        while not done.wait(0.02):
            number += 1
            try:
                pay_due(store, line, f"w{number}", clock)
            except OperationalError:
                continue  # SQLite has one writer, and central is at it

    worker = threading.Thread(target=pay)
    worker.start()
    try:
        yield
    finally:
        done.set()
        worker.join()
    pay_due(store, line, "last", clock)


def pay_due(store: Store, line: Line, name: str, clock: Clock) -> None:
    """Derive and carry out everything that is due now."""
    follow(store, shipped(), clock.now)
    while work_one(store, shipped(), line, name, clock) is not None:
        pass


def meet(central: Central, lines: int, at_once: int, seed: int) -> Met:
    """Let all pairs come back, pay, let a person decide the rest, pay again; return what came of it."""
    run, chance = uuid_utils.uuid7().hex[-8:], random.Random(seed)
    rmas = [f"RMA-{run}-{number}" for number in range(lines)]
    store, payments, clock = central.store, Payments(), Clock()
    tell(store, *(cheap(rma, chance.choice(PRICES)) for rma in rmas))
    pairs = [(Returning(central, rma), Returning(central, rma)) for rma in rmas]
    with paying(store, payments, clock), ThreadPoolExecutor(2 * at_once) as pool:
        for coming in [pool.submit(each.come_back, chance.getrandbits(32)) for pair in pairs for each in pair]:
            coming.result()
    met = Met()
    refunds_by_itself = refunds(store, rmas)
    with paying(store, payments, clock):
        for rma in rmas:
            if not refunds_by_itself[rma]:
                with store.writing() as connection:
                    ruling = Ruling("refund", 1_000, "BDG-9", "One came back, and both saw it")
                    assert rule(connection, rma, "1", ruling, shipped(), clock.now)
                met.counts["refunds that a person decided"] += 1
    look(store, list(zip(rmas, pairs, strict=True)), payments, met)
    return met


def refunds(store: Store, rmas: Sequence[str]) -> Counter[str]:
    """How many refunds of each order were confirmed."""
    query = select(resolution.c.rma).where(resolution.c.kind == "refund", resolution.c.state == "confirmed")
    with store.reading() as connection:
        found = Counter(row.rma for row in connection.execute(query))
    return Counter({rma: found[rma] for rma in rmas})


def look(store: Store, pairs: Sequence[tuple[str, tuple[Returning, Returning]]], payments: Payments, met: Met) -> None:
    """Count what there is of each line."""
    paid, refunded = payments.counts(), refunds(store, [rma for rma, _ in pairs])
    kept, receipts, reviews = counts(store)
    ids = dict(of_refunds(store))
    for rma, benches in pairs:
        there = {
            "facts of a bench": [kept[each.station] for each in benches] == [LAST, LAST],
            "one receipt of each": [receipts[each.station] for each in benches] == [1, 1],
            "one review": reviews[rma] == 1,
            "one refund": refunded[rma] == 1,
            "paid once": paid.get(ids.get(rma, ""), 0) == 1,
        }
        met.counts.update(name for name, is_so in there.items() if is_so)
        met.wrong += [f"{rma}: not {name}" for name, is_so in there.items() if not is_so]
    met.wrong += [f"{each}: paid {number} times" for each, number in paid.items() if number != 1]


def counts(store: Store) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """How many facts and how many receipts there are of each station, and reviews of each order."""
    with store.reading() as connection:
        kept = connection.execute(select(journal.c.station, func.count()).group_by(journal.c.station)).all()
        told = connection.execute(select(feed.c.body).where(feed.c.kind == "receipt")).all()
        of_line = select(review.c.rma).where(review.c.kind == "duplicate_receipt")
        reviews = Counter(row.rma for row in connection.execute(of_line))
    receipts = Counter(msgspec.json.decode(row.body)["bench"] for row in told)
    return Counter(dict(tuple(row) for row in kept)), receipts, reviews


def of_refunds(store: Store) -> list[tuple[str, str]]:
    """The id of each order's confirmed refund."""
    query = select(resolution.c.rma, resolution.c.id).where(
        resolution.c.kind == "refund", resolution.c.state == "confirmed"
    )
    with store.reading() as connection:
        return [(row.rma, row.id) for row in connection.execute(query)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=6, metavar="PAIRS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL instead of SQLite")
    asked = parser.parse_args()
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="two-benches-")))
        database = ends.enter_context(closing(Cluster())).new_database() if asked.postgres else ""
        central = ends.enter_context(closing(Central(folder / "central", database)))
        central.start()
        met = meet(central, asked.lines, asked.at_once, asked.seed)
    print(f"{asked.lines} lines, each at two benches over HTTP, on {'PostgreSQL' if asked.postgres else 'SQLite'}:")
    for name, count in met.counts.items():
        print(f"{count:8}  {name}")
    print("\n".join(met.wrong[:20]) or "       0  with more or less")
    return int(bool(met.wrong))


if __name__ == "__main__":
    sys.exit(main())
