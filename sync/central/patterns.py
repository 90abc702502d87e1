"""Counts what benches found in a customer's earlier returns, and tells the benches that expect another one.

Derived from the projected facts each time, never added up: the same facts give the same counts, however often and in
whatever order they came. Only counts and the pseudonym leave central.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError

from station.moments import utc
from station.records import WITHDRAWN, Pattern, pattern_key
from sync.central import customers
from sync.central.customers import Customer
from sync.central.feed import Change, append
from sync.central.pattern_rule import Counted, Rules, assess
from sync.central.statements import Sql, ask
from sync.central.store import Store
from sync.central.tables import feed

KIND: Final = "pattern"
# Lists, however many orders a customer has: PostgreSQL takes 65,535 values one by one, and SQLite is slow with them.
_UNITS = Sql(
    "SELECT item.match, serial_verdict, in_band, identified_at FROM item "
    "WHERE rma = ANY (:rmas) AND identified_at >= :since"
)
_RECEIVED = Sql(
    "SELECT parcel_order.rma FROM parcel_order JOIN parcel ON parcel.station = parcel_order.station "
    "AND parcel.parcel = parcel_order.parcel WHERE parcel_order.rma = ANY (:rmas) AND parcel.arrived_at >= :since "
    "UNION SELECT rma FROM item WHERE rma = ANY (:rmas) AND identified_at >= :since"
)
_EMPTY = Sql(
    "SELECT DISTINCT parcel.station, parcel.parcel, parcel.orders, parcel.arrived_at FROM parcel_order "
    "JOIN parcel ON parcel.station = parcel_order.station AND parcel.parcel = parcel_order.parcel "
    "JOIN exception ON exception.station = parcel.station AND exception.parcel = parcel.parcel "
    "WHERE parcel_order.rma = ANY (:rmas) AND parcel.arrived_at >= :since "
    "AND exception.kind IN ('empty_box_opened', 'empty_parcel')"
)
# What one customer's data can do by itself; a database that is away is nobody's data.
_NOBODYS = (OperationalError, TimeoutError)
_ITS_OWN = (SQLAlchemyError, msgspec.MsgspecError, ValueError, ArithmeticError, TypeError, LookupError)
_log = logging.getLogger(__name__)


def follow(store: Store, rules: Rules, site: str, now: str) -> None:
    """Tell benches what has changed with a site's orders, and of every customer that intake found to be due.

    Asks once where nothing has changed. Where something has, all sites' orders are read: a customer's may be at any of
    them. Each customer is counted in a transaction of its own that takes it off what is due; so nothing is lost when
    this fails, and nobody holds one customer while waiting for another. One that cannot be counted is passed over until
    something new is said of it. Raises sqlalchemy.exc.OperationalError when the database is away.
    """
    with store.reading() as connection:
        if not customers.is_anything_new(connection, site):
            return
        behind = customers.behind(connection)
    for each in behind:
        with store.writing() as connection:
            customers.catch_up(connection, each)
    with store.reading() as connection:
        touched = customers.due(connection)
    for customer in touched:
        _follow_one(store, rules, customer, now)


def _follow_one(store: Store, rules: Rules, customer: Customer, now: str) -> None:
    try:
        with store.writing() as connection:
            if customers.take_due(connection, customer):
                _tell(connection, rules, customer, now)
    except _NOBODYS:
        raise
    except _ITS_OWN as error:
        _log.warning("a customer cannot be counted: %s", type(error).__name__)
        with store.writing() as connection:
            customers.take_due(connection, customer)


def recount(store: Store, rules: Rules, now: str, goes_on: Callable[[], bool] = lambda: True) -> int:
    """Count anew for every customer, because time has passed or the rules changed; return how many were counted.

    All of them, unless `goes_on` says no meanwhile. What has left the window is forgotten with its order, where that
    was withdrawn.
    """
    with store.reading() as connection:
        found = customers.every(connection)
    for done, customer in enumerate(found):
        if not goes_on():
            return done
        with store.writing() as connection:
            customers.make_due(connection, [customer])
            customers.take_due(connection, customer)
            _tell(connection, rules, customer, now)
            orders = customers.orders_of(connection, customer)
            since = _since(now, rules.of(customer.client).window_days)
            received = _received(connection, {rma for _, rma, _ in orders}, since)
        customers.forget(store, customer, {rma for _, rma, _ in orders} - received)
    return len(found)


def standing(connection: Connection, site: str) -> list[Pattern]:
    """Return what a site's benches are told now, by key."""
    query = select(feed.c.key, feed.c.body).where(feed.c.site == site, feed.c.kind == KIND).order_by(feed.c.seq)
    newest = {row.key: bytes(row.body) for row in connection.execute(query)}
    bodies = (newest[key] for key in sorted(newest))
    return [msgspec.json.decode(body, type=Pattern) for body in bodies if body != WITHDRAWN]


def _tell(connection: Connection, rules: Rules, customer: Customer, now: str) -> None:
    """Put what has changed of a customer into the feeds; sites in order, so that no two wait for each other."""
    orders = customers.orders_of(connection, customer)
    told = _pattern(connection, rules, customer, {rma for _, rma, _ in orders}, now)
    body = msgspec.json.encode(told) if told is not None else None
    key = pattern_key(*customer)
    expecting = {site for site, _, stands in orders if stands}
    before = _told_before(connection, key)
    for site in sorted({site for site, _, _ in orders} | set(before)):
        wanted = body if site in expecting else None
        if before.get(site) != wanted:
            append(connection, site, [Change(KIND, key, wanted)])


def _pattern(connection: Connection, rules: Rules, customer: Customer, rmas: set[str], now: str) -> Pattern | None:
    rule = rules.of(customer.client)
    if not rule.on or not rmas:
        return None
    since = _since(now, rule.window_days)
    # Most customers have sent little back: one question is enough for them.
    if len(_received(connection, rmas, since)) < rule.min_returns:
        return None
    counted = count(connection, rmas, since)
    return assess(rule, counted, *customer, _until(counted.oldest, rule.window_days))


def _until(oldest: str, days: int) -> str:
    """Return the day on which the oldest sign leaves the window; "" where there is none."""
    try:
        return (date.fromisoformat(oldest) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        # The moment is the bench's own word.
        return ""


def count(connection: Connection, rmas: set[str], since: str) -> Counted:
    """Count what benches found in the parcels and items of these return orders since a moment (UTC)."""
    units = ask(connection, _UNITS, {"rmas": sorted(rmas), "since": since})()
    seen: list[tuple[str, str]] = []
    for match, serial_verdict, in_band, at in units:
        seen += [("another_product", at)] if match == "wrong" else []
        seen += [("serial_differs", at)] if serial_verdict == "different" else []
        seen += [("weight", at)] if in_band == 0 else []
    seen += [("empty_box", at) for at in _empty(connection, rmas, since)]
    kinds = [kind for kind, _ in seen]
    oldest = min((at for _, at in seen), default="")[:10]
    returns = len(_received(connection, rmas, since))
    return Counted(returns, len(units), {kind: kinds.count(kind) for kind in sorted(set(kinds))}, oldest)


def _received(connection: Connection, rmas: set[str], since: str) -> set[str]:
    """Return those of the orders of which a parcel or an item came in."""
    return {rma for (rma,) in ask(connection, _RECEIVED, {"rmas": sorted(rmas), "since": since})()}


def _empty(connection: Connection, rmas: set[str], since: str) -> list[str]:
    """Return when the parcels of these orders arrived in which nothing was found.

    A parcel that was announced for somebody else's order too says nothing about either.
    """
    boxes = ask(connection, _EMPTY, {"rmas": sorted(rmas), "since": since})()
    return [at for _, _, orders, at in boxes if rmas >= set(msgspec.json.decode(orders, type=list[str]))]


def _told_before(connection: Connection, key: str) -> dict[str, bytes | None]:
    """Return what each site was told last under a key; None where it was withdrawn.

    By kind and key alone: asked for one site besides, SQLite goes through all that the site was ever told.
    """
    query = select(feed.c.site, feed.c.body).where(feed.c.kind == KIND, feed.c.key == key).order_by(feed.c.seq)
    bodies = ((row.site, bytes(row.body)) for row in connection.execute(query))
    return {site: None if body == WITHDRAWN else body for site, body in bodies}


def _since(now: str, days: int) -> str:
    return utc(datetime.fromisoformat(now) - timedelta(days=days))
