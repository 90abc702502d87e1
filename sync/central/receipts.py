"""Tells the other benches of a site which parcels were received, and takes it back when an arrival was undone."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, select

from station.entries import Entry
from station.facts import Recorded, Undone
from station.receiving.facts import ParcelArrived
from station.records import Receipt
from station.schema import parcel
from sync.central.feed import Change, latest
from sync.central.statements import Sql, ask
from sync.central.tables import journal

# A sign that no code of a parcel has.
_BETWEEN = "|"
_RECEIVED = Sql("SELECT code, station, parcel FROM parcel WHERE code = ANY (:codes)")


def key_of(receipt: Receipt) -> str:
    """Return the key of a receipt in the feed: two benches that received one parcel both keep theirs."""
    return f"{receipt.code}{_BETWEEN}{receipt.bench}{_BETWEEN}{receipt.parcel}"


def changes(connection: Connection, station: str, facts: Sequence[tuple[Entry, Recorded]]) -> list[Change]:
    """Return the receipts that entries make or take back, as changes of the feed."""
    made: list[Change] = []
    for entry, fact in facts:
        if isinstance(fact, ParcelArrived) and fact.match != "again":
            receipt = Receipt(fact.code, fact.parcel, station, entry.operator, entry.at)
            made.append(Change("receipt", key_of(receipt), msgspec.json.encode(receipt)))
        elif isinstance(fact, Undone):
            made += [Change("receipt", key_of(each), None) for each in _undone(connection, station, fact)]
    return made


def known(connection: Connection, codes: Iterable[str]) -> list[Receipt]:
    """Return the receipts that hold for these parcel codes, oldest first."""
    named = [code for code in codes if "\0" not in code]
    rows = ask(connection, _RECEIVED, {"codes": named})() if named else ()
    bodies = latest(connection, "receipt", {_BETWEEN.join(row) for row in rows}).values()
    return sorted((msgspec.json.decode(body, type=Receipt) for body in bodies), key=lambda each: each.at)


def standing(connection: Connection, station: str, keys: Iterable[str]) -> set[str]:
    """Return those of a station's keys whose parcel is here, by the tables: one that was undone may have come again."""
    names = {key.rpartition(_BETWEEN)[2] for key in keys}
    query = select(parcel.c.code, parcel.c.parcel).where(parcel.c.station == station, parcel.c.parcel.in_(names))
    return {f"{row.code}{_BETWEEN}{station}{_BETWEEN}{row.parcel}" for row in connection.execute(query)}


def _undone(connection: Connection, station: str, undone: Undone) -> list[Receipt]:
    """Return the receipts of the arrivals that were taken back."""
    query = select(journal.c.body, journal.c.operator, journal.c.at).where(
        journal.c.station == station,
        journal.c.txn.in_(undone.txns),
        journal.c.type == ParcelArrived.__name__,
        journal.c.status != "held",  # of those nothing was told
    )
    found = [
        (msgspec.json.decode(row.body, type=ParcelArrived), row.operator, row.at) for row in connection.execute(query)
    ]
    return [
        Receipt(fact.code, fact.parcel, station, operator, at) for fact, operator, at in found if fact.match != "again"
    ]
