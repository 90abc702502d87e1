"""`retention`: which facts left the journal's file, what keeps the next ones, and giving the room back to the disk."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from station.archive import ARCHIVE_FOLDER, is_there, packs_after
from station.copy_marks import all_marks_in
from station.database import checkpoint, driver_connection, open_sqlite
from station.journal_errors import JournalError, from_database
from station.local_copy import COPY_FILE
from station.opening import JOURNAL_FILE, check_files
from station.ownership import LOCK_FILE, Ownership
from station.retention import Keep, Run, next_run
from station.settings import Settings, settings_of

_LAST = "SELECT packed_at, confirmed_upto FROM packed ORDER BY last DESC LIMIT 1"
_KEPT = "SELECT MIN(seq), MAX(seq), COUNT(*) FROM journal"


def show(data: Path, shrink: bool) -> int:
    """Print what left the journal and what would go next; with `shrink` make its file smaller first.

    Returns 1 when a packed file is missing or was changed. Raises JournalError when there is no journal, when it cannot
    be read, or when it is to shrink and a station is at work on it.
    """
    path = data / JOURNAL_FILE
    check_files(path)
    if not path.exists():
        raise JournalError("missing", f"There is no journal in {data}. Name a station's data folder.")
    days = (settings_of(data, None) or Settings()).facts.keep_days
    try:
        if shrink:
            _shrink(path)
        with closing(open_sqlite(path, read_only=True).connect()) as connection, connection.begin():
            return _show(connection, path, Keep(days))
    except DBAPIError as error:
        raise from_database(error, path) from error


def _show(connection: Connection, path: Path, keep: Keep) -> int:
    folder = path.parent
    packs = packs_after(connection, 0)
    lost = [each for each in packs if not is_there(folder, each)]
    if packs:
        at, proved = connection.exec_driver_sql(_LAST).one()
        size = sum(file.stat().st_size for file in (folder / ARCHIVE_FOLDER).glob("*"))
        _say(
            f"Facts 1 to {packs[-1].last} left the journal, in {len(packs)} files of {_mb(size)} in {ARCHIVE_FOLDER}/."
        )
        _say(f"The last of them at {at}, when central was proved to have the facts up to {proved}.")
    else:
        _say("No fact has left the journal yet.")
    first, last, count = connection.exec_driver_sql(_KEPT).one()
    _say(f"In the journal, {_mb(path.stat().st_size)}: {count} facts, {first or 0} to {last or 0}.")
    epoch = str(connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'epoch'").scalar_one())
    _say(_next(next_run(connection, epoch, all_marks_in(folder / COPY_FILE), keep, datetime.now(UTC)), keep))
    for each in lost:
        _say(f"✘ The file of facts {each.first} to {each.last} is missing or was changed.")
    return 1 if lost else 0


def _next(run: Run, keep: Keep) -> str:
    match run.why:
        case "recent":
            return f"Nothing goes next: the newest {keep.least} facts stay."
        case "unproved":
            return (
                f"Facts {run.first} to {run.last} stay: central was proved to have the facts up to {run.proved} only."
            )
        case "photos":
            return f"Facts {run.first} to {run.last} stay: photos that they name are still here."
        case "young":
            return f"Facts {run.first} to {run.last} stay: they are not {keep.days} days old."
        case _:
            return f"Facts {run.first} to {run.last} go next, in a quiet moment."


def _shrink(path: Path) -> None:
    """Write the file anew without the room that packed facts left; the bench must be closed."""
    ownership = Ownership.take(path.with_name(LOCK_FILE))
    try:
        with closing(open_sqlite(path).connect()) as connection:
            driver_connection(connection).execute("VACUUM")
            checkpoint(connection, "TRUNCATE")
    finally:
        ownership.release()


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
