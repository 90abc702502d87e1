"""Uploads the photos that confirmed facts name; after facts, part by part, each until central has checked its hash."""

import hashlib
from pathlib import Path

import msgspec

from station.local_copy import LocalCopy, Refusal, photos_mark
from station.photos import PhotoStore
from sync.backlog import WaitingPhoto, waiting_photos
from sync.errors import Refused, Unreachable
from sync.photo_keeping import PhotoKeeping
from sync.transport import Transport
from sync.wire import PART_BYTES, PhotoAnswer

_ABOUT_CONTENT = (400, 413, 422)
# Central may say that a photo came damaged: it is read and sent again this often, then a person must look.
_MOST_TRIES = 3


class _Way(msgspec.Struct, frozen=True):
    """A photo that is on its way: the entry that names it, its bytes, and the parts central still lacks."""

    seq: int
    sha256: str
    content: bytes
    missing: tuple[int, ...]


class PhotoQueue:
    """The photos of one journal that central does not have yet. Used by the courier's thread only.

    What is on its way is forgotten after any failure: central says what it lacks, so one part at most goes twice.
    """

    def __init__(
        self, client: Transport, copy: LocalCopy, journal: Path, store: PhotoStore, epoch: str, keeping: PhotoKeeping
    ) -> None:
        self._client = client
        self._copy = copy
        self._journal = journal
        self._store = store
        self._epoch = epoch
        self._keeping = keeping
        self._way: _Way | None = None
        self._tries = 0
        # A line that could not carry one photo in one piece gets no other until the program starts again.
        self._direct = True

    @property
    def done(self) -> int:
        """The last entry whose photo, and all before it, need no more work."""
        return self._copy.acked(self._mark)

    @property
    def _mark(self) -> str:
        """The name under which the copy remembers `done`, beside the journal's own mark."""
        return photos_mark(self._epoch)

    def send_some(self) -> bool:
        """Send one part of one photo; return whether there may be more. Raises Unreachable, Refused or JournalError."""
        self._keeping.tidy(self.done)
        way, self._way = self._way, None
        if way is None:
            waiting = waiting_photos(self._journal, self.done, self._copy.acked(self._epoch), 1)
            if not waiting:
                return False
            self._begin(waiting[0])
            return True
        try:
            self._go_on(way)
        except Refused as error:
            self._refused(way.seq, error)
        return True

    def _begin(self, photo: WaitingPhoto) -> None:
        """Ask what central lacks of a photo, unless something is wrong with its file."""
        try:
            content = self._store.path(photo.sha256).read_bytes()
        except ValueError:
            self._settle(photo.seq, "photo_unnamed")
            return
        except OSError:
            content = b""
        if content and hashlib.sha256(content).hexdigest() != photo.sha256:
            self._settle(photo.seq, "photo_damaged")
            return
        try:
            # Of a file that is gone too: central may have it, and only our memory of that was lost.
            answer = self._client.ask_photo(photo.sha256, max(1, len(content)), bool(content) and self._direct)
            self._follow(_Way(photo.seq, photo.sha256, content, ()), answer)
        except Refused as error:
            self._refused(photo.seq, error)

    def _follow(self, way: _Way, answer: PhotoAnswer) -> None:
        """Do what central answered."""
        if answer.state == "have":
            self._settle(way.seq, "")
        elif not way.content:
            self._settle(way.seq, "photo_missing")
        elif answer.state == "presigned":
            self._send_whole(way, answer)
        else:
            self._way = msgspec.structs.replace(way, missing=answer.missing)

    def _go_on(self, way: _Way) -> None:
        """Send the next part; after the last one have central put them together."""
        size = len(way.content)
        if way.missing:
            number, *rest = way.missing
            start = number * PART_BYTES
            self._client.put_part(way.sha256, size, number, way.content[start : start + PART_BYTES])
            way = msgspec.structs.replace(way, missing=tuple(rest))
        if way.missing:
            self._way = way
        else:
            self._follow(way, self._client.complete_photo(way.sha256, size))

    def _send_whole(self, way: _Way, answer: PhotoAnswer) -> None:
        try:
            self._client.put_elsewhere(answer.url, answer.headers, way.content)
        except Unreachable as error:
            if error.code == "stopped":
                raise
            self._direct = False
            return
        self._follow(way, self._client.complete_photo(way.sha256, len(way.content)))

    def _refused(self, seq: int, error: Refused) -> None:
        """Read and send a photo again that came damaged, a few times; raises what is not about the photo."""
        if error.status not in _ABOUT_CONTENT:
            raise error
        self._tries += 1
        if self._tries >= _MOST_TRIES:
            self._settle(seq, error.code)

    def _settle(self, seq: int, problem: str) -> None:
        """Remember that nothing more is to be done for a photo, and what is wrong with it."""
        refusals = [Refusal(self._epoch, seq, "photo", problem)] if problem else []
        self._copy.set_acked(self._mark, seq, refusals)
        self._tries = 0
