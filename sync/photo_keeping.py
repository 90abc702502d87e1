"""Deletes photos at the bench that central has: after their time, or earlier and oldest first when the disk is low.

A photo with a shipping label never leaves the bench; when the copy without the label, which central has, may go, the
photo goes with it: an address is kept no longer than any other picture.
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from station.disk_room import Room, is_low, room
from station.inspecting.facts import PICTURE_TYPES, Files
from station.journal_errors import from_database
from station.local_copy import LocalCopy, released_mark
from station.photos import PhotoStore
from station.schema import journal
from sync.backlog import beside
from sync.clock import MACHINE, Clock

KEEP_DAYS = 14
_LOOK_EVERY_S = 600.0
_AT_ONCE = 100
# The parcel on the bench, and the one before it, are still looked at.
_IN_WORK = timedelta(hours=1)


class PhotoKeeping:
    """Looks now and then which photos may go. Used by the courier's thread only."""

    def __init__(
        self,
        copy: LocalCopy,
        path: Path,
        store: PhotoStore,
        epoch: str,
        days: int = KEEP_DAYS,
        *,
        room_of: Room = room,
        clock: Clock = MACHINE,
    ) -> None:
        self._copy = copy
        self._path = path
        self._store = store
        self._epoch = epoch
        self._keep = timedelta(days=days)
        self._room, self._clock = room_of, clock
        self._due_at = 0.0

    def tidy(self, done: int) -> int:
        """Delete some of the photos named up to entry `done` that central has; return how many. Raises JournalError.

        One that was refused stays, whatever its age: the file here is all there is of it.
        """
        if self._clock.monotonic() < self._due_at:
            return 0
        mark = released_mark(self._epoch)
        refused = {each.seq for each in self._copy.refused() if (each.epoch, each.status) == (self._epoch, "photo")}
        rows = self._rows(self._copy.acked(mark), done)
        count, last = 0, 0
        for row in rows:
            taken_at = _moment(row.at)
            if taken_at is not None and not self._may_go(taken_at):
                break
            if taken_at is None:
                # Damaged on the disk: nobody knows how old the photo is, so it stays, and holds up none behind it.
                refused.add(row.seq)
            last = row.seq
            if last not in refused:
                count += self._release(row.body)
        if last:
            self._copy.set_acked(mark, last)
        if last != (rows[-1].seq if rows else 0) or len(rows) < _AT_ONCE:
            self._due_at = self._clock.monotonic() + _LOOK_EVERY_S
        return count

    def _release(self, body: bytes) -> int:
        """Delete the files that a fact names, the copy without a label first; none of one that the disk damaged."""
        try:
            photo = msgspec.json.decode(body, type=Files)
            return sum(self._store.release(sha256) for sha256 in (photo.shared_sha256, photo.sha256) if sha256)
        except (msgspec.MsgspecError, TypeError, ValueError):
            return 0

    def _may_go(self, taken_at: datetime) -> bool:
        age = self._clock.utc() - taken_at
        return age >= self._keep or (age >= _IN_WORK and is_low(*self._room(self._path.parent)))

    def _rows(self, after: int, done: int) -> Sequence[Any]:
        query = (
            select(journal.c.seq, journal.c.at, journal.c.body)
            .where(journal.c.seq > after, journal.c.seq <= done, journal.c.type.in_(PICTURE_TYPES))
            .order_by(journal.c.seq)
            .limit(_AT_ONCE)
        )
        try:
            with closing(beside(self._path)) as connection:
                return connection.execute(query).all()
        except DBAPIError as error:
            raise from_database(error, self._path) from error


def _moment(text: Any) -> datetime | None:
    """Return the moment that a fact says, if it says one."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None
