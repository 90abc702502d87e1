"""Reads from central's tables what is known of the goods of one return order, as values the decision takes.

A bulk import asks this of every order, so its questions are ready-made: made anew each time they cost five times as
much as their answers.
"""

from typing import Final

from msgspec.structs import replace
from sqlalchemy import Connection, select

from station.schema import photo
from sync.central.photos import arrived_of, shared_of
from sync.central.resolutions.derive import Facts, Missing, Ruling, Unit
from sync.central.statements import Sql, ask

# The parcel's own row is gone when its arrival was taken back.
_SCANNED: Final = Sql(
    "SELECT 1 FROM parcel_order JOIN parcel ON parcel.station = parcel_order.station "
    "AND parcel.parcel = parcel_order.parcel WHERE parcel_order.rma = :rma LIMIT 1"
)
_MISSING: Final = Sql("SELECT station, parcel, line, quantity FROM missing_line WHERE rma = :rma")
_RULED: Final = Sql('SELECT line, "then", amount_minor, "by", why FROM resolution_ruling WHERE rma = :rma')
_UNITS: Final = Sql(
    "SELECT item.station, item.item, item.line, match, serial, serial_verdict, letter, functional, grade_rule,"
    " disposition, COALESCE(counted.rma || ' ' || counted.line, '') FROM item"
    " LEFT JOIN counted_unit AS counted ON counted.station = item.station AND counted.item = item.item"
    " AND (counted.rma <> item.rma OR counted.line <> item.line) AND EXISTS (SELECT 1 FROM resolution"
    " WHERE resolution.rma = counted.rma AND resolution.line = counted.line"
    " AND resolution.state NOT IN ('requested', 'withdrawn', 'closed'))"
    " WHERE item.rma = :rma AND item.line <> ''"
)

_ELSEWHERE: Final = Sql(
    "SELECT 1 FROM (SELECT station FROM item WHERE rma = :rma UNION SELECT station FROM missing_line WHERE rma = :rma"
    " UNION SELECT station FROM parcel_order WHERE rma = :rma) AS said"
    " JOIN enrolled_station ON enrolled_station.station = said.station"
    " JOIN order_owner ON order_owner.rma = :rma WHERE order_owner.site <> enrolled_station.site LIMIT 1"
)


def facts_of(connection: Connection, rma: str) -> Facts:
    """Return the facts of an RMA, whichever benches found them."""
    of_order = {"rma": rma}
    return Facts(
        bool(ask(connection, _SCANNED, of_order)()),
        _units(connection, rma),
        tuple(Missing(*row) for row in ask(connection, _MISSING, of_order)()),
        {line: Ruling(*said) for line, *said in ask(connection, _RULED, of_order)()},
        bool(ask(connection, _ELSEWHERE, of_order)()),
    )


def _units(connection: Connection, rma: str) -> tuple[Unit, ...]:
    rows = ask(connection, _UNITS, {"rma": rma})()
    units = [(Unit(*said), {"is_routed": routed != "", "counted_for": counted}) for *said, routed, counted in rows]
    return tuple(replace(unit, photos=_photos(connection, unit.station, unit.item), **more) for unit, more in units)


def _photos(connection: Connection, station: str, name: str) -> int:
    """Return how many photos of a unit are here; one that is still on its way proves nothing yet."""
    query = select(photo.c.sha256).where(photo.c.station == station, photo.c.item == name, photo.c.sha256 != "")
    taken = set(connection.execute(query).scalars())
    shared = shared_of(connection, taken)
    return len(arrived_of(connection, {shared.get(each, each) for each in taken}))
