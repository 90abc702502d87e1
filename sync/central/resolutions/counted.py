"""For which return line each unit counted once anything of that line was begun: whatever a bench links it to after, it
counts for no other one by itself.
"""

from typing import Final

from sqlalchemy import Connection

from sync.central.statements import Sql, ask, insert_rows, tell
from sync.central.tables import counted_unit

_INSPECTED: Final = Sql(
    "SELECT station, item, line FROM item WHERE rma = :rma AND line <> '' AND disposition <> '' ORDER BY station, item"
)
_LOCK: Final = Sql("SELECT rma FROM counted_unit WHERE station = :station AND item = :item FOR UPDATE")
# A statement of its own, after the lock: it sees what whoever held the lock before made of it.
_TAKE_OVER: Final = Sql(
    "UPDATE counted_unit SET rma = :rma, line = :line WHERE station = :station AND item = :item"
    " AND NOT EXISTS (SELECT 1 FROM resolution WHERE resolution.rma = counted_unit.rma"
    " AND resolution.line = counted_unit.line AND resolution.state NOT IN ('requested', 'withdrawn', 'closed'))"
)


def count(connection: Connection, rma: str) -> None:
    """Count an order's inspected units for their lines, but for those of a line of which something is begun.

    Until the transaction ends nobody else counts any of them.
    """
    units = ask(connection, _INSPECTED, {"rma": rma})()
    rows = [{"station": station, "item": item, "rma": rma, "line": line} for station, item, line in units]
    if not rows:
        return
    insert_rows(connection, counted_unit, rows, "ON CONFLICT DO NOTHING")
    for row in rows:
        ask(connection, _LOCK, row)()
    tell(connection, _TAKE_OVER, rows)
