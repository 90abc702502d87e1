"""One return line at two benches that were both away: whatever the order, one receipt each, one review, one refund."""

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import uuid_utils
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from station.entries import Entry, first_prev, sealed
from station.facts import (
    Answered,
    Graded,
    ItemIdentified,
    ParcelArrived,
    ParcelFinished,
    Recorded,
    SerialChecked,
    encode,
    name_of,
    version_of,
)
from sync.central import intake, tokens
from sync.central.resolutions.follow import follow
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import Payments
from sync.central.store import Store
from sync.central.tables import journal, resolution, review
from sync.wire import Push
from tests.sync.central.resolutions.histories import START, Clock, Line, cheap, shipped, tell
from tests.sync.conftest import NOW
from tests.sync.faults.invariants import tables_are_the_fold

TIMES = int(os.environ.get("RETURNS_STATION_FAULTS", "1"))
SEED = int(os.environ.get("RETURNS_STATION_FAULTS_SEED", "1"))
# Histories are not made shorter when one fails: each takes a database.
PHASES = (Phase.explicit, Phase.generate)
BOOK = shipped()


class Away:
    """A bench with no network: what it recorded of one unit of an order, and how much of that central confirmed."""

    def __init__(self, store: Store, rma: str) -> None:
        self.store, self.station, self.epoch = store, f"S{uuid_utils.uuid7().hex[-12:]}", uuid_utils.uuid4().hex
        self.acked = 0
        tokens.enrol(store, self.station, "leeds", NOW)
        self.entries: list[Entry] = []
        prev = first_prev(self.epoch)
        for seq, fact in enumerate(received(rma), 1):
            self.entries.append(self._entry(seq, fact, prev))
            prev = self.entries[-1].hash

    def _entry(self, seq: int, fact: Recorded, prev: bytes) -> Entry:
        about = (seq, uuid_utils.uuid7().hex, f"{self.epoch}{seq}", self.epoch, NOW, seq, "boot", "B1", "S1")
        return sealed(Entry(*about, name_of(fact), version_of(fact), encode(fact), b"", b""), prev)

    def push(self, first: int, last: int, *, is_heard: bool) -> None:
        """Send some entries; one that is not heard goes again."""
        first = min(first, self.acked + 1)
        answer = intake.take_in(
            self.store, self.station, "leeds", Push(self.epoch, first, NOW, tuple(self.entries[first - 1 : last])), NOW
        )
        if is_heard:
            self.acked = answer.acked


def received(rma: str) -> list[Recorded]:
    """One unit of the only line of an order, received and graded."""
    return [
        ParcelArrived("P-1", f"T-{rma}", "ups", "return", "one", (rma,)),
        ItemIdentified("P-1", "I-1", "C", "matched", "Tee", "apparel", rma=rma, line="1"),
        SerialChecked("I-1", "SN1", "same"),
        Answered("I-1", "worn", "no", "r/1"),
        Graded("I-1", "A", "A", "A", "g"),
        ParcelFinished("P-1", 1, 0),
    ]


LAST = len(received(""))
STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, LAST), st.integers(1, LAST), st.booleans(), st.integers(0, 3)),
    max_size=14,
)


def play(store: Store, steps: list[tuple[int, int, int, bool, int]]) -> None:
    """Let two benches come back in any order, in pieces, some twice, while somebody pays; then all comes through."""
    rma = f"RMA-{uuid_utils.uuid7().hex[-12:]}"
    tell(store, cheap(rma))
    benches = [Away(store, rma), Away(store, rma)]
    payments, clock = Payments(), Clock()
    line = Line(payments, clock, 1, share=0)

    def pay(name: str) -> None:
        follow(store, BOOK, START)
        while work_one(store, BOOK, line, name, clock) is not None:
            pass

    for number, (bench, first, last, is_heard, then) in enumerate(steps):
        benches[bench].push(first, max(first, last), is_heard=is_heard)
        if not then:
            pay(f"w{number}")
    for each in benches:
        each.push(1, LAST, is_heard=True)
        assert each.acked == LAST
    pay("last")
    with store.reading() as connection:
        reviews = connection.execute(select(review.c.kind, review.c.line).where(review.c.rma == rma)).all()
        of_it = (resolution.c.rma == rma, resolution.c.kind == "refund")
        refunds = connection.execute(select(resolution.c.id).where(*of_it)).all()
        kept = connection.execute(select(journal.c.id).where(journal.c.txn.startswith(benches[0].epoch))).all()
    assert [row.kind for row in reviews if row.kind == "duplicate_receipt"] == ["duplicate_receipt"]
    assert len(kept) == LAST
    assert len(refunds) <= 1
    assert all(count == 1 for count in payments.counts().values())
    for each in benches:
        tables_are_the_fold(store, each.station)


@pytest.fixture
def one_store(database: str) -> Iterator[Store]:
    with closing(Store(database)) as opened:
        yield opened


def test_whatever_the_order_there_is_one_receipt_one_review_one_refund(one_store: Store, tally: Any) -> None:
    played = 0

    @seed(SEED)
    @settings(max_examples=15 * TIMES, phases=PHASES, suppress_health_check=list(HealthCheck), database=None)
    @given(steps=STEPS)
    def history(steps: list[tuple[int, int, int, bool, int]]) -> None:
        nonlocal played
        played += 1
        play(one_store, steps)

    history()
    tally(played, "interleavings")


def test_the_same_receive_sent_four_times_at_once_is_one(
    bench: Any, new_book: Callable[[], Any], times: int, tally: Any
) -> None:
    """Each of four connections gets the same answer, but for the word that it was said before."""
    clients = [bench.client() for _ in range(4)]
    together = threading.Barrier(4)
    chance = random.Random(SEED)
    book = new_book()
    for trial in range(20 * times):
        first = book.journal.last_seq + 1
        book.item(f"RMA-{bench.station}-{trial}", serial=f"SN{chance.random()}")
        push = book.push(first)
        answers: list[Any] = []

        def send(number: int, push: Any = push, answers: list[Any] = answers) -> None:
            together.wait()
            answers.append(clients[number].push(push))

        threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert {(answer.epoch, answer.acked) for answer in answers} == {(book.journal.epoch, book.journal.last_seq)}
        said = sorted({verdict.status for verdict in answer.results} for answer in answers)
        assert said.count(set()) == 1 and said.count({"duplicate"}) == 3
    count = "SELECT COUNT(*) AS n FROM {} WHERE station = :station"
    for table, each in (("journal", 3), ("parcel", 1), ("item", 1)):
        assert bench.central.rows(count.format(table), station=bench.station) == [{"n": each * 20 * times}]
    receipts = bench.central.rows(
        "SELECT COUNT(*) AS n FROM feed WHERE site = :site AND kind = 'receipt'", site=bench.site
    )
    assert receipts == [{"n": 20 * times}]
    tables_are_the_fold(bench.central.store, bench.station)
    tally(20 * times, "receives, each four times at once")
