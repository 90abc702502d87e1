"""Tells the other benches of a site which parcels were received, and takes it back when an arrival was undone."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from station.entries import Entry
from station.facts import ParcelArrived, Recorded, Undone
from station.records import Receipt
from sync.central.feed import Change, latest
from sync.central.tables import journal


def changes(
    connection: Connection, station: str, facts: Sequence[tuple[Entry, Recorded]]
) -> list[Change]:
    """Return the receipts that entries make or take back, as changes of the feed."""
    made: list[Change] = []
    for entry, fact in facts:
        if isinstance(fact, ParcelArrived) and fact.match != "again":
            receipt = Receipt(fact.code, fact.parcel, station, entry.operator, entry.at)
            made.append(Change("receipt", fact.code, msgspec.json.encode(receipt)))
        elif isinstance(fact, Undone):
            made += _taken_back(connection, station, fact, made)
    return made


def _taken_back(
    connection: Connection, station: str, undone: Undone, made: Sequence[Change]
) -> list[Change]:
    """Withdraw receipts of undone arrivals, unless another bench has received the same parcel since."""
    query = select(journal.c.body).where(
        journal.c.station == station,
        journal.c.txn.in_(undone.txns),
        journal.c.type == ParcelArrived.__name__,
    )
    arrived = [msgspec.json.decode(body, type=ParcelArrived) for body in connection.execute(query).scalars()]
    known = latest(connection, "receipt", [fact.code for fact in arrived])
    known |= {change.key: change.body for change in made if change.body}
    return [
        Change("receipt", fact.code, None)
        for fact in arrived
        if fact.code in known and _is_of(known[fact.code], station, fact.parcel)
    ]


def _is_of(body: bytes, station: str, parcel: str) -> bool:
    receipt = msgspec.json.decode(body, type=Receipt)
    return (receipt.bench, receipt.parcel) == (station, parcel)
