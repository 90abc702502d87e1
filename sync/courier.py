"""The courier: one thread that carries facts and photos to central and records back, for as long as the bench runs.

Its timer is its own: after a failure it tries again with no new input, until everything is through.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from station.journal import JournalError
from station.local_copy import LocalCopy
from station.sync_status import SyncStatus
from sync import backlog
from sync.client import Client
from sync.errors import AWAY, Refused, Unreachable
from sync.feed import pull_some
from sync.outbox import Outbox
from sync.pace import Backoff, Lane
from sync.photos import PhotoQueue

_POLL_S = 5.0
_JITTER = 0.2
_JOIN_S = 2.0
_PATIENCE = Backoff()
_log = logging.getLogger(__name__)


class Where(msgspec.Struct, frozen=True):
    """What the courier works on: the journal and its epoch, the local copy, the photo folder, and our site."""

    journal: Path
    epoch: str
    copy: Path
    photos: Path
    site: str


class Courier:
    """Starts, wakes and stops the thread; every change of its state goes to `post`, called in that thread."""

    def __init__(
        self,
        client: Client,
        where: Where,
        post: Callable[[SyncStatus], None],
        *,
        backoff: Backoff = _PATIENCE,
        poll_s: float = _POLL_S,
    ) -> None:
        self._client = client
        self._where = where
        self._post = post
        self._backoff = backoff
        self._poll_s = poll_s
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier")

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there are new facts; from any thread."""
        self._wake.set()

    def stop(self) -> None:
        """Break off what is under way and end; what was not confirmed goes again next time."""
        self._stop.set()
        self._wake.set()
        self._client.abort()
        if self._thread.ident is not None:
            self._thread.join(_JOIN_S)
            if self._thread.is_alive():
                _log.error("the courier did not stop in %s s", _JOIN_S)

    def _run(self) -> None:
        """Work until stopped. A bug of ours must not end it silently: it is logged, shown, and tried again."""
        try:
            while not self._stop.is_set():
                try:
                    self._work()
                except Exception:
                    _log.exception("the courier failed")
                    self._post(SyncStatus(why="courier_fault"))
                    self._stop.wait(self._backoff.cap_s)
        finally:
            self._client.close()

    def _work(self) -> None:
        copy = LocalCopy.open(self._where.copy)
        try:
            errand = Errand(self._client, copy, self._where, self._backoff, self._poll_s)
            shown: SyncStatus | None = None
            while not self._stop.is_set():
                woken = self._wake.is_set()
                if woken:
                    self._wake.clear()
                wait_s = errand.go(woken=woken)
                if not self._stop.is_set() and errand.status != shown:
                    shown = errand.status
                    self._post(shown)
                self._wake.wait(wait_s)
        finally:
            copy.close()


class Errand:
    """The courier's work without its thread: each `go` does one piece of what is due and says how long to wait.

    One piece is one push, one page or one photo, so that new facts never wait behind many photos. `clock` gives
    monotonic seconds.
    """

    def __init__(
        self,
        client: Client,
        copy: LocalCopy,
        where: Where,
        backoff: Backoff,
        poll_s: float,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self._client = client
        self._copy = copy
        self._where = where
        self._backoff = backoff
        self._poll_s = poll_s
        self._clock = clock
        self._chance = chance or random.Random()
        self._outbox = Outbox(client, copy, where.journal, where.epoch)
        self._photos = PhotoQueue(client, copy, where.journal, where.photos, where.epoch)
        self._heard = False
        self._offset_s = 0.0
        # In the order of their importance: the first that is due is served.
        self._work: dict[str, Callable[[], bool]] = {
            "push": self._outbox.push_some,
            "pull": self._pull,
            "photos": self._photos.send_some,
        }
        self._lanes = dict.fromkeys(self._work, Lane(due_at=clock()))
        self.status = SyncStatus()

    def go(self, *, woken: bool) -> float:
        """Do the most important piece of what is due; return the seconds until something is due again."""
        now = self._clock()
        if woken:
            self._lanes["push"] = self._lanes["push"].hurried(now)
        due = next((name for name, lane in self._lanes.items() if lane.due_at <= now), None)
        if due is not None:
            self._serve(due)
        self.status = self._look()
        return max(0.0, min(lane.due_at for lane in self._lanes.values()) - self._clock())

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
        wait_s = max(at_least_s, self._backoff.delay_s(lane.failures, self._chance))
        return lane.failed(why, self._clock() + wait_s)

    def _succeeded(self, name: str, more: bool) -> None:
        """Rest, unless there is more; and let the others know when central is there again."""
        now = self._clock()
        rest_s = 0.0 if more else self._poll_s * self._chance.uniform(1 - _JITTER, 1 + _JITTER)
        self._lanes[name] = self._lanes[name].rested(now + rest_s)
        if name == "push" and not more:
            self._lanes["photos"] = self._lanes["photos"].hurried(now)
        if name == "pull":
            self._heard = True
            for other, lane in self._lanes.items():
                if lane.why in AWAY:
                    self._lanes[other] = lane.rested(now)

    def _pull(self) -> bool:
        pulled = pull_some(self._client, self._copy, self._where.site)
        self._offset_s = pulled.clock_offset_s
        return pulled.more

    def _look(self) -> SyncStatus:
        """Return what the bench shows now; counts that cannot be had stay what they were."""
        why = next((lane.why for lane in self._lanes.values() if lane.why), "")
        online = self._heard and not any(lane.why in AWAY for lane in self._lanes.values())
        try:
            left = backlog.look(self._where.journal, self._outbox.acked, self._photos.done)
        except JournalError as error:
            return msgspec.structs.replace(self.status, online=online, why=why or error.code)
        return SyncStatus(
            online=online,
            waiting=left.waiting,
            oldest_waiting_at=left.oldest_at,
            refused=len(self._copy.refused()),
            photos_waiting=left.photos,
            last_ack_at=self._outbox.last_ack_at,
            clock_offset_s=self._offset_s,
            why=why,
        )
