"""What the doors of one running service share: the database, who waits, who is let in, what is counted."""

import threading

from sync.central import waiting
from sync.central.admission import Admission
from sync.central.callers import Stations
from sync.central.heard import Heard
from sync.central.metrics import Metrics
from sync.central.store import Store
from sync.central.waiting import Waiting


class Service:
    """Made once for each process; `drain` is called in the event loop's thread.

    `is_private`: nobody but this computer can call, so what is counted is told without a token.
    """

    def __init__(self, store: Store, version: str, *, is_private: bool = False) -> None:
        self.store = store
        self.is_private = is_private
        self.version = version
        self.metrics = Metrics(store)
        self.admission = Admission()
        self.waiting = Waiting(lambda: waiting.heads(store))
        self.heard = Heard(store)
        self.stations = Stations(store, self.heard)
        self.stopping = threading.Event()

    @property
    def is_draining(self) -> bool:
        """Whether this process is about to stop."""
        return self.stopping.is_set()

    def drain(self) -> None:
        """Stop soon: be not ready from now on, leave off daily care, and let go at once whoever waits for news."""
        self.stopping.set()
        self.waiting.end()
