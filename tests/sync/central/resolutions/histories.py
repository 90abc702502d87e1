"""Seeded histories of workers that crash and a provider that lies, on real tables with a clock of their own."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import select

from resources import find
from station.records import Product, ReturnLine, ReturnOrder
from sync.central import feed
from sync.central.resolutions.follow import follow
from sync.central.resolutions.provider import Declined, Execution, Order, Uncertain
from sync.central.resolutions.rules import Book, book_of
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import FAULTS, Answer, Fault, Payments
from sync.central.store import Store
from sync.central.tables import resolution

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
POINTS = ("claimed", "looked_up", "marked", "sent")


class Crash(BaseException):
    """The worker is gone, in the middle of it."""


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Line:
    """The port on a book of payments in this process; `faults` as the seed has them, none once it is healed."""

    def __init__(self, payments: Payments, clock: Clock, seed: int, share: int = 40) -> None:
        self.payments = payments
        self.share = share
        self._clock = clock
        self._random = random.Random(seed)

    def find(self, id_: str) -> Execution | None:
        answer = self.payments.find(id_, self._fault())
        if answer.status == 404:
            return None
        return self._execution(answer)

    def send(self, order: Order) -> Execution | Declined:
        answer = self.payments.execute(order, self._key(order), self._clock(), self._fault())
        return Declined("no", "") if answer.status in (400, 422) else self._execution(answer)

    def _key(self, order: Order) -> str:
        return order.id

    def _execution(self, answer: Answer) -> Execution:
        if answer.status != 200:
            raise Uncertain(f"HTTP {answer.status}")
        return answer.body

    def _fault(self) -> Fault | None:
        return self._random.choice(FAULTS) if self._random.randrange(100) < self.share else None


class BlindLine(Line):
    """The mutation: nothing is ever looked up."""

    def find(self, id_: str) -> Execution | None:
        return None


class KeylessLine(BlindLine):
    """Nothing is looked up, and each request has a key of its own."""

    def _key(self, order: Order) -> str:
        return f"{order.id}/{self._random.random()}"


def shipped() -> Book:
    return book_of({name: find.read(name) for name in find.names("resolutions")})


def cheap(rma: str, price_minor: int = 1900) -> ReturnOrder:
    """An order of Tallowby's that its rules refund at once, and leave with the customer."""
    product = Product("TB-TS-M", "Tee", "apparel", "Tallowby", price_minor=price_minor, currency="USD")
    return ReturnOrder(rma, "Tallowby", f"O-{rma}", (ReturnLine("1", product, reason="damaged"),))


def tell(store: Store, *orders: ReturnOrder) -> None:
    with store.writing() as connection:
        feed.append(connection, "leeds", [feed.Change("order", each.rma, msgspec.json.encode(each)) for each in orders])


def play(store: Store, seed: int, count: int, kind: type[Line] = Line) -> tuple[Payments, dict[str, str]]:
    """Play one history to its end: `count` orders, crashes at every point, 30 hours with faults and then a day without.

    Return what the provider did, and the state of each resolution by its id.
    """
    chance = random.Random(seed)
    clock, book, payments = Clock(), shipped(), Payments()
    line = kind(payments, clock, seed + 1)
    tell(store, *(cheap(f"RMA-{seed}-{each}") for each in range(count)))
    follow(store, book, clock.now)
    end = START + timedelta(hours=30)
    while clock.now < end:
        _work(store, book, line, clock, f"w{chance.random()}", _crasher(chance))
        clock.now += timedelta(minutes=chance.choice((0, 0, 0, 6, 30, 60)))
    line.share = 0
    for _ in range(24):
        while _work(store, book, line, clock, "last", lambda point: None):
            pass
        clock.now += timedelta(hours=1)
    with store.reading() as connection:
        return payments, {row.id: row.state for row in connection.execute(select(resolution))}


def _work(store: Store, book: Book, line: Line, clock: Clock, token: str, passed: Callable[[str], None]) -> bool:
    try:
        return work_one(store, book, line, token, clock, passed) is not None
    except Crash:
        return True


def _crasher(chance: random.Random) -> Callable[[str], None]:
    point = chance.choice((*POINTS, "", "", "", ""))

    def passed(reached: str) -> None:
        if reached == point:
            raise Crash

    return passed
