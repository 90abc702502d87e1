"""Opens databases the one safe way: which SQLite, with which settings, how a transaction begins."""

import select
import sqlite3
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import NullPool, Pool, QueuePool, StaticPool

try:
    import pysqlite3  # type: ignore[import-untyped]
except ImportError:
    pysqlite3 = None

Begin = Literal["IMMEDIATE", "DEFERRED"]
Version = tuple[int, int, int]

MINIMUM_SQLITE: Version = (3, 51, 3)

# One commit in several hundred meets a checkpoint, instead of one in eighty with SQLite's 1000 pages.
_CHECKPOINT_PAGES = 4000
_BUSY_TIMEOUT_S = 5.0
# To PostgreSQL, of one process.
_CONNECTIONS = 15


class UnsafeSqliteError(Exception):
    """The SQLite library on this computer can corrupt a database and must not write one."""


def is_safe(version: Version) -> bool:
    """Tell whether a SQLite version is free of the WAL-reset bug (sqlite.org/wal.html, "the WAL-reset bug").

    The bug is in 3.7.0 to 3.51.2; it was also mended in 3.50.7 and 3.44.6.
    """
    branch = version[:2]
    if branch in {(3, 50), (3, 44)}:
        return version >= {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}[branch]
    return version >= MINIMUM_SQLITE


def _choose_driver() -> ModuleType:
    """Return Python's own sqlite3 when it is safe, else pysqlite3, which brings a newer SQLite with it.

    One process must never open one file through two SQLite libraries: each would drop the other's file locks.
    """
    if not is_safe(_version_of(sqlite3)) and sys.platform == "linux":
        return pysqlite3 or sqlite3
    return sqlite3


def _version_of(driver: ModuleType) -> Version:
    major, minor, patch = (int(part) for part in driver.sqlite_version.split("."))
    return major, minor, patch


DRIVER = _choose_driver()


def sqlite_version() -> Version:
    """Return the version of the SQLite library that is used."""
    return _version_of(DRIVER)


def check_driver(version: Version | None = None) -> None:
    """Raise UnsafeSqliteError, with a sentence for people, when the SQLite used (or `version`) must not write."""
    version = version or sqlite_version()
    if not is_safe(version):
        text = ".".join(map(str, version))
        raise UnsafeSqliteError(
            f"SQLite {text} can damage a database (the WAL-reset bug). "
            "Install SQLite 3.51.3 or newer, or the Python package pysqlite3."
        )


def open_sqlite(path: Path, *, read_only: bool = False, begin: Begin = "IMMEDIATE") -> Engine:
    """Return an engine for one thread on a SQLite file; each `connect()` opens it anew.

    Every transaction begins with BEGIN IMMEDIATE, so it never fails half-way for want of the write lock, and
    DDL is rolled back like everything else. `begin="DEFERRED"` is for reading beside a writer. A read-only
    engine leaves the file and its -wal as they are, and works with an unsafe SQLite too.
    """
    if not read_only:
        check_driver()
    return _sqlite_engine(path, read_only, "DEFERRED" if read_only else begin, NullPool)


def open_central(url: str) -> Engine:
    """Return a pooled engine, for several threads, on `sqlite:///file` or `postgresql://…`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        check_driver()
        return _sqlite_engine(Path(parsed.database or ""), False, "IMMEDIATE", QueuePool)
    # The connection used last is lent next: it has its statements prepared. None is closed after a rush; another costs
    # more than a push. An error of the database goes into logs: with its words, never with what was written.
    engine = sqlalchemy.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _plan_once)
    event.listen(engine, "checkout", _refuse_hung_up)
    return engine


def _plan_once(connection: Any, *_: object) -> None:
    """Let PostgreSQL plan a prepared statement once, whatever it is asked for, and look rows up by their keys.

    With a list among its values it would plan each time, which costs more than to find a few rows. A plan that is kept
    may be older than most rows of a table: that a table was small must not mean that all of it is read. Where there is
    no other way than to read all, as with a table of a few rows, that then counts as costly beyond measure, for which
    PostgreSQL would compile the plan to machine code: 30 ms for a look of 20 us, measured.
    """
    connection.autocommit = True
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute("SET enable_seqscan = off")
    connection.execute("SET jit = off")
    connection.autocommit = False


def _refuse_hung_up(connection: Any, *_: object) -> None:
    """Do not lend a connection whose server has hung up; asking the server itself would cost a turn each time."""
    if _has_something_to_read(connection.fileno()):
        raise DisconnectionError("the server has hung up")


def _has_something_to_read(descriptor: int) -> bool:
    if sys.platform == "win32":
        return bool(select.select([descriptor], [], [], 0)[0])
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))


def open_memory() -> Engine:
    """Return an engine on an empty SQLite database in memory, for one connection."""
    return sqlalchemy.create_engine("sqlite://", module=DRIVER, poolclass=NullPool)


def open_lasting_memory() -> Engine:
    """Return an engine on an empty SQLite database in memory that lasts as long as the engine, for any thread."""
    made = DRIVER.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = sqlalchemy.create_engine(
        "sqlite://",
        creator=lambda: made,
        module=DRIVER,
        poolclass=StaticPool,
        execution_options={"begin": "IMMEDIATE"},
    )
    event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """Return the same engine with transactions that do not take SQLite's write lock."""
    return engine.execution_options(begin="DEFERRED")


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """Return SQLite's own connection, for what is done outside a transaction."""
    return connection.connection.driver_connection  # type: ignore[return-value]


def checkpoint(connection: Connection, mode: Literal["PASSIVE", "TRUNCATE"]) -> None:
    """Bring what the -wal file holds into the database file; not inside a transaction."""
    driver_connection(connection).execute(f"PRAGMA wal_checkpoint({mode})").fetchall()


def _sqlite_engine(path: Path, read_only: bool, begin: Begin, pool: type[Pool]) -> Engine:
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"

    def connect() -> sqlite3.Connection:
        connection: sqlite3.Connection = DRIVER.connect(
            address,
            uri=True,
            isolation_level=None,
            timeout=_BUSY_TIMEOUT_S,
            cached_statements=512,
            check_same_thread=pool is NullPool,
        )
        try:
            _configure(connection, read_only)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = sqlalchemy.create_engine(
        "sqlite://",
        creator=connect,
        module=DRIVER,
        poolclass=pool,
        execution_options={"begin": begin},
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, read_only: bool) -> None:
    """Set what SQLite forgets between connections; fullfsync matters on macOS, elsewhere it is nothing."""
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA fullfsync=1").fetchone()
    connection.execute("PRAGMA checkpoint_fullfsync=1").fetchone()
    connection.execute("PRAGMA foreign_keys=1")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}").fetchone()


def _begin(connection: Connection) -> None:
    """Begin at the driver itself: through the engine it would cost a scan more than any of its statements."""
    text = f"BEGIN {connection.get_execution_options()['begin']}"
    try:
        driver_connection(connection).execute(text)
    except DRIVER.Error as error:
        raise DBAPIError.instance(text, {}, error, DRIVER.Error, dialect=connection.dialect) from error
