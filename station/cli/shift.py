"""`shift`: the report of a shift, as it stands; a bench may be at work on it."""

import sys
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station.copy_marks import acked_in, refused_in
from station.database import open_sqlite
from station.journal_errors import JournalError, from_database
from station.local_copy import COPY_FILE
from station.opening import JOURNAL_FILE, check_files
from station.shifts.counting import BenchShift, sent_so_far
from station.shifts.report import as_csv, as_json, as_text, newest, report

FORMS = ("text", "json", "csv")
_META = "SELECT name, value FROM meta WHERE name IN ('station', 'epoch')"


def show(data: Path, shift: str, form: str, with_things: bool) -> int:
    """Print the report of a shift, the latest when none is named; return 1 when there is no such shift.

    Raises JournalError when there is no journal, or when it cannot be read.
    """
    path = data / JOURNAL_FILE
    check_files(path)
    if not path.exists():
        raise JournalError("missing", f"There is no journal in {data}. Name a station's data folder.")
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection, connection.begin():
            meta = {row.name: row.value for row in connection.exec_driver_sql(_META)}
            recorded = int(connection.exec_driver_sql("SELECT MAX(seq) FROM journal").scalar() or 0)
            copy = path.with_name(COPY_FILE)
            sent = sent_so_far(recorded, acked_in(copy, meta["epoch"]), refused_in(copy))
            named = shift or newest(connection, meta["station"])
            told = report(connection, BenchShift(meta["station"], named), sent)
    except DBAPIError as error:
        raise from_database(error, path) from error
    if told is None:
        sys.stderr.write(f"There is no shift {shift}.\n" if shift else "This bench has had no shift yet.\n")
        return 1
    words = as_text(told, with_things) if form == "text" else as_json(told) if form == "json" else as_csv(told)
    sys.stdout.write(words)
    return 0
