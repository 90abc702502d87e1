"""Makes sure that one process at a time owns a data folder: a lock file that the system frees when the
process ends.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station.errors import JournalBusy

LOCK_FILE = "station.lock"

# Windows locks bytes, and a locked byte cannot be read: so the lock lies far behind the number.
_LOCKED_BYTE = 1 << 20
_ASK_AGAIN_S = 0.02


class Ownership:
    """The lock on a data folder, held from `take` until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> "Ownership":
        """Take the lock file at `path` and write our process id into it; JournalBusy has the owner's."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor)
        except OSError:
            text = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise JournalBusy(int(text) if text.isdecimal() else 0) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, b"%d\n" % os.getpid())
        return cls(descriptor)

    def release(self) -> None:
        """Free the folder. The file stays: removing it could free a lock that someone else just took."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, waiting for whoever holds it: for what is done in a moment."""
    while True:
        try:
            held = Ownership.take(path)
            break
        except JournalBusy:
            time.sleep(_ASK_AGAIN_S)
    try:
        yield
    finally:
        held.release()


def check_free(folder: Path) -> None:
    """Raise JournalBusy when a station works on the folder: before devices or a central are begun beside its own."""
    folder.mkdir(parents=True, exist_ok=True)
    Ownership.take(folder / LOCK_FILE).release()


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
