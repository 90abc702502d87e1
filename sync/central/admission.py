"""Lets in as many pushes as the database can work on: a few at a time, two of a site, and asks the others to wait.

A push takes a place before its body is read, so that a thousand benches that come back at once cost no memory.
"""

import asyncio
import math
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
_LONGEST_DELAY_S = 30.0
# What a push takes, about, before any was seen; and the bounds of what is learnt from those that were.
_EACH_S, _SHORTEST_S, _LONGEST_S = 1 / 16, 0.002, 1.0
_LEARN = 0.1


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
        self._places = at_work
        self._each_s = _EACH_S
        self._ended_at = 0.0
        self._next_at = 0.0

    @asynccontextmanager
    async def body(self) -> AsyncIterator[None]:
        """Hold a place while a body is read and worked on; raises RequestError (429) when none is free.

        Nor is one free when those before it take longer than patience lasts: its body would be read in vain.
        """
        if self._inside >= min(self._bodies, max(self._places, self._patience_s / self._each_s)):
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
            self._learn()
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
        if 2 * self._inside <= self._bodies and self._next_at <= time.monotonic():
            return 0
        return int(1000 * self._turn_s())

    def _busy(self) -> RequestError:
        """Benches that came together must not come together again: each is told another time."""
        return RequestError(
            429, "busy", "too many at once: come again later", Retry_After=str(math.ceil(self._turn_s()))
        )

    def _turn_s(self) -> float:
        """Return in how many seconds (above 0) it is the turn of one more, as if all who wait stood in line.

        So as many come as are worked on, however many wait. Counting who was refused lately would tell a slow central's
        benches to come sooner: it gets to refuse fewer of them, and has no time left for what it is there for.
        """
        now = time.monotonic()
        self._next_at = max(self._next_at, now + self._inside * self._each_s) + self._each_s
        if self._next_at - now <= _LONGEST_DELAY_S:
            return self._next_at - now
        self._next_at = now + _LONGEST_DELAY_S
        return random.uniform(_LONGEST_DELAY_S / 2, _LONGEST_DELAY_S)

    def _learn(self) -> None:
        """Learn from the end of a push how far apart they end while there is a crowd."""
        now = time.monotonic()
        if self._inside > self._places:
            apart_s = min(_LONGEST_S, max(_SHORTEST_S, now - self._ended_at))
            self._each_s += _LEARN * (apart_s - self._each_s)
        self._ended_at = now
