"""What a bench has and what central has, compared and mended over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from station.local_copy import LocalCopy, proved_mark
from station.staging import staged_beside
from sync.backlog import Reader
from sync.clock import MACHINE
from sync.digests import Digests
from sync.errors import Refused
from sync.mirror import Mirror
from sync.outbox import Outbox
from tests.sync.conftest import Bench, Book, Central


class Sides:
    """A bench's courier in its parts."""

    def __init__(self, bench: Bench, book: Book) -> None:
        client, self.epoch = bench.client(), book.journal.epoch
        self.db = LocalCopy.open(book.folder / "expected.sqlite")
        self.reader = Reader(book.journal.path)
        self.mirror = Mirror(client, self.db, bench.site)
        self.outbox = Outbox(client, self.db, self.reader, self.epoch, MACHINE)
        self.digests = Digests(client, self.db, self.reader, self.mirror, self.outbox, bench.site, self.epoch)

    def pull(self) -> None:
        while self.mirror.pull_some():
            pass

    def close(self) -> None:
        self.mirror.close()
        self.reader.close()
        self.db.close()


@pytest.fixture
def sides(bench: Bench, book: Book) -> Iterator[Sides]:
    made = Sides(bench, book)
    yield made
    made.close()


def test_what_agrees_is_left_alone(bench: Bench, book: Book, sides: Sides, order: Any) -> None:
    bench.central.tell(bench.site, order(), order())
    book.parcels(3)
    sides.outbox.push_some()
    sides.pull()
    sides.digests.compare()
    assert sides.mirror.is_whole
    assert sides.outbox.acked == 3


def test_a_record_that_was_changed_here_is_put_right_and_pending_facts_stay(
    bench: Bench, book: Book, sides: Sides, order: Any
) -> None:
    one, two = order(), order()
    bench.central.tell(bench.site, one, two)
    book.parcels(2)
    sides.outbox.push_some()
    sides.pull()
    book.parcels(4)
    with sides.db.writing() as connection:
        connection.exec_driver_sql("DELETE FROM record WHERE key = ?", (one.rma,))
        connection.exec_driver_sql("UPDATE record SET body = '{}' WHERE key = ?", (two.rma,))
    before = book.push()
    sides.digests.compare()
    assert not sides.mirror.is_whole
    sides.pull()
    assert (sides.db.orders(one.rma), sides.db.orders(two.rma)) == ((one,), (two,))
    assert not staged_beside(sides.db.path).exists()
    assert book.push().entries == before.entries
    assert (sides.outbox.acked, sides.outbox.left(0).waiting) == (2, 4)
    sides.digests.compare()
    assert sides.mirror.is_whole


def test_a_feed_that_others_filled_up_again_after_it_was_put_back_is_taken_anew(
    bench: Bench, sides: Sides, order: Any
) -> None:
    """Its number says nothing then: the bench says by its mark which record it has under it."""
    one, lost, anothers, third = (order() for _ in range(4))
    bench.central.tell(bench.site, one, lost)
    sides.pull()
    cursor = sides.db.cursor()
    _put_back(bench, anothers)
    assert [each.key for each in bench.client().pull(bench.site, cursor - 1, 9).records] == [anothers.rma]
    sides.pull()
    assert sides.mirror.was_put_back
    assert (sides.db.orders(one.rma), sides.db.orders(lost.rma)) == ((one,), ())
    assert (sides.db.orders(anothers.rma), sides.db.cursor()) == ((anothers,), cursor)
    # Nothing was told since the snapshot, which says by itself with what it ends.
    sides.mirror.was_put_back = False
    sides.pull()
    assert not sides.mirror.was_put_back
    _put_back(bench, third)
    bench.central.tell(bench.site, lost)
    sides.pull()
    assert sides.mirror.was_put_back
    assert (sides.db.orders(anothers.rma), sides.db.orders(third.rma), sides.db.orders(lost.rma)) == (
        (),
        (third,),
        (lost,),
    )
    # A bench of old says no mark, and hears what it always heard.
    assert bench.client().pull(bench.site, cursor, 9).from_seq == cursor + 1


def _put_back(bench: Bench, again: Any) -> None:
    """Let central lose the last record of the site's feed, and give its number to another."""
    with bench.central.store.writing() as connection:
        about = {"site": bench.site}
        last = connection.execute(text("SELECT last FROM site_head WHERE site = :site"), about).scalar_one()
        connection.execute(text("DELETE FROM feed WHERE site = :site AND seq = :last"), about | {"last": last})
        connection.execute(text("UPDATE site_head SET last = last - 1 WHERE site = :site"), about)
    bench.central.tell(bench.site, again)


def test_facts_that_central_lost_go_again(bench: Bench, book: Book, sides: Sides) -> None:
    book.parcels(5)
    sides.db.set_acked(sides.epoch, 5)
    sides.digests.compare()
    assert sides.outbox.acked == 0
    sides.outbox.push_some()
    assert len(bench.events()) == 5


def test_a_snapshot_that_breaks_off_leaves_what_there_was(
    bench: Bench, sides: Sides, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = order()
    bench.central.tell(bench.site, one)
    sides.pull()
    lines = list(bench.client().snapshot(bench.site))
    monkeypatch.setattr("sync.client.Client.snapshot", lambda *_: iter(lines[:-1]))
    sides.mirror.take_anew()
    with pytest.raises(Refused, match="snapshot_cut"):
        sides.mirror.pull_some()
    assert sides.mirror.is_whole
    assert sides.db.orders(one.rma) == (one,)
    assert not staged_beside(sides.db.path).exists()


def test_a_fact_that_rotted_at_central_is_told_of_and_holds_up_no_other(
    on_sqlite: Central, enrol_at: Any, book: Book, expect_log: Any
) -> None:
    """Sent again it still is another there: a person is told which, and the rest may leave the journal."""
    bench = enrol_at(on_sqlite)
    sides = Sides(bench, book)
    book.parcels(9)
    sides.outbox.push_some()
    with on_sqlite.store.writing() as connection:
        connection.exec_driver_sql("UPDATE journal SET hash = x'07' WHERE station = ? AND seq = 3", (bench.station,))
    sides.digests.compare()
    assert (sides.outbox.acked, sides.db.acked(proved_mark(sides.epoch))) == (0, 0)
    sides.outbox.push_some()
    expect_log("entry 3 is not at central as it is here")
    for _ in range(2):
        sides.digests.compare()
        assert sides.db.acked(proved_mark(sides.epoch)) == sides.outbox.acked == 9
        assert [(each.seq, each.code) for each in sides.db.refused() if each.code == "digest_differs"] == [
            (3, "digest_differs")
        ]
    sides.close()
