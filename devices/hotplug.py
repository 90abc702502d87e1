"""Notices that a configured device was plugged in, so that its driver need not sit out its pause.

Looks at names and links only and opens nothing; on Linux /dev/serial/by-id and its like are links that udev makes and
removes. A look at a few paths costs microseconds, so it is simply done again and again: that needs neither udev nor
inotify, and works on any folder.
"""

import os
import stat
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

LOOK_EVERY_S = 0.25

# What a path leads to: one entry for each name that fits it.
_Sight = tuple[tuple[object, ...], ...]


class Hotplug:
    """The thread that looks. `watched` are paths with what to call when something appears there.

    A path may be a pattern such as `/dev/hidraw*`, for devices that have no link of their own; addresses that are no
    path (`COM3`, `rfc2217://...`, `http://...`) are left alone. What is there when it is made is no news. The callback
    must not block: it is `Worker.nudge`.
    """

    def __init__(self, watched: Iterable[tuple[str, Callable[[], None]]], look_every_s: float = LOOK_EVERY_S) -> None:
        self._watched = [(path, wake) for path, wake in watched if path.startswith("/")]
        self._look_every_s = look_every_s
        self._seen = [_sight(path) for path, _ in self._watched]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="hotplug", daemon=True)

    def start(self) -> None:
        """Begin to look, unless there is nothing to look at."""
        if self._watched:
            self._thread.start()

    def stop(self) -> None:
        """End and join the thread; safe to call twice or before start."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _look_on(self) -> None:
        while not self._stop.wait(self._look_every_s):
            for place, (path, wake) in enumerate(self._watched):
                now = _sight(path)
                if set(now) - set(self._seen[place]):
                    wake()
                self._seen[place] = now


def _sight(pattern: str) -> _Sight:
    """What is there now; two sights differ when another device is there, or when it may only now be opened."""
    paths = [pattern] if os.path.lexists(pattern) else sorted(map(str, Path("/").glob(pattern[1:])))
    return tuple(_look(path) for path in paths)


def _look(path: str) -> tuple[object, ...]:
    try:
        link = os.lstat(path)
        # A device's own times change with use; a link's tell a quick replug that got the same number again.
        made = link.st_mtime_ns if stat.S_ISLNK(link.st_mode) else 0
        return (path, link.st_ino, link.st_rdev, made, os.path.realpath(path), os.access(path, os.R_OK | os.W_OK))
    except OSError:  # gone between the name and the look
        return (path,)
