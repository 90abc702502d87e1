"""Tells the story of a parcel: all that was recorded about it, in order, what was taken back included."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from station.archive import entries_at
from station.entries import Entry
from station.facts import ItemIdentified, ItemRelinked, ParcelArrived, Recorded, SerialChecked, Unknown
from station.known import Inspected
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


def begun(facts: Iterable[Recorded | Unknown], item: str) -> Inspected | None:
    """Return what the inspection of an item began with, from its parcel's facts; the order it was linked to last."""
    found: dict[type, Any] = {
        type(fact): fact
        for fact in facts
        if isinstance(fact, ParcelArrived | ItemIdentified | ItemRelinked | SerialChecked)
        and getattr(fact, "item", item) == item
    }
    if ParcelArrived not in found or ItemIdentified not in found:
        return None
    named: ItemIdentified = found[ItemIdentified]
    if (linked := found.get(ItemRelinked)) is not None:
        link = {"match": "matched", "rma": linked.rma, "line": linked.line, "shipped_serials": linked.shipped_serials}
        named = msgspec.structs.replace(named, **link)
    return Inspected(found[ParcelArrived], named, found.get(SerialChecked))


_STORY = Statement(
    "SELECT story.seq AS told, journal.*, undone.undone_at FROM story"
    " LEFT JOIN journal ON journal.station = story.station AND journal.epoch = story.epoch AND journal.seq = story.seq"
    " LEFT JOIN undone ON undone.station = story.station AND undone.txn = story.txn"
    " WHERE story.station = :station AND story.parcel = :parcel ORDER BY story.n"
)
