"""Facts are packed only when a real central is proved to have them, and sent again when it was put back."""

from contextlib import closing
from typing import Any

import pytest

from station.database import open_sqlite
from station.journal_errors import JournalDamaged, JournalError
from station.local_copy import proved_mark
from station.retention import Keep
from station.verify import verify
from sync.fact_keeping import FactKeeping
from tests.sync.conftest import Bench, Book, Central
from tests.sync.test_digests import Sides


def pushed(bench: Bench, book: Book) -> Sides:
    """The bench's parts, with all that waits at central."""
    sides = Sides(bench, book)
    while sides.outbox.push_some():
        pass
    return sides


def proved(sides: Sides) -> int:
    return sides.db.acked(proved_mark(sides.epoch))


def test_what_is_proved_is_packed_and_goes_again_to_a_central_that_lost_it(
    on_sqlite: Central, own_central: Central, enrol_at: Any, book: Book
) -> None:
    bench = enrol_at(on_sqlite)
    book.parcels(9)
    sides = pushed(bench, book)
    keeping = FactKeeping(sides.db.path, book.journal.path, sides.epoch, Keep(days=0, least=1, at_once=4))
    keeping.pack_some()
    assert keeping.ready is None, "confirmed, but never compared"
    sides.digests.compare()
    assert proved(sides) == 9
    before = book.push().entries
    for last in (4, 8):
        keeping.pack_some()
        pack = keeping.ready
        assert pack is not None
        assert pack.last == last
        assert book.journal.let_go(pack)
    keeping.pack_some()
    assert keeping.ready == pack, "what is left is among the newest"
    sides.digests.compare()
    assert (sides.outbox.acked, proved(sides), book.push().entries) == (9, 9, before)
    sides.close()
    other = own_central.enrol(bench.station, bench.site)
    sides = Sides(other, book)
    sides.digests.compare()
    assert (sides.outbox.acked, proved(sides), sides.outbox.left(0).waiting) == (0, 0, 9)
    sides.close()
    sides = pushed(other, book)
    assert [event["id"] for event in other.events()] == [entry.id for entry in before]
    sides.digests.compare()
    assert proved(sides) == 9
    sides.close()
    assert verify(book.folder) == []
    for client in (*bench.clients, *other.clients):
        client.close()


def test_what_rotted_here_stays_where_it_is_and_a_person_is_told(bench: Bench, book: Book) -> None:
    """A salvage takes what is whole; until then neither it nor what stands behind it leaves the journal."""
    book.parcels(9)
    sides = pushed(bench, book)
    sides.digests.compare()
    with closing(open_sqlite(book.journal.path).connect()) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE journal SET body = x'7b7d' WHERE seq = 3")
    keeping = FactKeeping(sides.db.path, book.journal.path, sides.epoch, Keep(days=0, least=1, at_once=4))
    with pytest.raises(JournalDamaged, match="Facts 1 to 4 cannot be packed"):
        keeping.pack_some()
    assert keeping.ready is None
    sides.close()


def test_a_disk_that_takes_no_pack_is_told_of_and_ends_nothing(bench: Bench, book: Book) -> None:
    book.parcels(9)
    sides = pushed(bench, book)
    sides.digests.compare()
    (book.folder / "archive").write_bytes(b"no folder")
    keeping = FactKeeping(sides.db.path, book.journal.path, sides.epoch, Keep(days=0, least=1, at_once=4))
    with pytest.raises(JournalError, match="Facts 1 to 4 are not packed"):
        keeping.pack_some()
    sides.close()
