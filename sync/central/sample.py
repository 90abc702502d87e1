"""Fills an empty central with the sample site, and lets its station in."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import func, select

from station import sample
from sync.central import feed, token_files, tokens
from sync.central.feed import Change
from sync.central.receipts import key_of
from sync.central.store import Store
from sync.central.tables import feed as feed_table

_ROWS_AT_ONCE = 5_000


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
    """See that the sample station has a token that works, at `token_files.token_file`."""
    if not token_files.token_file(data, sample.STATION).exists() or not tokens.is_enrolled(store, sample.STATION):
        token_files.leave(data, sample.STATION, tokens.enrol(store, sample.STATION, sample.SITE, now))


def records() -> Iterator[Change]:
    """Yield all that the sample site's feed begins with."""
    for person in sample.operators():
        yield Change("operator", person.badge, msgspec.json.encode(person))
    for bin_ in sample.bins():
        yield Change("bin", bin_.code, msgspec.json.encode(bin_))
    for product in sample.products():
        yield Change("product", product.sku, msgspec.json.encode(product))
    for recall in sample.recalls():
        yield Change("recall", recall.id, msgspec.json.encode(recall))
    for receipt in sample.receipts():
        yield Change("receipt", key_of(receipt), msgspec.json.encode(receipt))
    for order in sample.orders():
        yield Change("order", order.rma, msgspec.json.encode(order))
