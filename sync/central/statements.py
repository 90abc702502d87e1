"""Central's own statements, run by the driver itself: PostgreSQL gets many of them at one blow, and many rows by COPY.

A push is a dozen statements; what SQLAlchemy does around each costs more than the database does.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Connection, LargeBinary, Table
from sqlalchemy.exc import DBAPIError

from station.database import DRIVER

Values = Mapping[str, Any]
Rows = Sequence[tuple[Any, ...]]

_NAME = re.compile(r":(\w+)")
_WORD = re.compile(r"\w+")
_EACH = re.compile(r"unnest\((:\w+)\) AS each")
_ANY = re.compile(r"= ANY \((:\w+)\)")
# Fewer rows go as one insert together with other statements; COPY costs two turns by itself.
WORTH_COPYING = 100
# Under this the connection keeps the inserts that wait, by table.
_HELD_BACK = "held back"


class Sql:
    """One statement with `:name` parameters for both databases.

    `= ANY (:names)` holds for each text of a list, `unnest(:names) AS each` gives them; PostgreSQL gets that list as
    JSON, of whose length it believes nothing: with an array it would plan the statement anew each time. FOR UPDATE is
    for PostgreSQL: SQLite has one writer anyway.
    """

    def __init__(self, text: str) -> None:
        listed = _EACH.sub(r"json_array_elements_text(CAST(\1 AS json)) AS each", text)
        self.postgresql = _NAME.sub(r"%(\1)s", listed)
        self.listed = frozenset(name.removeprefix(":") for name in _EACH.findall(text))
        each = _EACH.sub(r"(SELECT value AS each FROM json_each(\1)) AS named", text)
        self.sqlite = _ANY.sub(r"IN (SELECT value FROM json_each(\1))", each).partition(" FOR UPDATE")[0]
        self._words = frozenset(_WORD.findall(text)) if text.startswith("SELECT") else None

    def must_follow(self, tables: Iterable[str]) -> bool:
        """Tell whether what waits to be written to these tables goes first: only a read of others need not wait."""
        return self._words is None or not self._words.isdisjoint(tables)


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
        if sql.must_follow(connection.info.get(_HELD_BACK, ())):
            send_held_back(connection)
        if sql.listed:
            values = {**values, **{name: json.dumps(values[name]) for name in sql.listed}}
        # In its binary form a row costs a third: bytes come as they are, not in hexadecimal.
        fetch: Callable[[], Rows] = driver.execute(sql.postgresql, values, binary=True).fetchall
    return fetch


def tell(connection: Connection, sql: Sql, rows: Sequence[Values]) -> None:
    """Run a statement that gives no rows, once for each of these. Raises sqlalchemy.exc.DBAPIError."""
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy(connection):
        if connection.dialect.name == "sqlite":
            driver.executemany(sql.sqlite, rows)
            return
        send_held_back(connection)
        if len(rows) == 1:
            driver.execute(sql.postgresql, rows[0])
        else:
            with driver.cursor() as cursor:
                cursor.executemany(sql.postgresql, rows)


@contextmanager
def together(connection: Connection, *, commits: bool = False) -> Iterator[None]:
    """Send what runs inside without waiting for an answer to each; all are answered at the end, or when one is asked.

    Inserts are held back and go as one statement, before anything else is said or asked. Only statements of this module
    may run inside. With `commits` the transaction ends with them, in the same turn, unless one of them fails.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" or _HELD_BACK in connection.info:
        yield
        return
    failed: DBAPIError | psycopg.Error | None = None
    info = connection.info  # of a connection that died it can be asked for no more
    info[_HELD_BACK] = {}
    with _as_sqlalchemy(connection):
        try:
            with driver.pipeline():
                try:
                    yield
                    send_held_back(connection)
                    if commits:
                        driver.commit()
                except (DBAPIError, psycopg.Error) as error:
                    # psycopg would log what follows from it, that nothing after it was run.
                    failed = error
        except psycopg.errors.PipelineAborted:
            if failed is None:
                raise
        finally:
            info.pop(_HELD_BACK, None)
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
            driver.executemany(f'INSERT INTO "{table.name}" ({listed(names)}) VALUES ({values}) {on_conflict}', rows)
        elif _HELD_BACK in connection.info:
            if table.name in connection.info[_HELD_BACK]:
                send_held_back(connection)
            connection.info[_HELD_BACK][table.name] = (_insert(table, names, on_conflict), _as_json(table, rows))
        elif len(rows) < WORTH_COPYING or on_conflict:
            driver.execute(_insert(table, names, on_conflict), {table.name: _as_json(table, rows)})
        else:
            with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({listed(names)}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))


def insert_numbered(
    connection: Connection, counter: Sql, values: Values, table: Table, column: str, rows: Sequence[Values]
) -> None:
    """Insert rows with a counter that the statement `counter` raises, and returns; `column` counts back from there.

    PostgreSQL gets a few as one statement: nobody waits for the counter longer than it takes to commit.
    """
    if connection.dialect.name == "sqlite" or len(rows) >= WORTH_COPYING:
        ((last,),) = ask(connection, counter, values)()
        insert_rows(connection, table, [{**row, column: last + row[column]} for row in rows])
        return
    chosen = ", ".join([f'"{name}" + last' if name == column else f'"{name}"' for name in rows[0]])
    source = f'json_populate_recordset(NULL::"{table.name}", %({table.name})s::json) AS added'
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy(connection):
        send_held_back(connection)
        driver.execute(
            f"WITH counter AS ({counter.postgresql}) "
            f'INSERT INTO "{table.name}" ({listed(tuple(rows[0]))}) SELECT {chosen} FROM {source}, counter',
            {**values, table.name: _as_json(table, rows)},
        )


def overwriting(table: Table) -> str:
    """Return the ON CONFLICT clause of rows that take the place of those with the same key."""
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns if column.name not in keys]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    return f"ON CONFLICT ({listed(keys)}) DO UPDATE SET {changes}"


def listed(names: Sequence[str]) -> str:
    """Return the names of columns as they stand in a statement."""
    return ", ".join([f'"{name}"' for name in names])


def _insert(table: Table, names: Sequence[str], on_conflict: str) -> str:
    """Return the insert of rows that come as JSON, the same however many there are, so that it is planned once.

    Where every column comes they are not listed, in the table's own order: psycopg remembers no statement of more than
    4096 characters.
    """
    columns = listed(names)
    into, chosen = ("", "*") if len(names) == len(table.columns) else (f" ({columns})", columns)
    source = f'json_populate_recordset(NULL::"{table.name}", %({table.name})s::json)'
    return f'INSERT INTO "{table.name}"{into} SELECT {chosen} FROM {source} {on_conflict}'


def _as_json(table: Table, rows: Sequence[Values]) -> str:
    binary = _binary_columns(table)
    plain = [{**row, **{name: f"\\x{row[name].hex()}" for name in binary}} for row in rows] if binary else rows
    return msgspec.json.encode(plain).decode()


def send_held_back(connection: Connection) -> None:
    """Send the inserts that wait as one statement. They are into different tables, so none depends on another."""
    held_back: dict[str, tuple[str, str]] = connection.info.get(_HELD_BACK, {})
    if not held_back:
        return
    *first, last = [insert for insert, _ in held_back.values()]
    before = ", ".join([f"of{n} AS ({insert})" for n, insert in enumerate(first)])
    rows = {name: json for name, (_, json) in held_back.items()}
    held_back.clear()
    driver: Any = connection.connection.driver_connection
    driver.execute(f"WITH {before} {last}" if first else last, rows)


@cache
def _binary_columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if isinstance(column.type, LargeBinary))


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
