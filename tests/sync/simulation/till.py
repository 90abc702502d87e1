"""Who pays in a history: central's real worker, which is killed anywhere, and a made-up provider that lies (I3)."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from sync.central.resolutions.follow import follow
from sync.central.resolutions.provider import Declined, Execution, Order
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import Payments
from sync.central.store import Store
from sync.central.tables import resolution
from tests.sync.central.resolutions.histories import POINTS, Line, shipped

# The worst weather there is breaks so many of a hundred requests to the provider.
_WORST = 60
# A person looks at one; the others are done, or were taken back before anything was sent.
_ENDED = ("confirmed", "needs_person", "withdrawn", "closed")


class Killed(BaseException):
    """The worker is gone, in the middle of it."""


class Purse(Line):
    """The line to the provider, which knows what each id was for. The provider outlives every central put back."""

    meant: dict[str, tuple[str, str, str]]

    def send(self, order: Order) -> Execution | Declined:
        self.meant[order.id] = (order.rma, order.line, order.kind)
        return super().send(order)


class Till:
    """Central's worker, the provider, and their dice."""

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self._now = now
        self._dice = random.Random(seed)
        self._book = shipped()
        self._payments = Payments()
        self._purse = Purse(self._payments, now, seed + 1)  # type: ignore[arg-type]
        self._purse.meant = {}

    def work(self, store: Store, trouble: float) -> list[str]:
        """Derive what is due and bring some of it on; return the states that were reached."""
        self._purse.share = int(_WORST * trouble)
        follow(store, self._book, self._now())
        reached = []
        for _ in range(20):
            point = self._dice.choice((*POINTS, *("",) * 6)) if trouble else ""
            try:
                state = work_one(store, self._book, self._purse, f"w{self._dice.random()}", self._now, _killer(point))
            except Killed:
                reached.append("killed")
                continue
            if state is None:
                break
            reached.append(state)
        return reached

    def problems(self, store: Store) -> list[str]:
        """Return in words what was paid twice, or not at all."""
        times: Counter[tuple[str, str, str]] = Counter()
        for id_, count in self._payments.counts().items():
            times[self._purse.meant[id_]] += count
        found = [f"I3 {what} was carried out {count} times" for what, count in sorted(times.items()) if count > 1]
        with store.reading() as connection:
            for row in connection.execute(select(resolution).order_by(resolution.c.id)):
                what = (row.rma, row.line, row.kind)
                if row.state not in _ENDED:
                    found.append(f"I3 {what} is {row.state} though the provider answers")
                if row.state == "confirmed" and times[what] != 1:
                    found.append(f"I3 {what} is confirmed, and was carried out {times[what]} times")
        return found

    @property
    def count(self) -> int:
        """How many payments were made."""
        return sum(self._payments.counts().values())


def _killer(point: str) -> Callable[[str], None]:
    def passed(reached: str) -> None:
        if reached == point:
            raise Killed

    return passed
