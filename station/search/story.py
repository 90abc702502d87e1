"""Tells the story of a parcel: all that was recorded about it, in order, what was taken back included."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

from station.archive import entries_at
from station.entries import Entry
from station.exceptions.facts import ExceptionDecided
from station.facts import Recorded, Unknown
from station.known import Inspected, Judged
from station.receiving.facts import (
    ItemFoundWrong,
    ItemIdentified,
    ItemRelinked,
    ItemUnlinked,
    ParcelArrived,
    Regraded,
    SerialChecked,
)
from station.receiving.parcel import as_found
from station.routing.facts import Graded, Routed
from station.statements import Statement


class Told(msgspec.Struct, frozen=True):
    """One line of a story: the entry, its fact, and whether it was taken back later."""

    entry: Entry
    fact: Recorded | Unknown
    undone: bool


def story_of(connection: Connection, folder: Path, station: str, parcel: str) -> list[Told]:
    """Return the story of a parcel of a station whose data folder is given; facts that were packed are read there.

    What is in a packed file that is not whole is left out. Raises the database's errors.
    """
    rows = _STORY.run(connection, {"station": station, "parcel": parcel}).mappings().all()
    gone = {row["told"] for row in rows if row["seq"] is None}
    packed = entries_at(connection, folder, gone)
    told = []
    for row in rows:
        if row["seq"] is not None:
            entry = Entry(**{name: row[name] for name in Entry.__struct_fields__})
        elif row["told"] in packed:
            entry = packed[row["told"]]
        else:
            continue
        told.append(Told(entry, entry.fact(), row["undone_at"] is not None))
    return told


def is_decision(fact: Recorded | Unknown, exception: str, n: int) -> bool:
    """Tell whether a fact is a station's `n`-th decision about an exception."""
    return isinstance(fact, ExceptionDecided) and (fact.exception, fact.n) == (exception, n)


def begun(facts: Iterable[Recorded | Unknown], item: str) -> Inspected | None:
    """Return what the inspection of an item began with, from its parcel's facts; the order it was linked to last."""
    arrived, serial, named = None, None, None
    for fact in facts:
        if isinstance(fact, ParcelArrived):
            arrived = fact
        elif getattr(fact, "item", "") != item:
            continue
        elif isinstance(fact, ItemIdentified):
            named = fact
        elif isinstance(fact, SerialChecked):
            serial = fact
        elif isinstance(fact, ItemRelinked) and named is not None:
            link = {"match": "matched", "rma": fact.rma, "line": fact.line, "shipped_serials": fact.shipped_serials}
            named = msgspec.structs.replace(named, **link)
        elif isinstance(fact, ItemFoundWrong) and named is not None:
            named = as_found(named, fact)
        elif isinstance(fact, ItemUnlinked) and named is not None:
            named = msgspec.structs.replace(named, match=fact.match, rma=fact.rma, line=fact.line)
    return Inspected(arrived, named, serial) if arrived is not None and named is not None else None


def judged(facts: Iterable[Recorded | Unknown], item: str) -> Judged | None:
    """Return how an item was graded and routed last, from its parcel's facts; None without any grade."""
    last: Judged | None = None
    for fact in facts:
        match fact:
            case Regraded() if fact.item == item:
                last = Judged(fact.graded.stops, fact.routed.values)
            case Graded() if fact.item == item:
                last = Judged(fact.stops)
            case Routed() if fact.item == item and last is not None:
                last = Judged(last.stops, fact.values)
    return last


_STORY = Statement(
    "SELECT story.seq AS told, journal.*, undone.undone_at FROM story"
    " LEFT JOIN journal ON journal.station = story.station AND journal.epoch = story.epoch AND journal.seq = story.seq"
    " LEFT JOIN undone ON undone.station = story.station AND undone.txn = story.txn"
    " WHERE story.station = :station AND story.parcel = :parcel ORDER BY story.n"
)
