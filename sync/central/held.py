"""Takes in what was held: facts that central was too old for, once a newer program has started on its database.

A fact may be one that others of its parcel rest on, so the station's tables are folded anew from its whole journal, in
the order the bench wrote it. What others were told in the meantime stands; what these facts say comes after it.
"""

import logging
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from station import projections, schema
from station.entries import Entry
from station.facts import Recorded, Unknown
from sync.central import anew, exceptions, feed, intake, marks, photos, receipts, reviews, tokens
from sync.central.store import Store
from sync.central.tables import journal, resolution_mark

Said = tuple[Entry, Recorded]

_AT_ONCE = 500
# What one fact can do to the database by itself; a database that is away is no fact's fault.
_POISON = (SQLAlchemyError, msgspec.MsgspecError, ValueError, ArithmeticError, TypeError, LookupError)
_log = logging.getLogger(__name__)


def replay(store: Store, now: str) -> int:
    """Take in every held fact that this program knows, each station's in one transaction; return how many there were.

    `now` is UTC. What cannot be read, or not be applied, stays held under a code that says so, for a person to look at.
    Raises sqlalchemy.exc.OperationalError when the database is away; then what was done stays, and the rest is done by
    the next call.
    """
    count = 0
    for station, site in _stations(store):
        with store.writing() as connection:
            taken = _replay(connection, station, site, now)
        intake.look_around(store, {station: taken}, now)
        count += len(taken)
    return count


def _stations(store: Store) -> list[tuple[str, str]]:
    """Return the stations that facts are held of, and their sites."""
    held = select(journal.c.station).where(journal.c.status == "held").distinct()
    with store.reading() as connection:
        sites = {station: tokens.site_of(connection, station) for station in connection.execute(held).scalars()}
    return sorted((station, site) for station, site in sites.items() if site is not None)


def _replay(connection: Connection, station: str, site: str, now: str) -> list[Entry]:
    marks.lock_station(connection, station)
    fresh = _known_now(connection, station)
    if not fresh:
        return []
    _mark(connection, [entry for entry, _ in fresh], "ok", "")
    failed = _fold_anew(connection, station, frozenset(entry.id for entry, _ in fresh))
    said = [each for each in fresh if each[0].id not in failed]
    photos.note_shared(connection, said)
    conflicts = reviews.compare(connection, {station: said}, now)
    _mark(connection, [entry for entry, _ in said if entry.id in conflicts], "conflict", reviews.KIND)
    _look_again(connection, station, [entry for entry, _ in said])
    _tell(connection, station, site, said)
    return [entry for entry, _ in said]


def _known_now(connection: Connection, station: str) -> list[Said]:
    """Return the held facts that this program knows, and say of those it knows and cannot read that this is so."""
    mine = (journal.c.station == station, journal.c.status == "held", journal.c.code == "type_unknown")
    rows = connection.execute(select(*anew.ENTRY).where(*mine).order_by(journal.c.epoch, journal.c.seq)).mappings()
    known: list[Said] = []
    for entry in [Entry(**row) for row in rows]:
        try:
            fact = entry.fact()
        except (msgspec.MsgspecError, ValueError):
            _mark(connection, [entry], "held", "body_invalid")
            continue
        if isinstance(fact, Unknown):
            continue
        if type(fact).__name__ != entry.type:
            _mark(connection, [entry], "held", "type_differs")
            continue
        known.append((entry, fact))
    return known


def _mark(connection: Connection, entries: Sequence[Entry], status: str, code: str) -> None:
    for start in range(0, len(entries), _AT_ONCE):
        ids = [entry.id for entry in entries[start : start + _AT_ONCE]]
        connection.execute(update(journal).where(journal.c.id.in_(ids)).values(status=status, code=code))


def _fold_anew(connection: Connection, station: str, fresh: frozenset[str]) -> frozenset[str]:
    """Make the station's rows anew from its journal; return the ids among `fresh` that cannot be applied."""
    try:
        with connection.begin_nested():
            anew.fold(connection, station)
        return frozenset()
    except OperationalError:
        raise
    except _POISON as error:
        _log.warning("a held fact of %s cannot be applied: %s", station, type(error).__name__)
    anew.wipe(connection, station)
    failed = set()
    for entry, _ in (each for said in anew.standing(connection, station) for each in said):
        try:
            with connection.begin_nested():
                projections.apply(connection, station, entry)
        except OperationalError:
            raise
        except _POISON:
            if entry.id not in fresh:
                raise
            _mark(connection, [entry], "held", "cannot_be_applied")
            failed.add(entry.id)
    return frozenset(failed)


def _look_again(connection: Connection, station: str, entries: Sequence[Entry]) -> None:
    """Let the resolutions be derived anew from the first of these on."""
    first: dict[str, int] = {}
    for entry in entries:
        first[entry.epoch] = min(first.get(entry.epoch, entry.seq), entry.seq)
    for epoch, seq in first.items():
        mine = (resolution_mark.c.source == "journal", resolution_mark.c.name == station)
        behind = (resolution_mark.c.epoch == epoch, resolution_mark.c.seq >= seq)
        connection.execute(update(resolution_mark).where(*mine, *behind).values(seq=seq - 1))


def _tell(connection: Connection, station: str, site: str, said: Sequence[Said]) -> None:
    """Tell the site which parcels were received, or taken back, and of exceptions: as it is now, with all that came."""
    gone = _taken_back(connection, station)
    changes = receipts.changes(connection, station, [(entry, fact) for entry, fact in said if entry.txn not in gone])
    here = receipts.standing(connection, station, {each.key for each in changes})
    received = [each for each in changes if each.body is not None or each.key not in here]
    lying = exceptions.placed(connection, {station: said})()
    feed.append(connection, site, [*received, *exceptions.changes(connection, station, site, said, lying)])


def _taken_back(connection: Connection, station: str) -> frozenset[str]:
    """Return the transactions of a station that were undone."""
    undone = schema.undone
    return frozenset(connection.execute(select(undone.c.txn).where(undone.c.station == station)).scalars())
