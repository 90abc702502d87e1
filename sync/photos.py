"""Uploads the photos that confirmed facts name; after facts, one at a time, each until central has it."""

import hashlib
from pathlib import Path

from station.local_copy import LocalCopy, Refusal, photos_mark
from station.photos import PhotoStore
from sync.backlog import WaitingPhoto, waiting_photos
from sync.errors import Refused
from sync.transport import Transport

_ABOUT_CONTENT = (400, 413, 422)


class PhotoQueue:
    """The photos of one journal that central does not have yet. Used by the courier's thread only."""

    def __init__(self, client: Transport, copy: LocalCopy, journal: Path, store: PhotoStore, epoch: str) -> None:
        self._client = client
        self._copy = copy
        self._journal = journal
        self._store = store
        self._epoch = epoch

    @property
    def done(self) -> int:
        """The last entry whose photo, and all before it, need no more work."""
        return self._copy.acked(self._mark)

    @property
    def _mark(self) -> str:
        """The name under which the copy remembers `done`, beside the journal's own mark."""
        return photos_mark(self._epoch)

    def send_some(self) -> bool:
        """Upload one photo; return whether there may be more. Raises Unreachable, Refused or JournalError."""
        waiting = waiting_photos(self._journal, self.done, self._copy.acked(self._epoch), 1)
        for photo in waiting:
            problem = self._send(photo)
            refusals = [Refusal(self._epoch, photo.seq, "photo", problem)] if problem else []
            self._copy.set_acked(self._mark, photo.seq, refusals)
        return bool(waiting)

    def _send(self, photo: WaitingPhoto) -> str:
        """Upload a photo; return what is wrong with the file, or an empty string."""
        try:
            content = self._store.path(photo.sha256).read_bytes()
        except ValueError:
            return "photo_unnamed"
        except OSError:
            return "photo_missing"
        if hashlib.sha256(content).hexdigest() != photo.sha256:
            return "photo_damaged"
        try:
            if not self._client.photo_has(photo.sha256):
                self._client.put_photo(photo.sha256, content)
        except Refused as error:
            if error.status not in _ABOUT_CONTENT:
                raise
            return error.code
        return ""
