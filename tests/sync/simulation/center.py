"""Central in a history: its real intake, feed, tokens and photos on an SQLite file, called without HTTP."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from sync.central import feed, intake, photo_parts, snapshot, tokens
from sync.central.marks import ForkError, GapError
from sync.central.photos import WrongPhotoError, open_shelf
from sync.central.store import Store
from sync.client import Gap
from sync.errors import Refused, Unreachable
from sync.wire import Push, Quarantine
from tests.sync.simulation.seeded import new_central

# A fact with this in it makes central fail, whatever else is in the push; with the other it is refused.
POISON, INDIGESTIBLE = b"poison-500", b"poison-400"


class CenterDied(BaseException):
    """Central's process is gone, before its commit."""


class MortalStore(Store):
    """The real one; its writer may die between the last statement and the commit."""

    def __init__(self, url: str, dies: Callable[[], bool]) -> None:
        self._dies = dies
        super().__init__(url)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as connection:
            yield connection
            if self._dies():
                raise CenterDied


class Center:
    """What answers at the other end of the lines."""

    def __init__(self, folder: Path, now: Callable[[], str]) -> None:
        folder.mkdir()
        self._folder = folder
        self._now = now
        self.is_dying = False
        self.fails = True
        new_central(folder / "central.sqlite")
        self._open()

    def _open(self) -> None:
        self.store = MortalStore(f"sqlite:///{self._folder / 'central.sqlite'}", lambda: self.is_dying)
        self.shelf = open_shelf("", self._folder, self.store)

    def close(self) -> None:
        self.store.close()

    def back_up(self) -> None:
        """Keep a copy of the database as it is now."""
        self.store.close()
        shutil.copyfile(self._folder / "central.sqlite", self._folder / "backup.sqlite")

    def restore(self) -> bool:
        """Go back to the copy, if there is one. Photos are another store and are not rolled back."""
        if not (self._folder / "backup.sqlite").exists():
            return False
        self.store.close()
        for file in self._folder.glob("central.sqlite*"):
            file.unlink()
        shutil.copyfile(self._folder / "backup.sqlite", self._folder / "central.sqlite")
        self._open()
        return True

    def enrol(self, station: str, site: str) -> str:
        return tokens.enrol(self.store, station, site, self._now())

    def tell(self, site: str, *changes: feed.Change) -> None:
        with self.store.writing() as connection:
            feed.append(connection, site, changes)

    def knows(self, id_: str) -> bool:
        """Tell whether central has a fact, or what was set aside in its place."""
        with self.store.reading() as connection:
            query = text("SELECT id FROM journal WHERE id = :id UNION ALL SELECT id FROM quarantine WHERE id = :id")
            return connection.execute(query, {"id": id_}).first() is not None

    def head(self, site: str) -> int:
        """Return the number of the last record of a site's feed."""
        with self.store.reading() as connection:
            return feed.ends(connection, site)[0]

    def push(self, token: str, sent: bytes) -> bytes | Gap:
        caller = self._caller(token)
        push = _decoded(sent, Push)
        if self.fails:
            _digest([entry.body for entry in push.entries])
        return _answered(lambda: intake.take_in(self.store, caller.station, caller.site, push, self._now()))

    def put_away(self, token: str, sent: bytes) -> bytes | Gap:
        caller = self._caller(token)
        entry = _decoded(sent, Quarantine)
        return _answered(lambda: intake.put_away(self.store, caller.station, entry, self._now()))

    def pull(self, token: str, site: str, after: int, limit: int, mark: int) -> bytes:
        self._caller(token)
        try:
            with self.store.reading() as connection:
                return msgspec.json.encode(feed.page(connection, site, after, limit, self._now(), mark))
        except feed.BelowFloorError as error:
            raise Refused("below_floor", str(error), status=410) from error
        except feed.PutBackError as error:
            raise Refused("put_back", str(error), status=409) from error

    def snapshot(self, token: str, site: str) -> list[bytes]:
        self._caller(token)
        return b"".join(snapshot.lines(self.store, site, self._now())).splitlines()

    def site_digest(self, token: str, site: str, upto: int) -> bytes:
        self._caller(token)
        try:
            return msgspec.json.encode(snapshot.site_digest(self.store, site, upto, self._now()))
        except snapshot.AheadError as error:
            raise Refused("ahead", str(error), status=409) from error
        except feed.BelowFloorError as error:
            raise Refused("below_floor", str(error), status=410) from error

    def journal_digest(self, token: str, epoch: str, after: int, upto: int) -> bytes | Gap:
        caller = self._caller(token)
        try:
            return msgspec.json.encode(snapshot.journal_digest(self.store, caller.station, epoch, after, upto))
        except snapshot.AheadError as error:
            return Gap(error.last)

    def ask_photo(self, token: str, sha256: str, size: int) -> bytes:
        caller = self._caller(token)
        return msgspec.json.encode(photo_parts.ask(self.shelf, caller, sha256, size, False, self._now()))

    def put_part(self, token: str, sha256: str, size: int, number: int, part: bytes) -> None:
        caller, digest = self._caller(token), hashlib.sha256(part).digest()
        try:
            photo_parts.put(self.shelf, caller, sha256, size, number, part, digest)
        except photo_parts.WrongPartError as error:
            raise Refused("wrong_part", str(error), status=422) from error

    def complete_photo(self, token: str, sha256: str, size: int) -> bytes:
        caller = self._caller(token)
        try:
            return msgspec.json.encode(photo_parts.complete(self.shelf, caller, sha256, size, self._now()))
        except WrongPhotoError as error:
            raise Refused("wrong_photo", str(error), status=422) from error

    def _caller(self, token: str) -> tokens.Caller:
        try:
            return tokens.caller(self.store, token, self._now())
        except tokens.NotAdmitted as error:
            raise Refused(error.error, error.detail, status=error.status) from error


def _decoded(sent: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(sent, type=kind)
    except msgspec.MsgspecError as error:
        raise Refused("malformed", str(error), status=400) from error


def _digest(bodies: list[bytes]) -> None:
    if any(POISON in body for body in bodies):
        raise Unreachable("fault", "500", status=500)
    if any(INDIGESTIBLE in body for body in bodies):
        raise Refused("malformed", "", status=400)


def _answered(take: Callable[[], object]) -> bytes | Gap:
    """What the web service makes of an outcome, and the client of that."""
    try:
        return msgspec.json.encode(take())
    except GapError as gap:
        return Gap(gap.acked)
    except ForkError as fork:
        raise Refused("fork", str(fork), status=409, acked=fork.acked) from fork
