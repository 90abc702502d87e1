"""The courier: one thread that carries facts and photos to central and records back, for as long as the bench runs.

Its timer is its own: after a failure it tries again with no new input, until everything is through.
"""

import logging
import random
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from station.journal_errors import JournalError
from station.local_copy import LocalCopy
from station.network import addresses
from station.photos import PhotoStore
from station.retention import Keep
from station.sync_status import SyncStatus
from sync.ahead import Ahead
from sync.client import Client
from sync.clock import MACHINE
from sync.errand import PASSING, Disk, Errand, Heard, Timing, hindrance
from sync.listener import Listener
from sync.photo_keeping import KEEP_DAYS

_JOIN_S = 2.0
# How often the computer's own network is looked at while central is away.
_LOOK_S = 5.0
# How soon it is tried again to begin on a disk that is full, or a file that another program holds.
_ROOM_S = 5.0
_TIMING = Timing()
_KEEP = Keep()
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
        timing: Timing = _TIMING,
        keep_photos_days: int = KEEP_DAYS,
        keep_facts: Keep = _KEEP,
    ) -> None:
        self._client = client
        self._site = site
        self._copy = copy
        self._disk = Disk(journal, photos, references, keep_photos_days, keep_facts)
        self._post = post
        self._timing = timing
        self._hindered_by = ""
        self._listener = Listener(client.twin(), site, timing.backoff, self._hear)
        self._ahead = Ahead(client.twin(), site)
        self._wake = threading.Event()
        self._news = threading.Event()
        self._facts = threading.Event()
        self._retry = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier")

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there are new facts; from any thread."""
        self._facts.set()
        self._wake.set()

    def retry(self) -> None:
        """Try again now whatever failed, because a person wants it; from any thread."""
        self._retry.set()
        self._wake.set()

    @property
    def is_listening(self) -> bool:
        """Whether central tells of news by itself; else the courier looks every few seconds."""
        return self._listener.is_listening

    def _hear(self) -> None:
        """Take from the listener that central has news, or has fallen silent."""
        self._news.set()
        self._wake.set()

    def stop(self) -> None:
        """Break off what is under way and end; what was not confirmed goes again next time."""
        self._stop.set()
        self._wake.set()
        self._client.abort()
        self._ahead.abort()
        self._listener.abort()
        if self._thread.ident is None:
            self._client.close()
            self._ahead.close()
            self._listener.stop(_JOIN_S)
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
                except Exception as error:  # noqa: BLE001 # top of thread
                    why = self._fault(error)
                    self._post(SyncStatus(why=why))
                    self._stop.wait(self._timing.backoff.cap_s if why == "courier_fault" else _ROOM_S)
        finally:
            self._client.close()
            self._ahead.close()
            self._listener.stop(_JOIN_S)

    def _fault(self, error: Exception) -> str:
        """Log what ended the work, unless it did so before, and return what the bench shows of it."""
        if isinstance(error, (DBAPIError, OSError)):
            found = hindrance(error, self._copy)
        else:
            found = error if isinstance(error, JournalError) and error.code in PASSING else None
        if found is None:
            _log.error("the courier failed", exc_info=error)
            return "courier_fault"
        if found.code != self._hindered_by:
            _log.warning("the courier cannot begin: %s", found)
        self._hindered_by = found.code
        return found.code

    def _work(self) -> None:
        with closing(LocalCopy.open(self._copy)) as db:
            self._hindered_by = ""
            dice = random.Random()
            errand = Errand(self._site, db, self._client, self._disk, self._timing, MACHINE, dice, self._ahead)
            with closing(errand):
                self._run_errand(errand, db)

    def _run_errand(self, errand: Errand, db: LocalCopy) -> None:
        shown: SyncStatus | None = None
        while not self._stop.is_set():
            wait_s = errand.step(self._heard())
            if not self._stop.is_set() and errand.status != shown:
                shown = errand.status
                self._post(shown)
            if errand.status.online and not self._stop.is_set():
                self._listener.follow(db.cursor())
            self._rest(wait_s, is_online=errand.status.online)

    def _heard(self) -> Heard:
        """Take what was said since the last step."""
        self._wake.clear()
        said = {"facts": self._facts, "records": self._news, "retry": self._retry}
        heard = {name: flag.is_set() for name, flag in said.items()}
        for name, flag in said.items():
            if heard[name]:
                flag.clear()
        return Heard(**heard, is_told=self._listener.is_listening)

    def _rest(self, wait_s: float, *, is_online: bool) -> None:
        """Wait until something is due or said; while central is away, no longer than the network stays as it is."""
        before = frozenset() if is_online else addresses()
        while not self._wake.wait(wait_s if is_online else min(wait_s, _LOOK_S)):
            wait_s -= _LOOK_S
            if is_online or wait_s <= 0:
                return
            if addresses() - before:
                self._retry.set()
                return
