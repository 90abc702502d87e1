"""Looks at how much of the journal central has not confirmed, from any thread, without disturbing its writer."""

from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from station.database import open_sqlite
from station.facts import PhotoTaken
from station.journal import JournalError
from station.schema import journal

_PHOTO = PhotoTaken.__name__


class Backlog(msgspec.Struct, frozen=True):
    """How many facts wait and since when (UTC, "" when none does), and how many photos."""

    waiting: int
    oldest_at: str
    photos: int


class WaitingPhoto(msgspec.Struct, frozen=True):
    """A photo to upload: the entry that names it, and its SHA-256 in hexadecimal."""

    seq: int
    sha256: str


def look(path: Path, acked: int, photos_done: int) -> Backlog:
    """Count what comes after entry `acked`, and photos after entry `photos_done`; raises JournalError."""
    waiting = select(func.count(), func.min(journal.c.seq)).where(journal.c.seq > acked)
    photos = select(func.count()).where(journal.c.seq > photos_done, journal.c.type == _PHOTO)
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            count, first = connection.execute(waiting).one()
            oldest = connection.execute(select(journal.c.at).where(journal.c.seq == first)).scalar() or ""
            return Backlog(count, oldest, connection.execute(photos).scalar_one())
    except DBAPIError as error:
        raise JournalError("disk_error", f"The journal {path.name} cannot be read: {error.orig}.") from error


def waiting_photos(path: Path, after: int, acked: int, limit: int) -> list[WaitingPhoto]:
    """Return photos named after entry `after` by entries central has confirmed; raises JournalError."""
    query = (
        select(journal.c.seq, journal.c.body)
        .where(journal.c.seq > after, journal.c.seq <= acked, journal.c.type == _PHOTO)
        .order_by(journal.c.seq)
        .limit(limit)
    )
    try:
        with closing(open_sqlite(path, read_only=True).connect()) as connection:
            rows = connection.execute(query).all()
    except DBAPIError as error:
        raise JournalError("disk_error", f"The journal {path.name} cannot be read: {error.orig}.") from error
    return [WaitingPhoto(row.seq, msgspec.json.decode(row.body, type=PhotoTaken).sha256) for row in rows]
