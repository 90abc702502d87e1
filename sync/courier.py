"""The courier: one thread that carries facts and photos to central and records back, for as long as the bench runs.

Its timer is its own: after a failure it tries again with no new input, until everything is through.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from station.local_copy import LocalCopy
from station.photos import PhotoStore
from station.sync_status import SyncStatus
from sync import backlog
from sync.client import Client
from sync.errand import Errand, Timing
from sync.mirror import Mirror
from sync.outbox import Outbox
from sync.pace import Backoff
from sync.photo_keeping import KEEP_DAYS, PhotoKeeping
from sync.photos import PhotoQueue
from sync.references import ReferenceQueue

_POLL_S = 5.0
_JOIN_S = 2.0
_PATIENCE = Backoff()
_log = logging.getLogger(__name__)


class Courier:
    """Starts, wakes and stops the thread; every change of its state goes to `post`, called in that thread."""

    def __init__(
        self,
        client: Client,
        site: str,
        journal: Path,
        copy: Path,
        photos: PhotoStore,
        references: PhotoStore,
        post: Callable[[SyncStatus], None],
        *,
        backoff: Backoff = _PATIENCE,
        poll_s: float = _POLL_S,
        keep_photos_days: int = KEEP_DAYS,
    ) -> None:
        self._client = client
        self._site = site
        self._journal = journal
        self._copy = copy
        self._photos = photos
        self._references = references
        self._post = post
        self._backoff = backoff
        self._poll_s = poll_s
        self._keep_photos_days = keep_photos_days
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
        if self._thread.ident is None:
            self._client.close()
        else:
            self._thread.join(_JOIN_S)
            if self._thread.is_alive():
                _log.error("the courier did not stop in %s s", _JOIN_S)

    def _run(self) -> None:
        """Work until stopped. A bug of ours must not end it silently: it is logged, shown, and tried again."""
        try:
            while not self._stop.is_set():
                try:
                    self._work()
                except Exception:  # noqa: BLE001 # top of thread
                    _log.exception("the courier failed")
                    self._post(SyncStatus(why="courier_fault"))
                    self._stop.wait(self._backoff.cap_s)
        finally:
            self._client.close()

    def _work(self) -> None:
        copy = LocalCopy.open(self._copy)
        try:
            epoch = backlog.epoch(self._journal)
            outbox = Outbox(self._client, copy, self._journal, epoch)
            keeping = PhotoKeeping(copy, self._journal, self._photos, epoch, self._keep_photos_days)
            photos = PhotoQueue(self._client, copy, self._journal, self._photos, epoch, keeping)
            mirror = Mirror(self._client, copy, self._site)
            references = ReferenceQueue(self._client, copy, self._references, self._site)
            errand = Errand(outbox, mirror, photos, references, Timing(self._backoff, self._poll_s))
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
