"""Reads from central's tables what is known of the goods of one return order, as values the decision takes."""

from sqlalchemy import Connection, and_, select

from station.schema import item, missing_line, parcel, photo
from sync.central.photos import arrived_of, shared_of
from sync.central.resolutions.derive import Facts, Missing, Ruling, Unit
from sync.central.tables import parcel_order, resolution_ruling


def facts_of(connection: Connection, rma: str) -> Facts:
    """Return the facts of an RMA, whichever benches found them."""
    # The parcel's own row is gone when its arrival was taken back.
    same = and_(parcel.c.station == parcel_order.c.station, parcel.c.parcel == parcel_order.c.parcel)
    scanned = select(parcel.c.parcel).join(parcel_order, same).where(parcel_order.c.rma == rma).limit(1)
    arrived = connection.execute(scanned).first()
    missing = connection.execute(select(missing_line).where(missing_line.c.rma == rma))
    ruled = connection.execute(select(resolution_ruling).where(resolution_ruling.c.rma == rma))
    return Facts(
        arrived is not None,
        _units(connection, rma),
        tuple(Missing(row.station, row.parcel, row.line, row.quantity) for row in missing),
        {row.line: Ruling(row.then, row.amount_minor, row.by, row.why) for row in ruled},
    )


def _units(connection: Connection, rma: str) -> tuple[Unit, ...]:
    rows = connection.execute(select(item).where(item.c.rma == rma, item.c.line != "")).all()
    photos = {(row.station, row.item): _photos(connection, row.station, row.item) for row in rows}
    return tuple(
        Unit(
            row.station,
            row.item,
            row.line,
            row.match,
            row.serial,
            row.serial_verdict,
            row.letter,
            row.functional,
            row.grade_rule,
            photos[(row.station, row.item)],
            row.disposition != "",
        )
        for row in rows
    )


def _photos(connection: Connection, station: str, name: str) -> int:
    """Return how many photos of a unit are here; one that is still on its way proves nothing yet."""
    query = select(photo.c.sha256).where(photo.c.station == station, photo.c.item == name, photo.c.sha256 != "")
    taken = set(connection.execute(query).scalars())
    shared = shared_of(connection, taken)
    return len(arrived_of(connection, {shared.get(each, each) for each in taken}))
