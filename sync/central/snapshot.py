"""What a bench takes whole, and what it compares: a site's records as of a number, digests, the floor of the feed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from station.moments import utc
from station.records import WITHDRAWN
from sync.central import feed
from sync.central.feed import BelowFloorError
from sync.central.statements import Rows, Sql, ask, insert_rows, tell
from sync.central.store import Store
from sync.central.tables import feed_moment
from sync.wire import Digest, FeedRecord, JournalDigest, SiteDigest, SnapshotEnd, SnapshotHead, digest_of, mark_of

MOST_ENTRIES = 100_000
KEPT_DAYS = 90
_AT_ONCE = 2_000

# What a later record of the same key, up to the same number, has made old is passed over. With the plain name of the
# site SQLite would go through all later records of the site rather than through those of the key.
_STANDING = Sql(
    "SELECT seq, kind, key, body FROM feed WHERE site = :site AND seq > :after AND seq <= :upto AND NOT EXISTS "
    "(SELECT 1 FROM feed AS later WHERE later.kind = feed.kind AND later.key = feed.key AND later.seq > feed.seq "
    "AND later.seq <= :upto AND later.site || '' = feed.site) ORDER BY seq LIMIT :limit"
)
_HASHES = Sql(
    "SELECT hash FROM journal WHERE station = :station AND epoch = :epoch AND seq > :after AND seq <= :upto "
    "UNION ALL SELECT hash FROM repeated WHERE station = :station AND epoch = :epoch AND seq > :after AND seq <= :upto "
    "UNION ALL SELECT hash FROM quarantine WHERE station = :station AND epoch = :epoch AND seq > :after "
    "AND seq <= :upto AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.station = quarantine.station "
    "AND journal.epoch = quarantine.epoch AND journal.seq = quarantine.seq)"
)
_ACKED = Sql("SELECT acked FROM ack WHERE station = :station AND epoch = :epoch")
_SITES = Sql("SELECT site, last, floor FROM site_head ORDER BY site")
_OLD_END = Sql("SELECT COALESCE(MAX(seq), 0) FROM feed_moment WHERE site = :site AND at <= :before")
_RAISE_FLOOR = Sql("UPDATE site_head SET floor = :floor WHERE site = :site AND floor < :floor")
_THIN_OUT = Sql(
    "DELETE FROM feed WHERE site = :site AND seq > :after AND seq <= :upto AND kind <> 'rules' AND EXISTS "
    "(SELECT 1 FROM feed AS later WHERE later.kind = feed.kind AND later.key = feed.key AND later.seq > feed.seq "
    "AND later.seq <= :floor AND later.site || '' = feed.site)"
)
_FORGET_MOMENTS = Sql("DELETE FROM feed_moment WHERE site = :site AND seq < :floor")


class AheadError(Exception):
    """Somebody has records or entries that central does not have; `last` is the newest there is here."""

    def __init__(self, last: int) -> None:
        super().__init__(f"the newest here is {last}")
        self.last = last


def lines(store: Store, site: str, now: str) -> Iterator[bytes]:
    """Yield a site's snapshot as of its newest record, a line of JSON each.

    Reads a few thousand records at once, and no transaction stays open between them: what stands as of a number does
    not change, unless the floor rises over it meanwhile. Then the last line is not given, and the bench begins again.
    """
    with store.reading() as connection:
        upto, mark = feed.end_of(connection, site)
    yield msgspec.json.encode(SnapshotHead(site, upto, now, mark)) + b"\n"
    marks: list[int] = []
    for rows in _standing(store, site, upto):
        records = [FeedRecord(seq, kind, key, msgspec.Raw(body)) for seq, kind, key, body in rows]
        marks += [mark_of(kind, key, bytes(body)) for _, kind, key, body in rows]
        yield b"".join([msgspec.json.encode(record) + b"\n" for record in records])
    if not _floor_above(store, site, upto):
        yield msgspec.json.encode(SnapshotEnd(digest_of(marks))) + b"\n"


def site_digest(store: Store, site: str, upto: int, now: str) -> SiteDigest:
    """Return the digests of what stands as of a record; raises feed.BelowFloorError and AheadError."""
    with store.reading() as connection:
        last, _ = feed.ends(connection, site)
    if upto > last:
        raise AheadError(last)
    marks: dict[str, list[int]] = {}
    for rows in _standing(store, site, upto):
        for _, kind, key, body in rows:
            marks.setdefault(kind, []).append(mark_of(kind, key, bytes(body)))
    if floor := _floor_above(store, site, upto):
        raise BelowFloorError(floor)
    return SiteDigest(site, upto, {kind: digest_of(found) for kind, found in sorted(marks.items())}, now)


def journal_digest(store: Store, station: str, epoch: str, after: int, upto: int) -> JournalDigest:
    """Return the digest of what is kept of a journal's entries after one up to another; raises AheadError."""
    values = {"station": station, "epoch": epoch, "after": after, "upto": upto}
    with store.reading() as connection:
        acked = ask(connection, _ACKED, values)()
        last = acked[0][0] if acked else 0
        if upto > last:
            raise AheadError(last)
        hashes = ask(connection, _HASHES, values)()
    return JournalDigest(epoch, after, upto, _digest_of_hashes(hashes))


def raise_floors(
    store: Store, now: str, days: int = KEPT_DAYS, *, goes_on: Callable[[], bool] = lambda: True
) -> dict[str, int]:
    """Note where each site's feed ends now, and raise its floor to where it ended so many days ago; return the raised.

    Below the floor only what stood there is kept, withdrawals too: whoever reads a feed from a mark of its own within
    central asks for the newest of each key only. All rules are kept: no version may ever say something else. Once
    `goes_on` says no a feed is left where it is: what is still below a floor goes with the next rise.
    """
    moment = utc(datetime.fromisoformat(now) - timedelta(days=days))
    with store.reading() as connection:
        sites = ask(connection, _SITES, {})()
    raised: dict[str, int] = {}
    for site, last, floor in sites:
        if not goes_on():
            break
        with store.writing() as connection:
            insert_rows(connection, feed_moment, [{"site": site, "at": now, "seq": last}], "ON CONFLICT DO NOTHING")
            ((new,),) = ask(connection, _OLD_END, {"site": site, "before": moment})()
            if new > floor:
                tell(connection, _RAISE_FLOOR, [{"site": site, "floor": new}])
                tell(connection, _FORGET_MOMENTS, [{"site": site, "floor": new}])
                raised[site] = new
        if new > floor:
            _thin_out(store, site, new, goes_on)
    return raised


def _thin_out(store: Store, site: str, floor: int, goes_on: Callable[[], bool]) -> None:
    """Delete below the floor what later records made old, a few thousand at once."""
    for after in range(0, floor, _AT_ONCE):
        if not goes_on():
            return
        with store.writing() as connection:
            upto = min(floor, after + _AT_ONCE)
            tell(connection, _THIN_OUT, [{"site": site, "after": after, "upto": upto, "floor": floor}])


def _floor_above(store: Store, site: str, upto: int) -> int:
    """Return the floor of a site's feed when it is above a number, else 0. Ask after what was read is read."""
    with store.reading() as connection:
        _, floor = feed.ends(connection, site)
    return floor if floor > upto else 0


def _standing(store: Store, site: str, upto: int) -> Iterator[Rows]:
    after = 0
    while True:
        values = {"site": site, "after": after, "upto": upto, "limit": _AT_ONCE}
        with store.reading() as connection:
            rows = ask(connection, _STANDING, values)()
        if not rows:
            return
        after = rows[-1][0]
        yield [row for row in rows if row[3] != WITHDRAWN]


def _digest_of_hashes(hashes: Iterable[tuple[bytes]]) -> Digest:
    return digest_of(int.from_bytes(hash_[:8], "big") for (hash_,) in hashes)
