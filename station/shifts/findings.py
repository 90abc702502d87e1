"""What the blind count shows: which plates are missing, misplaced, foreign, counted twice, or in no bin; by name."""

import msgspec
from sqlalchemy.engine import Connection

from station.places import BIN, EARLIER, WAY, earlier, then
from station.shifts.facts import ItemFoundAgain
from station.shifts.parts import GIVEN_UP
from station.statements import Statement


class Finding(msgspec.Struct, frozen=True, order=True):
    """A plate, or a bin without plate, that the blind count shows to be wrong.

    `kind` is `missing` (it should lie in `bin`), `misplaced` (it was counted in `found` and belongs to `bin`), `double`
    (counted in `found` and somewhere else too), `found_again` (it had been written off), `gone` (its bin had left the
    bench), `unplaced` (its item is in no bin yet), `foreign` (nobody here knows it), or `uncounted` for a bin with
    goods that nobody counted.
    """

    kind: str
    plate: str
    bin: str
    found: str


def findings(connection: Connection, station: str, shift: str) -> tuple[Finding, ...]:
    """Return what the blind count of a bench's shift shows, in order. Raises the database's errors."""
    rows = _FINDINGS.run(connection, {"station": station, "shift": shift}).mappings()
    return tuple(sorted(Finding(**row) for row in rows))


class Lost(msgspec.Struct, frozen=True):
    """A unit that the count of its bin did not find; `value_minor` is its list price, 0 when nobody knows it."""

    item: str
    plate: str
    title: str
    client: str
    way: str
    bin: str
    value_minor: int
    currency: str


def lost(connection: Connection, station: str, shift: str) -> tuple[Lost, ...]:
    """Return the units that are missing in a bench's shift, in the order of their plates. Raises the database's errors.

    A plate that was counted anywhere, also in a later shift, is not lost, nor is one that was carried since.
    """
    missing = [each.plate for each in findings(connection, station, shift) if each.kind == "missing"]
    named = ({"station": station, "shift": shift, "plate": plate} for plate in missing)
    return tuple(Lost(**row) for each in named for row in _LOST.run(connection, each).mappings())


def found_again(connection: Connection, station: str, shift: str) -> tuple[ItemFoundAgain, ...]:
    """Return what a shift's signature says of units that had been written off, and that its count found."""
    facts = []
    for each in findings(connection, station, shift):
        if each.kind == "found_again":
            about = {"station": station, "shift": shift, "plate": each.plate, "bin": each.found}
            row = _AGAIN.run(connection, about).mappings().one()
            where = (each.found, int(row["fill"]), row["disposition"])
            facts.append(ItemFoundAgain(shift, row["item"], each.plate, *where))
    return tuple(facts)


_LOST = Statement(
    f"SELECT i.item, i.plate, i.title, i.client, {WAY} AS way, {BIN} AS bin, i.price_minor AS value_minor, i.currency"
    f" FROM shift h JOIN item i ON i.station = h.station AND i.plate = :plate {EARLIER}"
    " WHERE h.station = :station AND h.shift = :shift AND i.carried_n <= h.n AND NOT EXISTS"
    " (SELECT 1 FROM shift s JOIN counted_plate c ON c.station = s.station AND c.shift = s.shift AND c.plate = i.plate"
    " WHERE s.station = h.station AND s.n > h.n)"
)
_AGAIN = Statement(
    "SELECT i.item, COALESCE((SELECT MAX(m.fill) FROM bin_move m WHERE m.station = i.station AND m.bin = :bin), 0)"
    " AS fill, b.disposition FROM item i JOIN bin_count b ON b.station = i.station AND b.shift = :shift"
    " AND b.bin = :bin WHERE i.station = :station AND i.plate = :plate"
)
# `lying` are the items that should lie in bins at the shift's end, `counted` the plates of each bin's latest count. The
# plus, and the text put together, keep SQLite from the indexes by which all that ever lay in a bin would be read.
_FINDINGS = Statement(
    "WITH here AS (SELECT station, shift, n FROM shift WHERE station = :station AND shift = :shift),"
    f" lying AS (SELECT {then('plate')} AS plate, {BIN} AS bin FROM item i JOIN here h ON h.station = i.station"
    f" {EARLIER}"
    " WHERE (i.moved_n = 0 OR i.moved_n > h.n) AND +i.placed_n > 0 AND +i.placed_n <= h.n"
    f" AND NOT {GIVEN_UP}),"
    " counts AS (SELECT b.station, b.bin, b.count FROM bin_count b"
    " JOIN here h ON h.station = b.station AND h.shift = b.shift),"
    " counted AS (SELECT c.plate, c.bin FROM counted_plate c"
    " JOIN here h ON h.station = c.station AND h.shift = c.shift"
    " JOIN counts b ON b.station = c.station AND b.bin = c.bin AND b.count = c.count),"
    " often AS (SELECT plate, COUNT(*) AS times FROM counted GROUP BY plate),"
    " told AS (SELECT c.plate, c.bin, o.times, COALESCE(l.item, '') AS item,"
    # What was voided in a later shift was good when it was counted.
    " CASE WHEN l.voided_n > h.n THEN '' ELSE COALESCE(l.voided_at, '') END AS voided_at"
    " FROM counted c CROSS JOIN here h JOIN often o ON o.plate = c.plate"
    " LEFT JOIN plate l ON l.station = :station AND l.plate = c.plate)"
    " SELECT 'uncounted' AS kind, '' AS plate, bin, '' AS found FROM lying"
    " WHERE bin NOT IN (SELECT bin FROM counts) GROUP BY bin"
    " UNION ALL SELECT 'missing', plate, bin, '' FROM lying WHERE bin IN (SELECT bin FROM counts)"
    " AND plate NOT IN (SELECT plate FROM counted)"
    " UNION ALL SELECT 'double', plate, '', bin FROM told WHERE times > 1"
    " UNION ALL SELECT CASE WHEN i.item IS NULL OR t.voided_at <> '' THEN 'foreign'"
    f" WHEN {GIVEN_UP} THEN 'found_again'"
    " WHEN i.placed_n = 0 OR i.placed_n > h.n THEN 'unplaced'"
    " WHEN i.moved_n > 0 AND i.moved_n <= h.n THEN 'gone' ELSE 'misplaced' END,"
    f" t.plate, CASE WHEN {GIVEN_UP} THEN '' WHEN i.placed_n > 0 AND i.placed_n <= h.n AND t.voided_at = ''"
    f" THEN {BIN} ELSE '' END, t.bin"
    " FROM told t CROSS JOIN here h"
    f" {earlier('h.station', 't.item')} LEFT JOIN item i ON i.station = h.station AND i.item = t.item"
    f" AND {then('plate')} = t.plate"
    f" WHERE t.times = 1 AND (i.item IS NULL OR i.placed_n = 0 OR i.placed_n > h.n OR {BIN} <> t.bin"
    f" OR (i.moved_n > 0 AND i.moved_n <= h.n) OR t.voided_at <> '' OR {GIVEN_UP})"
)
