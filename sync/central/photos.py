"""Central's photos: files named by their SHA-256, each on the disk before the database says that it is there."""

import hashlib
from pathlib import Path

from station.photos import PhotoStore
from sync.central.store import Store, insert_once
from sync.central.tables import stored_photo


class WrongPhotoError(Exception):
    """The bytes that came are not those the name promises."""


class PhotoShelf:
    """A folder `ab/cd/<sha256>.jpg`, and the table that lists it."""

    def __init__(self, folder: Path, store: Store) -> None:
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

    def get(self, sha256: str) -> bytes | None:
        """Return a photo's bytes, or None."""
        return self._files.path(sha256).read_bytes() if self._files.has(sha256) else None
