"""Reviews at the doors: a supervisor's system sees what is open, decides it once, and benches hear of it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uuid_utils
from sqlalchemy import select

from station.moments import utc
from station.records import Product, ReturnLine, ReturnOrder, Ruled
from sync.central import feed, integrators, pattern_commands, returns, tokens
from sync.central.feed import Change
from sync.central.intake import take_in
from sync.central.photos import open_shelf
from sync.central.resolutions import books
from sync.central.resolutions.follow import follow
from sync.central.rulings import count_open
from sync.central.service import Service
from sync.central.store import Store
from sync.central.tables import resolution, review_ruling
from sync.central.web import make_app
from tests.conftest import HUNG_S
from tests.sync.central.resolutions.histories import START, shipped

NOW = utc(START)


class Desk:
    """A supervisor's system of a site of its own, and the benches there."""

    def __init__(self, store: Store, data: Path, new_book: Callable[[], Any]) -> None:
        self.store = store
        self.site = f"site-{uuid_utils.uuid7().hex[-12:]}"
        self.rma = f"RMA-{self.site}"
        self._new_book = new_book
        self._app = make_app(
            Service(store, "test"), open_shelf("memory:", data, store), pattern_commands.read(data), books.read(data)
        )
        self.token = integrators.admit(store, "desk", self.site, NOW, ["resolutions"])

    def ask(self, method: str, path: str, said: Any = None, token: str = "", site: str = "") -> httpx.Response:
        url = f"/v1/sites/{site or self.site}/reviews{path}"

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            headers = {"Authorization": f"Bearer {token or self.token}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://central", headers=headers) as http:
                return await http.request(method, url, json=said)

        return asyncio.run(run())

    def open(self) -> list[tuple[str, str, str]]:
        return [(each["kind"], each["line"], each["why"]) for each in self.ask("GET", "").json()["reviews"]]

    def rule(self, kind_: str, line_: str, then_: str, **more: Any) -> httpx.Response:
        said = {"kind": kind_, "rma": self.rma, "line": line_, "then": then_, "by": "Ana", "why": "I looked at both"}
        return self.ask("POST", "/rule", said | more)

    def expect(self) -> None:
        """Tell of an order of one unit."""
        product = Product("TB-TS-M", "Tee", "apparel", "Tallowby", price_minor=1900, currency="USD")
        order = ReturnOrder(self.rma, "Tallowby", f"O-{self.rma}", (ReturnLine("1", product),))
        with self.store.writing() as connection:
            feed.append(connection, self.site, [Change("order", self.rma, msgspec.json.encode(order))])

    def say(self, what: Callable[[Any], None]) -> str:
        """Have a new bench say something."""
        station, book = f"S{uuid_utils.uuid7().hex[-10:]}", self._new_book()
        tokens.enrol(self.store, station, self.site, NOW)
        what(book)
        take_in(self.store, station, self.site, book.push(), NOW)
        follow(self.store, shipped(), START)
        return station

    def heard(self) -> list[Ruled]:
        with self.store.reading() as connection:
            records = feed.every(connection, self.site, "ruling")
        return [msgspec.json.decode(each.body, type=Ruled) for each in records]


@pytest.fixture
def desk(shared_store: Store, tmp_path: Path, new_book: Callable[[], Any]) -> Desk:
    made = Desk(shared_store, tmp_path, new_book)
    made.expect()
    return made


BOTH = [("duplicate_receipt", "1", "same_serial"), ("resolution", "1", "same_serial")]


def test_a_line_two_benches_received_is_decided_paid_for_and_told(desk: Desk) -> None:
    for _ in range(2):
        desk.say(lambda book: book.item(desk.rma, serial="SN-1"))
    assert sorted(desk.open()) == BOTH
    with desk.store.reading() as connection:
        before = count_open(connection)
    beyond = desk.rule("resolution", "1", "refund", minor=1901)
    assert (beyond.status_code, beyond.json()["error"]) == (422, "beyond_price")
    made = desk.rule("resolution", "1", "refund", minor=1500)
    assert (made.status_code, made.json()["by"]) == (200, "Ana (desk)")
    assert desk.rule("resolution", "1", "refund", minor=1500).json() == made.json(), "twice is once"
    assert desk.rule("resolution", "1", "refund", minor=1900).json()["error"] == "decided"
    assert desk.rule("duplicate_receipt", "1", "noted").status_code == 200
    assert desk.open() == []
    with desk.store.reading() as connection:
        query = select(resolution.c.kind, resolution.c.amount_minor, resolution.c.state)
        asked = connection.execute(query.where(resolution.c.rma == desk.rma)).all()
        kept = connection.execute(select(review_ruling).where(review_ruling.c.rma == desk.rma)).all()
        assert before - count_open(connection) == 2
    assert [tuple(each) for each in asked] == [("refund", 1500, "requested")]
    assert sorted((each.kind, each.then, each.by, each.why) for each in kept) == [
        ("duplicate_receipt", "noted", "Ana (desk)", "I looked at both"),
        ("resolution", "refund", "Ana (desk)", "I looked at both"),
    ]
    assert [(each.kind, each.then) for each in desk.heard()] == [
        ("resolution", "refund"),
        ("duplicate_receipt", "noted"),
    ]


def test_a_review_that_says_something_new_is_open_again(desk: Desk) -> None:
    for _ in range(2):
        desk.say(lambda book: book.item(desk.rma))
    assert desk.rule("duplicate_receipt", "1", "noted").status_code == 200
    assert ("duplicate_receipt", "1", "beyond_quantity") not in desk.open()
    desk.say(lambda book: book.item(desk.rma))
    assert ("duplicate_receipt", "1", "beyond_quantity") in desk.open()
    again = desk.rule("duplicate_receipt", "1", "noted", why="Three by now")
    assert (again.status_code, len(desk.heard())) == (200, 2)
    assert ("duplicate_receipt", "1", "beyond_quantity") not in desk.open()


def test_a_blind_parcel_is_put_to_its_order(desk: Desk) -> None:
    code = f"T-{desk.site}"
    blind = desk.say(lambda book: book.add(book.arrival(code)))
    desk.say(lambda book: book.add(book.arrival(code, desk.rma)))
    assert desk.open() == [("merge_suggestion", code, "same_tracking")]
    assert desk.rule("merge_suggestion", code, "together").status_code == 200
    assert desk.open() == []
    with desk.store.reading() as connection:
        record = returns.record(connection, desk.rma)
    assert record is not None
    assert blind in {each["station"] for each in record["parcels"]}


def test_parcels_without_an_order_are_shown_to_the_site_of_their_bench(desk: Desk) -> None:
    code = f"T-{desk.site}"
    for _ in range(2):
        desk.say(lambda book: book.add(book.arrival(code)))
    assert desk.open() == [("merge_suggestion", code, "same_tracking")]
    york = integrators.admit(desk.store, "desk", f"york-{desk.site}", NOW, ["resolutions"])
    assert desk.ask("GET", "", token=york, site=f"york-{desk.site}").json() == {"reviews": []}
    assert desk.rule("merge_suggestion", code, "apart", rma="").status_code == 200
    assert desk.open() == []


WRONG: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (404, "no_review", {"line": "2"}),
    (404, "no_review", {"rma": "RMA-of-nobody"}),
    (422, "not_for_this", {"then": "together"}),
    (422, "not_for_this", {"then": "refund"}),
    (422, "not_for_this", {"then": "nothing", "minor": 5}),
    (400, "malformed", {"then": "person"}),
    (400, "malformed", {"by": ""}),
    (400, "malformed", {"kind": "any"}),
    (400, "malformed", {"line": "\0"}),
    (400, "malformed", {"minor": -1}),
)


def test_what_cannot_be_decided_is_named(desk: Desk) -> None:
    for status, word, said in WRONG:
        answer = desk.rule("resolution", "1", "nothing", **said)
        assert (answer.status_code, answer.json()["error"]) == (status, word), said
    assert desk.heard() == []


def test_another_site_decides_nothing(desk: Desk) -> None:
    for _ in range(2):
        desk.say(lambda book: book.item(desk.rma, serial="SN-1"))
    york = f"york-{desk.site}"
    token = integrators.admit(desk.store, "desk", york, NOW, ["resolutions"])
    said = {"kind": "resolution", "rma": desk.rma, "line": "1", "then": "nothing", "by": "Y", "why": "W"}
    assert desk.ask("POST", "/rule", said, token, york).json()["error"] == "no_review"
    assert desk.ask("POST", "/rule", said, token).status_code == 403
    assert sorted(desk.open()) == BOTH


def test_of_two_who_decide_at_once_one_does(desk: Desk) -> None:
    for _ in range(2):
        desk.say(lambda book: book.item(desk.rma, serial="SN-1"))
    together = threading.Barrier(4, timeout=HUNG_S)

    def decide(minor: int) -> int:
        together.wait()
        return desk.rule("resolution", "1", "refund", minor=minor).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(decide, [1500, 1500, 1900, 1900])) == [200, 200, 409, 409]
    assert len(desk.heard()) == 1
