"""Writes what a page of central's feed changes into the tables of the local copy: records, their codes, and what is
known of other sites' orders.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy.engine import Connection

from station import elsewhere
from station.record_codes import Changes, Code, codes_by_kind
from station.records import WITHDRAWN

_KEYS_AT_ONCE = 500
# By position: SQLite's driver looks up each name of each row.
_SET_RECORD = (
    "INSERT INTO record (kind, key, body) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body"
)
_ADD_RECORD = "INSERT INTO record (kind, key, body) VALUES {} ON CONFLICT (kind, key) DO NOTHING"
_ADD_CODE = "INSERT INTO code (sort, code, kind, key) VALUES {} ON CONFLICT DO NOTHING"
# So many by one statement: other threads go on while SQLite is at it, and between two each of them may keep us waiting
# for 5 ms. A statement has 32,766 values at most.
_ROWS_AT_ONCE = (8_000, 2_000, 400, 40)
_FORGET_CODE = "DELETE FROM code WHERE sort = ? AND code = ? AND kind = ? AND key = ?"
_FORGET_RECORD = "DELETE FROM record WHERE kind = ? AND key = ?"


def write(connection: Connection, told: Changes) -> None:
    """Write what a page changes, in the transaction that is under way.

    Raises msgspec.MsgspecError when what it tells of another site cannot be read, and the database's errors.
    """
    elsewhere.apply(connection, told.elsewhere)
    # A bench that catches up is told of records it has not got: then nothing has to be looked for.
    if _add(connection, _ADD_RECORD, told.rows) < len(told.newest):
        _many(connection, _FORGET_CODE, _codes_standing(connection, told.newest))
        _many(connection, _FORGET_RECORD, [which for which, body in told.newest.items() if body == WITHDRAWN])
        _many(connection, _SET_RECORD, told.rows)
    _add(connection, _ADD_CODE, told.codes)


def _codes_standing(connection: Connection, newest: Iterable[tuple[str, str]]) -> list[Code]:
    """Return the codes under which records are found until now, by their kinds and keys; asked for many at once."""
    keys: dict[str, list[str]] = {}
    for kind, key in newest:
        keys.setdefault(kind, []).append(key)
    codes: list[Code] = []
    for kind, named in keys.items():
        for at in range(0, len(named), _KEYS_AT_ONCE):
            part = named[at : at + _KEYS_AT_ONCE]
            query = f"SELECT key, body FROM record WHERE kind = ? AND key IN ({', '.join('?' * len(part))})"
            for key, body in connection.exec_driver_sql(query, (kind, *part)):
                codes += codes_by_kind(kind, key, body)
    return codes


def _many(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
    return connection.exec_driver_sql(statement, list(rows)).rowcount if rows else 0


def _add(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows, its `{}` is where they go; return how many were not there yet."""
    row = f"({', '.join('?' * len(rows[0]))})" if rows else ""
    at = added = 0
    for size in _ROWS_AT_ONCE:
        many = statement.replace("{}", ", ".join([row] * size)) if at + size <= len(rows) else ""
        while at + size <= len(rows):
            values = tuple(chain.from_iterable(rows[at : at + size]))
            added += connection.exec_driver_sql(many, values).rowcount
            at += size
    return added + _many(connection, statement.replace("{}", row), rows[at:])
