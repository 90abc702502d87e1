"""Carries what the local copy of another version holds over into a new one, so that a bench whose program was changed
with no network still knows its people, orders and bins.

Records are kept as they came; only the codes by which they are found are made anew.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from station.copy_writing import write
from station.database import driver_connection, open_sqlite
from station.record_codes import changes

_KEPT: Mapping[str, str] = {
    "acked": "epoch, seq",
    "refused": "epoch, seq, status, code",
    "rule_file": "seq, key, toml, why",
    "elsewhere": "code, site, of",
}
_AT_ONCE = 2_000
_RECORDS = "SELECT kind, key, body FROM old.record ORDER BY rowid"
_CURSOR = "UPDATE feed SET cursor = (SELECT cursor FROM old.feed)"
_log = logging.getLogger(__name__)


def carried_over(path: Path, tables: Sequence[str]) -> Path | None:
    """Return a new copy of these tables, beside the one at `path`, with all that one holds; None when it cannot be
    read as it must be, as when a program that is to come has other tables.

    A million orders take about 40 s. What breaks off leaves the copy at `path` as it was.
    """
    new = path.with_name(f"{path.stem}.new{path.suffix}")
    _remove(new)
    try:
        _carry(path, new, tables)
    except (DBAPIError, msgspec.MsgspecError) as error:
        # In the driver's words: the engine's hold what was to be written, people's names among it.
        why = error.orig if isinstance(error, DBAPIError) else error
        _log.warning("the local copy of another version cannot be carried over: %s", why)
        _remove(new)
        return None
    return new


def _carry(path: Path, new: Path, tables: Sequence[str]) -> None:
    with closing(open_sqlite(new).connect()) as connection:
        driver_connection(connection).execute("ATTACH ? AS old", (str(path),))
        with connection.begin():
            for statement in tables:
                connection.exec_driver_sql(statement)
            told = connection.exec_driver_sql(_RECORDS)
            while rows := told.fetchmany(_AT_ONCE):
                write(connection, changes((kind, key, bytes(body)) for kind, key, body in rows))
            for table, columns in _KEPT.items():
                connection.exec_driver_sql(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM old.{table}")
            connection.exec_driver_sql(_CURSOR)
        driver_connection(connection).execute("DETACH old")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
