"""Looks a code up on this computer, beside a bench that works: with connections of its own, that only read."""

from collections.abc import Callable, Collection
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy.exc import DBAPIError

from station.bins.manifest import is_counted_blind
from station.codes import Candidate
from station.database import DRIVER, open_sqlite
from station.journal_errors import from_database
from station.local_copy import COPY_FILE, LocalCopy
from station.receiving.facts import ParcelArrived, SerialChecked
from station.records import Product, ReturnOrder, Ruled
from station.search.finding import Place, find, without_bins
from station.search.found import Found
from station.search.ruled import about_number, about_order
from station.search.sought import Sought, forms_of

_T = TypeVar("_T")


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
            found = without_bins(found) if is_counted_blind(connection, station) else found
    except DBAPIError as error:
        raise from_database(error, journal) from error
    if badges is not None and any(each.kind == "hour" and each.by not in badges for each in found.hits):
        return Found(sought.text, read_as, is_withheld=True)
    goods = told.product.title if told.product is not None else ""
    found = msgspec.structs.replace(found, expected=told.orders, goods=goods, sites=told.sites)
    return msgspec.structs.replace(found, rulings=_ruled(journal.with_name(COPY_FILE), found, wanted))


def _central_says(path: Path, sought: Sought) -> _Told:
    """Return what the local copy says; nothing where there is none, or one that cannot be read now."""

    def ask(copy: LocalCopy) -> _Told:
        orders = {order.rma: order for code in sought.codes for order in _orders(copy, code)}
        products = (copy.product(code) for code in (*sought.gtins, *sought.codes))
        sites = dict.fromkeys(site for code in sought.codes for site in copy.elsewhere(code))
        return _Told(tuple(orders.values()), next(filter(None, products), None), tuple(sites))

    return _Told() if sought.hour else _asked(path, ask, _Told())


def _ruled(path: Path, found: Found, sought: Sought) -> tuple[Ruled, ...]:
    """Return what was decided at central about the orders and numbers of what was found, the earliest first."""
    facts = [line.fact for line in found.story]
    arrived = [fact for fact in facts if isinstance(fact, ParcelArrived)]
    rmas = [*sought.rmas, *sought.codes, *(getattr(fact, "rma", "") for fact in facts)]
    rmas += [rma for fact in arrived for rma in fact.orders]
    numbers = [*sought.codes, *(fact.code for fact in arrived)]
    numbers += [fact.serial for fact in facts if isinstance(fact, SerialChecked)]

    def ask(copy: LocalCopy) -> tuple[Ruled, ...]:
        about = [each for rma in dict.fromkeys(rmas) for each in about_order(copy, rma)]
        about += [each for number in dict.fromkeys(numbers) for each in about_number(copy, number)]
        return tuple(sorted(about, key=lambda each: each.at))

    return _asked(path, ask, ())


def _asked(path: Path, ask: Callable[[LocalCopy], _T], nothing: _T) -> _T:
    """Ask the local copy; return `nothing` where there is none, or one that cannot be read now."""
    if path.is_file():
        with suppress(DBAPIError, DRIVER.Error), closing(open_sqlite(path, read_only=True).connect()) as connection:
            return ask(LocalCopy(connection, "", path))
    return nothing


def _orders(copy: LocalCopy, code: str) -> tuple[ReturnOrder, ...]:
    return (*copy.orders(code), *copy.orders_with_serial(code))
