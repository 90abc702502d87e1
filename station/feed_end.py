"""Where the local copy ends in central's feed: the number of its last record, and by which mark that one is known."""

from typing import Final

from sqlalchemy.engine import Connection

from station.statements import Statement

# The mark lies among those of journals, and below zero: so it is the highest of none of them.
END: Final = "end of the feed"
_SET_END = Statement(
    "INSERT INTO main.acked (epoch, seq) VALUES (:name, :seq) ON CONFLICT (epoch) DO UPDATE SET seq = excluded.seq"
)


def move_to(connection: Connection, cursor: int, mark: int) -> None:
    """Note which record is the last in the copy, and its mark (63 bits); 0 when nobody said it."""
    connection.exec_driver_sql("UPDATE main.feed SET cursor = ?", (cursor,))
    _SET_END.run(connection, {"name": END, "seq": -mark})
