"""Lets many requests wait for a site's feed to move: one task and one query for all of them, and no thread each."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from sync.central.store import Store
from sync.central.tables import site_head

# How soon a change that another process committed is seen; this one's own are seen at once.
_EVERY_S = 0.2

Heads = Mapping[str, int]


def heads(store: Store) -> Heads:
    """Return the number of the newest record of each site's feed."""
    with store.reading() as connection:
        return {row.site: row.last for row in connection.execute(select(site_head))}


class Waiting:
    """Those who wait; everything here runs in the event loop's thread, but for reading the heads."""

    def __init__(self, read_heads: Callable[[], Heads]) -> None:
        self._read_heads = read_heads
        self._waiters: set[tuple[str, int, asyncio.Future[None]]] = set()
        self._changed = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._ended = False

    async def until_past(self, site: str, after: int, within_s: float) -> None:
        """Return when the site's feed has a record after number `after`, in `within_s` seconds at the latest."""
        if self._ended or within_s <= 0:
            return
        waiter = (site, after, asyncio.get_running_loop().create_future())
        self._waiters.add(waiter)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiter[2], within_s)
        finally:
            self._waiters.discard(waiter)

    def changed(self) -> None:
        """Look at once: this process committed something."""
        self._changed.set()

    def end(self) -> None:
        """Let everybody go now, and nobody wait any more."""
        self._ended = True
        self._let_go(lambda _site, _after: True)
        self._changed.set()

    async def _look(self) -> None:
        while self._waiters:
            self._changed.clear()
            try:
                newest = await run_in_threadpool(self._read_heads)
            except SQLAlchemyError:
                # Those who wait will find out by themselves, and answer for it.
                self._let_go(lambda _site, _after: True)
                return
            self._let_go(lambda site, after, newest=newest: newest.get(site, 0) > after)  # type: ignore[misc]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _EVERY_S)

    def _let_go(self, whom: Callable[[str, int], bool]) -> None:
        for site, after, waiter in list(self._waiters):
            if not waiter.done() and whom(site, after):
                waiter.set_result(None)
