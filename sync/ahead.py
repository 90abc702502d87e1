"""Fetches the next page of the feed, and finds what it changes, while the one before it is being written: catching up
waits for neither.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import msgspec

from station.local_copy import row_of
from station.record_codes import Changes, changes
from sync.client import Client
from sync.errors import Refused, Unreachable
from sync.wire import FeedPage

_Asked = tuple[int, int]


class Fetched(NamedTuple):
    """A page, and what it changes."""

    page: FeedPage
    told: Changes


class Ahead:
    """One question on its way on a connection of its own; used by the courier's thread, `abort` by any.

    What fails here is nobody's trouble: it is not told, and the courier asks by itself.
    """

    def __init__(self, client: Client, site: str) -> None:
        self._client = client
        self._site = site
        # Its thread begins with the first question: a bench that is up to date has none.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="feed-ahead")
        self._asked: _Asked = (-1, 0)
        self._page: Future[Fetched] | None = None

    def ask(self, after: int, limit: int, mark: int = 0) -> None:
        """Have the page after record `after`, whose short mark is `mark`, 0 when unknown, fetched."""
        self._asked = (after, limit)
        self._page = self._thread.submit(self._fetched, after, limit, mark)

    def taken(self, after: int, limit: int) -> Fetched | None:
        """Return the page that was fetched, waiting for it; None when another was asked for, or it did not come."""
        page, self._page = self._page, None
        if page is None or self._asked != (after, limit):
            return None
        try:
            return page.result()
        except (Unreachable, Refused, msgspec.MsgspecError):
            return None

    def _fetched(self, after: int, limit: int, mark: int) -> Fetched:
        page = self._client.pull(self._site, after, limit, mark)
        return Fetched(page, changes(map(row_of, page.records)))

    def abort(self) -> None:
        """Break off what is under way."""
        self._client.abort()

    def close(self) -> None:
        """Break off and end."""
        self.abort()
        self._thread.shutdown()
        self._client.close()
