"""`exceptions`: what waits for a person's decision at a bench, as it stands; it may be at work."""

import sys
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station.cli.language import translator
from station.copy_marks import refusals_in
from station.database import open_sqlite
from station.exceptions.kinds import read_kinds
from station.exceptions.queue import Unsent, queue
from station.exceptions.report import as_csv, as_json, as_text
from station.journal_errors import JournalError, from_database
from station.local_copy import COPY_FILE
from station.moments import now
from station.opening import JOURNAL_FILE, check_files


def show(data: Path, form: str, language: str = "en") -> int:
    """Print the queue, in tables and for machines with the words of its codes; raises JournalError when there is no
    journal, or when it cannot be read, and SettingsError for a language we do not have.
    """
    tr = translator(language)
    path = data / JOURNAL_FILE
    check_files(path)
    if not path.exists():
        raise JournalError("missing", f"There is no journal in {data}. Name a station's data folder.")
    unsent = tuple(
        Unsent(each.epoch, each.seq, each.code or each.status) for each in refusals_in(path.with_name(COPY_FILE))
    )
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection, connection.begin():
            station = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'station'").scalar_one()
            waiting = queue(connection, station, read_kinds(), now(), unsent)
    except DBAPIError as error:
        raise from_database(error, path) from error
    formed = {"json": as_json, "csv": as_csv}.get(form)
    sys.stdout.write(formed(waiting, tr) if formed is not None else as_text(waiting))
    return 0
