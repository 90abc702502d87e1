"""The courier's work as one deterministic step: what is due, in which order, and how long to wait for the next piece.

Nothing here reads a clock, throws dice or opens a line by itself: all of that is given, so that a test can live
through years of faults in seconds, twice the same.
"""

import errno
import logging
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from station.disk_room import Room, room
from station.journal_errors import JournalError, from_database
from station.local_copy import LocalCopy
from station.photos import PhotoStore
from station.retention import Keep
from station.sync_status import SyncStatus
from sync.ahead import Ahead
from sync.backlog import Reader
from sync.clock import Clock
from sync.digests import Digests
from sync.errors import AWAY, Refused, Unreachable
from sync.fact_keeping import FactKeeping
from sync.mirror import Mirror
from sync.outbox import Outbox
from sync.pace import Backoff, Lane
from sync.photo_keeping import KEEP_DAYS, PhotoKeeping
from sync.photos import PhotoQueue
from sync.references import ReferenceQueue
from sync.transport import Transport

_JITTER = 0.2
_DAY_S = 86_400.0
_PACK_EVERY_S = 60.0
# So coarse that what the bench itself writes is not told with every fact.
_DISK_STEP = 100_000_000
_FIRST_DIGEST_S = (600.0, 1800.0)
# What keeps a file from being written, and passes by itself.
PASSING = ("disk_full", "in_use")
_log = logging.getLogger(__name__)


def hindrance(error: DBAPIError | OSError, copy: Path) -> JournalError | None:
    """Return what keeps the local copy, or a file beside it, from being written for now; None when that is no full
    disk and no other program that holds it, for then waiting alone mends nothing.
    """
    if isinstance(error, OSError):
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return JournalError("disk_full", f"The disk is full: {error.filename}.") if is_full else None
    found = from_database(error, copy)
    return found if found.code in PASSING else None


class Timing(msgspec.Struct, frozen=True):
    """How long to wait: after failures; between looks when all is well, less often while central tells by itself; and
    between two small pushes, anything from `coalesce_s[0]` to `coalesce_s[1]`.
    """

    backoff: Backoff = Backoff()
    poll_s: float = 5.0
    told_poll_s: float = 30.0
    coalesce_s: tuple[float, float] = (1.0, 2.0)


class Disk(msgspec.Struct, frozen=True):
    """Where the bench keeps what leaves it, and the pictures that come; how long photos and facts that central has."""

    journal: Path
    photos: PhotoStore
    references: PhotoStore
    keep_photos_days: int = KEEP_DAYS
    keep_facts: Keep = Keep()
    room: Room = room


class Heard(msgspec.Struct, frozen=True):
    """What was said to the courier since its last step.

    `facts`: there are new ones. `records`: central has news, or has fallen silent. `retry`: a person or the network
    says that it may go now. `is_told`: central tells of news by itself, so looking is hardly needed.
    """

    facts: bool = False
    records: bool = False
    retry: bool = False
    is_told: bool = False


NOTHING = Heard()


class Errand:
    """Each `step` does one piece of work: one push, one page or one photo, so that facts never wait behind photos."""

    def __init__(
        self,
        site: str,
        db: LocalCopy,
        transport: Transport,
        disk: Disk,
        timing: Timing,
        clock: Clock,
        dice: random.Random,
        ahead: Ahead | None = None,
    ) -> None:
        self._copy = db.path
        self._journal = Reader(disk.journal)
        epoch = self._journal.epoch()
        self._outbox = Outbox(transport, db, self._journal, epoch, clock)
        self._mirror = Mirror(transport, db, site, clock, ahead)
        keeping = PhotoKeeping(
            db, disk.journal, disk.photos, epoch, disk.keep_photos_days, room_of=disk.room, clock=clock
        )
        self._photos = PhotoQueue(transport, db, disk.journal, disk.photos, epoch, keeping, clock)
        references = ReferenceQueue(transport, db, disk.references, site)
        digests = Digests(transport, db, self._journal, self._mirror, self._outbox, site, epoch)
        self._facts = FactKeeping(db.path, disk.journal, epoch, disk.keep_facts, clock=clock)
        self._disk = disk
        self._timing, self._clock, self._dice = timing, clock, dice
        # In the order of their importance: the first that is due is served.
        self._work: dict[str, Callable[[], bool]] = {
            "push": self._outbox.push_some,
            "pull": self._mirror.pull_some,
            "photos": self._photos.send_some,
            "references": references.fetch_some,
            "digests": digests.compare,
            "facts": self._facts.pack_some,
        }
        now = clock.monotonic()
        self._lanes = dict.fromkeys(self._work, Lane(due_at=now))
        # Not while everybody begins to work, and within the day also where the program starts anew each morning; nor
        # when the network comes back to everybody, see `_hear`.
        self._lanes["digests"] = Lane(due_at=now + dice.uniform(*_FIRST_DIGEST_S))
        self._next_push_at = 0.0
        self._is_told = False
        self._is_put_back = False
        self._photos_seen = (0, 0, 0)
        self.status = SyncStatus()

    def step(self, heard: Heard = NOTHING) -> float:
        """Do the most important piece of what is due; return the seconds until something is due again."""
        now = self._clock.monotonic()
        self._hear(heard, now)
        due = next((name for name, lane in self._lanes.items() if lane.due_at <= now), None)
        if due is not None:
            self._serve(due)
        self.status = self._look()
        return max(0.0, min(lane.due_at for lane in self._lanes.values()) - self._clock.monotonic())

    @property
    def is_settled(self) -> bool:
        """Whether nothing is due now and nothing failed."""
        now = self._clock.monotonic()
        return all(lane.due_at > now and not lane.failures for lane in self._lanes.values())

    def close(self) -> None:
        """Let go of the journal, and of a snapshot that is on its way."""
        self._mirror.close()
        self._journal.close()

    def _hear(self, heard: Heard, now: float) -> None:
        self._is_told = heard.is_told
        if heard.retry:
            for name, lane in self._lanes.items():
                # Central asked to be spared: no person here can know better. And no daily comparison is any sooner due.
                if lane.why != "busy" and (name != "digests" or lane.failures):
                    self._lanes[name] = Lane(due_at=now)
        if heard.facts:
            self._lanes["push"] = self._lanes["push"].hurried(max(now, self._next_push_at))
        if heard.records:
            self._lanes["pull"] = self._lanes["pull"].hurried(now)

    def _serve(self, name: str) -> None:
        lane, answers = self._lanes[name], self._outbox.answers
        try:
            more = self._work[name]()
        except Unreachable as error:
            self._lanes[name] = self._failed(lane, error.code, error.retry_after_s)
        except (Refused, JournalError) as error:
            self._hindered(name, lane, error)
        except (DBAPIError, OSError) as error:
            found = hindrance(error, self._copy)
            if found is None:
                raise
            self._hindered(name, lane, found)
        else:
            self._succeeded(name, more, pushed=self._outbox.answers > answers)
        self._look_whether_put_back()

    def _look_whether_put_back(self) -> None:
        """Once central turns out to have been put back, ask what it still has of our facts, and compare before long;
        not at once, for every bench finds out in the same minute.
        """
        before, self._is_put_back = self._is_put_back, self._mirror.was_put_back or self._outbox.was_put_back
        if self._is_put_back and not before:
            now = self._clock.monotonic()
            self._outbox.doubt()
            self._lanes["push"] = self._lanes["push"].hurried(now)
            self._lanes["digests"] = self._lanes["digests"].hurried(now + self._dice.uniform(*_FIRST_DIGEST_S))

    def _hindered(self, name: str, lane: Lane, error: Refused | JournalError) -> None:
        """Try again later what a person should hear of; it is logged when it is not what it was before."""
        if error.code != lane.why:
            _log.warning("%s: %s", name, error)
        self._lanes[name] = self._failed(lane, error.code, 0.0)

    def _failed(self, lane: Lane, why: str, at_least_s: float) -> Lane:
        """Wait as long as central asked for, and beyond it by chance, so that not all come back at once."""
        now = self._clock.monotonic()
        failing_s = now - lane.failing_since if lane.failures and why in AWAY else 0.0
        wait_s = at_least_s + self._timing.backoff.delay_s(lane.failures, failing_s, self._dice)
        return lane.failed(why, now, now + wait_s)

    def _succeeded(self, name: str, more: bool, *, pushed: bool) -> None:
        """Rest, unless there is more; and let the others know when central is there again."""
        now = self._clock.monotonic()
        next_at = now if more else now + self._rest_s(name)
        if pushed:
            # A full batch goes at once. A few facts wait a little for those that follow, but never the first of them:
            # requests are what central has to be spared, and another bench waits for what this one did.
            asked_s = self._outbox.rest_s
            self._next_push_at = now + (asked_s if more else max(asked_s, self._dice.uniform(*self._timing.coalesce_s)))
            next_at = self._next_push_at if more else max(next_at, self._next_push_at)
        self._lanes[name] = self._lanes[name].rested(next_at)
        if name == "digests":
            # What differs is mended by these.
            for other in ("push", "pull"):
                self._lanes[other] = self._lanes[other].hurried(now)
        if name == "push" and not more:
            self._lanes["photos"] = self._lanes["photos"].hurried(now)
        if name == "pull":
            for other, lane in self._lanes.items():
                if lane.why in AWAY:
                    self._lanes[other] = lane.rested(now)

    def _rest_s(self, name: str) -> float:
        if name == "facts":
            return _PACK_EVERY_S
        if name == "digests" and self._is_put_back:
            return self._dice.uniform(*_FIRST_DIGEST_S)
        rest_s = self._timing.told_poll_s if name == "pull" and self._is_told else self._timing.poll_s
        rest_s = _DAY_S if name == "digests" else rest_s
        return rest_s * self._dice.uniform(1 - _JITTER, 1 + _JITTER)

    def _look(self) -> SyncStatus:
        """Return what the bench shows now; counts that cannot be had stay what they were."""
        why = next((lane.why for lane in self._lanes.values() if lane.why), "")
        online = self._mirror.was_heard and not any(lane.why in AWAY for lane in self._lanes.values())
        try:
            left = self._outbox.left(self._photos.done)
            photo_bytes = self._photo_bytes(left.photos)
        except JournalError as error:
            return msgspec.structs.replace(self.status, online=online, why=why or error.code)
        return SyncStatus(
            online=online,
            waiting=left.waiting,
            oldest_waiting_at=left.oldest_at,
            refused=self._outbox.refused,
            photos_waiting=left.photos,
            last_ack_at=self._outbox.last_ack_at,
            clock_offset_s=self._mirror.clock_offset_s,
            why=why,
            photos_bytes=photo_bytes,
            rolled_back=self._outbox.rolled_back,
            is_put_back=self._is_put_back,
            ready=self._facts.ready,
            disk_free_bytes=self._disk.room(self._disk.journal.parent)[1] // _DISK_STEP * _DISK_STEP,
        )

    def _photo_bytes(self, photos: int) -> int:
        """Return how much the photos that wait are, asked for only when they are others than at the last look."""
        state = (self._photos.done, photos)
        if state != self._photos_seen[:2]:
            self._photos_seen = (*state, self._journal.photo_bytes(state[0]) if photos else 0)
        return self._photos_seen[2]
