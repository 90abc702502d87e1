"""Makes a station's rows anew from its journal: an earlier program wrote wrong ones, or was too old for a fact.

The journal has the bytes that the bench made, and all that stands in these tables follows from them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec
from sqlalchemy import Connection, delete, func, select

from station import schema
from station.entries import Entry
from station.facts import Recorded, Unknown
from sync.central import folding, marks
from sync.central.store import Store
from sync.central.tables import ack, journal

ENTRY = tuple(journal.c[each.name] for each in msgspec.structs.fields(Entry))
_AT_ONCE = 500
_STANDING = ("ok", "conflict")
# A row by its table and a mark of its key; what it holds by a mark of all of it.
Marks = Mapping[tuple[str, bytes], bytes]


class _LeaveAsItIsError(Exception):
    """What was made anew is to be rolled back."""


def stations(store: Store) -> list[str]:
    """Return every station that ever sent an entry, by name."""
    with store.reading() as connection:
        return sorted(connection.execute(select(ack.c.station).distinct()).scalars())


def rebuild(store: Store, station: str, *, is_rehearsal: bool = False) -> dict[str, int]:
    """Make a station's rows anew, all or none; return by table how many of them were other ones before.

    It may be done while central serves, again, and for one station after the other. A rehearsal leaves all as it is.
    Raises sqlalchemy.exc.SQLAlchemyError, msgspec.MsgspecError or ValueError, with all left as it was, where something
    cannot be applied.
    """
    differing: dict[str, int] = {}
    try:
        with store.writing() as connection:
            marks.lock_station(connection, station)
            before = _marks(connection, station)
            fold(connection, station)
            after = _marks(connection, station)
            changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
            differing = dict(sorted(Counter(table for table, _ in changed).items()))
            if is_rehearsal or not differing:
                raise _LeaveAsItIsError
    except _LeaveAsItIsError:
        pass
    return differing


def fold(connection: Connection, station: str) -> None:
    """Empty a station's rows and fold its journal again; the station must be locked. Raises the database's errors."""
    wipe(connection, station)
    for said in standing(connection, station):
        folding.project(connection, {station: said})


def wipe(connection: Connection, station: str) -> None:
    """Take away all rows that facts of a station made."""
    for table in reversed(schema.PROJECTIONS.sorted_tables):
        connection.execute(delete(table).where(table.c.station == station))


def standing(connection: Connection, station: str) -> Iterator[list[tuple[Entry, Recorded]]]:
    """Yield all that stands of a station, a few hundred at once: epoch after epoch as they began."""
    mine = (journal.c.station == station, journal.c.status.in_(_STANDING))
    began = func.min(journal.c.received_at)
    query = select(journal.c.epoch).where(journal.c.station == station).group_by(journal.c.epoch)
    for epoch in connection.execute(query.order_by(began, journal.c.epoch)).scalars().all():
        seq = 0
        while rows := connection.execute(
            select(*ENTRY)
            .where(*mine, journal.c.epoch == epoch, journal.c.seq > seq)
            .order_by(journal.c.seq)
            .limit(_AT_ONCE)
        ).all():
            entries = [Entry(**row._mapping) for row in rows]
            yield [(entry, fact) for entry in entries if not isinstance(fact := entry.fact(), Unknown)]
            seq = entries[-1].seq


def _marks(connection: Connection, station: str) -> Marks:
    """Return marks of a station's rows, not the rows: they may be millions."""
    found = {}
    for table in schema.PROJECTIONS.sorted_tables:
        keys = [column.name for column in table.primary_key]
        for row in connection.execute(select(table).where(table.c.station == station)).mappings():
            found[table.name, _mark([row[name] for name in keys])] = _mark([*row.values()])
    return found


def _mark(values: object) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=12).digest()
