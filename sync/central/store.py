"""Central's database: opens it by URL, makes its tables, and lends connections for reading and for writing."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table

from station.database import open_central, reading
from sync.central.migrate import migrate, prepare
from sync.central.statements import insert_rows


class Store:
    """One database: an SQLite file (`sqlite:///…`) or PostgreSQL (`postgresql+psycopg://…`), the same code for both.

    Usable from several threads. Its tables are made or brought up to date where this program may do so, unless that is
    what it is opened for. Raises sqlalchemy.exc.SQLAlchemyError when the database cannot be reached, and
    `migrate.SchemaError` when its tables are not this program's.
    """

    def __init__(self, url: str, *, is_migrating: bool = False) -> None:
        self._engine: Engine = open_central(url)
        self.kind = self._engine.dialect.name
        is_sqlite = self.kind == "sqlite"
        by_itself = {"isolation_level": "AUTOCOMMIT"}
        self._reading = reading(self._engine) if is_sqlite else self._engine.execution_options(**by_itself)
        # SQLite has one writer; waiting here is fair, waiting in its busy handler is not.
        self._one_writer = threading.Lock() if is_sqlite else None
        try:
            if not is_migrating:
                prepare(self._engine)
        except BaseException:
            self.close()
            raise

    def migrate(self) -> str:
        """Run the revisions the database lacks and return the one it had; raises what `migrate.migrate` raises."""
        return migrate(self._engine)

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

    def count_rows(self) -> None:
        """Let PostgreSQL count what its tables hold: a fresh one takes them for empty, and may read a whole index for
        a row. It does so by itself too, but only some minutes after much has come. SQLite plans by fixed rules.
        """
        if self._one_writer is None:
            with self._reading.connect() as connection:
                connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows and leave alone those whose key is there already; SQL has no portable word for it."""
    insert_rows(connection, table, rows, "ON CONFLICT DO NOTHING")
