"""The line that benches stand in when all come back at once, played in a time of its own: nobody starves in it."""

import asyncio
import random
import selectors
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from sync.central.admission import Admission
from sync.central.answers import RequestError

T = TypeVar("T")
# Of a body: there is room for sixty-four.
SIZE = 2**20


class _Hurried(selectors.SelectSelector):
    """Waits for nothing: what would be waited for is added to the time."""

    now_s = 1000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now_s += timeout or 0.0
        return []


def played(story: Callable[[Callable[[], float]], Coroutine[Any, Any, T]]) -> T:
    """Play a story whose clock jumps from one thing to the next: the same each time, however busy the computer is."""
    selector = _Hurried()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now_s  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(story(loop.time))
    finally:
        loop.close()


class Crowd:
    """Benches that each have pushes to send, and a database that takes `push_s` a push on each of its places."""

    def __init__(self, clock: Callable[[], float], push_s: float) -> None:
        self.clock = clock
        self.push_s = push_s
        self.admission = Admission(clock=clock)
        self.refused = Counter[str]()
        self.done_at: dict[str, float] = {}
        self.acked_s: list[float] = []
        self.most_inside = 0
        self._inside = 0

    async def bench(self, name: str, site: str, pushes: int) -> None:
        """Send what waits, coming again when told to, as a courier does."""
        while pushes:
            asked_at = self.clock()
            try:
                delay_s = await self._push(site)
            except RequestError as busy:
                self.refused[name] += 1
                # A courier comes a little later than it was told, never earlier.
                await asyncio.sleep(int(busy.headers["Retry-After"]) * random.uniform(1.0, 1.1))
                continue
            self.acked_s.append(self.clock() - asked_at)
            pushes -= 1
            await asyncio.sleep(delay_s)
        self.done_at[name] = self.clock()

    async def _push(self, site: str) -> float:
        async with self.admission.body(SIZE):
            self._inside += 1
            self.most_inside = max(self.most_inside, self._inside)
            try:
                async with self.admission.work(site, SIZE):
                    await asyncio.sleep(self.push_s)
                    return self.admission.delay_ms(site) / 1000
            finally:
                self._inside -= 1


@pytest.fixture(autouse=True)
def _dice() -> None:
    random.seed(5)


@pytest.mark.parametrize("push_s", [0.02, 0.2, 2.0])
def test_nobody_starves_and_no_place_stands_empty(push_s: float) -> None:
    """Benches of fifty sites, quick and slow databases: the last is done soon after the first could be."""

    async def story(clock: Callable[[], float]) -> Crowd:
        crowd = Crowd(clock, push_s)
        await asyncio.gather(*(crowd.bench(f"A{number}", f"S{number % 50}", 2) for number in range(300)))
        return crowd

    crowd = played(story)
    assert len(crowd.done_at) == 300
    ideal_s = 600 * push_s / 10
    took_s = max(crowd.done_at.values()) - 1000.0
    assert took_s < 2 * ideal_s + 60
    assert crowd.most_inside <= 64
    assert max(crowd.acked_s) < 10


def test_who_comes_when_told_is_let_in() -> None:
    """The time that is told is true: hardly any bench is sent away twice."""

    async def story(clock: Callable[[], float]) -> Crowd:
        crowd = Crowd(clock, 0.2)
        await asyncio.gather(*(crowd.bench(f"B{number}", f"S{number % 50}", 3) for number in range(60)))
        crowd.refused.clear()  # it is known now how long a push takes
        await asyncio.gather(*(crowd.bench(f"A{number}", f"S{number % 50}", 1) for number in range(300)))
        return crowd

    refused = played(story).refused
    assert sum(1 for times in refused.values() if times > 1) < 10


def test_a_small_site_is_not_held_up_by_a_large_one() -> None:
    async def story(clock: Callable[[], float]) -> Crowd:
        crowd = Crowd(clock, 0.2)
        large = [crowd.bench(f"L{number}", "large", 5) for number in range(100)]
        small = [crowd.bench(f"S{number}", f"small {number}", 5) for number in range(5)]
        await asyncio.gather(*large, *small)
        return crowd

    crowd = played(story)
    last_small_s = max(at for name, at in crowd.done_at.items() if name.startswith("S")) - 1000
    # As if nobody else were there: five pushes one after the other.
    assert last_small_s < 2.0
    assert max(crowd.done_at.values()) - 1000 < 1.5 * 100 * 5 * 0.2 + 30


def test_central_that_was_slow_is_seen_to_be_quick_again() -> None:
    async def story(clock: Callable[[], float]) -> tuple[float, float]:
        crowd = Crowd(clock, 20.0)
        await asyncio.gather(*(crowd.bench(f"A{number}", f"S{number}", 3) for number in range(40)))
        crowd.push_s = 0.02
        began = clock()
        await asyncio.gather(*(crowd.bench(f"B{number}", f"S{number % 50}", 20) for number in range(400)))
        return began, clock()

    began, ended = played(story)
    assert ended - began < 60
