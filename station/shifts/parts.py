"""What the ten rules count: each part is one sum over the projected tables, and the list of things behind it.

Every part is told by one FROM … WHERE …, so that a figure and what it is made of can never say two things. `here`
is the table of the shifts in question (station, shift, n): one at a bench, all of a site's benches at central.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from resources.words import mark

Side = Literal["expected", "actual", "told", "reasoned"]


class Part(NamedTuple):
    """One part of a rule: how many units, by client and way, and what they are.

    `side` is the side of the line it adds to; `told` is only listed, and `reasoned` says of so many units that are
    short why they are. `thing` is the name of what stands
    behind a unit: a parcel, an item, a plate, a bin, a carrier or an exception; `id` gives it.
    """

    rule: int
    side: Side
    name: str
    source: str
    thing: str
    id: str
    client: str = "''"
    way: str = "''"
    units: str = "1"


RULES: Mapping[int, str] = {
    1: mark("Delivered by the carriers"),
    2: mark("Parcels"),
    3: mark("Units declared"),
    4: mark("Units found"),
    5: mark("Plates"),
    6: mark("Photos"),
    7: mark("Money"),
    8: mark("Overrides and undos"),
    9: mark("Facts"),
    10: mark("Hazards and recalls"),
}

_PARCEL = "parcel p JOIN here h ON h.station = p.station"
_ITEM = "item i JOIN here h ON h.station = i.station"
_PLATE = "plate l JOIN here h ON h.station = l.station"
_DELIVERY = "delivery d JOIN here h ON h.station = d.station AND h.shift = d.shift"
# A parcel or an item that came in an earlier shift, and was not done when this one began.
_PARCEL_LEFT = "p.shift_n < h.n AND (p.finished_n = 0 OR p.finished_n >= h.n)"
_ITEM_LEFT = "i.shift_n < h.n AND (i.placed_n = 0 OR i.placed_n >= h.n)"
# The move that took an item away in its bin, if there was one.
_GONE = "LEFT JOIN bin_move g ON g.station = i.station AND g.bin = i.bin AND i.bin <> '' AND g.fill = i.fill + 1"
_COUNTED = (
    "counted_plate c JOIN here h ON h.station = c.station AND h.shift = c.shift"
    " JOIN bin_count b ON b.station = c.station AND b.shift = c.shift AND b.bin = c.bin AND b.count = c.count"
    " LEFT JOIN plate l ON l.station = c.station AND l.plate = c.plate AND l.voided_at = ''"
    " LEFT JOIN item i ON i.station = l.station AND i.item = l.item AND i.plate = l.plate"
)
_DONE = "p.finished_n = h.n"
_OPEN_PLATE = (
    "l.allotted_n > 0 AND l.allotted_n <= h.n AND (l.confirmed_n = 0 OR l.confirmed_n >= h.n)"
    " AND (l.voided_n = 0 OR l.voided_n >= h.n)"
)
_HAZARD = "i.disposition = 'hold' AND i.owner = 'safety'"


def _parcels(side: Side, name: str, where: str) -> Part:
    return Part(2, side, name, f"{_PARCEL} WHERE {where}", "parcel", "p.code", "p.client")


def _items(rule: int, side: Side, name: str, where: str, more: str = "") -> Part:
    return Part(rule, side, name, f"{_ITEM} {more} WHERE {where}", "item", "i.item", "i.client", "i.disposition")


def _plates(side: Side, name: str, where: str) -> Part:
    return Part(5, side, name, f"{_PLATE} WHERE {where}", "plate", "l.plate")


def _photos(side: Side, name: str, where: str) -> Part:
    source = f"{_ITEM} JOIN photo f ON f.station = i.station AND f.item = i.item WHERE i.shift_n = h.n AND {where}"
    return Part(6, side, name, source, "item", "i.item", "i.client")


PARTS: tuple[Part, ...] = (
    Part(1, "expected", mark("delivered"), _DELIVERY, "carrier", "d.carrier", way="d.carrier", units="d.delivered"),
    Part(1, "actual", mark("scanned"), f"{_PARCEL} WHERE p.shift_n = h.n", "parcel", "p.code", way="p.carrier"),
    Part(1, "actual", mark("refused"), _DELIVERY, "carrier", "d.carrier", way="d.carrier", units="d.refused"),
    Part(1, "actual", mark("not found"), _DELIVERY, "carrier", "d.carrier", way="d.carrier", units="d.not_found"),
    _parcels("expected", mark("arrived"), "p.shift_n = h.n"),
    _parcels("expected", mark("left from before"), _PARCEL_LEFT),
    _parcels("actual", mark("finished"), "p.finished_n = h.n"),
    _parcels(
        "actual",
        mark("in work"),
        "p.shift_n <= h.n AND (p.finished_n = 0 OR p.finished_n > h.n) AND EXISTS"
        " (SELECT 1 FROM item i WHERE i.station = p.station AND i.parcel = p.parcel)",
    ),
    _parcels(
        "actual",
        mark("unopened"),
        "p.shift_n <= h.n AND (p.finished_n = 0 OR p.finished_n > h.n) AND NOT EXISTS"
        " (SELECT 1 FROM item i WHERE i.station = p.station AND i.parcel = p.parcel)",
    ),
    Part(
        3, "expected", mark("declared"), f"{_PARCEL} WHERE {_DONE}", "parcel", "p.code", "p.client", units="p.declared"
    ),
    Part(
        3,
        "actual",
        mark("received"),
        f"{_PARCEL} JOIN item i ON i.station = p.station AND i.parcel = p.parcel AND i.match = 'matched' WHERE {_DONE}",
        "item",
        "i.item",
        "p.client",
    ),
    Part(
        3,
        "actual",
        mark("missing"),
        f"{_PARCEL} JOIN missing_line m ON m.station = p.station AND m.parcel = p.parcel WHERE {_DONE}",
        "parcel",
        "p.code",
        "p.client",
        units="m.quantity",
    ),
    Part(
        3,
        "told",
        mark("undeclared"),
        f"{_PARCEL} JOIN item i ON i.station = p.station AND i.parcel = p.parcel AND i.match = 'undeclared'"
        f" WHERE {_DONE}",
        "item",
        "i.item",
        "p.client",
    ),
    Part(
        3,
        "told",
        mark("wrong"),
        f"{_PARCEL} JOIN item i ON i.station = p.station AND i.parcel = p.parcel AND i.match = 'wrong' WHERE {_DONE}",
        "item",
        "i.item",
        "p.client",
    ),
    _items(4, "expected", mark("found"), "i.shift_n = h.n"),
    _items(4, "expected", mark("in work from before"), _ITEM_LEFT),
    _items(
        4,
        "expected",
        mark("in bins from before"),
        "i.placed_n > 0 AND i.placed_n < h.n AND (g.fill IS NULL OR g.moved_n >= h.n)",
        _GONE,
    ),
    Part(
        4,
        "actual",
        mark("counted in bins"),
        _COUNTED,
        "plate",
        "c.plate",
        "COALESCE(i.client, b.client)",
        "b.disposition",
    ),
    _items(4, "actual", mark("in work"), "i.shift_n <= h.n AND (i.placed_n = 0 OR i.placed_n > h.n)"),
    _items(4, "actual", mark("moved away"), "i.placed_n > 0 AND i.placed_n <= h.n AND g.moved_n = h.n", _GONE),
    _plates("expected", mark("printed"), _OPEN_PLATE),
    _plates("actual", mark("scanned back"), f"{_OPEN_PLATE} AND l.confirmed_n = h.n AND l.voided_n = 0"),
    _plates("actual", mark("voided"), f"{_OPEN_PLATE} AND l.voided_n = h.n"),
    _plates("told", mark("printed again"), f"{_OPEN_PLATE} AND l.copies_asked > 1"),
    _photos("expected", mark("required"), "1 = 1"),
    _photos("actual", mark("taken"), "f.sha256 <> ''"),
    _photos("reasoned", mark("left out, with a reason"), "f.sha256 = '' AND f.skipped_why <> ''"),
    _items(8, "told", mark("routes changed"), "i.shift_n = h.n AND i.overridden <> ''"),
    _items(8, "told", mark("by a supervisor's badge"), "i.shift_n = h.n AND i.authorised_by <> ''"),
    Part(
        8,
        "told",
        mark("steps taken back"),
        "undone u JOIN here h ON h.station = u.station WHERE u.shift_n = h.n",
        "transaction",
        "u.txn",
    ),
    _items(10, "expected", mark("hazards on hold"), f"i.shift_n = h.n AND {_HAZARD}"),
    _items(
        10,
        "actual",
        mark("in the fire-safe box"),
        f"i.shift_n = h.n AND {_HAZARD} AND b.hazard = 1",
        "JOIN bin b ON b.station = i.station AND b.bin = i.bin",
    ),
)

# What stands behind these is no list of things; `station.shifts.counting.Sent` gives them.
RECORDED, ACKNOWLEDGED = mark("recorded"), mark("confirmed by central")
WAITING, REFUSED = mark("waiting"), mark("refused by central")
