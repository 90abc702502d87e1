"""Lets in as many pushes as the database can work on: a few at a time, two of a site, and asks the others to wait.

A push takes a place before its body is read, so that a thousand benches that come back at once cost no memory.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sync.central.answers import RequestError

# Below the 15 connections of the pool, so that pulls find one while pushes are at work.
_AT_WORK = 10
# Pushes of one site wait for each other in the database anyway: its feed is numbered by a locked counter.
_AT_A_SITE = 2
# Bodies in memory, whole or in part, at most 4 MiB each and mostly 100 KiB.
_BODIES = 64
_PATIENCE_S = 5.0
_LONGEST_DELAY_S = 30
# How many more refused in the last seconds make the next one wait a second longer: what pushes take, about.
_REFUSED_A_SECOND = 16
_REMEMBERED_S = 2.0


class Admission:
    """The places there are, and who waits for one; used in the event loop's thread alone."""

    def __init__(
        self,
        bodies: int = _BODIES,
        at_work: int = _AT_WORK,
        at_a_site: int = _AT_A_SITE,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._bodies = bodies
        self._at_a_site = at_a_site
        self._patience_s = patience_s
        self._inside = 0
        self._at_work = asyncio.Semaphore(at_work)
        self._sites: dict[str, tuple[asyncio.Semaphore, int]] = {}
        self._refused = 0
        self._refused_since = 0.0

    @asynccontextmanager
    async def body(self) -> AsyncIterator[None]:
        """Hold a place while a body is read and worked on; raises RequestError (429) when none is free."""
        if self._inside >= self._bodies:
            raise self._busy()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def work(self, site: str) -> AsyncIterator[None]:
        """Hold a place at the database, waiting for it a while; raises RequestError (429) when that was in vain."""
        places, users = self._sites.get(site, (asyncio.Semaphore(self._at_a_site), 0))
        self._sites[site] = places, users + 1
        held: list[asyncio.Semaphore] = []
        try:
            try:
                async with asyncio.timeout(self._patience_s):
                    for each in (places, self._at_work):
                        await each.acquire()
                        held.append(each)
            except TimeoutError as error:
                raise self._busy() from error
            yield
        finally:
            for each in held:
                each.release()
            users = self._sites[site][1] - 1
            if users:
                self._sites[site] = places, users
            else:
                del self._sites[site]

    def delay_ms(self) -> int:
        """Return how long the bench that is just answered shall wait before it comes again: 0 while there is room."""
        crowd = self._inside + self._refused_lately()
        if 2 * crowd <= self._bodies:
            return 0
        return random.randint(0, 1000 * min(_LONGEST_DELAY_S, 1 + crowd // _REFUSED_A_SECOND))

    def _busy(self) -> RequestError:
        """Benches that came together must not come together again: each is told another time."""
        self._refused = self._refused_lately() + 1
        longest = min(_LONGEST_DELAY_S, 2 + self._refused // _REFUSED_A_SECOND)
        return RequestError(
            429, "busy", "too many at once: come again later", Retry_After=str(random.randint(1, longest))
        )

    def _refused_lately(self) -> int:
        now = time.monotonic()
        if now - self._refused_since > _REMEMBERED_S:
            self._refused, self._refused_since = 0, now
        return self._refused
