"""The courier's work without its thread: what is due, in which order, and how long to wait for the next piece."""

import logging
import random
import time
from collections.abc import Callable

import msgspec

from station.journal_errors import JournalError
from station.sync_status import SyncStatus
from sync.errors import AWAY, Refused, Unreachable
from sync.mirror import Mirror
from sync.outbox import Outbox
from sync.pace import Backoff, Lane
from sync.photos import PhotoQueue
from sync.references import ReferenceQueue

_JITTER = 0.2
_log = logging.getLogger(__name__)


class Timing(msgspec.Struct, frozen=True):
    """How long to wait: after failures, and between looks when all is well; with the clock (monotonic) and the dice."""

    backoff: Backoff
    poll_s: float
    clock: Callable[[], float] = time.monotonic
    chance: random.Random = msgspec.field(default_factory=random.Random)


class Errand:
    """Each `go` does one piece of work: one push, one page or one photo, so that facts never wait behind photos."""

    def __init__(
        self, outbox: Outbox, mirror: Mirror, photos: PhotoQueue, references: ReferenceQueue, timing: Timing
    ) -> None:
        self._outbox = outbox
        self._mirror = mirror
        self._photos = photos
        self._timing = timing
        # In the order of their importance: the first that is due is served.
        self._work: dict[str, Callable[[], bool]] = {
            "push": outbox.push_some,
            "pull": mirror.pull_some,
            "photos": photos.send_some,
            "references": references.fetch_some,
        }
        self._lanes = dict.fromkeys(self._work, Lane(due_at=timing.clock()))
        self.status = SyncStatus()

    def go(self, *, woken: bool) -> float:
        """Do the most important piece of what is due; return the seconds until something is due again."""
        now = self._timing.clock()
        if woken:
            self._lanes["push"] = self._lanes["push"].hurried(now)
        due = next((name for name, lane in self._lanes.items() if lane.due_at <= now), None)
        if due is not None:
            self._serve(due)
        self.status = self._look()
        return max(0.0, min(lane.due_at for lane in self._lanes.values()) - self._timing.clock())

    def _serve(self, name: str) -> None:
        lane = self._lanes[name]
        try:
            more = self._work[name]()
        except Unreachable as error:
            self._lanes[name] = self._failed(lane, error.code, error.retry_after_s)
        except (Refused, JournalError) as error:
            if error.code != lane.why:
                _log.warning("%s: %s", name, error)
            self._lanes[name] = self._failed(lane, error.code, 0.0)
        else:
            self._succeeded(name, more)

    def _failed(self, lane: Lane, why: str, at_least_s: float) -> Lane:
        wait_s = max(at_least_s, self._timing.backoff.delay_s(lane.failures, self._timing.chance))
        return lane.failed(why, self._timing.clock() + wait_s)

    def _succeeded(self, name: str, more: bool) -> None:
        """Rest, unless there is more; and let the others know when central is there again."""
        now = self._timing.clock()
        rest_s = self._timing.poll_s * self._timing.chance.uniform(1 - _JITTER, 1 + _JITTER)
        self._lanes[name] = self._lanes[name].rested(now if more else now + rest_s)
        if name == "push" and not more:
            self._lanes["photos"] = self._lanes["photos"].hurried(now)
        if name == "pull":
            for other, lane in self._lanes.items():
                if lane.why in AWAY:
                    self._lanes[other] = lane.rested(now)

    def _look(self) -> SyncStatus:
        """Return what the bench shows now; counts that cannot be had stay what they were."""
        why = next((lane.why for lane in self._lanes.values() if lane.why), "")
        online = self._mirror.was_heard and not any(lane.why in AWAY for lane in self._lanes.values())
        try:
            left = self._outbox.left(self._photos.done)
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
        )
