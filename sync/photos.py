"""Uploads the photos that confirmed facts name; after facts, part by part, each until central has checked its hash."""

import hashlib
from pathlib import Path

import msgspec

from station.local_copy import LocalCopy, Refusal, photos_mark
from station.photos import PhotoStore
from sync.backlog import WaitingPhoto, waiting_photos
from sync.clock import MACHINE, Clock
from sync.errors import Refused, Unreachable
from sync.photo_keeping import PhotoKeeping
from sync.transport import Transport
from sync.wire import PART_BYTES, PhotoAnswer

_ABOUT_CONTENT = (400, 413, 422)
# Central may say that a photo came damaged: it is read and sent again this often, then a person must look.
_MOST_TRIES = 3
# When central failed at one photo this often, another is tried: if that gets through, the first is put off.
_MOST_FAULTS = 5
_AGAIN_AFTER_S = 3600.0
PUT_OFF = "central_failed"


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
        self,
        client: Transport,
        copy: LocalCopy,
        journal: Path,
        store: PhotoStore,
        epoch: str,
        keeping: PhotoKeeping,
        clock: Clock = MACHINE,
    ) -> None:
        self._client = client
        self._copy = copy
        self._journal = journal
        self._store = store
        self._epoch = epoch
        self._keeping = keeping
        self._way: _Way | None = None
        self._tries = 0
        self._clock = clock
        self._faults = 0
        # The photo that central seems to fail at, while another is tried; the last one put off that was tried again.
        self._suspect = self._tried = 0
        self._again_at = 0.0
        self._behind = 0
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
        if self.done < self._behind:
            # Central was put back to an old state: what is on its way now is not the first that it lacks.
            way, self._suspect = None, 0
        self._behind = self.done
        photo = self._next() if way is None else None
        seq = way.seq if way is not None else photo.seq if photo is not None else 0
        try:
            if way is not None:
                self._go_on(way)
            elif photo is not None:
                self._begin(photo)
        except Refused as error:
            self._refused(seq, error)
        except Unreachable as error:
            if error.code != "fault" or not self._pass_over(seq):
                raise
        return bool(seq)

    def _next(self) -> WaitingPhoto | None:
        """Return the next photo to send: behind all that needs no more work, or one that was put off."""
        confirmed = self._copy.acked(self._epoch)
        waiting = waiting_photos(self._journal, self._suspect or self.done, confirmed, 1)
        if not waiting and self._suspect:
            # There is none to try in its place.
            self._suspect = 0
            waiting = waiting_photos(self._journal, self.done, confirmed, 1)
        return waiting[0] if waiting else self._one_put_off()

    def _one_put_off(self) -> WaitingPhoto | None:
        """Return the next photo that was put off, each of them once an hour."""
        if self._clock.monotonic() < self._again_at:
            return None
        for seq in (seq for seq in self._put_off() if seq > self._tried):
            self._tried = seq
            if found := waiting_photos(self._journal, seq - 1, seq, 1):
                return found[0]
        self._tried, self._again_at = 0, self._clock.monotonic() + _AGAIN_AFTER_S
        return None

    def _put_off(self) -> list[int]:
        mine = (self._epoch, "photo", PUT_OFF)
        return [each.seq for each in self._copy.refused() if (each.epoch, each.status, each.code) == mine]

    def _pass_over(self, seq: int) -> bool:
        """Note that central failed at a photo; tell whether the next can go at once.

        When it fails at the one that is tried in another's place too, the fault is not in the photos.
        """
        if seq <= self.done:
            return True
        is_ill = bool(self._suspect)
        self._faults = 0 if is_ill else self._faults + 1
        self._suspect = seq if self._faults >= _MOST_FAULTS else 0
        return False

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
        if self._suspect:
            refusals.append(Refusal(self._epoch, self._suspect, "photo", PUT_OFF))
        elif seq in self._put_off() and not problem:
            self._copy.forget_refusal(self._epoch, seq)
        self._copy.set_acked(self._mark, max(seq, self.done), refusals)
        self._tries = self._faults = self._suspect = 0
