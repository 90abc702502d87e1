"""What the carriers' sheets say of a shift: the latest word of each, and every earlier one with who said it."""

from collections.abc import Iterable

import msgspec
from sqlalchemy.engine import Connection

from station import schema
from station.change import Said
from station.shifts.facts import DeliveryCounted
from station.statements import Statement, upsert

TYPE = DeliveryCounted.__name__


def say(connection: Connection, fact: DeliveryCounted, said: Said) -> None:
    """Let a sheet say this from now on; what it said before in this shift stays known. Raises the database's errors."""
    named = {"station": said.station, "shift": fact.shift, "carrier": fact.carrier, "said_n": said.shift_n}
    told = {"delivered": fact.delivered, "refused": fact.refused, "not_found": fact.not_found}
    _KEEP.write(connection, named)
    _SAY.write(connection, {**named, **told, "operator": said.operator, "said_at": said.at})


def fill(connection: Connection, told: Iterable[tuple[Said, bytes]]) -> None:
    """Fill in, once, who said what, each station's in their order; a sheet whose facts are gone stays as it is.

    What cannot be read fills nothing in. Raises the database's errors.
    """
    begun = set()
    for said, body in told:
        try:
            fact = msgspec.json.decode(body, type=DeliveryCounted)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        named = {"station": said.station, "shift": fact.shift, "carrier": fact.carrier, "said_n": said.shift_n}
        if (key := tuple(named.values())) not in begun:
            begun.add(key)
            _FORGET.write(connection, named)
        say(connection, fact, said)


_KEY = "station = :station AND shift = :shift AND carrier = :carrier AND said_n = :said_n"
_KEEP = Statement(
    "INSERT INTO earlier_sheet"
    " (station, shift, carrier, said_n, n, delivered, refused, not_found, operator, said_at)"
    " SELECT d.station, d.shift, d.carrier, d.said_n, (SELECT COALESCE(MAX(e.n), 0) + 1 FROM earlier_sheet e"
    " WHERE e.station = d.station AND e.shift = d.shift AND e.carrier = d.carrier AND e.said_n = d.said_n),"
    " d.delivered, d.refused, d.not_found, d.operator, d.said_at"
    f" FROM delivery d WHERE {_KEY}"
)
_SAY = upsert(schema.delivery)
_FORGET = Statement(f"DELETE FROM delivery WHERE {_KEY}")
