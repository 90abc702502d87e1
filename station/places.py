"""What an item was, and where it lay, at the end of a shift, as SQL: `i` is its row of `item`, `h` that of the shift.

What was graded or sent otherwise later, or went into another bin, is found as it was then, so that the report of a
shift that is over never changes. Whatever asks so joins `EARLIER`.
"""

import re


def earlier(station: str = "i.station", item: str = "i.item") -> str:
    """Return the join of what an item was until a later shift changed it: no row for what nothing changed since."""
    return (
        f"LEFT JOIN earlier_item was ON was.station = {station} AND was.item = {item}"
        " AND was.since_n <= h.n AND was.until_n > h.n"
    )


EARLIER = earlier()


def then(column: str) -> str:
    """Return what one of the columns of `station.earlier.COLUMNS` said of the item at the end of the shift."""
    return f"COALESCE(was.{column}, i.{column})"


def as_now(text: str) -> str:
    """Return the same SQL for a shift that nothing changed since: without the joins, a third of its time."""
    return re.sub(r"COALESCE\(was\.(\w+), i\.\1\)", r"i.\1", _JOIN.sub("", text))


_JOIN = re.compile(re.escape(earlier("0", "1")).replace("0", r"[\w.]+").replace("1", r"[\w.]+"))
_THEN = (
    "SELECT e.{0} FROM earlier_place e WHERE e.station = i.station AND e.item = i.item AND e.left_n > h.n"
    " ORDER BY e.left_n, e.n LIMIT 1"
)
BIN = f"CASE WHEN i.carried_n > h.n THEN ({_THEN.format('bin')}) ELSE i.bin END"
"""The bin it lay in."""
WAY = (
    f"CASE WHEN i.placed_n = 0 OR i.placed_n > h.n OR i.way = '' THEN {then('disposition')}"
    f" WHEN i.carried_n > h.n THEN ({_THEN.format('way')}) ELSE i.way END"
)
"""The disposition under which it is expected: that of its bin, also when it was sent another way since."""
STILL_THERE = "(i.written_n = 0 OR i.found_n > i.written_n)"
"""Whether it lies there now: it was not written off as lost, or was found again since."""
LIES_IN = f"CASE WHEN i.moved_n = 0 AND {STILL_THERE} THEN i.bin ELSE '' END"
"""The bin it lies in now; none for what left with its bin, or was given up."""
DOUBTED = (
    "EXISTS (SELECT 1 FROM decision d WHERE d.station = i.station AND d.item = i.item AND d.decision = 'regrade'"
    " AND d.taken_back_at = '' AND NOT EXISTS (SELECT 1 FROM regrade r WHERE r.station = i.station"
    " AND r.item = i.item AND r.graded_at >= d.decided_at))"
)
"""Whether somebody decided that it is graded again, and nobody has since."""
