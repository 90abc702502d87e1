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

from sync.central.resolutions.follow import follow
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import Payments
from sync.central.store import Store
from sync.central.tables import journal, resolution, review
from tests.sync.central.resolutions.histories import START, Clock, Line, cheap, shipped, tell
from tests.sync.faults.away import LAST, Away
from tests.sync.faults.invariants import tables_are_the_fold

TIMES = int(os.environ.get("RETURNS_STATION_FAULTS", "1"))
SEED = int(os.environ.get("RETURNS_STATION_FAULTS_SEED", "1"))
# Histories are not made shorter when one fails: each takes a database.
PHASES = (Phase.explicit, Phase.generate)
BOOK = shipped()


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
