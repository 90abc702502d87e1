"""Where an item lies that was put into a bin, and what may be done with it: one row, by its plate or its name."""

from collections.abc import Sequence
from typing import Any

from station.known import Lying
from station.places import DOUBTED, LIES_IN
from station.statements import Statement

_BARRING = ("recall", "recall_part", "recall_placed", "hazard")


def lying(row: Sequence[Any]) -> Lying:
    """Return an item from one row of `BY_PLATE` or `BY_ITEM`."""
    named = dict(zip(_COLUMNS, row, strict=False))
    is_hazard, told, is_doubted, copies, again = row[len(_COLUMNS) :]
    return Lying(
        **named,
        is_hazard=bool(is_hazard),
        is_barred=bool(is_hazard or told),
        is_doubted=bool(is_doubted),
        copies=copies,
        grades=1 + again,
    )


_COLUMNS = (
    "item", "parcel", "plate", "title", "client", "rma", "letter", "disposition", "bin", "price_minor", "currency",
    "apart",
)  # fmt: skip
_LYING = (
    "SELECT i.item, i.parcel, i.plate, i.title, i.client, i.rma, i.letter, i.disposition,"
    f" {LIES_IN} AS bin, i.price_minor, i.currency, i.apart,"
    " i.owner = 'safety' AS is_hazard,"
    " EXISTS (SELECT 1 FROM exception e WHERE e.station = i.station AND e.item = i.item"
    f" AND e.kind IN ({', '.join(map(repr, _BARRING))})) AS told,"
    f" {DOUBTED} AS is_doubted, l.copies_asked,"
    " (SELECT COUNT(*) FROM regrade r WHERE r.station = i.station AND r.item = i.item) AS again"
    " FROM item i JOIN plate l ON l.station = i.station AND l.plate = i.plate AND l.voided_at = ''"
    " WHERE i.station = :station AND i.placed_at <> ''"
)
BY_PLATE = Statement(f"{_LYING} AND i.plate = :plate")
BY_ITEM = Statement(f"{_LYING} AND i.item = :item")
