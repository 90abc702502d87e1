"""Tells SQLite's query planner what it cannot guess: that all rows of a bench are of one station.

With no statistics SQLite takes ten rows to share the first column of an index, and so reads every row of the
station rather than use an index of (station, code). The figures are fixed: a plan must not change under a
person's hands with what a file happens to hold (sqlite.org/lang_analyze.html, "sqlite_stat1 can be written").
"""

from sqlalchemy.engine import Connection

_ROWS = 100_000
_ROWS_OF_A_GROUP = 10
_GROUP = "station"


def tell_planner(connection: Connection) -> None:
    """Write the statistics of every index that begins with the station, and let this connection know them."""
    connection.exec_driver_sql("ANALYZE sqlite_schema")
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
    for table in tables:
        for index, unique, origin in _indexes(connection, table):
            named = table if origin == "pk" else index
            figures = _figures(_columns(connection, index), unique)
            if figures:
                connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, named, figures))
    connection.exec_driver_sql("ANALYZE sqlite_schema")


def _figures(columns: list[str], unique: bool) -> str:
    """Return the rows in all, and those that share the first column, the first two, and so on; empty for others."""
    if columns[0] != _GROUP:
        return ""
    groups = [_ROWS_OF_A_GROUP] * (len(columns) - 1)
    if unique and groups:
        groups[-1] = 1
    return " ".join(map(str, [_ROWS, _ROWS, *groups]))


def _indexes(connection: Connection, table: str) -> list[tuple[str, bool, str]]:
    found = connection.exec_driver_sql('SELECT name, "unique", origin FROM pragma_index_list(?)', (table,))
    return [(row[0], bool(row[1]), row[2]) for row in found]


def _columns(connection: Connection, index: str) -> list[str]:
    return list(connection.exec_driver_sql("SELECT name FROM pragma_index_info(?)", (index,)).scalars())
