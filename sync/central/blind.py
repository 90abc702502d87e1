"""Suggests what a blind receipt may belong to: another parcel with its tracking number, another unit with its serial.

Both are kept as they are; a review waits for a supervisor.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from station.entries import Entry
from station.facts import ParcelArrived, SerialChecked, decode
from sync.central.statements import Sql, ask, insert_rows
from sync.central.tables import review

KIND = "merge_suggestion"
TELLING = frozenset(kind.__name__ for kind in (ParcelArrived, SerialChecked))
_SAME_CODE = Sql(
    "SELECT code, station, parcel, '', orders FROM parcel WHERE code = ANY (:names) AND code <> '' "
    "ORDER BY arrived_at, station, parcel"
)
_SAME_SERIAL = Sql(
    "SELECT serial, station, parcel, item, rma FROM item WHERE serial = ANY (:names) AND serial <> '' "
    "ORDER BY identified_at, station, item"
)
_AGAIN = "ON CONFLICT (kind, rma, line) DO UPDATE SET why = excluded.why, detail = excluded.detail"


class Found(msgspec.Struct, frozen=True):
    """One parcel or unit that may be the same as another, and the return orders it was received for."""

    station: str
    parcel: str
    item: str
    rmas: tuple[str, ...]


def suggestions(connection: Connection, entries: Iterable[Entry], now: str) -> list[dict[str, str]]:
    """Return a review for each tracking number or serial in these entries that a blind receipt has too."""
    codes, serials = _named(entries)
    return [
        *_reviews(connection, _SAME_CODE, codes, "same_tracking", now),
        *_reviews(connection, _SAME_SERIAL, serials, "same_serial", now),
    ]


def suggest(connection: Connection, reviews: Sequence[dict[str, str]]) -> None:
    """Open these reviews, or bring those there are up to date; in order, so that nobody waits for each other."""
    insert_rows(connection, review, sorted(reviews, key=lambda row: (row["rma"], row["line"])), _AGAIN)


def _named(entries: Iterable[Entry]) -> tuple[list[str], list[str]]:
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
    return _safe(codes), _safe(serials)


def _safe(names: set[str]) -> list[str]:
    return sorted(name for name in names if name and "\0" not in name)


def _reviews(connection: Connection, sql: Sql, names: Sequence[str], why: str, now: str) -> Iterator[dict[str, str]]:
    if not names:
        return
    alike: dict[str, list[Found]] = {}
    for name, station, parcel, item, rmas in ask(connection, sql, {"names": list(names)})():
        alike.setdefault(name, []).append(Found(station, parcel, item, _rmas(item, rmas)))
    for name, found in alike.items():
        if len(found) > 1 and not all(each.rmas for each in found):
            rma = next((rma for each in found for rma in each.rmas), "")
            detail = msgspec.json.encode(found).decode()
            yield {"kind": KIND, "rma": rma, "line": name, "why": why, "detail": detail, "opened_at": now}


def _rmas(item: str, said: str) -> tuple[str, ...]:
    """Return the orders of a parcel (a JSON list) or of an item (one, or none; an RMA may begin like a list)."""
    if not item and said:
        return msgspec.json.decode(said, type=tuple[str, ...])
    return (said,) if said else ()
