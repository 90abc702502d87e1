"""Central's pictures of good units and beside answers: put in by a person, told to a site, for its benches only."""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from station.article_pictures import cleaned
from station.delivered_pictures import Told, place_of, read
from station.records import WITHDRAWN, AnswerPicture, Reference, answer_picture_key, reference_key
from station.references import Place
from sync.central.feed import Change, append
from sync.central.photos import PhotoShelf
from sync.central.store import Store
from sync.central.tables import feed
from sync.wire import RecordKind

_KINDS: Final[Mapping[type, RecordKind]] = {Reference: "reference", AnswerPicture: "answer_picture"}
MOST_BYTES = 4 * 1024 * 1024
_BY = "central"


class NotAPicture(Exception):
    """A file that benches could not use; nothing was published. The message is a sentence for people."""


def publish(store: Store, shelf: PhotoShelf, site: str, told: Reference, picture: bytes, now: str) -> Reference:
    """Keep a picture of a good unit without its metadata and tell a site of it; again is the same as once.

    `told` needs no hash and no size. Raises NotAPicture, and station.photos.PhotoError.
    """
    jpeg = cleaned(picture)
    if jpeg is None:
        raise NotAPicture("it is no JPEG picture that can be read")
    if len(jpeg) > MOST_BYTES:
        raise NotAPicture(f"it has {len(jpeg)} bytes, and benches take {MOST_BYTES} at most")
    return keep(store, shelf, site, told, jpeg, now)


def keep(store: Store, shelf: PhotoShelf, site: str, told: Told, jpeg: bytes, now: str) -> Told:
    """Keep a cleaned picture and tell a site of it, in place of what was told of that answer until now.

    `told` needs no hash and no size. Raises station.photos.PhotoError.
    """
    sha256 = hashlib.sha256(jpeg).hexdigest()
    made = msgspec.structs.replace(told, sha256=sha256, size=len(jpeg))
    shelf.put(sha256, jpeg, _BY, now)
    with store.writing() as connection:
        append(connection, site, [_change(made, msgspec.json.encode(made))])
    return made


def withdraw(store: Store, site: str, sku: str, sha256: str) -> int:
    """Take the pictures of an article with this hash (or that begin with it) back; return how many."""
    with store.writing() as connection:
        known = standing(connection, site, Reference)
        gone = [each for each in known if each.sku == sku and each.sha256.startswith(sha256)]
        append(connection, site, [_change(each, None) for each in gone])
    return len(gone)


def withdraw_beside(store: Store, site: str, place: Place) -> bool:
    """Take the picture beside an answer back; False when none stands there."""
    with store.writing() as connection:
        gone = [each for each in standing(connection, site, AnswerPicture) if place_of(each) == place]
        append(connection, site, [_change(each, None) for each in gone])
    return bool(gone)


def standing(connection: Connection, site: str, what: type[Told]) -> tuple[Told, ...]:
    """Return the pictures of good units, or beside answers, that a site is told of now, by key."""
    mine = (feed.c.site == site, feed.c.kind == _KINDS[what])
    rows = connection.execute(select(feed.c.key, feed.c.body).where(*mine).order_by(feed.c.seq))
    newest = {row.key: bytes(row.body) for row in rows}
    return read((newest[key] for key in sorted(newest) if newest[key] != WITHDRAWN), what)


def picture_for(store: Store, shelf: PhotoShelf, site: str, sha256: str) -> bytes | None:
    """Return a picture that a site is told of; None for any other, however well it is known here."""
    mine = (feed.c.site == site, feed.c.kind == _KINDS[Reference], feed.c.key.endswith(f"|{sha256}"))
    with store.reading() as connection:
        rows = connection.execute(select(feed.c.key, feed.c.body).where(*mine).order_by(feed.c.seq))
        newest = {row.key: bytes(row.body) for row in rows}
        is_told = any(body != WITHDRAWN for body in newest.values()) or any(
            each.sha256 == sha256 for each in standing(connection, site, AnswerPicture)
        )
    return shelf.get(sha256) if is_told else None


def _change(told: Reference | AnswerPicture, body: bytes | None) -> Change:
    match told:
        case Reference():
            key = reference_key(told)
        case AnswerPicture(category, question, option, client=client):
            key = answer_picture_key(category, question, option, client)
    return Change(_KINDS[type(told)], key, body)
