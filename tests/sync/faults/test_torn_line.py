"""A line that is cut, sliced, slow, reset or deaf between the real client and a real central: all gets through once."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import msgspec
import pytest

from station.local_copy import LocalCopy
from sync.backlog import Reader
from sync.client import Client
from sync.clock import MACHINE
from sync.errors import Unreachable
from sync.outbox import Outbox
from tests.sync.faults.invariants import all_came, each_fact_is_there_once, tables_are_the_fold
from tests.sync.faults.torn_line import Tear, TornLine

# What a push may be cut after; and 64 kbit/s in pieces as a modem gives them.
STEP = 1024
SLOW = Tear(slice_bytes=400, pause_s=0.05)
SLICED = Tear(slice_bytes=97)


@pytest.fixture
def line(central: Any) -> Iterator[TornLine]:
    with closing(TornLine(central.port)) as torn:
        yield torn


class Sender:
    """The outbox of a book, over the torn line, with no thread of its own; each push has a connection of its own."""

    def __init__(self, book: Any, bench: Any, line: TornLine) -> None:
        self._bench, self._line = bench, line
        self._copy = LocalCopy.open(book.folder / "expected.sqlite")
        self._journal = Reader(book.journal.path)
        self._epoch = self._journal.epoch()

    def push(self, tear: Tear) -> bool:
        """Whether a push came back confirmed."""
        self._line.tear = tear
        with closing(Client(self._line.url, self._bench.station, self._bench.token)) as client:
            try:
                Outbox(client, self._copy, self._journal, self._epoch, MACHINE).push_some()
            except Unreachable:
                return False
        return True

    def acked(self) -> int:
        return self._copy.acked(self._epoch)

    def close(self) -> None:
        self._journal.close()
        self._copy.close()


@pytest.fixture
def sender(book: Any, bench: Any, line: TornLine) -> Iterator[Sender]:
    with closing(Sender(book, bench, line)) as outbox:
        yield outbox


def all_is_there(bench: Any, book: Any) -> None:
    each_fact_is_there_once(bench.central.store, bench.station, list(book.push().entries))
    tables_are_the_fold(bench.central.store, bench.station)


def test_a_push_cut_at_every_kibibyte(book: Any, bench: Any, sender: Sender, line: TornLine, tally: Any) -> None:
    book.parcels(40)
    size = len(msgspec.json.encode(book.push()))
    cuts = range(STEP, size, STEP)
    for number, cut in enumerate(cuts):
        assert not sender.push(Tear(cut_up=cut, reset=number % 2 == 1))
    assert line.broken == len(cuts) > 20
    assert bench.events() == [] and sender.acked() == 0
    assert sender.push(Tear())
    all_is_there(bench, book)
    tally(len(cuts), f"cuts of a push of {size} bytes")


def test_answers_that_are_cut_or_reset_after_the_commit_double_nothing(
    book: Any, bench: Any, sender: Sender, times: int, seed: int, tally: Any
) -> None:
    chance = random.Random(seed)
    lost = 0
    for _ in range(12 * times):
        book.parcels(3)
        got = sender.push(Tear(cut_down=chance.randrange(1, 60), reset=chance.random() < 0.5))
        lost += not got
        assert len(bench.events()) == book.journal.last_seq
        if chance.random() < 0.4:
            assert sender.push(Tear())
            assert sender.acked() == book.journal.last_seq
    assert sender.push(Tear())
    assert lost == 12 * times
    all_is_there(bench, book)
    tally(lost, "answers lost after central's commit")


def test_a_line_that_hears_all_and_says_nothing_is_given_up(
    book: Any, bench: Any, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.parcels(3)
    with monkeypatch.context() as patch:
        patch.setattr("sync.client._TIMEOUT_S", 0.2)
        assert not sender.push(Tear(deaf=True))
    assert bench.events() == []
    assert sender.push(Tear())
    all_is_there(bench, book)


@pytest.mark.parametrize("tear", [SLOW, SLICED], ids=["64_kbit", "sliced"])
def test_a_slow_line_is_only_slow(book: Any, bench: Any, sender: Sender, tear: Tear) -> None:
    book.parcels(8)
    assert sender.push(tear)
    assert sender.acked() == 8
    all_is_there(bench, book)


def test_a_courier_on_a_line_that_tears_at_random_gets_through_by_itself(
    book: Any,
    bench: Any,
    line: TornLine,
    run_courier: Callable[..., Any],
    until: Any,
    times: int,
    seed: int,
    tally: Any,
) -> None:
    """I5: after the last tear nothing is done but wait."""
    chance = random.Random(seed)
    line.tear = Tear(cut_up=900)
    running = run_courier(book, bench, line.url)
    for _ in range(15 * times):
        book.item(f"RMA-{bench.station}")
        book.photo(chance.randbytes(3000))
        line.tear = Tear(
            cut_up=chance.choice((chance.randrange(8000), 1 << 60)),
            cut_down=chance.choice((chance.randrange(1, 300), 1 << 60)),
            reset=chance.random() < 0.5,
        )
        broken = line.broken
        running.courier.wake()
        until(lambda broken=broken: line.broken > broken or running.is_through())
    line.tear = Tear()
    until(lambda: all_came(bench.central.store, bench.station, book, running))
    assert running.status.refused == 0
    all_is_there(bench, book)
    tally(line.broken, "connections torn at random")
