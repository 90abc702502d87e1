"""Central's database: opens it by URL, makes its tables, and lends connections for reading and for writing."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, Table

from station.database import open_central, reading
from station.planner import tell_planner
from station.schema import PROJECTIONS
from sync.central.statements import insert_rows
from sync.central.tables import metadata


class Store:
    """One database: an SQLite file (`sqlite:///…`) or PostgreSQL (`postgresql+psycopg://…`), the same code for both.

    Usable from several threads. Raises sqlalchemy.exc.SQLAlchemyError when the database cannot be reached.
    """

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_central(url)
        self.kind = self._engine.dialect.name
        is_sqlite = self.kind == "sqlite"
        by_itself = {"isolation_level": "AUTOCOMMIT"}
        self._reading = reading(self._engine) if is_sqlite else self._engine.execution_options(**by_itself)
        # SQLite has one writer; waiting here is fair, waiting in its busy handler is not.
        self._one_writer = threading.Lock() if is_sqlite else None
        with self.writing() as connection:
            metadata.create_all(connection)
            PROJECTIONS.create_all(connection)
            for statement in _MORE_INDEXES:
                connection.execute(sqlalchemy.text(statement))
            if is_sqlite:
                tell_planner(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection in one transaction, committed at the end and rolled back on any error."""
        if self._one_writer is None:
            with self._engine.begin() as connection:
                yield connection
        else:
            with self._one_writer, self._engine.begin() as connection:
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection that only reads, and on SQLite does not wait for a writer.

        On PostgreSQL each statement is by itself, as it is with READ COMMITTED anyway, and three turns are spared.
        """
        with self._reading.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows and leave alone those whose key is there already; SQL has no portable word for it."""
    insert_rows(connection, table, rows, "ON CONFLICT DO NOTHING")


# Central asks for the items of a return line and for what was said of a parcel; a bench never does, so its tables do
# not carry these indexes.
_MORE_INDEXES = (
    "CREATE INDEX IF NOT EXISTS item_line ON item (rma, line)",
    "CREATE INDEX IF NOT EXISTS exception_parcel ON exception (station, parcel)",
)
