"""Reads back from a bench's journal what its items were judged by, so that they can be judged again."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from grading.grade import Grade
from grading.replay import Judged
from grading.route import Route
from station import schema
from station.archive import entries_at
from station.database import open_sqlite
from station.facts import Recorded, Unknown, decode
from station.fold import fold
from station.journal_errors import JournalError, from_database
from station.judge import evidence_of, route_facts
from station.known import Day
from station.opening import JOURNAL_FILE, check_files
from station.receiving.parcel import Item
from station.routing.facts import Graded, PlateAllotted, Routed
from station.state import State
from station.statements import Statement

_PARCELS = 200


def judged_items(folder: Path, last: int) -> Iterator[Judged]:
    """Yield the `last` items that were judged, parcel by parcel, the latest first; the station may be running.

    What was taken back is left out. Raises JournalError when the folder has no journal that can be read.
    """
    path = folder / JOURNAL_FILE
    check_files(path)
    if not path.exists():
        raise JournalError("missing", f"There is no journal in {folder}.")
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection, connection.begin():
            yield from _items(connection, folder, last)
    except DBAPIError as error:
        raise from_database(error, path) from error


def _items(connection: Connection, folder: Path, last: int) -> Iterator[Judged]:
    item = schema.item.c
    query = (
        select(item.station, item.parcel)
        .where(item.routed != "")
        .order_by(item.identified_at.desc(), item.item.desc())
        .limit(last)
    )
    parcels = dict.fromkeys((row.station, row.parcel) for row in connection.execute(query))
    left = last
    for station, parcel in parcels:
        for judged in reversed(_judged(connection, folder, station, parcel)):
            if left == 0:
                return
            left -= 1
            yield judged


def _judged(connection: Connection, folder: Path, station: str, parcel: str) -> list[Judged]:
    """The items of one parcel as the bench's own fold saw them when it judged them."""
    state = State(station, "")
    found: dict[str, Judged] = {}
    for fact in _facts(connection, folder, station, parcel):
        state = fold(state, "", [fact])
        if isinstance(fact, Routed) and state.parcel is not None:
            item = next((each for each in state.parcel.items if each.identified.item == fact.item), None)
            if item is not None and item.graded is not None:
                found[fact.item] = _one(item, item.graded, fact, state.parcel.arrived.kind)
        elif isinstance(fact, PlateAllotted) and fact.item in found:
            found[fact.item] = msgspec.structs.replace(found[fact.item], name=fact.plate)
    return list(found.values())


def _facts(connection: Connection, folder: Path, station: str, parcel: str) -> Iterator[Recorded | Unknown]:
    rows = _STORY.run(connection, {"station": station, "parcel": parcel}).all()
    gone = {row.seq for row in rows if row.type is None}
    packed = entries_at(connection, folder, gone)
    for row in rows:
        if row.type is not None:
            yield decode(row.type, row.v, row.body)
        elif row.seq in packed:
            yield packed[row.seq].fact()


def _one(item: Item, graded: Graded, routed: Routed, kind: str) -> Judged:
    facts = route_facts(item, kind, Day(routed.today, routed.waiting), 0)
    del facts["prep_s"]
    grade = {name: getattr(graded, name) for name in Grade.__struct_fields__ if hasattr(graded, name)}
    route = {name: getattr(routed, name) for name in Route.__struct_fields__ if hasattr(routed, name)}
    return Judged(
        name=item.identified.item,
        title=item.identified.title,
        answers=item.answers,
        evidence=evidence_of(item),
        facts=facts,
        grade=Grade(**grade),
        route=Route(**route),
        table=routed.table,
    )


_STORY = Statement(
    "SELECT story.seq, journal.type, journal.v, journal.body FROM story"
    " LEFT JOIN journal ON journal.station = story.station AND journal.epoch = story.epoch AND journal.seq = story.seq"
    " LEFT JOIN undone ON undone.station = story.station AND undone.txn = story.txn"
    " WHERE story.station = :station AND story.parcel = :parcel AND undone.txn IS NULL"
    " ORDER BY story.n"
)
