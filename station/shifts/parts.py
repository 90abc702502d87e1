"""What the ten rules count: each part is one sum over the projected tables, and the list of things behind it.

Every part is told by one FROM … WHERE …, so that a figure and what it is made of can never say two things. What is over
long since is never read: a plus keeps SQLite from an index by which everything that ever came would be. `here`
is the table of the shifts in question (station, shift, n): one at a bench, all of a site's benches at central.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from resources.words import mark
from station.places import BIN, EARLIER, WAY, earlier, then
from station.words import STRANGE_WORDS

Side = Literal["expected", "actual", "told", "reasoned"]


class Part(NamedTuple):
    """One part of a rule: how many units, by client and way, and what they are.

    `side` is the side of the line it adds to; `told` is only listed, and `reasoned` says of so many units that are
    short why they are. `source` is what several parts may be counted from at once, `when` which of it this one is.
    `thing` is the name of what stands behind a unit: a parcel, an item, a plate, a carrier or a transaction; `id` gives
    it.
    """

    rule: int
    side: Side
    name: str
    source: str
    when: str
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

_ALL = "1 = 1"
# A sheet that was typed in after its shift was over is told in the shift it came in: what was signed stays as it was.
_DELIVERY = "delivery d JOIN here h ON h.station = d.station AND h.shift = d.shift AND d.said_n <= h.n"
_ARRIVED = "parcel p JOIN here h ON h.station = p.station WHERE p.shift_n = h.n"
# The parcels that were open at some moment of the shift, and the units that lay at the bench in it.
_PARCELS = (
    "parcel p JOIN here h ON h.station = p.station"
    " WHERE +p.shift_n <= h.n AND (p.finished_n = 0 OR p.finished_n >= h.n)"
)
# A unit that was written off is expected no more from the next shift on, until it was found again in a count.
_WRITTEN, _FOUND = then("written_n"), then("found_n")
GIVEN_UP = f"({_WRITTEN} > 0 AND {_WRITTEN} < h.n AND ({_FOUND} <= {_WRITTEN} OR {_FOUND} >= h.n))"
_ITEMS = (
    f"item i JOIN here h ON h.station = i.station {EARLIER}"
    f" WHERE +i.shift_n <= h.n AND (i.moved_n = 0 OR i.moved_n >= h.n) AND NOT {GIVEN_UP}"
)
_IN_WORK = "(i.placed_n = 0 OR i.placed_n > h.n)"
_FINISHED = "parcel p JOIN here h ON h.station = p.station WHERE p.finished_n = h.n"
_UNITS = (
    "parcel p JOIN here h ON h.station = p.station JOIN item i ON i.station = p.station AND i.parcel = p.parcel"
    f" {EARLIER} WHERE p.finished_n = h.n"
)
_MISSING = (
    "parcel p JOIN here h ON h.station = p.station"
    " JOIN missing_line m ON m.station = p.station AND m.parcel = p.parcel WHERE p.finished_n = h.n"
)
# The plates that were counted in more than one bin, hardly any; and the bin in which such a plate is told as there.
_OF_COUNT = "bin_count y ON y.station = x.station AND y.shift = x.shift AND y.bin = x.bin AND y.count = x.count"
_TWICE = (
    "(SELECT x.plate FROM here s JOIN counted_plate x ON x.station = s.station AND x.shift = s.shift"
    f" JOIN {_OF_COUNT} GROUP BY x.plate HAVING COUNT(*) > 1)"
)
_FIRST = (
    f"(SELECT x.bin FROM counted_plate x JOIN {_OF_COUNT} WHERE x.station = c.station AND x.shift = c.shift"
    f" AND x.plate = c.plate ORDER BY CASE WHEN x.bin = {BIN} THEN 0 ELSE 1 END, x.bin LIMIT 1)"
)
# Each plate counted in a bin is of one kind, as `station.shifts.findings` names it. One that was counted in two bins is
# there once, where it belongs if it was counted there; the others are `double`. The limit that no count reaches keeps
# SQLite from telling the kind anew for each sum.
_COUNTED = (
    "(SELECT k.plate, k.client, k.kind, o.side,"
    " CASE WHEN o.side = 1 OR k.kind NOT IN ('right', 'misplaced', 'found_again') THEN k.kind ELSE k.way END AS way"
    " FROM (SELECT c.plate, COALESCE(i.client, '') AS client,"
    f" CASE WHEN {GIVEN_UP} THEN b.disposition ELSE {WAY} END AS way,"
    f" CASE WHEN c.plate IN {_TWICE} AND c.bin <> {_FIRST} THEN 'double' WHEN i.item IS NULL THEN 'foreign'"
    f" WHEN {GIVEN_UP} THEN 'found_again' WHEN {_IN_WORK} THEN 'unplaced'"
    " WHEN i.moved_n > 0 AND i.moved_n <= h.n THEN 'gone'"
    f" WHEN {BIN} <> c.bin THEN 'misplaced' ELSE 'right' END AS kind"
    " FROM counted_plate c JOIN here h ON h.station = c.station AND h.shift = c.shift"
    " JOIN bin_count b ON b.station = c.station AND b.shift = c.shift AND b.bin = c.bin AND b.count = c.count"
    " LEFT JOIN plate l ON l.station = c.station AND l.plate = c.plate"
    " AND (l.voided_at = '' OR l.voided_n > h.n)"
    f" {earlier('l.station', 'l.item')} LEFT JOIN item i ON i.station = l.station AND i.item = l.item"
    f" AND {then('plate')} = l.plate LIMIT 9000000000) k"
    # What is misplaced counts twice: as there, and as in the wrong bin.
    " CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1 AS side) o WHERE o.side = 0 OR k.kind = 'misplaced') c"
    " WHERE c.plate <> ''"
)
# The plates that were neither proved nor voided when the shift began.
_PLATES = (
    "plate l JOIN here h ON h.station = l.station WHERE +l.allotted_n > 0 AND +l.allotted_n <= h.n"
    " AND (l.confirmed_n >= h.n OR (l.confirmed_n = 0 AND (l.voided_n = 0 OR l.voided_n >= h.n)))"
    " AND (+l.voided_n = 0 OR +l.voided_n >= h.n)"
)
# What was taken or left out in the shift, of the units that were in work at some moment of it: those that lie in no bin
# yet, and those that came into one in the shift or later; each of the two is one piece of an index.
PHOTOS = (
    "here h CROSS JOIN (SELECT 0 AS first, 0 AS last UNION ALL SELECT 1, 9000000000) o"
    " JOIN item i ON i.station = h.station AND i.placed_n >= o.first * h.n AND i.placed_n <= o.last"
    " JOIN photo f ON f.station = i.station AND f.item = i.item WHERE +i.shift_n <= h.n AND f.taken_n = h.n"
)
_REPRINTED = "deed g JOIN here h ON h.station = g.station WHERE g.shift_n = h.n AND g.kind = 'reprinted'"
# What was done in the shift; a route that was taken back with its step was not changed.
_DEEDS = (
    "deed g JOIN here h ON h.station = g.station JOIN item i ON i.station = g.station AND i.item = g.thing"
    " WHERE g.shift_n = h.n AND g.kind = 'override'"
    " AND NOT EXISTS (SELECT 1 FROM undone u WHERE u.station = g.station AND u.txn = g.txn)"
)
_UNDONE = "undone u JOIN here h ON h.station = u.station WHERE u.shift_n = h.n"

_HAS_SHEET = (
    "EXISTS (SELECT 1 FROM delivery d WHERE d.station = h.station AND d.shift = h.shift AND d.carrier = p.carrier"
    " AND d.said_n <= h.n)"
)
_STILL_OPEN = "(p.finished_n = 0 OR p.finished_n > h.n)"
_OPENED = "EXISTS (SELECT 1 FROM item i WHERE i.station = p.station AND i.parcel = p.parcel AND i.shift_n <= h.n)"
# A unit may be matched, by its serial number, to an order that nobody expected in this parcel.
_OF_PARCEL = f"(REPLACE(p.orders, '\"' || {then('rma')} || '\"', '') <> p.orders)"
_MATCH = then("match")
# Told in every shift until it has left.
_HAZARD = f"{then('disposition')} = 'hold' AND {then('owner')} = 'safety'"
_GOES_BACK = (
    "EXISTS (SELECT 1 FROM bin_move v WHERE v.station = i.station AND v.bin = i.bin AND v.fill = i.fill + 1"
    " AND v.apart = 'ship_back')"
)
_IN_BOX = f"EXISTS (SELECT 1 FROM bin b WHERE b.station = i.station AND b.bin = {BIN} AND b.hazard = 1)"


def _delivered(side: Side, name: str, units: str) -> Part:
    return Part(1, side, name, _DELIVERY, _ALL, "carrier", "d.carrier", way="d.carrier", units=units)


def _scanned(side: Side, name: str, when: str) -> Part:
    return Part(1, side, name, _ARRIVED, when, "parcel", "p.code", way="p.carrier")


def _parcels(side: Side, name: str, when: str) -> Part:
    return Part(2, side, name, _PARCELS, when, "parcel", "p.code", "p.client")


def _units(side: Side, name: str, when: str) -> Part:
    return Part(3, side, name, _UNITS, when, "item", "i.item", "p.client")


def _items(rule: int, side: Side, name: str, when: str) -> Part:
    return Part(rule, side, name, _ITEMS, when, "item", "i.item", "i.client", WAY)


def _counted(side: Side, name: str, when: str) -> Part:
    return Part(4, side, name, _COUNTED, when, "plate", "c.plate", "c.client", "c.way")


def _strange(kind: str) -> Part:
    """Return the part of the plates that were counted where they do not belong: never set off against a missing one."""
    return Part(
        4, "actual", STRANGE_WORDS[kind], _COUNTED, f"c.way = '{kind}'", "plate", "c.plate", "c.client", "c.way"
    )


def _plates(side: Side, name: str, when: str) -> Part:
    return Part(5, side, name, _PLATES, when, "plate", "l.plate")


def _changed(name: str, when: str) -> Part:
    return Part(8, "told", name, _DEEDS, when, "item", "i.item", "i.client", "g.about")


def _photos(side: Side, name: str, when: str) -> Part:
    return Part(6, side, name, PHOTOS, when, "item", "i.item", "i.client")


FOUND_AGAIN = mark("written off and found again")
PARTS: tuple[Part, ...] = (
    _delivered("expected", mark("delivered"), "d.delivered"),
    _scanned("actual", mark("scanned"), _HAS_SHEET),
    _delivered("actual", mark("refused"), "d.refused"),
    _delivered("actual", mark("not found"), "d.not_found"),
    # Nothing says how many there should be.
    _scanned("told", mark("scanned, without a carrier's sheet"), f"NOT {_HAS_SHEET}"),
    _parcels("expected", mark("arrived"), "p.shift_n = h.n"),
    _parcels("expected", mark("left from before"), "p.shift_n < h.n"),
    _parcels("actual", mark("finished"), "p.finished_n = h.n"),
    _parcels("actual", mark("in work"), f"{_STILL_OPEN} AND {_OPENED}"),
    _parcels("actual", mark("unopened"), f"{_STILL_OPEN} AND NOT {_OPENED}"),
    Part(
        3,
        "expected",
        mark("declared"),
        _FINISHED,
        _ALL,
        "parcel",
        "p.code",
        "p.client",
        units="p.declared",
    ),
    _units("actual", mark("received"), f"{_MATCH} = 'matched' AND {_OF_PARCEL}"),
    Part(3, "actual", mark("missing"), _MISSING, _ALL, "parcel", "p.code", "p.client", units="m.quantity"),
    _units("told", mark("of another order"), f"{_MATCH} = 'matched' AND NOT {_OF_PARCEL}"),
    _units("told", mark("undeclared"), f"{_MATCH} = 'undeclared'"),
    _units("told", mark("wrong"), f"{_MATCH} = 'wrong'"),
    _items(4, "expected", mark("found"), "i.shift_n = h.n"),
    _items(4, "expected", mark("in work from before"), "i.shift_n < h.n AND (i.placed_n = 0 OR i.placed_n >= h.n)"),
    _items(4, "expected", mark("in bins from before"), "i.placed_n > 0 AND i.placed_n < h.n"),
    _counted("expected", FOUND_AGAIN, "c.kind = 'found_again'"),
    # What lies in the wrong bin is there.
    _counted("actual", mark("counted in bins"), "c.kind IN ('right', 'misplaced', 'found_again') AND c.side = 0"),
    _items(4, "actual", mark("in work"), _IN_WORK),
    _items(4, "actual", mark("moved away"), f"i.moved_n = h.n AND NOT {_GOES_BACK}"),
    _items(4, "actual", mark("shipped back"), f"i.moved_n = h.n AND {_GOES_BACK}"),
    *map(_strange, STRANGE_WORDS),
    _plates("expected", mark("printed"), _ALL),
    _plates("actual", mark("scanned back"), "l.confirmed_n = h.n AND (l.voided_n = 0 OR l.voided_n > h.n)"),
    _plates("actual", mark("voided"), "l.voided_n = h.n"),
    Part(5, "told", mark("printed again"), _REPRINTED, _ALL, "plate", "g.thing"),
    _photos("expected", mark("required"), _ALL),
    _photos("actual", mark("taken"), "f.sha256 <> ''"),
    _photos("reasoned", mark("left out, with a reason"), "f.sha256 = '' AND f.skipped_why <> ''"),
    _changed(mark("routes changed"), _ALL),
    _changed(mark("by a supervisor's badge"), "g.second <> ''"),
    Part(8, "told", mark("steps taken back"), _UNDONE, _ALL, "transaction", "u.txn"),
    _items(10, "expected", mark("hazards on hold"), _HAZARD),
    _items(10, "actual", mark("in the fire-safe box"), f"{_HAZARD} AND {_IN_BOX}"),
)

# What stands behind these is no list of things; `station.shifts.counting.Sent` gives them.
RECORDED, ACKNOWLEDGED = mark("recorded"), mark("confirmed by central")
WAITING, REFUSED = mark("waiting"), mark("refused by central")
