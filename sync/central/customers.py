"""Which customer, known by a pseudonym only, sent which return order: read from the orders in the feed, once each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from station.entries import Entry
from station.facts import (
    ExceptionRaised,
    ItemIdentified,
    ItemRelinked,
    ItemWeighed,
    ParcelArrived,
    SerialChecked,
    Undone,
    decode,
)
from station.schema import item
from sync.central.store import insert_once
from sync.central.tables import customer_mark, feed, journal, order_customer, parcel_order, site_head

_WITHDRAWN = b"null"
_AT_ONCE = 500
# A pseudonym: nothing that could be read as a name, an address or a mailbox.
_PSEUDONYM = re.compile(r"[A-Za-z0-9._~-]{6,64}", re.ASCII)
_TELLING = frozenset(
    kind.__name__
    for kind in (ParcelArrived, ItemIdentified, ItemRelinked, SerialChecked, ItemWeighed, ExceptionRaised, Undone)
)


class Customer(NamedTuple):
    """One customer of one client, by the pseudonym."""

    client: str
    customer: str


class _Named(msgspec.Struct, frozen=True):
    """Of a return order, who sent it."""

    client: str
    customer: str = ""


def is_behind(connection: Connection, site: str) -> bool:
    """Tell whether a site was told of orders since `catch_up`, or of so much else that looking costs too much."""
    head = connection.execute(select(site_head.c.last).where(site_head.c.site == site)).scalar() or 0
    mark = connection.execute(select(customer_mark.c.seq).where(customer_mark.c.site == site)).scalar() or 0
    if head - mark > _AT_ONCE:
        return True
    news = select(feed.c.seq).where(feed.c.site == site, feed.c.kind == "order", feed.c.seq > mark, feed.c.seq <= head)
    return connection.execute(news.limit(1)).first() is not None


def catch_up(connection: Connection, site: str) -> set[Customer]:
    """Read the next orders in a site's feed and return the customers about whom they say something new.

    Reads a few hundred at once: what is left comes with the next call.
    """
    insert_once(connection, customer_mark, [{"site": site, "seq": 0}])
    locked = select(customer_mark.c.seq).where(customer_mark.c.site == site).with_for_update()
    mark = connection.execute(locked).scalar_one()
    head = connection.execute(select(site_head.c.last).where(site_head.c.site == site)).scalar() or 0
    rows = connection.execute(
        select(feed.c.seq, feed.c.key, feed.c.body)
        .where(feed.c.site == site, feed.c.kind == "order", feed.c.seq > mark, feed.c.seq <= head)
        .order_by(feed.c.seq)
        .limit(_AT_ONCE)
    ).all()
    touched = _note(connection, site, {row.key: bytes(row.body) for row in rows}) if rows else set()
    seq = rows[-1].seq if len(rows) == _AT_ONCE else head
    connection.execute(update(customer_mark).where(customer_mark.c.site == site).values(seq=seq))
    return touched


def _note(connection: Connection, site: str, orders: dict[str, bytes]) -> set[Customer]:
    mine = (order_customer.c.site == site, order_customer.c.rma.in_(list(orders)))
    before = {
        row.rma: Customer(row.client, row.customer) for row in connection.execute(select(order_customer).where(*mine))
    }
    after = {rma: _sender(body) for rma, body in orders.items() if body != _WITHDRAWN}
    withdrawn = [rma for rma in before if rma not in after]
    if withdrawn:
        # What came of it still counts; only the site has no use for the pattern any more.
        gone = (order_customer.c.site == site, order_customer.c.rma.in_(withdrawn))
        connection.execute(update(order_customer).where(*gone).values(standing=0))
    if set(before) & set(after):
        connection.execute(delete(order_customer).where(mine[0], order_customer.c.rma.in_(list(after))))
    rows = [{"site": site, "rma": rma, **who._asdict(), "standing": 1} for rma, who in after.items() if who is not None]
    if rows:
        connection.execute(insert(order_customer), rows)
    return {*before.values(), *(who for who in after.values() if who is not None)}


def _sender(order: bytes) -> Customer | None:
    """Return who sent an order; nobody when it does not say, or says it by what is no pseudonym."""
    try:
        named = msgspec.json.decode(order, type=_Named)
    except msgspec.MsgspecError:
        return None
    return Customer(named.client, named.customer) if _PSEUDONYM.fullmatch(named.customer) else None


def told_of(connection: Connection, station: str, entries: Iterable[Entry]) -> set[Customer]:
    """Return the customers about whose returns these entries of a station say something, or take it back."""
    rmas: set[str] = set()
    items: set[str] = set()
    parcels: set[str] = set()
    for fact in _facts(connection, station, entries):
        match fact:
            case ParcelArrived():
                rmas.update(fact.orders)
            case ItemIdentified() | ItemRelinked():
                rmas.add(fact.rma)
                items.add(fact.item)
            case SerialChecked() | ItemWeighed():
                items.add(fact.item)
            case ExceptionRaised():
                items.add(fact.item)
                parcels.add(fact.parcel)
    if items:
        query = select(item.c.rma, item.c.parcel).where(item.c.station == station, item.c.item.in_(sorted(items)))
        for row in connection.execute(query):
            rmas.add(row.rma)
            parcels.add(row.parcel)
    if parcels:
        mine = (parcel_order.c.station == station, parcel_order.c.parcel.in_(sorted(parcels)))
        rmas.update(connection.execute(select(parcel_order.c.rma).where(*mine)).scalars())
    rmas.discard("")
    query = select(order_customer.c.client, order_customer.c.customer).where(order_customer.c.rma.in_(sorted(rmas)))
    return {Customer(*row) for row in connection.execute(query)} if rmas else set()


def _facts(connection: Connection, station: str, entries: Iterable[Entry]) -> Iterator[object]:
    undone: list[str] = []
    for entry in entries:
        if entry.type not in _TELLING:
            continue
        fact = _read(entry.type, entry.v, entry.body)
        if isinstance(fact, Undone):
            undone += fact.txns
        yield fact
    if undone:
        query = select(journal.c.type, journal.c.v, journal.c.body).where(
            journal.c.station == station, journal.c.txn.in_(undone), journal.c.type.in_(_TELLING)
        )
        yield from (_read(row.type, row.v, bytes(row.body)) for row in connection.execute(query))


def _read(type_name: str, version: int, body: bytes) -> object:
    """Read a fact; what cannot be read was set aside by the intake and says nothing."""
    try:
        return decode(type_name, version, body)
    except (msgspec.MsgspecError, ValueError):
        return None


def orders_of(connection: Connection, customer: Customer) -> Sequence[tuple[str, str, bool]]:
    """Lock the orders of a customer and return each as site, RMA and whether it stands: one counts at a time."""
    query = select(order_customer.c.site, order_customer.c.rma, order_customer.c.standing).where(_of(customer))
    rows = connection.execute(query.order_by(order_customer.c.site, order_customer.c.rma).with_for_update())
    return [(row.site, row.rma, bool(row.standing)) for row in rows]


def every(connection: Connection) -> list[Customer]:
    """Return every customer of whom an order is known, in order."""
    query = select(order_customer.c.client, order_customer.c.customer).distinct()
    return sorted(Customer(*row) for row in connection.execute(query))


def forget(connection: Connection, customer: Customer, rmas: Iterable[str]) -> None:
    """Forget who sent these orders, where they stand no more."""
    gone = (order_customer.c.rma.in_(list(rmas)), order_customer.c.standing == 0)
    connection.execute(delete(order_customer).where(_of(customer), *gone))


def _of(customer: Customer) -> ColumnElement[bool]:
    return (order_customer.c.client == customer.client) & (order_customer.c.customer == customer.customer)
