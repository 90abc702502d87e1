"""Looks a code up on this computer, beside a bench that works: with connections of its own, that only read."""

from collections.abc import Callable, Collection
from contextlib import closing, suppress
from pathlib import Path

import msgspec
from sqlalchemy.exc import DBAPIError

from station.codes import Candidate
from station.database import DRIVER, open_sqlite
from station.journal_errors import from_database
from station.local_copy import COPY_FILE, LocalCopy
from station.records import Product, ReturnOrder
from station.search.finding import Place, find
from station.search.found import Found
from station.search.sought import Sought, forms_of


class _Told(msgspec.Struct, frozen=True):
    """What central's records say of a code."""

    orders: tuple[ReturnOrder, ...] = ()
    product: Product | None = None
    sites: tuple[str, ...] = ()


def seek(
    journal: Path,
    station: str,
    text: str,
    recognise: Callable[[str, str], tuple[Candidate, ...]],
    badges: Collection[str] | None = None,
) -> Found:
    """Return all that the journal at this path, and the local copy beside it, know of a code.

    Hours are told of these badges only, or of all. May be called from any thread. Raises JournalError when the
    journal cannot be read; a local copy that cannot be says nothing.
    """
    candidates = recognise(text, "")
    sought = forms_of(text, candidates)
    read_as = tuple(dict.fromkeys(each.kind for each in candidates))
    if not sought.codes:
        return Found(sought.text)
    told = _central_says(journal.with_name(COPY_FILE), sought)
    skus = (told.product.sku,) if told.product is not None else ()
    wanted = msgspec.structs.replace(sought, rmas=tuple(order.rma for order in told.orders), skus=skus)
    try:
        with closing(open_sqlite(journal, read_only=True).connect()) as connection, connection.begin():
            found = find(Place(connection, journal.parent, station), wanted, read_as)
    except DBAPIError as error:
        raise from_database(error, journal) from error
    if badges is not None and any(each.kind == "hour" and each.by not in badges for each in found.hits):
        return Found(sought.text, read_as, is_withheld=True)
    goods = told.product.title if told.product is not None else ""
    return msgspec.structs.replace(found, expected=told.orders, goods=goods, sites=told.sites)


def _central_says(path: Path, sought: Sought) -> _Told:
    """Return what the local copy says; nothing where there is none, or one that cannot be read now."""
    if sought.hour or not path.is_file():
        return _Told()
    with suppress(DBAPIError, DRIVER.Error), closing(open_sqlite(path, read_only=True).connect()) as connection:
        copy = LocalCopy(connection, "", path)
        orders = {order.rma: order for code in sought.codes for order in _orders(copy, code)}
        products = (copy.product(code) for code in (*sought.gtins, *sought.codes))
        sites = dict.fromkeys(site for code in sought.codes for site in copy.elsewhere(code))
        return _Told(tuple(orders.values()), next(filter(None, products), None), tuple(sites))
    return _Told()


def _orders(copy: LocalCopy, code: str) -> tuple[ReturnOrder, ...]:
    return (*copy.orders(code), *copy.orders_with_serial(code))
