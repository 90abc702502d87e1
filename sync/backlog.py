"""Looks at how much of the journal central has not confirmed, from any thread, without disturbing its writer."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from station.database import open_sqlite
from station.facts import PhotoTaken
from station.journal_errors import from_database
from station.schema import journal, meta

_PHOTO = PhotoTaken.__name__


class Backlog(msgspec.Struct, frozen=True):
    """How many facts wait and since when (UTC, "" when none does), and how many photos."""

    waiting: int
    oldest_at: str
    photos: int


class WaitingPhoto(msgspec.Struct, frozen=True):
    """A photo to upload: the entry that names it, and the SHA-256 (hexadecimal) of the file that may leave."""

    seq: int
    sha256: str


def epoch(path: Path) -> str:
    """Return the journal's epoch; raises JournalError."""
    with _reading(path) as connection:
        return str(connection.execute(select(meta.c.value).where(meta.c.name == "epoch")).scalar_one())


def look(path: Path, acked: int, photos_done: int) -> Backlog:
    """Count what comes after entry `acked`, and photos after entry `photos_done`; raises JournalError."""
    waiting = select(func.count(), func.min(journal.c.seq)).where(journal.c.seq > acked)
    photos = select(func.count()).where(journal.c.seq > photos_done, journal.c.type == _PHOTO)
    with _reading(path) as connection:
        count, first = connection.execute(waiting).one()
        oldest = connection.execute(select(journal.c.at).where(journal.c.seq == first)).scalar() or ""
        return Backlog(count, oldest, connection.execute(photos).scalar_one())


def waiting_photos(path: Path, after: int, acked: int, limit: int) -> list[WaitingPhoto]:
    """Return photos named after entry `after` by entries central has confirmed; raises JournalError."""
    query = (
        select(journal.c.seq, journal.c.body)
        .where(journal.c.seq > after, journal.c.seq <= acked, journal.c.type == _PHOTO)
        .order_by(journal.c.seq)
        .limit(limit)
    )
    with _reading(path) as connection:
        rows = connection.execute(query).all()
    taken = [(row.seq, msgspec.json.decode(row.body, type=PhotoTaken)) for row in rows]
    return [WaitingPhoto(seq, photo.shared_sha256 or photo.sha256) for seq, photo in taken]


@contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            yield connection
    except DBAPIError as error:
        raise from_database(error, path) from error
