"""The site's feed: numbered without gaps, in commit order, so that a bench can prove it missed nothing."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from sync.central.statements import Sql, ask, insert_rows
from sync.central.tables import feed, site_head
from sync.wire import FeedPage, FeedRecord, RecordKind

_WITHDRAWN = b"null"
_RAISE_HEAD = Sql(
    "INSERT INTO site_head (site, last, last_order, floor) VALUES (:site, :more, :orders, 0) "
    "ON CONFLICT (site) DO UPDATE SET last = site_head.last + :more, last_order = "
    "CASE WHEN :orders = 0 THEN site_head.last_order ELSE site_head.last + :orders END RETURNING last"
)
_NEWEST = Sql("SELECT key, body FROM feed WHERE kind = :kind AND key = ANY (:keys) ORDER BY seq")


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
    ((last,),) = ask(connection, _RAISE_HEAD, {"site": site, "more": len(changes), "orders": orders})()
    rows = [
        {"site": site, "seq": seq, "kind": change.kind, "key": change.key, "body": change.body or _WITHDRAWN}
        for seq, change in enumerate(changes, last - len(changes) + 1)
    ]
    insert_rows(connection, feed, rows)


def page(connection: Connection, site: str, after: int, limit: int, server_time: str) -> FeedPage:
    """Return up to `limit` records after number `after`. The head is read first: what is below it is committed."""
    head = connection.execute(select(site_head.c.last).where(site_head.c.site == site)).scalar() or 0
    query = (
        select(feed.c.seq, feed.c.kind, feed.c.key, feed.c.body)
        .where(feed.c.site == site, feed.c.seq > after, feed.c.seq <= head)
        .order_by(feed.c.seq)
        .limit(limit)
    )
    records = tuple(FeedRecord(row.seq, row.kind, row.key, msgspec.Raw(row.body)) for row in connection.execute(query))
    last = records[-1].seq if records else after
    return FeedPage(after + 1, last, head, server_time, records)


def latest(connection: Connection, kind: RecordKind, keys: Iterable[str]) -> dict[str, bytes]:
    """Return the newest body of each key that is there and was not withdrawn, whatever the site."""
    wanted = [key for key in keys if "\0" not in key]
    found: dict[str, bytes] = dict(ask(connection, _NEWEST, {"kind": kind, "keys": wanted})()) if wanted else {}
    return {key: bytes(body) for key, body in found.items() if body != _WITHDRAWN}


def every(connection: Connection, site: str, kind: RecordKind) -> list[FeedRecord]:
    """Return all records of a kind that a site was ever told, in their order."""
    query = select(feed.c.seq, feed.c.kind, feed.c.key, feed.c.body).where(feed.c.site == site, feed.c.kind == kind)
    rows = connection.execute(query.order_by(feed.c.seq))
    return [FeedRecord(row.seq, row.kind, row.key, msgspec.Raw(row.body)) for row in rows]
