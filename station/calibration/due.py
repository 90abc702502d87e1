"""Which graded items are to be looked at again, and what the first look at one said."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.engine import Connection

from resources import find
from station.calibration.facts import SecondLookBegan
from station.moments import utc
from station.statements import Statement

FILE = "calibration.toml"


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of a hundred items get a second look, and for how many hours after they were placed."""

    per_hundred: int
    within_h: int


class Due(msgspec.Struct, frozen=True):
    """An item that waits for a second look: its plate, what it is, and the bin it lies in. Not how it was graded."""

    item: str
    plate: str
    title: str
    bin: str


def parse(toml: bytes) -> Rate:
    """Return the rate; raises ValueError that names what is wrong."""
    try:
        rate = msgspec.toml.decode(toml, type=Rate)
    except msgspec.DecodeError as error:
        raise ValueError(f"the rate of second looks cannot be read: {error}") from error
    if not 0 <= rate.per_hundred <= 100 or rate.within_h < 1:
        raise ValueError("per_hundred is a number from 0 to 100, and within_h is above 0")
    return rate


def read_rate() -> Rate:
    """Read the rate that came with the program."""
    return parse(find.read(FILE))


def is_chosen(item: str, per_hundred: int) -> bool:
    """Tell whether an item is among those that get a second look: by its name alone, the same at every bench."""
    digest = hashlib.sha256(f"second look {item}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 10_000 < per_hundred * 100


def due(connection: Connection, station: str, badge: str, rate: Rate, now: str) -> tuple[Due, ...]:
    """Return what waits for a second look by a person who did not grade it, the longest first.

    Only what still lies in a bin here, has a letter, and was looked at by nobody since. Raises the database's errors.
    """
    if not rate.per_hundred:
        return ()
    since = utc(datetime.fromisoformat(now) - timedelta(hours=rate.within_h))
    rows = _PLACED.run(connection, {"station": station, "since": since, "badge": badge}).mappings()
    return tuple(Due(**row) for row in rows if is_chosen(row["item"], rate.per_hundred))


def first_look(connection: Connection, station: str, plate: str) -> SecondLookBegan | None:
    """Return the fact that begins a second look at the item with this plate; None when there is none with a letter."""
    row = _GRADED.run(connection, {"station": station, "plate": plate}).mappings().first()
    if row is None:
        return None
    answers: Iterable[tuple[str, str]] = (
        (each.question, each.option) for each in _ANSWERS.run(connection, {"station": station, "item": row["item"]})
    )
    in_band = None if row["in_band"] is None else bool(row["in_band"])
    told = {**row, "serial": row["serial"] or "not_known", "in_band": in_band}
    return SecondLookBegan(**told, answers=tuple(answers))


_PLACED = Statement(
    "SELECT item, plate, title, bin FROM item i WHERE station = :station AND placed_at >= :since AND moved_n = 0"
    " AND bin <> '' AND letter <> '' AND disposition <> 'hold' AND operator <> :badge"
    " AND NOT EXISTS (SELECT 1 FROM second_look s WHERE s.station = i.station AND s.item = i.item)"
    " ORDER BY placed_at"
)
_GRADED = Statement(
    "SELECT i.item, i.plate, i.parcel, i.category, i.client, a.rubric, i.operator AS grader, i.letter, i.match,"
    " i.serial_verdict AS serial, i.in_band FROM item i JOIN answer a ON a.station = i.station AND a.item = i.item"
    " WHERE i.station = :station AND i.plate = :plate AND i.letter <> '' AND i.bin <> ''"
    " AND i.disposition <> 'hold' AND i.moved_n = 0 LIMIT 1"
)
_ANSWERS = Statement(
    "SELECT question, option FROM answer WHERE station = :station AND item = :item ORDER BY answered_at, question"
)
