"""Tells a site of its neighbours' open orders, as hashes of their codes: what is new in a neighbour's feed, once.

Read from the neighbours' feeds whenever a bench of the site asks, so that it does not matter by which road an order
came, and a site that gets a neighbour later hears of everything.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, select, update

from station.elsewhere import KIND, Elsewhere, hashed
from station.record_codes import code_of
from station.records import WITHDRAWN
from sync.central.feed import Change, append
from sync.central.statements import Sql, ask
from sync.central.store import Store, insert_once
from sync.central.tables import elsewhere_mark, feed, site_head

_AT_ONCE = 2_000
_BEHIND = Sql(
    "SELECT other FROM elsewhere_mark JOIN site_head ON site_head.site = other "
    "WHERE elsewhere_mark.site = :site AND site_head.last_order > seq ORDER BY other"
)


class _Coded(msgspec.Struct, frozen=True):
    """Of a return order, the codes a parcel of it may bear."""

    rma: str
    order: str = ""
    trackings: tuple[str, ...] = ()


def join(store: Store, sites: Sequence[str]) -> None:
    """Let these sites know of each other's open orders from now on, and of those there are."""
    rows = [{"site": site, "other": other, "seq": 0} for site, other in permutations(dict.fromkeys(sites), 2)]
    with store.writing() as connection:
        insert_once(connection, elsewhere_mark, sorted(rows, key=lambda row: (row["site"], row["other"])))


def part(store: Store, sites: Sequence[str]) -> int:
    """Let these sites know of each other no more; return how many of them did."""
    count = 0
    for site, other in sorted(permutations(dict.fromkeys(sites), 2)):
        mine = (elsewhere_mark.c.site == site, elsewhere_mark.c.other == other)
        with store.writing() as connection:
            if connection.execute(delete(elsewhere_mark).where(*mine)).rowcount:
                gone = msgspec.json.encode(Elsewhere(other, all_gone=True))
                append(connection, site, [Change(KIND, f"{other}|gone", gone)])
                count += 1
    return count


def neighbours(store: Store) -> list[tuple[str, str]]:
    """Return each site with one that it is told of."""
    query = select(elsewhere_mark.c.site, elsewhere_mark.c.other).order_by(
        elsewhere_mark.c.site, elsewhere_mark.c.other
    )
    with store.reading() as connection:
        return [(row.site, row.other) for row in connection.execute(query)]


def behind(connection: Connection, site: str) -> list[str]:
    """Return the neighbours told of orders since `follow`: one question, for benches ask every few seconds."""
    return [other for (other,) in ask(connection, _BEHIND, {"site": site})()]


def follow(store: Store, site: str) -> None:
    """Put what is new among the neighbours' orders into a site's feed, a few thousand orders at once."""
    with store.reading() as connection:
        others = behind(connection, site)
    for other in others:
        with store.writing() as connection:
            _catch_up(connection, site, other)


def _catch_up(connection: Connection, site: str, other: str) -> None:
    mine: tuple[ColumnElement[bool], ...] = (elsewhere_mark.c.site == site, elsewhere_mark.c.other == other)
    locked = select(elsewhere_mark.c.seq).where(*mine).with_for_update()
    mark = connection.execute(locked).scalar()
    head = connection.execute(select(site_head.c.last).where(site_head.c.site == other)).scalar() or 0
    if mark is None or head <= mark:
        return
    until = min(head, mark + _AT_ONCE)
    query = select(feed.c.key, feed.c.body).where(
        feed.c.site == other, feed.c.kind == "order", feed.c.seq > mark, feed.c.seq <= until
    )
    newest = {row.key: bytes(row.body) for row in connection.execute(query.order_by(feed.c.seq))}
    connection.execute(update(elsewhere_mark).where(*mine).values(seq=until))
    if newest:
        append(connection, site, [Change(KIND, f"{other}|{until}", msgspec.json.encode(_told(other, newest)))])


def _told(other: str, newest: Mapping[str, bytes]) -> Elsewhere:
    closed = [_hash(rma) for rma, body in newest.items() if body == WITHDRAWN]
    return Elsewhere(other, tuple(_opened(newest)), b"".join(closed))


def _opened(newest: Mapping[str, bytes]) -> Iterator[bytes]:
    for rma, body in newest.items():
        if body == WITHDRAWN:
            continue
        try:
            order = msgspec.json.decode(body, type=_Coded)
        except msgspec.MsgspecError:
            # The site's own benches refuse it as well; no other site has to stop for it.
            continue
        codes = dict.fromkeys(code_of(code) for code in (rma, order.order, *order.trackings))
        yield b"".join(_hash(code) for code in codes if code)


def _hash(code: str) -> bytes:
    return hashed(code_of(code))
