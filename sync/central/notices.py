"""What a site is told besides its orders: recalls and reported serial numbers, each a record of the feed."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import select

from station.records import WITHDRAWN, Recall, SerialNote
from sync.central import feed
from sync.central.feed import Change
from sync.central.store import Store
from sync.central.tables import feed as feed_table
from sync.wire import RecordKind

Told = TypeVar("Told", bound=Recall | SerialNote)


def tell(store: Store, site: str, told: Recall | SerialNote) -> None:
    """Tell a site of a recall or of a serial number, or of what has changed about one it knows."""
    _append(store, site, Change(_kind(type(told)), _key(told), msgspec.json.encode(told)))


def withdraw(store: Store, site: str, what: type[Recall | SerialNote], key: str) -> bool:
    """Take back the recall of an id or the report of a number; False when the site knows of none, or not any more."""
    if all(_key(each) != key for each in standing(store, site, what)):
        return False
    _append(store, site, Change(_kind(what), key, None))
    return True


def standing(store: Store, site: str, what: type[Told]) -> tuple[Told, ...]:
    """Return what a site was told of recalls or serial numbers and was not withdrawn, by id or number."""
    return tuple(msgspec.json.decode(body, type=what) for body in _standing(store, site, _kind(what)))


def _kind(what: type[object]) -> RecordKind:
    return "recall" if what is Recall else "serial_note"


def _key(told: Recall | SerialNote) -> str:
    return told.id if isinstance(told, Recall) else told.serial


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
    return [newest[key] for key in sorted(newest) if newest[key] != WITHDRAWN]
