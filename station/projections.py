"""Projects facts onto tables for lists, bins and figures: one fold, at the bench and at central.

Two kinds of facts: those of a parcel's story, which an undo takes back, and those of things and people (a bin
was opened, a label came out of the printer), which stay true whatever is undone. An undo wipes the parcel's
rows and folds its story again without the entries that were taken back. Facts this program does not know
change nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from station import deeds, earlier, schema
from station.bins.facts import BinMerged, BinStepTakenBack, Carried
from station.bins.moving import move, remember
from station.change import Change, Row, Said
from station.changes import STORY, THINGS
from station.entries import Entry
from station.exceptions.facts import DecisionTakenBack, ExceptionDecided
from station.facts import Recorded, Undone, Unknown, decode
from station.shifts import sheets
from station.shifts.facts import BinMoved, CountCalledOff, DeliveryCounted, ItemFoundAgain, PlateUncounted
from station.statements import Statement


def apply(connection: Connection, station: str, entry: Entry) -> None:
    """Fold one entry of a station into the tables, inside the caller's transaction.

    The entry must already be in the table `journal`, and every entry before it applied. Raises
    msgspec.MsgspecError when the entry's body is damaged, and the database's errors.
    """
    fact = decode(entry.type, entry.v, entry.body)
    said = Said(station, entry.at, entry.operator, entry.shift, entry.txn)
    if isinstance(fact, Undone):
        _take_back(connection, said, fact)
        return
    earlier.keep(connection, fact, said)
    if isinstance(fact, ItemFoundAgain):
        remember(connection, fact, said)
    _change(connection, deeds.CHANGES, fact, said)
    _change(connection, THINGS, fact, said)
    _change(connection, STORY, fact, said)
    _remember(connection, station, entry, fact)
    if isinstance(fact, BinMoved | BinMerged | Carried | BinStepTakenBack):
        move(connection, fact, said)
        if isinstance(fact, BinStepTakenBack):
            key = {"station": station, "txn": fact.txn}
            _UNDONE.write(connection, {**key, "undone_at": said.at, "shift_n": said.shift_n})
    elif isinstance(fact, ExceptionDecided | DecisionTakenBack):
        _DECIDED.write(connection, {"station": station, "exception": fact.exception})
    elif isinstance(fact, DeliveryCounted):
        sheets.say(connection, fact, said)
    elif isinstance(fact, CountCalledOff):
        _FORGET_COUNTS.write(connection, {"station": station, "shift": fact.shift})
    elif isinstance(fact, PlateUncounted):
        about = {"shift": fact.shift, "bin": fact.bin, "count": fact.count, "plate": fact.plate}
        _UNCOUNT.write(connection, {"station": station, **about})


def is_wide(fact: Recorded | Unknown) -> bool:
    """Tell whether a fact needs more rows than those it makes: an undo, a bin that left or was poured into another, an
    item that was carried or found again, a carrier's sheet, a count called off, a plate that was scanned by mistake, a
    decision made or taken back.
    """
    return isinstance(fact, _WIDE)


def rebuild(connection: Connection, entries: Iterable[tuple[str, Entry]]) -> None:
    """Empty every projected table and fold all (station, entry) again, a station's in the order they came."""
    for table in schema.PROJECTIONS.sorted_tables:
        connection.execute(table.delete())
    for station, entry in entries:
        apply(connection, station, entry)


def rows(connection: Connection) -> dict[str, list[Row]]:
    """Return every row of every projected table, by table, ordered by key."""
    return {
        table.name: [dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()]
        for table in schema.PROJECTIONS.sorted_tables
    }


def entries_of(connection: Connection, station: str, parcel: str) -> Iterator[tuple[str, Row]]:
    """Yield what the journal says of a parcel, in order, as (transaction, row of the table `journal`).

    What was undone is left out. Entries about an item that was not there any more when they came are no part
    of it.
    """
    result = _STORY_ENTRIES.run(connection, {"station": station, "parcel": parcel})
    for row in result.mappings().all():
        yield row["txn"], dict(row)


def _change(connection: Connection, table: Mapping[type, Change], fact: Any, said: Said) -> None:
    change = table.get(type(fact))
    if change is not None:
        change.statement.write(connection, change.values(fact, said))


def _remember(connection: Connection, station: str, entry: Entry, fact: Any) -> None:
    """Note that the entry belongs to a parcel's story: named by the fact, or by its item if that is still
    there.
    """
    values = {"station": station, "epoch": entry.epoch, "seq": entry.seq, "txn": entry.txn}
    if parcel := getattr(fact, "parcel", ""):
        _REMEMBER_PARCEL.write(connection, {**values, "parcel": parcel})
    elif item := getattr(fact, "item", ""):
        _REMEMBER_ITEM.write(connection, {**values, "item": item})


def _take_back(connection: Connection, said: Said, fact: Undone) -> None:
    parcels: dict[str, None] = {}
    deeds.take_back(connection, fact, said)
    for txn in fact.txns:
        key = {"station": said.station, "txn": txn}
        _UNDONE.write(connection, {**key, "undone_at": said.at, "shift_n": said.shift_n})
        _FORGET_EXCEPTIONS.write(connection, key)
        parcels.update((row.parcel, None) for row in _PARCELS_OF.run(connection, key))
    for parcel in parcels:
        for statement in _FORGET:
            statement.write(connection, {"station": said.station, "parcel": parcel})
        for txn, row in entries_of(connection, said.station, parcel):
            again = decode(row["type"], row["v"], bytes(row["body"]))
            _change(
                connection,
                STORY,
                again,
                Said(said.station, row["at"], row["operator"], row["shift"], txn),
            )


_WIDE = (
    *(Undone, BinMoved, BinMerged, Carried, BinStepTakenBack, CountCalledOff, PlateUncounted),
    *(DeliveryCounted, ItemFoundAgain, ExceptionDecided, DecisionTakenBack),
)
_REMEMBER_PARCEL = Statement(
    "INSERT INTO story (station, parcel, n, epoch, seq, txn) "
    "SELECT :station, :parcel, COALESCE(MAX(n), 0) + 1, :epoch, :seq, :txn "
    "FROM story WHERE station = :station AND parcel = :parcel"
)
_REMEMBER_ITEM = Statement(
    "INSERT INTO story (station, parcel, n, epoch, seq, txn) "
    "SELECT item.station, item.parcel, (SELECT COALESCE(MAX(story.n), 0) + 1 FROM story "
    "WHERE story.station = item.station AND story.parcel = item.parcel), :epoch, :seq, :txn "
    "FROM item WHERE item.station = :station AND item.item = :item"
)
_STORY_ENTRIES = Statement(
    "SELECT journal.* FROM story JOIN journal ON journal.station = story.station "
    "AND journal.epoch = story.epoch AND journal.seq = story.seq "
    "WHERE story.station = :station AND story.parcel = :parcel AND NOT EXISTS "
    "(SELECT 1 FROM undone WHERE undone.station = story.station AND undone.txn = story.txn) "
    "ORDER BY story.n"
)
_UNDONE = Statement(
    "INSERT INTO undone (station, txn, undone_at, shift_n) VALUES (:station, :txn, :undone_at, :shift_n) "
    "ON CONFLICT (station, txn) DO NOTHING"
)
_PARCELS_OF = Statement("SELECT DISTINCT parcel FROM story WHERE station = :station AND txn = :txn")
# One decision that stands, or several that say the same: it waits no more.
_DECIDED = Statement(
    "UPDATE exception SET waits = CASE (SELECT COUNT(DISTINCT d.decision || '/' || d.decided_to) FROM decision d"
    " WHERE d.exception = :exception AND d.taken_back_at = '') WHEN 1 THEN 0 ELSE 1 END"
    " WHERE station = :station AND exception = :exception"
)
_FORGET_COUNTS = Statement("DELETE FROM bin_count WHERE station = :station AND shift = :shift")
_UNCOUNT = Statement(
    "DELETE FROM counted_plate WHERE station = :station AND shift = :shift AND bin = :bin AND count = :count"
    " AND plate = :plate"
)
_FORGET_EXCEPTIONS = Statement("DELETE FROM exception WHERE station = :station AND txn = :txn")

_ITEMS = "SELECT item FROM item WHERE station = :station AND parcel = :parcel"
_FORGET = (
    Statement(f"DELETE FROM photo WHERE station = :station AND (item = :parcel OR item IN ({_ITEMS}))"),
    Statement(f"DELETE FROM answer WHERE station = :station AND item IN ({_ITEMS})"),
    Statement("DELETE FROM item WHERE station = :station AND parcel = :parcel"),
    Statement("DELETE FROM missing_line WHERE station = :station AND parcel = :parcel"),
    Statement("DELETE FROM parcel WHERE station = :station AND parcel = :parcel"),
)
