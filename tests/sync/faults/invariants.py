"""What must hold once all is quiet: nothing is lost or doubled, and the bench knows what central says.

I1: every fact is at central exactly once. I2: its tables are the fold of distinct facts. I4: a bench's copy is what the
feed says, whose numbers have no gap.
"""

from typing import Any

import msgspec
from sqlalchemy import func, select

from station import projections
from station.database import open_memory
from station.entries import Entry
from station.local_copy import LocalCopy
from station.schema import PROJECTIONS
from sync.central.store import Store
from sync.central.tables import feed, journal, metadata, quarantine

ENTRY = [each.name for each in msgspec.structs.fields(Entry)]


def each_fact_is_there_once(store: Store, station: str, entries: list[Entry]) -> None:
    """I1: what the bench has is in the journal or set aside, each once, byte for byte; and nothing else is."""
    with store.reading() as connection:
        kept = connection.execute(select(journal).where(journal.c.station == station)).mappings().all()
        aside = connection.execute(select(quarantine).where(quarantine.c.station == station)).mappings().all()
    there = sorted([(row["epoch"], row["seq"], row["id"], bytes(row["hash"])) for row in [*kept, *aside]])
    assert there == sorted((entry.epoch, entry.seq, entry.id, entry.hash) for entry in entries)
    bodies = {entry.id: entry.body for entry in entries}
    assert all(bytes(row["body"]) == bodies[row["id"]] for row in kept)


def tables_are_the_fold(store: Store, station: str) -> None:
    """I2: the rows of a station are those that its facts give, each folded once; of one epoch, in their order."""
    with store.reading() as connection:
        mine = select(journal).where(journal.c.station == station, journal.c.status.in_(("ok", "conflict")))
        kept = connection.execute(mine.order_by(journal.c.epoch, journal.c.seq)).mappings().all()
        shown = rows_of(connection, station)
    with open_memory().connect() as connection:
        metadata.create_all(connection)
        PROJECTIONS.create_all(connection)
        connection.execute(journal.insert(), [dict(row) for row in kept])
        entries = [Entry(**{name: row[name] for name in ENTRY}) for row in kept]
        projections.rebuild(connection, ((station, entry) for entry in entries))
        assert shown == rows_of(connection, station)


def rows_of(connection: Any, station: str) -> dict[str, list[dict[str, Any]]]:
    found = projections.rows(connection)
    return {table: [row for row in rows if row["station"] == station] for table, rows in found.items()}


def all_came(store: Store, station: str, book: Any, running: Any) -> bool:
    """Whether central has as much as the book, and the courier knows; what it said last may be from before."""
    with store.reading() as connection:
        counts = [
            connection.execute(select(func.count()).where(table.c.station == station)).scalar_one()
            for table in (journal, quarantine)
        ]
    return sum(counts) == book.journal.last_seq and running.is_through()


def head(store: Store, site: str) -> int:
    """The number of the newest record that a site was told of."""
    with store.reading() as connection:
        return connection.execute(
            select(func.coalesce(func.max(feed.c.seq), 0)).where(feed.c.site == site)
        ).scalar_one()


def copy_is_the_feed(store: Store, site: str, copy: LocalCopy) -> None:
    """I4: the numbers of the feed have no gap, and the copy has the newest of each record and nothing else."""
    with store.reading() as connection:
        told = connection.execute(select(feed).where(feed.c.site == site).order_by(feed.c.seq)).mappings().all()
    assert [row["seq"] for row in told] == list(range(1, len(told) + 1))
    assert copy.cursor() == len(told)
    newest = {(row["kind"], row["key"]): bytes(row["body"]) for row in told}
    for (kind, key), body in newest.items():
        assert copy.kept(kind, key) == (None if body == b"null" else body), (kind, key)
