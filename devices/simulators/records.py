"""A device file as a FIFO: each write is one record, and it goes away and comes back as a plugged device does."""

import fcntl
import os
import select
from pathlib import Path

WRITE_WITHIN_S = 1.0


class RecordFile:
    """A FIFO at a path that is there only while plugged in. Writes while unplugged do nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self.plug()

    @property
    def address(self) -> str:
        """What a driver opens."""
        return str(self._path)

    def write(self, record: bytes) -> None:
        """Hand one record to the driver; what nobody reads is lost once the pipe is full, as in the kernel."""
        if self._handle >= 0 and select.select([], [self._handle], [], WRITE_WITHIN_S)[1]:
            os.write(self._handle, record)

    def unplug(self) -> None:
        """The file disappears, and whoever has it open reads its end."""
        if self._handle >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1

    def plug(self) -> None:
        """A new file at the same path."""
        if self._handle >= 0:
            return
        self._path.unlink(missing_ok=True)
        os.mkfifo(self._path)
        # Open for both directions, so that it does not wait for a reader; in packets, so that a record stays one.
        self._handle = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.fcntl(self._handle, fcntl.F_SETFL, os.O_NONBLOCK | os.O_DIRECT)
