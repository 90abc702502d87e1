"""Suggests what a blind receipt may belong to: another parcel with its tracking number, another unit with its serial,
a return order that announces either, whichever of them came first.

All are kept as they are; a review waits for a supervisor.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection

from station.entries import Entry
from station.facts import decode
from station.receiving.facts import ParcelArrived, SerialChecked
from station.record_codes import code_of
from station.records import ReturnOrder
from sync.central.feed import latest
from sync.central.statements import Rows, Sql, ask, insert_rows
from sync.central.store import insert_once
from sync.central.tables import order_code, review

KIND = "merge_suggestion"
TELLING = frozenset(kind.__name__ for kind in (ParcelArrived, SerialChecked))
# What an order announces: numbers that a parcel may bear, as `station.record_codes` has them, and serial numbers.
Sort = Literal["order", "serial"]
_SORTS: tuple[Sort, ...] = ("order", "serial")
_SAME: Mapping[Sort, Sql] = {
    "order": Sql(
        "SELECT code, station, parcel, '', orders FROM parcel WHERE code = ANY (:names) AND code <> '' "
        "ORDER BY arrived_at, station, parcel"
    ),
    "serial": Sql(
        "SELECT serial, station, parcel, item, rma FROM item WHERE serial = ANY (:names) AND serial <> '' "
        "ORDER BY identified_at, station, item"
    ),
}
_ANNOUNCED = Sql("SELECT code, rma FROM order_code WHERE sort = :sort AND code = ANY (:codes) ORDER BY code, rma")
_WHY: Mapping[Sort, tuple[str, str]] = {
    "order": ("same_tracking", "announced_tracking"),
    "serial": ("same_serial", "announced_serial"),
}
_AGAIN = "ON CONFLICT (kind, rma, line) DO UPDATE SET why = excluded.why, detail = excluded.detail"


class Found(msgspec.Struct, frozen=True):
    """One parcel or unit that may be the same as another, and the return orders it was received for."""

    station: str
    parcel: str
    item: str
    rmas: tuple[str, ...]


def suggestions(connection: Connection, entries: Iterable[Entry], now: str) -> list[dict[str, str]]:
    """Return a review for each tracking number or serial in these entries that a blind receipt has, and something else.

    Call it when the entries are committed, as `suggestions_for` when orders are: of two at the same moment the later
    one sees both.
    """
    return _suggestions(connection, _named(entries), now)


def suggestions_for(connection: Connection, orders: Iterable[ReturnOrder], now: str) -> list[dict[str, str]]:
    """Return the same for all that these return orders announce."""
    named: dict[Sort, set[str]] = {"order": set(), "serial": set()}
    for order in orders:
        for sort, code in (*_announces(order), ("order", order.rma)):
            # As it stands there, and as a scanner reads it.
            named[sort].update((code, code_of(code)))
    return _suggestions(connection, {sort: _safe(codes) for sort, codes in named.items()}, now)


def note(connection: Connection, orders: Iterable[ReturnOrder]) -> None:
    """Remember what return orders announce. What one did once stays here for ever: who asks looks into the order."""
    rows = {(sort, code_of(code), order.rma) for order in orders for sort, code in _announces(order)}
    insert_once(connection, order_code, [{"sort": sort, "code": code, "rma": rma} for sort, code, rma in sorted(rows)])


def suggest(connection: Connection, reviews: Sequence[dict[str, str]]) -> None:
    """Open these reviews, or bring those there are up to date; in order, so that nobody waits for each other."""
    insert_rows(connection, review, sorted(reviews, key=lambda row: (row["rma"], row["line"])), _AGAIN)


def _named(entries: Iterable[Entry]) -> Mapping[Sort, list[str]]:
    codes: set[str] = set()
    serials: set[str] = set()
    for entry in entries:
        if entry.type not in TELLING:
            continue
        try:
            fact = decode(entry.type, entry.v, entry.body)
        except (msgspec.MsgspecError, ValueError):
            continue
        if isinstance(fact, ParcelArrived) and fact.match != "again":
            codes.add(fact.code)
        elif isinstance(fact, SerialChecked):
            serials.add(fact.serial)
    return {"order": _safe(codes), "serial": _safe(serials)}


def _safe(names: set[str]) -> list[str]:
    return sorted(name for name in names if name and "\0" not in name)


def _suggestions(connection: Connection, named: Mapping[Sort, list[str]], now: str) -> list[dict[str, str]]:
    asked = [(sort, ask(connection, _SAME[sort], {"names": named[sort]})) for sort in _SORTS if named[sort]]
    return [each for sort, rows in asked for each in _reviews(connection, sort, rows(), now)]


def _reviews(connection: Connection, sort: Sort, rows: Rows, now: str) -> Iterator[dict[str, str]]:
    alike: dict[str, list[Found]] = {}
    for name, station, parcel, item, rmas in rows:
        alike.setdefault(name, []).append(Found(station, parcel, item, _rmas(item, rmas)))
    same, announced = _WHY[sort]
    blind = {name: found for name, found in alike.items() if not all(each.rmas for each in found)}
    for name, found in blind.items():
        if len(found) > 1:
            rma = next((rma for each in found for rma in each.rmas), "")
            yield _review(rma, name, same, found, now)
    for name, rmas in _announced(connection, sort, blind).items():
        for rma in rmas:
            # Where another was received for the order, that says it already.
            if not any(rma in each.rmas for each in blind[name]):
                yield _review(rma, name, announced, [each for each in blind[name] if not each.rmas], now)


def _announced(connection: Connection, sort: Sort, names: Iterable[str]) -> dict[str, list[str]]:
    """Return which return orders announce each of these now."""
    by_code: dict[str, list[str]] = {}
    for name in names:
        by_code.setdefault(code_of(name), []).append(name)
    if not by_code:
        return {}
    rows = [*ask(connection, _ANNOUNCED, {"sort": sort, "codes": list(by_code)})()]
    if sort == "order":
        rows += [(code, name) for code, names in by_code.items() for name in names]
    standing = latest(connection, "order", {rma for _, rma in rows})
    said = {rma: _codes(rma, body) for rma, body in standing.items()}
    found: dict[str, list[str]] = {}
    for code, rma in dict.fromkeys(rows):
        if (sort, code) in said.get(rma, ()):
            for name in by_code[code]:
                found.setdefault(name, []).append(rma)
    return found


def _announces(order: ReturnOrder) -> Iterator[tuple[Sort, str]]:
    """Yield what an order announces beside its RMA."""
    for code in (order.order, *order.trackings):
        yield "order", code
    for line in order.lines:
        for serial in line.serials:
            yield "serial", serial


def _codes(rma: str, body: bytes) -> set[tuple[Sort, str]]:
    """Return all that an order announces as scanners read it; nothing of one that benches could not read either."""
    try:
        order = msgspec.json.decode(body, type=ReturnOrder)
    except msgspec.MsgspecError:
        return set()
    return {(sort, code_of(code)) for sort, code in (*_announces(order), ("order", rma))}


def _review(rma: str, name: str, why: str, found: Sequence[Found], now: str) -> dict[str, str]:
    detail = msgspec.json.encode(found).decode()
    return {"kind": KIND, "rma": rma, "line": name, "why": why, "detail": detail, "opened_at": now}


def _rmas(item: str, said: str) -> tuple[str, ...]:
    """Return the orders of a parcel (a JSON list) or of an item (one, or none; an RMA may begin like a list)."""
    if not item and said:
        return msgspec.json.decode(said, type=tuple[str, ...])
    return (said,) if said else ()
