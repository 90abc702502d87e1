"""Pictures of good units of an article that central delivered: which there are, and where their files lie.

They lie apart from the bench's own photos, which are evidence: these may go when central takes them back.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from grading.bare import bare
from grading.jpeg import decode
from station.database import open_sqlite
from station.delivered_pictures import read
from station.photos import PhotoStore
from station.records import Reference

KIND = "reference"
_OF_ARTICLE = "SELECT body FROM record WHERE kind = ? AND key >= ? AND key < ? ORDER BY key"
_LAST_SIGN = chr(0x10FFFF)


class ArticlePictures:
    """The delivered pictures of one bench: `copy` is central's local copy, `store` their folder.

    Usable from any thread: each look opens the copy for itself.
    """

    def __init__(self, copy: Path, store: PhotoStore) -> None:
        self._copy = copy
        self._store = store

    def of(self, sku: str, shot: str) -> tuple[str, ...]:
        """Return the SHA-256 of the pictures of an article from one side that are here; none when nobody can look."""
        if not sku or not self._copy.is_file():
            return ()
        prefix = f"{sku}|"
        try:
            with closing(open_sqlite(self._copy, read_only=True).connect()) as connection:
                rows = connection.exec_driver_sql(_OF_ARTICLE, (KIND, prefix, prefix + _LAST_SIGN)).all()
        except DBAPIError:
            return ()
        told = read((bytes(row[0]) for row in rows), Reference)
        return tuple(each.sha256 for each in told if each.sku == sku and each.shot == shot and self.has(each.sha256))

    def has(self, sha256: str) -> bool:
        """Tell whether a picture's file is here."""
        return self._store.has(sha256)

    def path(self, sha256: str) -> Path:
        """Return where a picture lies or would lie."""
        return self._store.path(sha256)


def of_article(bodies: Iterable[bytes], sku: str, shots: Iterable[str], store: PhotoStore) -> Path | None:
    """Return the picture of an article, of the first of these shots that is here; `bodies` are central's records."""
    told = [each for each in read(bodies, Reference) if each.sku == sku and store.has(each.sha256)]
    return next((store.path(each.sha256) for shot in shots for each in told if each.shot == shot), None)


def cleaned(picture: bytes) -> bytes | None:
    """Return a JPEG without its EXIF data, places and comments; None for what is no JPEG."""
    jpeg = bare(picture)
    return jpeg if jpeg is not None and decode(jpeg) is not None else None
