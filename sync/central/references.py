"""Central's pictures of good units: put in by a person, told to a site, and given to the benches of that site only."""

import hashlib
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from station.article_pictures import cleaned
from station.records import WITHDRAWN, Reference, reference_key
from sync.central.feed import Change, append
from sync.central.photos import PhotoShelf
from sync.central.store import Store
from sync.central.tables import feed

KIND: Final = "reference"
MOST_BYTES = 4 * 1024 * 1024
_BY = "central"


class NotAPicture(Exception):
    """A file that benches could not use; nothing was published. The message is a sentence for people."""


def publish(store: Store, shelf: PhotoShelf, site: str, told: Reference, picture: bytes, now: str) -> Reference:
    """Keep a picture without its metadata and tell a site of it; again is the same as once.

    `told` needs no hash and no size. Raises NotAPicture, and station.photos.PhotoError.
    """
    jpeg = cleaned(picture)
    if jpeg is None:
        raise NotAPicture("it is no JPEG picture that can be read")
    if len(jpeg) > MOST_BYTES:
        raise NotAPicture(f"it has {len(jpeg)} bytes, and benches take {MOST_BYTES} at most")
    sha256 = hashlib.sha256(jpeg).hexdigest()
    reference = msgspec.structs.replace(told, sha256=sha256, size=len(jpeg))
    shelf.put(sha256, jpeg, _BY, now)
    with store.writing() as connection:
        append(connection, site, [Change(KIND, reference_key(reference), msgspec.json.encode(reference))])
    return reference


def withdraw(store: Store, site: str, sku: str, sha256: str) -> int:
    """Take the pictures of an article with this hash (or that begin with it) back; return how many."""
    with store.writing() as connection:
        gone = [each for each in standing(connection, site) if each.sku == sku and each.sha256.startswith(sha256)]
        append(connection, site, [Change(KIND, reference_key(each), None) for each in gone])
    return len(gone)


def standing(connection: Connection, site: str) -> list[Reference]:
    """Return what a site is told of now, by key."""
    query = select(feed.c.key, feed.c.body).where(feed.c.site == site, feed.c.kind == KIND).order_by(feed.c.seq)
    newest = {row.key: bytes(row.body) for row in connection.execute(query)}
    return [msgspec.json.decode(newest[key], type=Reference) for key in sorted(newest) if newest[key] != WITHDRAWN]


def picture_for(store: Store, shelf: PhotoShelf, site: str, sha256: str) -> bytes | None:
    """Return a picture that a site is told of; None for any other, however well it is known here."""
    mine = (feed.c.site == site, feed.c.kind == KIND, feed.c.key.endswith(f"|{sha256}"))
    with store.reading() as connection:
        rows = connection.execute(select(feed.c.key, feed.c.body).where(*mine).order_by(feed.c.seq))
        newest = {row.key: bytes(row.body) for row in rows}
    return shelf.get(sha256) if any(body != WITHDRAWN for body in newest.values()) else None
