"""Looks codes up in a thread of its own, so that the screen never waits for what a bench received years ago."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from station.errors import JournalError
from station.search.found import Found

Seek = Callable[[str, Collection[str] | None], Found]


@dataclass(frozen=True, slots=True)
class Searched:
    """A search is over: `found` is what `text` stands for, None when the past could not be read."""

    text: str
    found: Found | None


class Finder:
    """One thread: codes are looked up one by one. `post` brings what was found to the screen's thread."""

    def __init__(self, post: Callable[[object], None], seek: Seek) -> None:
        self._post, self._seek = post, seek
        self._pool = ThreadPoolExecutor(1, "search")

    def want(self, text: str, badges: Collection[str] | None) -> None:
        """Look a code up; `Searched` is posted when it is done. Hours are told of these badges only, or of all."""
        self._pool.submit(self._find, text, badges)

    def close(self) -> None:
        """Look nothing more up; returns when the thread has ended."""
        self._pool.shutdown(cancel_futures=True)

    def _find(self, text: str, badges: Collection[str] | None) -> None:
        self._post(searched(self._seek, text, badges))


def searched(seek: Seek, text: str, badges: Collection[str] | None = None) -> Searched:
    """Return what a search gives; what the disk does not give back is said, and stops nobody's work."""
    try:
        return Searched(text, seek(text, badges))
    except (JournalError, OSError):
        return Searched(text, None)
