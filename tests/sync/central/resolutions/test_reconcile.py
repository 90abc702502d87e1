"""From what benches push to what is asked for: changed while nothing is begun, annotated after, stopped in conflict."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from station.facts import Recorded, Undone
from station.inspecting.facts import PhotoTaken
from station.receiving.facts import ItemRelinked, LineMissing, SerialChecked
from station.records import Product, ReturnLine, ReturnOrder
from station.routing.facts import Graded, Routed
from sync.central import feed, rulings, tokens
from sync.central.intake import take_in
from sync.central.resolutions.derive import Ruling
from sync.central.resolutions.follow import follow
from sync.central.resolutions.reconcile import reconcile, rule
from sync.central.resolutions.rules import Book
from sync.central.resolutions.worker import work_one
from sync.central.simulators.payments import Payments
from sync.central.store import Store
from sync.central.tables import resolution, review, stored_photo
from tests.sync.central.resolutions.histories import START, Clock, Line, shipped, tell

BOOK = shipped()
NOW = "2026-11-20T08:00:00.000000Z"
RMA = "RMA-9"
ORDER = ReturnOrder(
    RMA,
    "Client",
    "O-9",
    (ReturnLine("1", Product("SKU", "T", "home", "Client", price_minor=9000, currency="USD"), reason="damaged"),),
)


class Site:
    """Benches that push what they find, and what the table of resolutions holds after."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.payments = Payments()
        self._pushed: dict[str, int] = {}
        tell(store, ORDER)

    def push(self, book: Any, station: str) -> None:
        first = self._pushed.get(station, 0) + 1
        take_in(self.store, station, "leeds", book.push(first), NOW)
        self._pushed[station] = book.journal.last_seq

    def follow(self) -> dict[str, tuple[str, int]]:
        follow(self.store, BOOK, START)
        return {row.kind: (row.state, row.amount_minor) for row in self.rows()}

    def rows(self) -> list[Any]:
        with self.store.reading() as connection:
            return list(connection.execute(select(resolution).order_by(resolution.c.kind)).all())

    def reviews(self, kind: str = "resolution") -> list[str]:
        with self.store.reading() as connection:
            return list(connection.execute(select(review.c.why).where(review.c.kind == kind)).scalars())

    def contradictions(self) -> list[tuple[str, str, list[tuple[Any, ...]]]]:
        """Those a supervisor at the site sees: the line, why, and what was decided and is so now."""
        with self.store.reading() as connection:
            listed = rulings.of_site(connection, "leeds", 10).reviews
        said = [(each, msgspec.json.decode(each.units)) for each in listed if each.kind == "contradiction"]
        return [(each.line, each.why, [tuple(unit.values()) for unit in units]) for each, units in said]

    def work(self) -> None:
        line = Line(self.payments, Clock(), 1, share=0)
        while work_one(self.store, BOOK, line, "w", Clock()) is not None:
            pass


def priced(minor: int) -> ReturnOrder:
    (line,) = ORDER.lines
    product = msgspec.structs.replace(line.product, price_minor=minor)
    return msgspec.structs.replace(ORDER, lines=(msgspec.structs.replace(line, product=product),))


def found(book: Any, letter: str = "A", serial: str = "") -> str:
    """One item of the order, inspected; returns the transaction of its inspection."""
    book.item(RMA, "1", serial)
    item = f"I-{book._count}"
    graded: list[Recorded] = [Graded(item, letter, letter, "works", "home@1"), Routed(item, "restock", "R", table="t")]
    return str(book.add(*graded))


@pytest.fixture
def site(store: Store) -> Site:
    return Site(store)


def test_asked_for_once_the_goods_are_graded(site: Site, book: Any) -> None:
    assert site.follow() == {}
    book.item(RMA, "1")
    site.push(book, "A01")
    assert site.follow() == {}
    book.add(Graded("I-1", "A", "A", "works", "home@1"), Routed("I-1", "restock", "R"))
    site.push(book, "A01")
    assert site.follow() == {"refund": ("requested", 9000)}
    # Nothing new: nothing happens, and the history says so.
    assert site.follow() == {"refund": ("requested", 9000)}
    assert [row.steps for row in site.rows()] == [1]
    site.work()
    assert site.follow() == {"refund": ("confirmed", 9000)}


def test_an_exchange_is_asked_for_as_many_as_came(site: Site, book: Any) -> None:
    (line,) = ORDER.lines
    two = msgspec.structs.replace(line, quantity=2, reason="too_small")
    tell(site.store, msgspec.structs.replace(ORDER, asked="exchange", lines=(two,)))
    found(book)
    book.add(LineMissing(f"P-{book._count}", RMA, "1", 1))
    site.push(book, "A01")
    assert site.follow() == {"exchange": ("requested", 0)}
    site.work()
    (row,) = site.rows()
    done = site.payments.find(row.id, None).body
    assert (row.state, row.quantity, done.quantity) == ("confirmed", 1, 1)


def test_what_was_taken_back_is_withdrawn_and_asked_for_again(site: Site, book: Any) -> None:
    txn = found(book)
    site.push(book, "A01")
    site.follow()
    book.add(Undone((txn,), "grade"))
    site.push(book, "A01")
    assert site.follow() == {"refund": ("withdrawn", 9000)}
    book.add(Graded("I-1", "C", "C", "works", "home@1"), Routed("I-1", "restock", "R"))
    site.push(book, "A01")
    assert site.follow() == {"refund": ("requested", 9000)}


def test_after_the_decision_facts_only_annotate(site: Site, book: Any) -> None:
    txn = found(book)
    site.push(book, "A01")
    site.follow()
    site.work()
    assert site.contradictions() == []
    book.add(Undone((txn,), "grade"))
    site.push(book, "A01")
    site.follow()
    site.work()
    (row,) = site.rows()
    assert (row.state, row.amount_minor) == ("confirmed", 9000)
    assert msgspec.json.decode(row.later) == {"instead": [], "stop": ""}
    assert list(site.payments.counts().values()) == [1]
    paid = ("decided", "refund", 9000, "USD", 1)
    assert site.contradictions() == [("1", "taken_back", [paid])]
    # Who saw it is not asked again, until it says something else; and it goes when it is so no more.
    seen = rulings.Decision("contradiction", RMA, "1", "noted", "Ana", "The parcel was lost again")
    assert rulings.rule(site.store, BOOK, "leeds", seen, "desk", START).then == "noted"
    tell(site.store, ORDER)
    site.follow()
    assert site.contradictions() == []
    tell(site.store, priced(4000))
    book.add(Graded("I-1", "A", "A", "works", "home@1"), Routed("I-1", "restock", "R", table="t"))
    site.push(book, "A01")
    site.follow()
    assert site.contradictions() == [("1", "decides_otherwise", [paid, ("now", "refund", 4000, "USD", 1)])]
    tell(site.store, ORDER)
    site.follow()
    assert site.contradictions() == []
    assert site.reviews("contradiction") == []
    (row,) = site.rows()
    assert row.later == ""


def test_other_rules_contradict_nothing_but_facts_do(site: Site, book: Any) -> None:
    txn = found(book)
    site.push(book, "A01")
    site.follow()
    site.work()
    every = msgspec.structs.replace(BOOK.every, version=BOOK.every.version + 1)
    person = msgspec.structs.replace(every, rules=every.rules[-1:])
    with site.store.writing() as connection:
        reconcile(connection, RMA, Book(person, {}, {}), START)
    assert site.contradictions() == []
    book.add(Undone((txn,), "grade"))
    site.push(book, "A01")
    follow(site.store, Book(every, {}, {}), START)
    assert [each[:2] for each in site.contradictions()] == [("1", "taken_back")]


@pytest.mark.parametrize("seen_first", [True, False])
def test_two_benches_on_one_line_move_no_money(site: Site, new_book: Callable[[], Any], seen_first: bool) -> None:
    """Also when the worker comes before anybody derived anew: the claim itself does."""
    one, two = new_book(), new_book()
    found(one)
    site.push(one, "A01")
    site.follow()
    found(two, "D")
    site.push(two, "B07")
    if seen_first:
        site.follow()
    site.work()
    assert site.follow() == {"refund": ("withdrawn", 9000)}
    assert site.reviews() == ["grades_differ"]
    assert site.payments.counts() == {}


def test_a_line_that_is_renamed_is_not_paid_twice(site: Site, book: Any) -> None:
    found(book)
    site.push(book, "A01")
    site.follow()
    site.work()
    (line,) = ORDER.lines
    tell(site.store, msgspec.structs.replace(ORDER, lines=(msgspec.structs.replace(line, line="01"),)))
    book.item(RMA, "01", "")
    name = f"I-{book._count}"
    book.add(Graded(name, "A", "A", "works", "home@1"), Routed(name, "restock", "R", table="t"))
    site.push(book, "A01")
    site.follow()
    site.work()
    assert [(row.line, row.state) for row in site.rows()] == [("1", "confirmed")]
    assert site.reviews() == ["line_renamed"]
    assert list(site.payments.counts().values()) == [1]


@pytest.mark.parametrize("seen_first", [True, False])
def test_a_unit_that_paid_for_one_order_pays_for_no_other_by_itself(site: Site, book: Any, seen_first: bool) -> None:
    tell(site.store, msgspec.structs.replace(ORDER, rma="RMA-8"))
    found(book)
    site.push(book, "A01")
    site.follow()
    if seen_first:
        site.work()
    book.add(ItemRelinked("I-1", "RMA-8", "1"))
    site.push(book, "A01")
    site.follow()
    site.work()
    if not seen_first:
        # What was asked for and not begun is taken back, and the unit counts where it belongs.
        assert {row.rma: row.state for row in site.rows()} == {RMA: "withdrawn", "RMA-8": "confirmed"}
        book.add(ItemRelinked("I-1", RMA, "1"))
        site.push(book, "A01")
        site.follow()
        site.work()
    paid, other = (RMA, "RMA-8") if seen_first else ("RMA-8", RMA)
    assert {row.rma for row in site.rows() if row.state == "confirmed"} == {paid}
    assert site.reviews() == ["counted_for_another"]
    with site.store.writing() as connection:
        listed, *more = sorted(rulings.of_site(connection, "leeds", 10).reviews, key=lambda each: each.rma != other)
        # What was paid has lost its goods.
        assert {(each.kind, each.rma) for each in more} == {("contradiction", paid)}
        assert (listed.kind, listed.rma, listed.line, listed.why) == ("resolution", other, "1", "counted_for_another")
        assert [each["counted_for"] for each in msgspec.json.decode(listed.units)] == [f"{paid} 1"]
        assert rulings.of_site(connection, "york", 10).reviews == ()
        assert rule(connection, other, "1", Ruling("refund", 500, "Ana", "Both were in the parcel"), BOOK, START)
    site.work()
    assert {row.rma: row.amount_minor for row in site.rows() if row.state == "confirmed"} == {paid: 9000, other: 500}
    assert list(site.payments.counts().values()) == [1, 1]


def test_goods_at_another_site_move_no_money_of_an_order_by_themselves(site: Site, book: Any) -> None:
    tokens.enrol(site.store, "A01", "york", NOW)
    found(book)
    site.push(book, "A01")
    assert site.follow() == {}
    assert site.reviews() == ["another_site"]


def test_a_withdrawn_order_asks_for_nothing(site: Site, book: Any) -> None:
    found(book)
    site.push(book, "A01")
    site.follow()
    with site.store.writing() as connection:
        feed.append(connection, "leeds", [feed.Change("order", RMA, None)])
    assert site.follow() == {"refund": ("withdrawn", 9000)}
    # The goods are here, and nobody was paid for them.
    assert site.contradictions() == [("1", "withdrawn", [("A01", "I-1")])]
    tell(site.store, ORDER)
    assert site.follow() == {"refund": ("requested", 9000)}
    assert site.contradictions() == []
    site.work()
    with site.store.writing() as connection:
        feed.append(connection, "leeds", [feed.Change("order", RMA, None)])
    assert site.follow() == {"refund": ("confirmed", 9000)}
    assert site.contradictions() == [("1", "withdrawn", [("decided", "refund", 9000, "USD", 1)])]


def test_an_order_that_cannot_be_read_stops_no_other(site: Site, new_book: Callable[[], Any]) -> None:
    book, other = new_book(), new_book()
    found(book)
    site.push(book, "A01")
    with site.store.writing() as connection:
        changes = [feed.Change("order", rma, b'{"rma":"RMA-1"}') for rma in ("RMA-1", RMA)]
        feed.append(connection, "leeds", changes)
    assert site.follow() == {}
    assert site.reviews() == ["order_unreadable"] * 2
    # Another bench finds a unit of it as well: what was declared is not known.
    found(other)
    site.push(other, "B02")
    tell(site.store, ORDER)
    assert site.follow() == {}
    assert sorted(site.reviews()) == ["beyond_quantity", "order_unreadable"]


def test_a_partial_refund_waits_for_the_photo_itself(site: Site, book: Any) -> None:
    change = msgspec.structs.replace(ORDER.lines[0], reason="changed_mind")
    tell(site.store, msgspec.structs.replace(ORDER, lines=(change,)))
    book.item(RMA, "1")
    taken: list[Recorded] = [PhotoTaken("I-1", "whole", "a" * 64, 9), SerialChecked("I-1", "S1", "same")]
    book.add(*taken, Graded("I-1", "C", "C", "works", "home@1"), Routed("I-1", "restock", "R"))
    site.push(book, "A01")
    assert site.follow() == {}
    assert site.reviews() == ["no_evidence"]
    assert follow(site.store, BOOK, START) == 0, "nothing new came"
    with site.store.writing() as connection:
        row = {"sha256": "a" * 64, "size": 9, "station": "A01", "received_at": NOW}
        connection.execute(insert(stored_photo), [row])
    assert site.follow() == {"refund": ("requested", 6300)}
    assert site.reviews() == []


def test_the_database_itself_refuses_a_second_one(site: Site, book: Any) -> None:
    found(book)
    site.push(book, "A01")
    site.follow()
    row = site.rows()[0]._asdict()
    for other in ({"id": "other"}, {"id": "other", "kind": "exchange"}):
        with pytest.raises(IntegrityError), site.store.writing() as connection:
            connection.execute(insert(resolution), [row | other])
