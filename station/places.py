"""Where an item lay at the end of a shift, as SQL: `i` is its row of `item`, `h` the shift's of the table `here`.

What went into another bin later is found where it lay then, so the figures of a shift that is over never change.
"""

_THEN = (
    "SELECT e.{0} FROM earlier_place e WHERE e.station = i.station AND e.item = i.item AND e.left_n > h.n"
    " ORDER BY e.left_n, e.n LIMIT 1"
)
BIN = f"CASE WHEN i.carried_n > h.n THEN ({_THEN.format('bin')}) ELSE i.bin END"
"""The bin it lay in."""
WAY = (
    "CASE WHEN i.placed_n = 0 OR i.way = '' THEN i.disposition"
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
