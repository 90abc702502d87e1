"""Which customer, known by a pseudonym only, sent which return order: read from the orders in the feed, once each."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, select, update

from station.entries import Entry
from station.facts import Undone, decode
from station.receiving.facts import (
    ExceptionRaised,
    ItemIdentified,
    ItemRelinked,
    ItemWeighed,
    ParcelArrived,
    SerialChecked,
)
from station.records import WITHDRAWN
from sync.central.statements import Sql, ask, insert_rows
from sync.central.store import Store, insert_once
from sync.central.tables import customer_due, customer_mark, journal, order_customer, site_head

_AT_ONCE = 2_000
# A pseudonym: nothing that could be read as a name, an address or a mailbox.
_PSEUDONYM = re.compile(r"[A-Za-z0-9._~-]{6,64}", re.ASCII)
TELLING = frozenset(
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


_ANYTHING_NEW = Sql(
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM customer_due) OR EXISTS (SELECT 1 FROM site_head LEFT JOIN customer_mark "
    "ON customer_mark.site = site_head.site WHERE site_head.site = :site "
    "AND site_head.last_order > COALESCE(customer_mark.seq, 0))"
)
# An upsert that writes: whoever counts a customer waits for those who just said something of it, and they for it.
_DUE = "ON CONFLICT (client, customer) DO UPDATE SET times = customer_due.times + 1"
_TOLD_OF = Sql(
    "SELECT DISTINCT client, customer FROM order_customer "
    "WHERE rma IN (SELECT rma FROM order_customer WHERE rma = ANY (:rmas) "
    "UNION SELECT rma FROM item WHERE station = :station AND item = ANY (:items) "
    "UNION SELECT rma FROM parcel_order WHERE station = :station AND parcel = ANY (:parcels) "
    "UNION SELECT parcel_order.rma FROM item JOIN parcel_order ON parcel_order.station = item.station "
    "AND parcel_order.parcel = item.parcel WHERE item.station = :station AND item.item = ANY (:items))"
)
_BEHIND = Sql(
    "SELECT site_head.site FROM site_head LEFT JOIN customer_mark ON customer_mark.site = site_head.site "
    "WHERE site_head.last_order > COALESCE(customer_mark.seq, 0) ORDER BY site_head.site"
)
_NEXT_ORDERS = Sql(
    "SELECT seq, key, body FROM feed WHERE site = :site AND kind = 'order' AND seq > :mark AND seq <= :head "
    "ORDER BY seq LIMIT :limit"
)
_SENDERS = Sql(
    "SELECT rma, client, customer FROM order_customer WHERE site = :site AND rma = ANY (:rmas) ORDER BY rma FOR UPDATE"
)
_NEXT_DUE = Sql("SELECT client, customer FROM customer_due ORDER BY client, customer")
_TAKE_DUE = Sql("DELETE FROM customer_due WHERE client = :client AND customer = :customer RETURNING client, customer")


def is_anything_new(connection: Connection, site: str) -> bool:
    """Tell whether some customer is due, or a site was told of orders since `catch_up`."""
    return bool(ask(connection, _ANYTHING_NEW, {"site": site})())


def behind(connection: Connection) -> list[str]:
    """Return the sites that were told of orders since `catch_up`."""
    return [site for (site,) in ask(connection, _BEHIND, {})()]


def due(connection: Connection) -> list[Customer]:
    """Return the customers of whom something new was said, in order."""
    return [Customer(*row) for row in ask(connection, _NEXT_DUE, {})()]


def take_due(connection: Connection, customer: Customer) -> bool:
    """Take a customer off what is due, for the transaction that counts it; False when somebody else has done so.

    Locks the customer until commit, so one counts at a time, and whatever is said meanwhile is due again.
    """
    return bool(ask(connection, _TAKE_DUE, customer._asdict())())


def make_due(connection: Connection, touched: Iterable[Customer]) -> None:
    """Note that customers are to be counted; in order, so that nobody waits for each other."""
    insert_rows(connection, customer_due, [each._asdict() | {"times": 1} for each in sorted(touched)], _DUE)


def catch_up(connection: Connection, site: str) -> None:
    """Read the next orders in a site's feed and make the customers due about whom they say something new.

    Reads a few thousand at once: what is left comes with the next call.
    """
    insert_once(connection, customer_mark, [{"site": site, "seq": 0}])
    locked = select(customer_mark.c.seq).where(customer_mark.c.site == site).with_for_update()
    mark = connection.execute(locked).scalar_one()
    head = connection.execute(select(site_head.c.last).where(site_head.c.site == site)).scalar() or 0
    span = {"site": site, "mark": mark, "head": head, "limit": _AT_ONCE}
    rows = ask(connection, _NEXT_ORDERS, span)()
    seq = rows[-1][0] if len(rows) == _AT_ONCE else head
    connection.execute(update(customer_mark).where(customer_mark.c.site == site).values(seq=seq))
    if rows:
        make_due(connection, _note(connection, site, {key: bytes(body) for _, key, body in rows}))


def _note(connection: Connection, site: str, orders: dict[str, bytes]) -> set[Customer]:
    # In order, as `forget` goes through them, so that nobody waits for each other.
    found = ask(connection, _SENDERS, {"site": site, "rmas": list(orders)})()
    before = {rma: Customer(client, customer) for rma, client, customer in found}
    after = {rma: _sender(body) for rma, body in orders.items() if body != WITHDRAWN}
    withdrawn = [rma for rma in before if rma not in after]
    if withdrawn:
        # What came of it still counts; only the site has no use for the pattern any more.
        gone = (order_customer.c.site == site, order_customer.c.rma.in_(withdrawn))
        connection.execute(update(order_customer).where(*gone).values(standing=0))
    changed = [rma for rma in before if rma in after]
    if changed:
        there = (order_customer.c.site == site, order_customer.c.rma.in_(changed))
        connection.execute(delete(order_customer).where(*there))
    rows = [{"site": site, "rma": rma, **who._asdict(), "standing": 1} for rma, who in after.items() if who is not None]
    insert_rows(connection, order_customer, rows)
    return {*before.values(), *(who for who in after.values() if who is not None)}


def _sender(order: bytes) -> Customer | None:
    """Return who sent an order; nobody when it does not say, or says it by what is no pseudonym."""
    try:
        named = msgspec.json.decode(order, type=_Named)
    except msgspec.MsgspecError:
        return None
    return Customer(named.client, named.customer) if _PSEUDONYM.fullmatch(named.customer) else None


def told_of(connection: Connection, station: str, entries: Iterable[Entry]) -> Callable[[], set[Customer]]:
    """Ask for the customers about whose returns these entries of a station say something, or take it back."""
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
    named = {"rmas": _safe(rmas), "items": _safe(items), "parcels": _safe(parcels)}
    if not any(named.values()):
        return set
    rows = ask(connection, _TOLD_OF, {"station": station, **named})
    return lambda: {Customer(*row) for row in rows()}


def _safe(names: set[str]) -> list[str]:
    """Return names as both databases can look them up; what has a NUL in it is nobody's name."""
    return sorted(name for name in names if name and "\0" not in name)


def _facts(connection: Connection, station: str, entries: Iterable[Entry]) -> Iterator[object]:
    undone: list[str] = []
    for entry in entries:
        if entry.type not in TELLING:
            continue
        fact = _read(entry.type, entry.v, entry.body)
        if isinstance(fact, Undone):
            undone += fact.txns
        yield fact
    if undone:
        query = select(journal.c.type, journal.c.v, journal.c.body).where(
            journal.c.station == station, journal.c.txn.in_(undone), journal.c.type.in_(TELLING)
        )
        yield from (_read(row.type, row.v, bytes(row.body)) for row in connection.execute(query))


def _read(type_name: str, version: int, body: bytes) -> object:
    """Read a fact; what cannot be read was set aside by the intake and says nothing."""
    try:
        return decode(type_name, version, body)
    except (msgspec.MsgspecError, ValueError):
        return None


def orders_of(connection: Connection, customer: Customer) -> Sequence[tuple[str, str, bool]]:
    """Return the orders of a customer, each as site, RMA and whether it stands."""
    query = select(order_customer.c.site, order_customer.c.rma, order_customer.c.standing).where(_of(customer))
    rows = connection.execute(query.order_by(order_customer.c.site, order_customer.c.rma))
    return [(row.site, row.rma, bool(row.standing)) for row in rows]


def every(connection: Connection) -> list[Customer]:
    """Return every customer of whom an order is known, in order."""
    query = select(order_customer.c.client, order_customer.c.customer).distinct()
    return sorted(Customer(*row) for row in connection.execute(query))


def forget(store: Store, customer: Customer, rmas: Iterable[str]) -> None:
    """Forget who sent these orders, where they stand no more; each by itself, and so in nobody's way."""
    for rma in sorted(rmas):
        gone = (order_customer.c.rma == rma, order_customer.c.standing == 0)
        with store.writing() as connection:
            connection.execute(delete(order_customer).where(_of(customer), *gone))


def _of(customer: Customer) -> ColumnElement[bool]:
    return (order_customer.c.client == customer.client) & (order_customer.c.customer == customer.customer)
