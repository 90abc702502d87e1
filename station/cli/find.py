"""`find`: all that a bench knows of a code; the bench may be at work."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from station import schema
from station.codes import recognise
from station.database import open_sqlite
from station.journal_errors import JournalError, from_database
from station.opening import JOURNAL_FILE, check_files
from station.rules import read_rules
from station.search.seeking import seek
from station.search.telling import as_json, as_text


def show(data: Path, code: str, form: str) -> int:
    """Print what is known of a code; return 1 when nobody here knows it, 2 when there is none.

    Raises JournalError when there is no journal, or when it cannot be read.
    """
    if not code.strip():
        sys.stderr.write("There is no code. Name what you look for: a plate, a tracking number, an RMA.\n")
        return 2
    patterns = read_rules().patterns
    with reading(data) as (_, station):
        found = seek(data / JOURNAL_FILE, station, code, lambda text, aim: recognise(text, aim, patterns))
    sys.stdout.write(as_json(found) if form == "json" else as_text(found))
    return 1 if found.is_nothing else 0


@contextmanager
def reading(data: Path) -> Iterator[tuple[Connection, str]]:
    """Lend a reading connection to the journal of a data folder, and tell whose it is.

    Raises JournalError when there is none, when it is of another program, or when it cannot be read.
    """
    path = data / JOURNAL_FILE
    check_files(path)
    if not path.exists():
        raise JournalError("missing", f"There is no journal in {data}. Name a station's data folder.")
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection, connection.begin():
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if revision != schema.REVISION:
                raise JournalError(
                    "older",
                    f"The journal in {data} is of another program ({revision}): open the bench once with this one.",
                )
            station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar()
            yield connection, str(station or "")
    except DBAPIError as error:
        raise from_database(error, path) from error
