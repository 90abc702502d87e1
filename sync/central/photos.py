"""Central's photos: objects named by their SHA-256, each safely in its place before the database says that it is there.

Of a photo with a shipping label in it a copy comes, in which the label cannot be read; the fact names both.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from station.entries import Entry
from station.facts import Recorded
from station.inspecting.facts import PICTURES
from sync.central.photo_places import Place, Signed, open_place
from sync.central.store import Store, insert_once
from sync.central.tables import shared_photo, stored_photo

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class WrongPhotoError(Exception):
    """The bytes that came are not those the name promises."""


class PhotoShelf:
    """Photos as `ab/cd/<sha256>.jpg` in a place, and the table that lists those whose bytes were checked.

    Everything raises station.photos.PhotoError when the place fails.
    """

    def __init__(self, place: Place, store: Store) -> None:
        self.place = place
        self._store = store

    def put(self, sha256: str, content: bytes, station: str, now: str) -> None:
        """Keep a photo; again is the same as once. Raises WrongPhotoError when the bytes do not fit the name."""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise WrongPhotoError("the bytes do not have this SHA-256")
        if not self.place.put(_name(sha256), content) and self.place.get(_name(sha256)) != content:
            self.place.replace(_name(sha256), content)
        self._list(sha256, len(content), station, now)

    def adopt(self, sha256: str, station: str, now: str) -> bool:
        """List a photo that came to its place by another way; False when there is none.

        Raises WrongPhotoError, with the object removed, when it is another one.
        """
        content = self.place.get(_name(sha256))
        if content is None:
            return False
        if hashlib.sha256(content).hexdigest() != sha256:
            self.place.remove(_name(sha256))
            raise WrongPhotoError("the bytes in the storage do not have this SHA-256")
        self._list(sha256, len(content), station, now)
        return True

    def probe(self) -> None:
        """Write something and take it away again; raises PhotoError when no photo could be kept."""
        name = f"probe.{secrets.token_hex(4)}"
        self.place.replace(name, b"probe")
        self.place.remove(name)

    def signed(self, sha256: str, size: int) -> Signed | None:
        """Return an address a photo can be put to; None where the place has none."""
        return self.place.signed(_name(sha256), bytes.fromhex(sha256), size)

    def has(self, sha256: str) -> bool:
        """Tell whether a photo was checked and listed."""
        return self.station_of(sha256) is not None

    def station_of(self, sha256: str) -> str | None:
        """Return who sent a photo first; None when it is not here."""
        query = select(stored_photo.c.station).where(stored_photo.c.sha256 == sha256)
        with self._store.reading() as connection:
            return connection.execute(query).scalar()

    def get(self, sha256: str) -> bytes | None:
        """Return a photo's bytes, or None."""
        return self.place.get(_name(sha256))

    def _list(self, sha256: str, size: int, station: str, now: str) -> None:
        row = {"sha256": sha256, "size": size, "station": station, "received_at": now}
        with self._store.writing() as connection:
            insert_once(connection, stored_photo, [row])


def open_shelf(url: str, data: Path, store: Store) -> PhotoShelf:
    """Return the photos in the place a URL names, or in the data folder; raises ValueError or OSError."""
    return PhotoShelf(open_place(url, data / "photos"), store)


def _name(sha256: str) -> str:
    """Return a photo's name in its place; raises ValueError for anything but 64 lower-case hex digits."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256[:80]!r}")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.jpg"


def note_shared(connection: Connection, facts: Sequence[tuple[Entry, Recorded]]) -> None:
    """Remember which copies stand for photos that stay at their benches."""
    pairs = {
        (fact.sha256, fact.shared_sha256)
        for _, fact in facts
        if isinstance(fact, PICTURES) and all(map(_SHA256.fullmatch, (fact.sha256, fact.shared_sha256)))
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
