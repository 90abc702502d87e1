"""SQL written out once for both kinds of database, so that nothing is compiled while a person waits."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Table
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from station.database import DRIVER, driver_connection

Values = Mapping[str, Any]

_NAME = re.compile(r":(\w+)")


class Effect(NamedTuple):
    """What a statement does to the one row of a table with the values' key, told without a database.

    `change` takes the row there is, or None, and the values; it returns the row as it then is, or None for no row.
    Where the table has an owner, nothing happens unless the owner's row is there.
    """

    table: Table
    change: Callable[[Mapping[str, Any] | None, Values], dict[str, Any] | None]
    owner: Table | None = None


class Statement:
    """One SQL statement with `:name` parameters, for SQLite and PostgreSQL alike; where it changes one row, how."""

    def __init__(self, text: str, effect: Effect | None = None) -> None:
        self._texts = {"sqlite": text, "postgresql": _NAME.sub(r"%(\1)s", text)}
        self.effect = effect

    def run(self, connection: Connection, values: Values) -> CursorResult[Any]:
        """Run the statement. PostgreSQL knows no NUL in a text: it becomes U+FFFD, in both homes alike."""
        return connection.exec_driver_sql(self._texts[connection.dialect.name], without_nul(values))

    def write(self, connection: Connection, values: Values) -> None:
        """Run a statement that gives no rows, with the same care for NUL.

        On SQLite the driver itself is asked: a bench's commit makes a dozen of these while a person waits, and
        SQLAlchemy's result of each costs several times what SQLite does. Raises DBAPIError like `run`.
        """
        if connection.dialect.name == "sqlite":
            self.rows(connection, values)
        else:
            self.run(connection, values)

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Return the plain rows from SQLite's own driver; outside a transaction the statement is one of its own."""
        text, safe = self._texts["sqlite"], without_nul(values)
        try:
            return driver_connection(connection).execute(text, safe).fetchall()
        except DRIVER.Error as error:
            raise DBAPIError.instance(text, safe, error, DRIVER.Error, dialect=connection.dialect) from error

    def run_many(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Run the statement once for each row; texts go in as they are."""
        connection.exec_driver_sql(self._texts[connection.dialect.name], rows)


def without_nul(values: Values) -> dict[str, Any]:
    """Return the values as the tables hold them: PostgreSQL knows no NUL in a text, it becomes U+FFFD."""
    return {
        name: value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value
        for name, value in values.items()
    }


def insert(table: Table) -> Statement:
    """Return the plain insert of a whole row."""
    return Statement(_insert(table))


def upsert(table: Table, *kept: str) -> Statement:
    """Return the insert of a whole row that overwrites one with the same key, but for the columns `kept`."""

    def change(old: Mapping[str, Any] | None, values: Values) -> dict[str, Any]:
        return dict(values) if old is None else {**values, **{name: old[name] for name in kept}}

    return Statement(f"{_insert(table)} {_or_overwrite(table, kept)}", Effect(table, change))


def upsert_for(table: Table, owner: Table) -> Statement:
    """Return an upsert that does nothing when the row of `owner` with the values' key is not there."""
    names = [column.name for column in table.columns]
    values = ", ".join(f":{name}" for name in names)
    return Statement(
        f'INSERT INTO "{table.name}" ({_names(names)}) SELECT {values} '
        f'WHERE EXISTS (SELECT 1 FROM "{owner.name}" WHERE {_key(owner)}) {_or_overwrite(table)}',
        Effect(table, lambda _, values: {name: values[name] for name in names}, owner),
    )


def update(table: Table, *columns: str) -> Statement:
    """Return the change of some columns of the row with the table's key."""
    assignments = ", ".join(f'"{name}" = :{name}' for name in columns)

    def change(old: Mapping[str, Any] | None, values: Values) -> dict[str, Any] | None:
        return None if old is None else {**old, **{name: values[name] for name in columns}}

    return Statement(f'UPDATE "{table.name}" SET {assignments} WHERE {_key(table)}', Effect(table, change))


def _insert(table: Table) -> str:
    names = [column.name for column in table.columns]
    values = ", ".join(f":{name}" for name in names)
    return f'INSERT INTO "{table.name}" ({_names(names)}) VALUES ({values})'


def _or_overwrite(table: Table, kept: tuple[str, ...] = ()) -> str:
    keys = [column.name for column in table.primary_key]
    changed = [column.name for column in table.columns if column.name not in {*keys, *kept}]
    assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
    return f"ON CONFLICT ({_names(keys)}) DO UPDATE SET {assignments}"


def _key(table: Table) -> str:
    return " AND ".join(f'"{column.name}" = :{column.name}' for column in table.primary_key)


def _names(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
