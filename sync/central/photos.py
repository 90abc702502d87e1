"""Central's photos: files named by their SHA-256, each on the disk before the database says that it is there."""

import hashlib
import os
from pathlib import Path

from sync.central.store import Store, insert_once
from sync.central.tables import stored_photo


class WrongPhotoError(Exception):
    """The bytes that came are not those the name promises."""


class PhotoShelf:
    """A folder `ab/cd/<sha256>.jpg`, and the table that lists it."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store

    def put(self, sha256: str, content: bytes, station: str, now: str) -> None:
        """Keep a photo; again is the same as once. Raises WrongPhotoError when the bytes do not fit the name."""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise WrongPhotoError("the bytes do not have this SHA-256")
        place = self._place(sha256)
        if not place.exists():
            _write_durably(place, content)
        row = {"sha256": sha256, "size": len(content), "station": station, "received_at": now}
        with self._store.writing() as connection:
            insert_once(connection, stored_photo, [row])

    def get(self, sha256: str) -> bytes | None:
        """Return a photo's bytes, or None."""
        place = self._place(sha256)
        return place.read_bytes() if place.exists() else None

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / f"{sha256}.jpg"


def _write_durably(place: Path, content: bytes) -> None:
    """Write beside, sync, rename: a power cut leaves the whole photo or none."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(f".{os.getpid()}.{id(content)}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)
