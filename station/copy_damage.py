"""What to do about a local copy that cannot be used: set aside before anybody uses it, or emptied under their hands."""

import logging
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from station.database import DRIVER, driver_connection, open_memory, open_sqlite
from station.journal_errors import from_database

_PASSING = ("disk_full", "in_use")
_log = logging.getLogger(__name__)


def why_unusable(path: Path, version: int) -> str:
    """Return why the file at `path` cannot be a copy of this version; empty when it can, or when there is none.

    Raises the database's error when the file could not be looked at: the disk is full, or another has it locked.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return ""
    try:
        with closing(open_sqlite(path).connect()) as connection:
            found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if found not in {0, version}:
                return "version"
            connection.exec_driver_sql("SELECT cursor FROM feed").scalar_one()
    except DBAPIError as error:
        # To open a file, SQLite makes its -shm anew: where nothing fits, that says nothing of the file.
        if from_database(error, path).code in _PASSING:
            raise
        return "damaged"
    return ""


def set_aside(path: Path) -> None:
    """Give the file another name, and those beside it; nobody may have it open."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    for suffix in ("-wal", "-shm", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(path.with_name(f"{path.stem}.{stamp}{path.suffix}{suffix}"))


def is_damage(error: BaseException | None) -> bool:
    """Tell damage from what passes: SQLite's plain error says that the file is malformed, or no database."""
    return type(error) is DRIVER.DatabaseError


def empty(connection: Connection, tables: Sequence[str]) -> None:
    """Put an empty copy with these tables in the place of a damaged one, as one transaction of SQLite's backup.

    Others who have the file open see it at once. Set aside it cannot be while they do: SQLite would take the new one's
    -wal for theirs. Raises the driver's DatabaseError when even its first page is gone; the next start sets it aside.
    """
    _log.warning("the local copy is damaged: it is emptied, and pulled again from central")
    with closing(open_memory().connect()) as fresh:
        with fresh.begin():
            for statement in tables:
                fresh.exec_driver_sql(statement)
        driver_connection(fresh).backup(driver_connection(connection))
