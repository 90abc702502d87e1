"""Reads single marks, and the records of a kind, from a local copy that nobody has open here.

It may be missing, locked or damaged.
"""

from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station.database import open_sqlite
from station.exceptions.of_site import KIND, ExceptionNote, readable
from station.local_copy import ACKED, ALL_MARKS, REFUSED, RULES, Delivered, Refusal, fork_mark


def acked_in(path: Path, epoch: str) -> int:
    """Return what central has confirmed of an epoch, from a copy that may be missing, locked or damaged; else
    0.
    """
    if not path.is_file():
        return 0
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            return int(ACKED.run(connection, {"epoch": epoch}).scalar() or 0)
    except DBAPIError:
        return 0


def marks_in(path: Path, epoch: str) -> tuple[int, int]:
    """Return what central has confirmed of an epoch, and its fork mark, from a copy like that of `acked_in`."""
    if not path.is_file():
        return 0, 0
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            marks = {name: ACKED.rows(connection, {"epoch": name}) for name in (epoch, fork_mark(epoch))}
    except DBAPIError:
        return 0, 0
    acked, ahead = (int(rows[0][0]) if rows else 0 for rows in marks.values())
    return acked, ahead


def all_marks_in(path: Path) -> dict[str, int]:
    """Return every number that a copy like that of `acked_in` remembers of journals, by its name."""
    if not path.is_file():
        return {}
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            return {str(name): int(seq) for name, seq in ALL_MARKS.rows(connection, {})}
    except (DBAPIError, TypeError, ValueError):
        return {}


def highest_acked_in(path: Path) -> int:
    """Return the highest seq of any epoch that central has confirmed, from a copy like that of `acked_in`; else 0."""
    return _number_in(path, "SELECT COALESCE(MAX(seq), 0) FROM acked WHERE seq > 0")


def refused_in(path: Path) -> int:
    """Return how many refusals a copy has, which may be missing, locked or damaged; then 0."""
    return _number_in(path, "SELECT COUNT(*) FROM refused")


def refusals_in(path: Path) -> tuple[Refusal, ...]:
    """Return the refusals a copy like that of `acked_in` has, in order; none when it cannot be read."""
    if not path.is_file():
        return ()
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            return tuple(Refusal(*row) for row in connection.exec_driver_sql(REFUSED))
    except DBAPIError:
        return ()


def rules_in(path: Path) -> tuple[Delivered, ...]:
    """Return the rule files that came to a copy like that of `acked_in`; none when it cannot be read."""
    if not path.is_file():
        return ()
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            return tuple(Delivered(*row) for row in connection.exec_driver_sql(RULES))
    except DBAPIError:
        return ()


def records_in(path: Path, kind: str) -> dict[str, bytes]:
    """Return the bodies of a kind by their keys, from a copy like that of `acked_in`; none when it cannot be read."""
    if not path.is_file():
        return {}
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            rows = connection.exec_driver_sql("SELECT key, body FROM record WHERE kind = ? ORDER BY key", (kind,))
            return {str(key): bytes(body) for key, body in rows}
    except (DBAPIError, TypeError):
        return {}


def notes_in(path: Path) -> tuple[ExceptionNote, ...]:
    """Return what central told of the site's exceptions, from a copy like that of `acked_in`; none if unreadable."""
    return tuple(readable(records_in(path, KIND).values()))


def _number_in(path: Path, query: str) -> int:
    if not path.is_file():
        return 0
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            return int(connection.exec_driver_sql(query).scalar_one())
    except DBAPIError:
        return 0
