"""Central's photos: files named by their SHA-256, each on the disk before the database says that it is there.

Of a photo with a shipping label in it a copy comes, in which the label cannot be read; the fact names both.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from station.entries import Entry
from station.facts import PhotoTaken, Recorded
from station.photos import PhotoError, PhotoStore
from sync.central.store import Store, insert_once
from sync.central.tables import shared_photo, stored_photo

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class WrongPhotoError(Exception):
    """The bytes that came are not those the name promises."""


class PhotoShelf:
    """A folder `ab/cd/<sha256>.jpg`, and the table that lists it."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._files = PhotoStore(folder)
        self._store = store

    def put(self, sha256: str, content: bytes, station: str, now: str) -> None:
        """Keep a photo; again is the same as once.

        Raises WrongPhotoError when the bytes do not fit the name, and station.photos.PhotoError.
        """
        if hashlib.sha256(content).hexdigest() != sha256:
            raise WrongPhotoError("the bytes do not have this SHA-256")
        self._files.put(content)
        row = {"sha256": sha256, "size": len(content), "station": station, "received_at": now}
        with self._store.writing() as connection:
            insert_once(connection, stored_photo, [row])

    def probe(self) -> None:
        """Write something and take it away again; raises station.photos.PhotoError when no photo could be kept."""
        file = self._folder / f"probe.{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"probe")
            file.unlink()
        except OSError as error:
            raise PhotoError("disk_error", str(error)) from error

    def file(self, sha256: str) -> Path | None:
        """Return where a photo lies, or None."""
        return self._files.path(sha256) if self._files.has(sha256) else None

    def get(self, sha256: str) -> bytes | None:
        """Return a photo's bytes, or None."""
        return self._files.path(sha256).read_bytes() if self._files.has(sha256) else None


def note_shared(connection: Connection, facts: Sequence[tuple[Entry, Recorded]]) -> None:
    """Remember which copies stand for photos that stay at their benches."""
    pairs = {
        (fact.sha256, fact.shared_sha256)
        for _, fact in facts
        if isinstance(fact, PhotoTaken) and all(map(_SHA256.fullmatch, (fact.sha256, fact.shared_sha256)))
    }
    rows = [{"sha256": sha256, "shared_sha256": shared} for sha256, shared in sorted(pairs)]
    insert_once(connection, shared_photo, rows)


def shared_of(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """Return the copies that stand for these photos, by the photos' SHA-256; a photo without one is left out."""
    query = select(shared_photo).where(shared_photo.c.sha256.in_(list(hashes))).order_by(shared_photo.c.shared_sha256)
    return {row.sha256: row.shared_sha256 for row in connection.execute(query)}


def arrived_of(connection: Connection, hashes: Iterable[str]) -> frozenset[str]:
    """Return those of these files that are here."""
    query = select(stored_photo.c.sha256).where(stored_photo.c.sha256.in_(list(hashes)))
    return frozenset(connection.execute(query).scalars())
