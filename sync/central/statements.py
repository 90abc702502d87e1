"""Central's own statements, run by the driver itself: PostgreSQL gets many of them at one blow, and many rows by COPY.

A push is a dozen statements; what SQLAlchemy does around each costs more than the database does.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Connection, LargeBinary, Table
from sqlalchemy.exc import DBAPIError

from station.database import DRIVER

Values = Mapping[str, Any]
Rows = Sequence[tuple[Any, ...]]

_NAME = re.compile(r":(\w+)")
_ANY = re.compile(r"= ANY \((:\w+)\)")
# Fewer rows go as one insert together with other statements; COPY costs two turns by itself.
WORTH_COPYING = 100


class Sql:
    """One statement with `:name` parameters for both databases.

    `= ANY (:names)` holds for each text of a list. FOR UPDATE is for PostgreSQL: SQLite has one writer anyway.
    """

    def __init__(self, text: str) -> None:
        self.postgresql = _NAME.sub(r"%(\1)s", text)
        self.sqlite = _ANY.sub(r"IN (SELECT value FROM json_each(\1))", text).partition(" FOR UPDATE")[0]


def ask(connection: Connection, sql: Sql, values: Values) -> Callable[[], Rows]:
    """Run a statement and return how to get its rows; inside `together` they come when they are asked for.

    Raises sqlalchemy.exc.DBAPIError, as SQLAlchemy would.
    """
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy(connection):
        if connection.dialect.name == "sqlite":
            lists = {name: json.dumps(value) for name, value in values.items() if isinstance(value, list)}
            rows: Rows = driver.execute(sql.sqlite, {**values, **lists}).fetchall()
            return lambda: rows
        # In its binary form a row costs a third: bytes come as they are, not in hexadecimal.
        fetch: Callable[[], Rows] = driver.execute(sql.postgresql, values, binary=True).fetchall
    return fetch


def tell(connection: Connection, sql: Sql, rows: Sequence[Values]) -> None:
    """Run a statement that gives no rows, once for each of these. Raises sqlalchemy.exc.DBAPIError."""
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy(connection):
        if connection.dialect.name == "sqlite":
            driver.executemany(sql.sqlite, rows)
        elif len(rows) == 1:
            driver.execute(sql.postgresql, rows[0])
        else:
            with driver.cursor() as cursor:
                cursor.executemany(sql.postgresql, rows)


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Send what runs inside without waiting for an answer to each; all are answered at the end, or when one is asked.

    Only statements of this module may run inside.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" or _is_together(driver):
        yield
        return
    failed: DBAPIError | psycopg.Error | None = None
    with _as_sqlalchemy(connection):
        try:
            with driver.pipeline():
                try:
                    yield
                except (DBAPIError, psycopg.Error) as error:
                    # psycopg would log what follows from it, that nothing after it was run.
                    failed = error
        except psycopg.errors.PipelineAborted:
            if failed is None:
                raise
        if failed is not None:
            raise failed


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values], on_conflict: str = "") -> None:
    """Insert rows that give the same columns each, with an ON CONFLICT clause if need be.

    Raises sqlalchemy.exc.IntegrityError when one is there already.
    """
    if not rows:
        return
    driver: Any = connection.connection.driver_connection
    names = tuple(rows[0])
    with _as_sqlalchemy(connection):
        if connection.dialect.name == "sqlite":
            values = ", ".join(f":{name}" for name in names)
            driver.executemany(f'INSERT INTO "{table.name}" ({_listed(names)}) VALUES ({values}) {on_conflict}', rows)
        elif len(rows) < WORTH_COPYING or on_conflict or _is_together(driver):
            _insert_as_one(driver, table, names, rows, on_conflict)
        else:
            with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({_listed(names)}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))


def overwriting(table: Table) -> str:
    """Return the ON CONFLICT clause of rows that take the place of those with the same key."""
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns if column.name not in keys]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    return f"ON CONFLICT ({_listed(keys)}) DO UPDATE SET {changes}"


def _insert_as_one(driver: Any, table: Table, names: Sequence[str], rows: Sequence[Values], on_conflict: str) -> None:
    """Insert rows in one statement, the same however many there are, so that PostgreSQL plans it once."""
    binary = [name for name in names if isinstance(table.columns[name].type, LargeBinary)]
    plain = [{**row, **{name: f"\\x{row[name].hex()}" for name in binary}} for row in rows] if binary else rows
    driver.execute(
        f'INSERT INTO "{table.name}" ({_listed(names)}) SELECT {_listed(names)} '
        f'FROM json_populate_recordset(NULL::"{table.name}", %(rows)s::json) {on_conflict}',
        {"rows": msgspec.json.encode(plain).decode()},
    )


def _is_together(driver: Any) -> bool:
    return bool(driver.pgconn.pipeline_status != psycopg.pq.PipelineStatus.OFF)


def _listed(names: Sequence[str]) -> str:
    return ", ".join([f'"{name}"' for name in names])


@contextmanager
def _as_sqlalchemy(connection: Connection) -> Iterator[None]:
    """Let the drivers' errors be SQLAlchemy's, and a connection that is dead be taken out of the pool."""
    try:
        yield
    except (psycopg.Error, DRIVER.Error) as error:
        driver: Any = connection.connection.driver_connection
        is_dead = bool(getattr(driver, "closed", False))
        family: Any = DRIVER.Error if connection.dialect.name == "sqlite" else psycopg.Error
        if is_dead:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, family, dialect=connection.dialect, connection_invalidated=is_dead
        ) from error
