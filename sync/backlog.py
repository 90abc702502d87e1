"""Looks at how much of the journal central has not confirmed, without disturbing its writer."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from station.archive import beginning, entries_after, mark_of, packs_after, unpack
from station.database import driver_connection, open_sqlite
from station.entries import Entry
from station.inspecting.facts import PICTURE_TYPES, Files
from station.journal_errors import from_database
from station.schema import journal
from station.statements import Statement
from sync.wire import Digest, digest_of

_EPOCH = Statement("SELECT value FROM meta WHERE name = 'epoch'")
_WAITING = Statement("SELECT COUNT(*), MIN(seq) FROM journal WHERE seq > :acked")
_IS_PHOTO = f"type IN {PICTURE_TYPES}"
_PHOTOS = Statement(f"SELECT COUNT(*) FROM journal WHERE seq > :done AND {_IS_PHOTO}")
_HASHES = Statement("SELECT hash FROM journal WHERE seq > :after AND seq <= :upto")
# A body is JSON as bytes, which SQLite would take for its own binary JSON.
_PHOTO_BYTES = Statement(
    "SELECT COALESCE(SUM(CAST(body AS TEXT) ->> '$.size'), 0) FROM journal "
    f"WHERE seq > :done AND {_IS_PHOTO} AND json_valid(CAST(body AS TEXT))"
)
_AT = Statement("SELECT at FROM journal WHERE seq = :seq")


class Backlog(msgspec.Struct, frozen=True):
    """How many facts wait and since when (UTC, "" when none does), and how many photos."""

    waiting: int
    oldest_at: str
    photos: int


class WaitingPhoto(msgspec.Struct, frozen=True):
    """A photo to upload: the entry that names it, and the SHA-256 (hexadecimal) of the file that may leave."""

    seq: int
    sha256: str


class Reader:
    """One connection that reads a journal beside its owner, for one thread; every call raises JournalError.

    It stays open, because opening costs more than all that a step reads; it holds no lock between two calls. Questions
    about photos (`waiting_photos`) come once a photo and open one of their own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: Connection | None = None

    def epoch(self) -> str:
        """Return the journal's epoch."""
        with self._reading() as connection:
            return str(_EPOCH.rows(connection, {})[0][0])

    def entries(self, after: int, limit: int) -> list[Entry]:
        """Return up to `limit` entries that come after a number, in order."""
        with self._reading() as connection:
            return entries_after(connection, self._path.parent, after, limit)

    def look(self, acked: int, photos_done: int) -> Backlog:
        """Count what comes after entry `acked`, and photos after entry `photos_done`."""
        with self._reading() as connection:
            ((count, first),) = _WAITING.rows(connection, {"acked": acked})
            oldest = _AT.rows(connection, {"seq": first}) if count else []
            ((photos,),) = _PHOTOS.rows(connection, {"done": photos_done})
            # Packed ones wait when central was put back to an older state than theirs.
            count += max(0, beginning(connection, "")[0] - acked)
            return Backlog(count, str(oldest[0][0]) if oldest else "", photos)

    def photo_bytes(self, photos_done: int) -> int:
        """Return how many bytes the photos named after entry `photos_done` are; it reads every one of those facts."""
        with self._reading() as connection:
            return int(_PHOTO_BYTES.rows(connection, {"done": photos_done})[0][0])

    def digest(self, after: int, upto: int) -> Digest:
        """Return the digest of the entries after one up to another, packed or not; raises JournalError."""
        with self._reading() as connection:
            marks = [mark_of(row[0]) for row in _HASHES.rows(connection, {"after": after, "upto": upto})]
            count = len(marks)
            for each in packs_after(connection, after):
                if after < each.first and each.last <= upto:
                    count += each.last - each.first + 1
                    marks.append(int(each.sum, 16))
                elif each.first <= upto:
                    some = [entry for entry in unpack(self._path.parent, each) if after < entry.seq <= upto]
                    count += len(some)
                    marks += [mark_of(entry.hash) for entry in some]
        return msgspec.structs.replace(digest_of(marks), count=count)

    def close(self) -> None:
        """Close the connection; calling it twice is harmless."""
        if self._open is not None:
            self._open.close()
            self._open = None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            self._open = self._open or beside(self._path)
            with self._open.begin():
                yield self._open
        except DBAPIError as error:
            # Whatever it was, a new connection knows nothing of it.
            self.close()
            raise from_database(error, self._path) from error


def beside(path: Path) -> Connection:
    """Open a journal to read it beside its owner; in a text that the disk damaged, U+FFFD stands for what is no UTF-8.

    So one such text is one entry's fault, which its hash tells of, and no query fails by it. Raises DBAPIError.
    """
    connection = open_sqlite(path, read_only=True).connect()
    driver_connection(connection).text_factory = lambda raw: str(raw, "utf-8", "replace")
    return connection


def waiting_photos(path: Path, after: int, acked: int, limit: int) -> list[WaitingPhoto]:
    """Return photos named after entry `after` by entries central has confirmed; raises JournalError."""
    query = (
        select(journal.c.seq, journal.c.body)
        .where(journal.c.seq > after, journal.c.seq <= acked, journal.c.type.in_(PICTURE_TYPES))
        .order_by(journal.c.seq)
        .limit(limit)
    )
    try:
        with closing(beside(path)) as connection:
            rows = connection.execute(query).all()
    except DBAPIError as error:
        raise from_database(error, path) from error
    return [WaitingPhoto(row.seq, _leaving(row.body)) for row in rows]


def _leaving(body: Any) -> str:
    """Return the SHA-256 of the file that may leave; empty when the fact that names it was damaged on the disk."""
    try:
        photo = msgspec.json.decode(body, type=Files)
    except (msgspec.MsgspecError, TypeError):
        return ""
    return photo.shared_sha256 or photo.sha256
