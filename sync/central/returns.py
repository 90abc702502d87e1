"""The central record of one return order: what was expected, what benches found, and what a person must decide."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, and_, or_, select

from station.records import ReturnOrder
from station.schema import answer, exception, item, missing_line, parcel, photo
from sync.central import owners, receipts, tokens
from sync.central.feed import latest
from sync.central.photos import arrived_of, shared_of
from sync.central.tables import parcel_order, review

Row = dict[str, Any]
ByThing = dict[tuple[str, str], list[Row]]


def record(connection: Connection, rma: str) -> Row | None:
    """Return everything known of an RMA, ready for JSON; None when central knows nothing of it."""
    order = latest(connection, "order", [rma]).get(rma)
    items = _rows(connection, item, item.c.rma == rma, order_by="identified_at")
    parcels = _parcels(connection, rma, items)
    if order is None and not parcels:
        return None
    return {
        "rma": rma,
        "order": msgspec.Raw(order) if order else None,
        "parcels": _parcels_told(connection, parcels),
        "items": _items(connection, items),
        "missing": _without_station(_rows(connection, missing_line, missing_line.c.rma == rma)),
        "exceptions": _exceptions(connection, parcels),
        "reviews": [_review(each) for each in _rows(connection, review, review.c.rma == rma)],
        "receipts": receipts.known(connection, _codes(parcels, order)),
    }


def concerns(connection: Connection, site: str, rma: str) -> bool:
    """Tell whether an order is the site's, or benches of the site received any of it."""
    if owners.of(connection, [rma], lock=False).get(rma) == site:
        return True
    received = select(parcel_order.c.station).where(parcel_order.c.rma == rma)
    found = received.union(select(item.c.station).where(item.c.rma == rma))
    return any(tokens.site_of(connection, station) == site for station in connection.execute(found).scalars().all())


def _parcels(connection: Connection, rma: str, items: Iterable[Row]) -> list[Row]:
    """Every parcel scanned for the order, and every other one in which goods of it were found."""
    keys = {
        (row.station, row.parcel) for row in connection.execute(select(parcel_order).where(parcel_order.c.rma == rma))
    }
    keys |= {(row["station"], row["parcel"]) for row in items}
    return _named(connection, parcel, "parcel", keys, "arrived_at")


def _parcels_told(connection: Connection, parcels: list[Row]) -> list[Row]:
    """The parcels, each with the photos of itself: of one in which nothing was found."""
    keys = {(row["station"], row["parcel"]) for row in parcels}
    photos, shared, arrived = _photos(connection, keys)
    taken = ((row, photos.get((row["station"], row["parcel"]), ())) for row in parcels)
    return [_parcel(row) | {"photos": [_photo(each, shared, arrived) for each in its]} for row, its in taken]


def _parcel(row: Row) -> Row:
    named = ("station", "parcel", "code", "carrier", "kind", "match", "arrived_at", "finished_at", "operator")
    return _picked(row, named) | {
        "weight_mg": row["weight_mg"],
        "in_band": _truth(row["in_band"]),
        "unweighed_why": row["unweighed_why"],
        "items": row["items"],
        "missing": row["missing"],
    }


def _items(connection: Connection, items: list[Row]) -> list[Row]:
    keys = {(row["station"], row["item"]) for row in items}
    photos, shared, arrived = _photos(connection, keys)
    answers = _by_item(_named(connection, answer, "item", keys, "answered_at"))
    return [
        _item(row)
        | {
            "answers": {each["question"]: each["option"] for each in answers.get(_key(row), ())},
            "photos": [_photo(each, shared, arrived) for each in photos.get(_key(row), ())],
        }
        for row in items
    ]


def _item(row: Row) -> Row:
    named = ("station", "item", "parcel", "plate", "match", "line", "sku", "gtin", "title", "category", "client")
    found = ("lot", "expiry", "serial", "serial_verdict", "identified_at", "operator")
    return _picked(row, (*named, *found)) | {
        "weight_mg": row["weight_mg"],
        "grade": _picked(row, ("letter", "cosmetic", "functional"))
        | {"rule": row["grade_rule"], "reasons": _raw(row["grade_reasons"])},
        "disposition": row["disposition"],
        "route": {
            "computed": row["routed"],
            "rule": row["route_rule"],
            "reasons": _raw(row["route_reasons"]),
            "values": _raw(row["route_values"]),
        },
        "override": _picked(row, ("overridden", "override_why", "overridden_by", "authorised_by"))
        if row["overridden"]
        else None,
        "label_confirmed_at": row["confirmed_at"],
        "bin": row["bin"],
        "placed_at": row["placed_at"],
    }


def _photos(connection: Connection, keys: set[tuple[str, str]]) -> tuple[ByThing, Mapping[str, str], frozenset[str]]:
    """The photos of things by station and name, their copies without labels, and which of these files are here."""
    photos = _by_item(_named(connection, photo, "item", keys, "taken_at"))
    hashes = {row["sha256"] for rows in photos.values() for row in rows}
    shared = shared_of(connection, hashes)
    return photos, shared, arrived_of(connection, hashes | set(shared.values()))


def _photo(row: Row, shared: Mapping[str, str], arrived: frozenset[str]) -> Row:
    """A photo, and the file of it that is here: `shared_sha256` where a shipping label was made unreadable in it."""
    named = ("shot", "sha256", "size", "verdict", "skipped_why", "taken_at")
    copy = shared.get(row["sha256"], "")
    return _picked(row, named) | {"shared_sha256": copy, "arrived": (copy or row["sha256"]) in arrived}


def _exceptions(connection: Connection, parcels: list[Row]) -> list[Row]:
    keys = {(row["station"], row["parcel"]) for row in parcels}
    named = ("station", "exception", "kind", "owner", "parcel", "item", "detail", "raised_at", "operator")
    return [_picked(row, named) for row in _named(connection, exception, "parcel", keys, "raised_at")]


def _review(row: Row) -> Row:
    return _picked(row, ("kind", "line", "why", "opened_at")) | {"units": _raw(row["detail"])}


def _codes(parcels: list[Row], order: bytes | None) -> set[str]:
    """Return every parcel number of the return: those that were scanned and those that were announced."""
    announced = msgspec.json.decode(order, type=ReturnOrder).trackings if order else ()
    return {*announced, *(row["code"] for row in parcels)}


def _named(connection: Connection, table: Table, column: str, keys: set[tuple[str, str]], order_by: str) -> list[Row]:
    """Return the rows of a projection with these (station, name) pairs."""
    if not keys:
        return []
    pairs = (and_(table.c.station == station, table.c[column] == name) for station, name in sorted(keys))
    return _rows(connection, table, or_(*pairs), order_by=order_by)


def _rows(connection: Connection, table: Table, where: Any, order_by: str = "") -> list[Row]:
    query = select(table).where(where)
    if order_by:
        query = query.order_by(table.c[order_by], *table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]


def _by_item(rows: Iterable[Row]) -> ByThing:
    found: ByThing = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


def _key(row: Row) -> tuple[str, str]:
    return row["station"], row["item"]


def _picked(row: Row, names: Iterable[str]) -> Row:
    return {name: row[name] for name in names}


def _without_station(rows: Iterable[Row]) -> list[Row]:
    return [_picked(row, ("parcel", "line", "quantity", "confirmed_at")) for row in rows]


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode() or b"[]")
