"""The site's feed: numbered without gaps, in commit order, so that a bench can prove it missed nothing."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from station.records import WITHDRAWN
from sync.central import owners
from sync.central.statements import Sql, ask, insert_numbered
from sync.central.tables import feed
from sync.wire import FeedPage, FeedRecord, RecordKind, short_mark_of

_RAISE_HEAD = Sql(
    "INSERT INTO site_head (site, last, last_order, floor) VALUES (:site, :more, :orders, 0) "
    "ON CONFLICT (site) DO UPDATE SET last = site_head.last + :more, last_order = "
    "CASE WHEN :orders = 0 THEN site_head.last_order ELSE site_head.last + :orders END RETURNING last"
)
_PAGE = Sql(
    "SELECT seq, kind, key, body FROM feed WHERE site = :site AND seq > :after AND seq <= :head "
    "ORDER BY seq LIMIT :limit"
)
_ENDS = Sql("SELECT last, floor FROM site_head WHERE site = :site")
_HEAD = Sql(
    "SELECT last, kind, key, body FROM site_head LEFT JOIN feed ON feed.site = site_head.site AND feed.seq = :seq "
    "WHERE site_head.site = :site"
)
_NEWEST = Sql("SELECT key, body FROM feed WHERE kind = :kind AND key = ANY (:keys) ORDER BY seq")
# By kind and key alone: asked for a site besides, SQLite goes through all that the site was ever told.
_NEWEST_ORDERS = Sql(
    "SELECT feed.key, feed.body FROM feed JOIN order_owner ON order_owner.rma = feed.key "
    "WHERE feed.kind = :kind AND feed.key = ANY (:keys) AND feed.site || '' = order_owner.site ORDER BY feed.seq"
)


class BelowFloorError(Exception):
    """A reader has less than the feed still tells without gaps: a snapshot must come first."""

    def __init__(self, floor: int) -> None:
        super().__init__(f"the feed is told from {floor + 1} on")


class PutBackError(Exception):
    """A reader has another record under a number than this feed: it was put back to an old state, and filled again."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"record {seq} is another one here")


class Change(NamedTuple):
    """One record as it now is; a body of None withdraws it."""

    kind: RecordKind
    key: str
    body: bytes | None


def append(connection: Connection, site: str, changes: Sequence[Change]) -> None:
    """Number the changes and put them into the feed. Call it last in a transaction: it locks the site until commit.

    A sequence of the database would not do: numbers of transactions that commit later are skipped by readers.
    """
    if not changes:
        return
    orders = max((n for n, change in enumerate(changes, 1) if change.kind == "order"), default=0)
    if orders:
        owners.claim(connection, site, {change.key for change in changes if change.kind == "order"})
    rows = [
        {"site": site, "seq": seq, "kind": change.kind, "key": change.key, "body": change.body or WITHDRAWN}
        for seq, change in enumerate(changes, 1 - len(changes))
    ]
    insert_numbered(connection, _RAISE_HEAD, {"site": site, "more": len(changes), "orders": orders}, feed, "seq", rows)


def page(connection: Connection, site: str, after: int, limit: int, server_time: str, mark: int = 0) -> FeedPage:
    """Return up to `limit` records after number `after`. The head is read first: what is below it is committed.

    Raises BelowFloorError, and PutBackError where record `after` has another short mark than the reader's, if it says
    one. The floor is read once more at the end: it may have risen over what was being read.
    """
    head, end = _head(connection, site, after)
    values = {"site": site, "after": after, "head": head, "limit": limit}
    rows = ask(connection, _PAGE, values)() if after < head else ()
    _, floor = ends(connection, site)
    if after < floor:
        raise BelowFloorError(floor)
    if mark and end and mark != end:
        raise PutBackError(after)
    records = tuple([FeedRecord(seq, kind, key, msgspec.Raw(body)) for seq, kind, key, body in rows])
    last = records[-1].seq if records else after
    return FeedPage(after + 1, last, head, server_time, records, floor)


def ends(connection: Connection, site: str) -> tuple[int, int]:
    """Return the number of a site's newest record, and that below which its feed has gaps."""
    found = ask(connection, _ENDS, {"site": site})()
    return (found[0][0], found[0][1]) if found else (0, 0)


def end_of(connection: Connection, site: str) -> tuple[int, int]:
    """Return the number of a site's newest record, and its short mark; 0 and 0 when it has none."""
    last, _ = ends(connection, site)
    return last, _head(connection, site, last)[1]


def _head(connection: Connection, site: str, seq: int) -> tuple[int, int]:
    """Return the number of a site's newest record, and the short mark of record `seq`; 0 where it is not there."""
    found = ask(connection, _HEAD, {"site": site, "seq": seq})()
    if not found:
        return 0, 0
    last, kind, key, body = found[0]
    return last, short_mark_of(kind, key, bytes(body)) if body is not None else 0


def latest(connection: Connection, kind: RecordKind, keys: Iterable[str]) -> dict[str, bytes]:
    """Return the newest body of each key that is there and was not withdrawn, whatever the site.

    Of a return order, what its own site was told: records of different sites are not numbered together.
    """
    wanted = [key for key in keys if "\0" not in key]
    newest = _NEWEST_ORDERS if kind == "order" else _NEWEST
    found: dict[str, bytes] = dict(ask(connection, newest, {"kind": kind, "keys": wanted})()) if wanted else {}
    return {key: bytes(body) for key, body in found.items() if body != WITHDRAWN}


def is_withdrawn(connection: Connection, rma: str) -> bool:
    """Tell whether the newest that an order's own site was told of it is that it does not stand any more."""
    rows = ask(connection, _NEWEST_ORDERS, {"kind": "order", "keys": [rma]})() if "\0" not in rma else ()
    return bool(rows) and rows[-1][1] == WITHDRAWN


def every(connection: Connection, site: str, kind: RecordKind) -> list[FeedRecord]:
    """Return all records of a kind that a site was ever told, in their order."""
    query = select(feed.c.seq, feed.c.kind, feed.c.key, feed.c.body).where(feed.c.site == site, feed.c.kind == kind)
    rows = connection.execute(query.order_by(feed.c.seq))
    return [FeedRecord(row.seq, row.kind, row.key, msgspec.Raw(row.body)) for row in rows]
