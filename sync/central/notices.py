"""What a site is told besides its orders: recalls and reported serial numbers, each a record of the feed."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from station.records import Recall, SerialNote
from sync.central import feed
from sync.central.feed import Change
from sync.central.store import Store
from sync.central.tables import feed as feed_table
from sync.wire import RecordKind

_WITHDRAWN = b"null"


def add(store: Store, site: str, recall: Recall) -> None:
    """Tell a site of a recall, or of what has changed about one it knows."""
    _append(store, site, Change("recall", recall.id, msgspec.json.encode(recall)))


def withdraw(store: Store, site: str, id: str) -> bool:
    """Take a recall back; False when the site was never told of it, or not any more."""
    if all(each.id != id for each in recalls(store, site)):
        return False
    _append(store, site, Change("recall", id, None))
    return True


def recalls(store: Store, site: str) -> tuple[Recall, ...]:
    """Return the recalls of a site that were not withdrawn, by id."""
    return tuple(msgspec.json.decode(body, type=Recall) for body in _standing(store, site, "recall"))


def report(store: Store, site: str, note: SerialNote) -> None:
    """Tell a site what was reported of a serial number."""
    _append(store, site, Change("serial_note", note.serial, msgspec.json.encode(note)))


def forget(store: Store, site: str, serial: str) -> bool:
    """Take the report of a serial number back; False when there is none."""
    if all(each.serial != serial for each in reported(store, site)):
        return False
    _append(store, site, Change("serial_note", serial, None))
    return True


def reported(store: Store, site: str) -> tuple[SerialNote, ...]:
    """Return what a site was told of serial numbers, by number."""
    return tuple(msgspec.json.decode(body, type=SerialNote) for body in _standing(store, site, "serial_note"))


def _append(store: Store, site: str, *changes: Change) -> None:
    with store.writing() as connection:
        feed.append(connection, site, changes)


def _standing(store: Store, site: str, kind: RecordKind) -> Sequence[bytes]:
    query = (
        select(feed_table.c.key, feed_table.c.body)
        .where(feed_table.c.site == site, feed_table.c.kind == kind)
        .order_by(feed_table.c.seq)
    )
    with store.reading() as connection:
        newest = {row.key: bytes(row.body) for row in connection.execute(query)}
    return [newest[key] for key in sorted(newest) if newest[key] != _WITHDRAWN]
