"""Fills an empty central with the sample site: orders, products, people, bins, a receipt, and a token to speak with."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from resources import find
from station import sample
from station.records import Bin, Operator, OrderKind, Product, Receipt, ReturnLine, ReturnOrder
from sync.central import feed, tokens
from sync.central.feed import Change
from sync.central.receipts import key_of
from sync.central.store import Store
from sync.central.tables import feed as feed_table

_ROWS_AT_ONCE = 5_000


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line: str
    sku: str
    quantity: int = 1
    serials: tuple[str, ...] = ()
    reason: str = ""


class _Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rma: str
    client: str
    order: str
    lines: tuple[_Line, ...]
    kind: OrderKind = "return"
    asked: str = "refund"
    zip: str = ""
    trackings: tuple[str, ...] = ()


class _Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: tuple[_Order, ...]


class _Bins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bin: tuple[Bin, ...]


class _Receipts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    receipt: tuple[Receipt, ...]


def orders() -> tuple[ReturnOrder, ...]:
    """Return the sample's return orders; raises ValueError or LookupError for data that does not fit together."""
    articles = {product.sku: product for product in sample.products()}
    return tuple(_order(each, articles) for each in msgspec.convert(_toml("orders"), _Orders).order)


def load(store: Store, generated: int, seed: int) -> None:
    """Put the sample into central's feed, and `generated` made-up orders behind it; does nothing the second time."""
    with store.reading() as connection:
        count = select(func.count()).where(feed_table.c.site == sample.SITE)
        if connection.execute(count).scalar_one():
            return
    with store.writing() as connection:
        feed.append(connection, sample.SITE, list(records()))
        batch: list[Change] = []
        for order in sample.many_orders(generated, seed):
            batch.append(Change("order", order.rma, msgspec.json.encode(order)))
            if len(batch) == _ROWS_AT_ONCE:
                feed.append(connection, sample.SITE, batch)
                batch = []
        feed.append(connection, sample.SITE, batch)


def enrol_station(store: Store, data: Path, now: str) -> None:
    """See that the sample station has a token that works, at `tokens.token_file`."""
    if not tokens.token_file(data, sample.STATION).exists() or not tokens.is_enrolled(store, sample.STATION):
        tokens.leave(data, sample.STATION, tokens.enrol(store, sample.STATION, sample.SITE, now))


def bins() -> tuple[Bin, ...]:
    """Return the sample site's bins."""
    return msgspec.convert(_toml("bins"), _Bins).bin


def records() -> Iterator[Change]:
    """Yield all that the sample site's feed begins with."""
    for person in sample.people():
        operator = Operator(person.badge, person.name, person.role, person.pin_hash)
        yield Change("operator", operator.badge, msgspec.json.encode(operator))
    for bin_ in bins():
        yield Change("bin", bin_.code, msgspec.json.encode(bin_))
    for product in sample.products():
        yield Change("product", product.sku, msgspec.json.encode(product))
    for receipt in msgspec.convert(_toml("receipts"), _Receipts).receipt:
        yield Change("receipt", key_of(receipt), msgspec.json.encode(receipt))
    for order in orders():
        yield Change("order", order.rma, msgspec.json.encode(order))


def _order(written: _Order, articles: dict[str, Product]) -> ReturnOrder:
    lines = tuple(
        ReturnLine(line.line, articles[line.sku], line.quantity, line.serials, line.reason) for line in written.lines
    )
    return ReturnOrder(
        rma=written.rma,
        client=written.client,
        order=written.order,
        lines=lines,
        kind=written.kind,
        trackings=written.trackings,
        asked=written.asked,
        zip=written.zip,
    )


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads(find.read(f"sample/{name}.toml").decode())
