"""Fetches the pictures that central tells of: last of all, one at a time, answers' first, never more than fits."""

import hashlib
import logging
from collections.abc import Mapping

from station import article_pictures, delivered_pictures
from station.delivered_pictures import place_of, read
from station.local_copy import LocalCopy
from station.photos import PhotoError, PhotoStore
from station.records import AnswerPicture, Reference
from station.references import named
from sync.errors import Refused
from sync.transport import Transport

# One picture, and all of them together.
MOST_BYTES = 4 * 1024 * 1024
MOST_ON_DISK = 500 * 1024 * 1024
# Central has no such picture, or does not give it to this site: asked again when the feed has said more.
_NOT_TO_BE_HAD = (403, 404, 413)
_log = logging.getLogger(__name__)


class ReferenceQueue:
    """The pictures that are still to come, those of answers first. Used by the courier's thread only, one picture each
    time it looks.
    """

    def __init__(
        self, client: Transport, copy: LocalCopy, store: PhotoStore, site: str, most_on_disk: int = MOST_ON_DISK
    ) -> None:
        self._client = client
        self._copy = copy
        self._store = store
        self._site = site
        self._most_on_disk = most_on_disk
        self._settled = -1
        self._given_up: frozenset[str] = frozenset()
        self._heard = -1

    def fetch_some(self) -> bool:
        """Fetch one picture; False in any case, so that the next one waits for the next look.

        Raises Unreachable or Refused.
        """
        cursor = self._copy.cursor()
        if cursor == self._settled:
            return False
        if self._heard < 0:
            self._store.sweep()
        if cursor != self._heard:
            self._heard, self._given_up = cursor, frozenset()
        beside = read(self._copy.kept_below(delivered_pictures.KIND, ""), AnswerPicture)
        told: tuple[AnswerPicture | Reference, ...] = (
            *beside,
            *read(self._copy.kept_below(article_pictures.KIND, ""), Reference),
        )
        sizes = self._tidy({each.sha256 for each in told})
        room = self._most_on_disk - sum(sizes.values())
        # What people are shown at a question does not wait for room that pictures of articles take.
        answers = {each.sha256 for each in beside}
        yielding = {sha256: size for sha256, size in sizes.items() if sha256 not in answers}
        rooms = {Reference: room, AnswerPicture: room + sum(yielding.values())}
        due = (each for each in told if each.sha256 not in self._given_up and each.sha256 not in sizes)
        wanted = next((each for each in due if 0 < each.size <= min(rooms[type(each)], MOST_BYTES)), None)
        if wanted is None:
            self._settled = cursor
        elif not self._fetch(wanted, room, yielding):
            self._given_up |= {wanted.sha256}
        return False

    def _tidy(self, told: set[str]) -> dict[str, int]:
        """Remove the files that no record names any more; return how many bytes each of the others is."""
        sizes = {}
        for sha256 in list(self._store.all()):
            if sha256 in told:
                sizes[sha256] = self._store.path(sha256).stat().st_size
            else:
                self._store.path(sha256).unlink(missing_ok=True)
        return sizes

    def _fetch(self, wanted: AnswerPicture | Reference, room: int, yielding: Mapping[str, int]) -> bool:
        """Fetch and keep one picture, in place of some that yield where there is no room for it.

        False when what came is not what was told of, or nothing came.
        """
        try:
            content = self._client.reference(self._site, wanted.sha256, wanted.size)
        except Refused as error:
            if error.status not in _NOT_TO_BE_HAD:
                raise
            return False
        if hashlib.sha256(content).hexdigest() != wanted.sha256:
            whose = wanted.sku if isinstance(wanted, Reference) else named(place_of(wanted))
            _log.warning("a picture of %s came damaged and was thrown away", whose)
            return False
        for sha256, size in yielding.items():
            if len(content) <= room:
                break
            self._store.path(sha256).unlink(missing_ok=True)
            room += size
        try:
            self._store.put(content)
        except PhotoError as error:
            raise Refused(error.code, str(error)) from error
        return True
