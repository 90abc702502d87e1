"""Writes what a page of central's feed changes into the tables of the local copy: records, their codes, and what is
known of other sites' orders.

Codes come in no order: in one index of millions, each would change a page of the file of its own. So they are kept in
runs, one after another, each small enough to be changed as a whole in memory; who looks for a code asks every run
(O'Neil and others, The log-structured merge-tree, 1996; nothing is merged here). A record names the run of its codes.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy.engine import Connection

from station import elsewhere
from station.record_codes import Changes, codes_by_kind

TABLES: Final = (
    "CREATE TABLE record (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,"
    " run INTEGER NOT NULL, UNIQUE (kind, key))",
    # How many codes were ever added to a run.
    "CREATE TABLE run (run INTEGER PRIMARY KEY, codes INTEGER NOT NULL)",
    "INSERT INTO run (run, codes) VALUES (1, 0)",
    "CREATE TABLE code (run INTEGER NOT NULL, sort TEXT NOT NULL, code TEXT NOT NULL, record INTEGER NOT NULL,"
    " PRIMARY KEY (run, sort, code, record)) WITHOUT ROWID",
)
# The order of the join is said: run by run.
CODES: Final = "run CROSS JOIN code ON code.run = run.run"

_RUN_CODES = 250_000
_KEYS_AT_ONCE = 500
_LAST_ID = "SELECT COALESCE(MAX(id), 0) FROM record"
_ADD_RECORD = "INSERT INTO record (kind, key, body, id, run) VALUES {} ON CONFLICT (kind, key) DO NOTHING"
_ADD_CODE = "INSERT INTO code (sort, code, record, run) VALUES {} ON CONFLICT DO NOTHING"
# So many by one statement: other threads go on while SQLite is at it, and between two each of them may keep us waiting
# for 5 ms. A statement has 32,766 values at most.
_ROWS_AT_ONCE = (8_000, 2_000, 400, 40, 1)
_FORGET_CODE = "DELETE FROM code WHERE run = ? AND sort = ? AND code = ? AND record = ?"
_FORGET_RECORD = "DELETE FROM record WHERE kind = ? AND key = ?"
_NEWEST_RUN = "SELECT run, codes FROM run ORDER BY run DESC LIMIT 1"
_NEXT_RUN = "INSERT INTO run (run, codes) VALUES (?, 0)"
_RUN_GREW = "UPDATE run SET codes = codes + ? WHERE run = ?"
_FORGET_RUNS = "DELETE FROM run WHERE run < ? AND NOT EXISTS (SELECT 1 FROM code WHERE code.run = run.run)"


def write(connection: Connection, told: Changes) -> None:
    """Write what a page changes, in the transaction that is under way.

    Raises msgspec.MsgspecError when what it tells of another site cannot be read, and the database's errors.
    """
    elsewhere.apply(connection, told.elsewhere)
    run = _run_to_fill(connection)
    first = int(connection.exec_driver_sql(_LAST_ID).scalar_one()) + 1
    rows = [value for number, row in enumerate(told.rows, first) for value in (*row, number)]
    # A bench that catches up is told of records it has not got: then nothing has to be looked for.
    if _add(connection, _ADD_RECORD, rows, 4, run) < len(told.newest):
        _many(connection, _FORGET_CODE, _codes_standing(connection, told.newest))
        _many(connection, _FORGET_RECORD, list(told.newest))
        _add(connection, _ADD_RECORD, rows, 4, run)
        connection.exec_driver_sql(_FORGET_RUNS, (run,))
    codes: list[Any] = list(told.codes)
    codes[2::3] = [first + place for place in codes[2::3]]
    connection.exec_driver_sql(_RUN_GREW, (_add(connection, _ADD_CODE, codes, 3, run), run))


def _run_to_fill(connection: Connection) -> int:
    run, codes = connection.exec_driver_sql(_NEWEST_RUN).one()
    if codes < _RUN_CODES:
        return int(run)
    connection.exec_driver_sql(_NEXT_RUN, (run + 1,))
    return int(run) + 1


def _codes_standing(connection: Connection, newest: Iterable[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """Return the rows of `code` by which records are found until now, by their kinds and keys."""
    keys: dict[str, list[str]] = {}
    for kind, key in newest:
        keys.setdefault(kind, []).append(key)
    codes: list[tuple[Any, ...]] = []
    for kind, named in keys.items():
        for at in range(0, len(named), _KEYS_AT_ONCE):
            part = named[at : at + _KEYS_AT_ONCE]
            query = f"SELECT key, body, run, id FROM record WHERE kind = ? AND key IN ({', '.join('?' * len(part))})"
            for key, body, run, number in connection.exec_driver_sql(query, (kind, *part)):
                codes += [(run, sort, code, number) for sort, code in codes_by_kind(kind, key, body)]
    return codes


def _many(connection: Connection, statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        connection.exec_driver_sql(statement, rows)


def _add(connection: Connection, statement: str, values: Sequence[Any], width: int, run: int) -> int:
    """Insert rows of so many values and their run, its `{}` is where they go; return how many were not there yet."""
    row = f"({', '.join('?' * width)}, {run})"
    at = added = 0
    for size in _ROWS_AT_ONCE:
        many = statement.replace("{}", ", ".join([row] * size)) if at + size * width <= len(values) else ""
        while at + size * width <= len(values):
            added += connection.exec_driver_sql(many, tuple(values[at : at + size * width])).rowcount
            at += size * width
    return added
