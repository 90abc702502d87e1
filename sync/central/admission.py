"""Lets in as many pushes as the database can work on: a few at a time, one of a site, and asks the others to wait.

A push takes a place before its body is read, so that a thousand benches that come back at once cost no memory.
"""

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from sync.central.answers import RequestError

# Below the 15 connections of the pool, so that pulls find one while pushes are at work.
_AT_WORK = 10
# Pushes of one site wait for each other in the database anyway: its feed is numbered by a locked counter. Here those
# that are small go together when their turn comes (`convoys`).
_AT_A_SITE = 1
# Bodies in memory, whole or in part: so many, and so many bytes in all. Who waits with a small one waits here rather
# than at its bench: it is there when its turn comes, however quick central turns out to be.
_BODIES = 1024
_BYTES = 64 * 1024 * 1024
# At most a quarter of them wait for one site: it has few places, and the others need not wait behind it.
_SHARE_OF_A_SITE = 4
_PATIENCE_S = 5.0
_LONGEST_DELAY_S = 30.0
# What a push takes, about, before any was seen; and the bounds of what is learnt from those that were.
_EACH_S, _SHORTEST_S, _LONGEST_S = 1 / 128, 0.002, 1.0
# Of so many pushes it is remembered how long after another each ended.
_REMEMBERED = 32


class _Line:
    """Who wants to be worked on in one place, where `at_once` are worked on at a time.

    `inside` of them were let in, with bodies of `bytes` in all. Times are seconds of `clock`.
    """

    def __init__(self, at_once: int, clock: Callable[[], float], each_s: float = _EACH_S) -> None:
        self.inside = 0
        self.bytes = 0
        self.places = asyncio.Semaphore(at_once)
        self.each_s = each_s
        self._apart_s = deque([each_s] * _REMEMBERED, _REMEMBERED)
        self._at_once = at_once
        self._clock = clock
        self._ahead = 0.0
        self._counted_at = 0.0
        # When the last of those will have come who were told when.
        self._all_come_at = 0.0
        # When the last push ended in this crowd: between crowds the time says nothing of how long a push takes.
        self._ended_at: float | None = None

    def has_room(self, size: int, most: float, most_bytes: float) -> bool:
        """Tell whether one more may come in. However large it is, it may when there is none but it."""
        return self.inside < most and (self.inside == 0 or self.bytes + size <= most_bytes)

    def is_half_full(self, most: float, most_bytes: float) -> bool:
        """Tell whether soon there will be no room."""
        return 2 * self.inside > most or 2 * self.bytes > most_bytes

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Be inside with a body of so many bytes."""
        self.inside += 1
        self.bytes += size
        try:
            yield
        finally:
            self.inside -= 1
            self.bytes -= size

    def is_waited_for(self) -> bool:
        """Tell whether some were told to come later whose turn has not come."""
        return self._still_ahead() > 0

    def turn_s(self) -> float:
        """Return in how many seconds (above 0) it is the turn of one more, as if all who wait stood in line.

        So as many come as are worked on, however many wait. Counting who was refused lately would tell a slow central's
        benches to come sooner: it gets to refuse fewer of them, and has no time left for what it is there for. Who is
        ahead is counted, not the time they need: they need less as soon as central is quicker. Where it became slower
        they come when they were told to all the same, and are inside or told anew by then: none counts twice.
        """
        self._ahead, self._counted_at = max(self._still_ahead(), self.inside) + 1, self._clock()
        turn_s = self._ahead * self.each_s
        if turn_s > _LONGEST_DELAY_S:
            self._ahead = _LONGEST_DELAY_S / self.each_s
            turn_s = random.uniform(_LONGEST_DELAY_S / 2, _LONGEST_DELAY_S)
        self._all_come_at = max(self._all_come_at, self._counted_at + turn_s)
        return turn_s

    def _still_ahead(self) -> float:
        now = self._clock()
        since = self._ahead - (now - self._counted_at) / self.each_s
        return max(0.0, min(since, (self._all_come_at - now) / self.each_s))

    def learn(self, took_s: float) -> None:
        """Learn from the end of a push that took so long how far apart they end while there is a crowd.

        A crowd is as many as are worked on at once: a slow central lets no more in, and must see that it is quick
        again. Without one only this is known: they end no farther apart than a push takes.
        """
        now = self._clock()
        is_crowd = self.inside >= self._at_once
        apart_s = now - self._ended_at if is_crowd and self._ended_at is not None else min(self.each_s, took_s)
        self._apart_s.append(min(apart_s, _LONGEST_S))
        # One long wait, as when a thousand connections are made at once, says nothing.
        usual_s = (sum(self._apart_s) - max(self._apart_s)) / (_REMEMBERED - 1)
        self.each_s = max(_SHORTEST_S, usual_s)
        self._ended_at = now if is_crowd else None


class Admission:
    """The places there are, and who waits for one; used in the event loop's thread alone.

    There is a line for all and one for each site: benches of a site with many do not make those of others wait.
    """

    def __init__(
        self,
        bodies: int = _BODIES,
        most_bytes: int = _BYTES,
        at_work: int = _AT_WORK,
        at_a_site: int = _AT_A_SITE,
        patience_s: float = _PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bodies = bodies
        self._most_bytes = most_bytes
        self._at_work = at_work
        self._at_a_site = at_a_site
        self._patience_s = patience_s
        self._clock = clock
        self._all = _Line(at_work, clock)
        # As many as there are sites: who asks was let in at one.
        self._sites: dict[str, _Line] = {}

    @asynccontextmanager
    async def body(self, size: int = 0) -> AsyncIterator[None]:
        """Hold a place while a body of at most `size` bytes is read and worked on; raises RequestError (429) when there
        is no room.

        Nor is there when those before it take longer than patience lasts: its body would be read in vain.
        """
        if not self._all.has_room(size, self._most(), self._most_bytes):
            raise _busy(self._all)
        with self._all.holding(size):
            yield

    @asynccontextmanager
    async def work(self, site: str, size: int = 0) -> AsyncIterator[None]:
        """Hold a place at the database, waiting for it a while; raises RequestError (429) when that was in vain.

        Nobody waits behind more of the same site, or of larger bodies, than its share.
        """
        line = self._line(site)
        if not line.has_room(size, self._share(), self._most_bytes / _SHARE_OF_A_SITE):
            raise _busy(line)
        with line.holding(size), ExitStack() as held:
            try:
                async with asyncio.timeout(self._patience_s):
                    for each in (line.places, self._all.places):
                        await each.acquire()
                        held.callback(each.release)
            except TimeoutError as error:
                raise _busy(line if line.places.locked() else self._all) from error
            began = self._clock()
            yield
            for each_line in (line, self._all):
                each_line.learn(self._clock() - began)

    def delay_ms(self, site: str) -> int:
        """Return how long the bench of a site that is just answered shall wait before it comes again: 0 while there is
        room.
        """
        line = self._line(site)
        room = ((line, self._share(), self._most_bytes / _SHARE_OF_A_SITE), (self._all, self._most(), self._most_bytes))
        full = [each for each, most, most_bytes in room if each.is_waited_for() or each.is_half_full(most, most_bytes)]
        return max((int(1000 * each.turn_s()) for each in full), default=0)

    def _line(self, site: str) -> _Line:
        if site not in self._sites:
            # As long as a push takes when as many are worked on as may be.
            each_s = self._all.each_s * self._at_work / self._at_a_site
            self._sites[site] = _Line(self._at_a_site, self._clock, each_s)
        return self._sites[site]

    def _most(self) -> float:
        """Return how many bodies there may be now."""
        return min(self._bodies, max(self._at_work, self._patience_s / self._all.each_s))

    def _share(self) -> float:
        """Return how many of a site may hold a body and wait now."""
        return max(2 * self._at_a_site, self._most() / _SHARE_OF_A_SITE)


def _busy(line: _Line) -> RequestError:
    """Benches that came together must not come together again: each is told another time."""
    return RequestError(429, "busy", "too many at once: come again later", Retry_After=str(math.ceil(line.turn_s())))
