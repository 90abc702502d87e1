"""Finds in the projected tables of a bench what a code stands for, by indexes alone, however much it has received."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from station.bins.manifest import is_counted_blind
from station.facts import Recorded, Unknown
from station.places import LIES_IN, STILL_THERE
from station.receiving.facts import ExceptionRaised
from station.search.found import Found, Hit, Picture
from station.search.sought import Sought, gtin_forms, hour_code
from station.search.story import Told, story_of
from station.statements import Statement
from station.words import names_bin

LISTED = 50
# A code of more parcels than this is listed, not told: the story of forty parcels is read by nobody.
STORY_PARCELS = 8
_PICTURES = 24
_HOURS = 12


class Place(NamedTuple):
    """Where is looked: a connection to a journal, its data folder, and whose it is."""

    connection: Connection
    folder: Path
    station: str

    def ask(self, statement: Statement, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a statement for the station."""
        rows = statement.run(self.connection, {"station": self.station, **values}).mappings()
        return [dict(row) for row in rows]


def find(place: Place, sought: Sought, read_as: tuple[str, ...] = ()) -> Found:
    """Return what the codes stand for here: the goods themselves first, then bins, then people, then articles.

    Raises the database's errors.
    """
    found = Found(sought.text, read_as)
    if sought.hour:
        return _hour(place, found, sought)
    parcels, items = _named(place, sought)
    if parcels:
        return _goods(place, found, parcels, items)
    for look in (_bins, _hours, _articles):
        hits = look(place, sought)
        if hits:
            return msgspec.structs.replace(found, hits=tuple(hits[:LISTED]), has_more=len(hits) > LISTED)
    return found


def without_bins(found: Found) -> Found:
    """Return what was found for somebody who counts blind: in which bin a unit lies is not told, nor was put."""
    hits = tuple(hit if hit.kind == "bin" else msgspec.structs.replace(hit, bin="") for hit in found.hits)
    story = tuple(msgspec.structs.replace(line, fact=_without_bin(line.fact)) for line in found.story)
    return msgspec.structs.replace(found, hits=hits, story=story)


def _without_bin(fact: Recorded | Unknown) -> Recorded | Unknown:
    if isinstance(fact, ExceptionRaised) and names_bin(fact.kind):
        return msgspec.structs.replace(fact, detail="")
    told = {name: "" for name in ("bin", "was_bin") if hasattr(fact, name)}
    return msgspec.structs.replace(fact, **told) if told else fact


def _named(place: Place, sought: Sought) -> tuple[list[str], frozenset[str]]:
    """Return the parcels that a code names, and of them the items it names; none means all of them."""
    parcels = [row["parcel"] for code in sought.codes for row in place.ask(_PARCELS, code=code, limit=LISTED + 1)]
    if parcels:
        return list(dict.fromkeys(parcels)), frozenset()
    rows = [row for code in sought.codes for row in place.ask(_ITEMS, code=code, limit=LISTED + 1)]
    for rma in dict.fromkeys((*sought.rmas, *sought.codes)):
        rows += place.ask(_OF_ORDER, rma=rma, limit=LISTED + 1)
        parcels += [row["parcel"] for row in _announced(place, rma)]
    items = frozenset(row["item"] for row in rows)
    return list(dict.fromkeys([*(row["parcel"] for row in rows), *parcels])), items


def _announced(place: Place, rma: str) -> list[dict[str, Any]]:
    """Return the parcels that came for a return order, also those in which nothing of it was found."""
    one = msgspec.json.encode((rma,)).decode()
    several = place.ask(_AMONG_SEVERAL, one=one, among=one[1:-1], limit=LISTED + 1)
    rows = [row for row in several if rma in msgspec.json.decode(row["orders"], type=list[str])]
    return [*rows, *place.ask(_MISSING_OF, rma=rma, limit=LISTED + 1)]


def _goods(place: Place, found: Found, parcels: Sequence[str], items: frozenset[str]) -> Found:
    """Add the parcels or the named items, with their story and photos where they are few."""
    few = parcels[:LISTED]
    rows = [row for parcel in few for row in place.ask(_ITEMS_IN, parcel=parcel)]
    shown = [row for row in rows if not items or row["item"] in items]
    heads = [row for parcel in few for row in place.ask(_PARCEL, parcel=parcel)]
    hits = [_item(row) for row in shown]
    if not items or not shown:
        hits = [*map(_parcel, heads), *hits]
    photographed = [*(row["item"] for row in shown[:LISTED]), *(() if items else few)]
    pictures = [Picture(**row) for thing in photographed for row in place.ask(_PHOTOS, item=thing)]
    story: Iterable[Told] = ()
    if len(parcels) <= STORY_PARCELS:
        story = (line for parcel in parcels for line in story_of(*place, parcel))
        story = (line for line in story if not items or getattr(line.fact, "item", "") in {"", *items})
    return msgspec.structs.replace(
        found,
        hits=tuple(hits[:LISTED]),
        has_more=len(parcels) > LISTED or len(hits) > LISTED,
        story=tuple(sorted(story, key=lambda line: line.entry.seq)),
        pictures=tuple(pictures[:_PICTURES]),
    )


def _bins(place: Place, sought: Sought) -> list[Hit]:
    """Return a bin and what lies in it, the latest first; what left with it, or was written off, is not told.

    Who counts blind is not told what lies in a bin.
    """
    blind = is_counted_blind(place.connection, place.station)
    for code in sought.codes:
        lying = place.ask(_LYING, bin=code, limit=LISTED) if not blind else []
        for row in place.ask(_BIN, bin=code):
            way, client, at = row["disposition"], row["client"], row["opened_at"] or row["labelled_at"]
            units = place.ask(_HOW_MANY, bin=code)[0]["units"] if len(lying) == LISTED else len(lying)
            head = Hit("bin", code, code, client, way, at=at, units=units, is_done=bool(row["closed_at"]))
            return [head, *map(_item, lying)]
    return []


def _hours(place: Place, sought: Sought) -> list[Hit]:
    """Return the latest hours in which the person of a badge received something."""
    for badge in sought.codes:
        hits: list[Hit] = []
        before = "9"
        while len(hits) < _HOURS:
            last = max((row["at"] or "" for row in place.ask(_LAST_OF, badge=badge, before=before)), default="")
            if not last:
                break
            hits.append(_summed(place, badge, last[:13]))
            before = last[:13]
        if hits:
            return hits
    return []


def _hour(place: Place, found: Found, sought: Sought) -> Found:
    """Return what a person received in one hour, in order."""
    badge, since = sought.codes[0], sought.hour
    head = _summed(place, badge, since)
    named = {"badge": badge, "since": since, "until": _next_hour(since), "limit": LISTED}
    rows = [_parcel(row) for row in place.ask(_PARCELS_BY, **named)]
    rows += [_item(row) for row in place.ask(_ITEMS_BY, **named)]
    if not rows:
        return found
    rows.sort(key=lambda hit: hit.at)
    total = head.units + head.parcels
    return msgspec.structs.replace(found, hits=(head, *rows[: LISTED - 1]), has_more=total > LISTED - 1)


def _summed(place: Place, badge: str, hour: str) -> Hit:
    (row,) = place.ask(_SUM_BY, badge=badge, since=hour, until=_next_hour(hour))
    return Hit(
        "hour", hour_code(badge, hour), badge, at=f"{hour}:00:00Z", by=badge, units=row["items"], parcels=row["parcels"]
    )


def _articles(place: Place, sought: Sought) -> list[Hit]:
    """Return the latest items of an article, by SKU or as its code was scanned."""
    codes = dict.fromkeys((*sought.codes, *(form for gtin in sought.gtins for form in gtin_forms(gtin))))
    rows = [row for sku in dict.fromkeys((*sought.skus, *sought.codes)) for row in _latest(place, _OF_SKU, sku)]
    rows += [row for code in codes for row in _latest(place, _OF_CODE, code)]
    once = {row["item"]: row for row in rows}
    newest = sorted(once.values(), key=lambda row: (row["identified_at"], row["item"]), reverse=True)
    return [_item(row) for row in newest[: LISTED + 1]]


def _latest(place: Place, statement: Statement, code: str) -> list[dict[str, Any]]:
    return place.ask(statement, code=code, limit=LISTED + 1)


def _parcel(row: dict[str, Any]) -> Hit:
    done = row["finished_at"]
    return Hit(
        "parcel",
        row["parcel"],
        row["code"],
        row["client"],
        at=row["arrived_at"],
        by=row["operator"],
        units=row["items"],
        is_done=bool(done),
    )


def _item(row: dict[str, Any]) -> Hit:
    return Hit(
        "item",
        row["plate"] or row["item"],
        row["title"],
        row["client"],
        row["disposition"],
        row["lies_in"],
        row["placed_at"] or row["identified_at"],
        row["operator"],
        1,
        is_done=bool(row["placed_at"]),
        is_lost=not row["is_there"],
    )


def _next_hour(hour: str) -> str:
    return (datetime.fromisoformat(f"{hour}:00") + timedelta(hours=1)).isoformat()[:13]


_ITEM_COLUMNS = (
    f"item, parcel, plate, title, client, disposition, {LIES_IN} AS lies_in, {STILL_THERE} AS is_there, placed_at,"
    " identified_at, operator"
)
_PARCEL_COLUMNS = "parcel, code, client, arrived_at, finished_at, operator, items"
_FROM_ITEM = f"SELECT {_ITEM_COLUMNS} FROM item i WHERE station = :station"
_FROM_PARCEL = f"SELECT {_PARCEL_COLUMNS} FROM parcel WHERE station = :station"
_PARCELS = Statement(
    "SELECT parcel FROM parcel WHERE station = :station AND code = :code"
    " UNION SELECT parcel FROM parcel WHERE station = :station AND parcel = :code LIMIT :limit"
)
_ITEMS = Statement(
    "SELECT parcel, item FROM item WHERE station = :station AND plate = :code AND plate <> ''"
    " UNION SELECT parcel, item FROM item WHERE station = :station AND item = :code"
    " UNION SELECT parcel, item FROM item WHERE station = :station AND serial = :code AND serial <> ''"
    # A plate that was voided, or that a later one took the place of.
    " UNION SELECT item.parcel, item.item FROM plate JOIN item ON item.station = plate.station"
    " AND item.item = plate.item WHERE plate.station = :station AND plate.plate = :code LIMIT :limit"
)
_OF_ORDER = Statement(
    "SELECT parcel, item FROM item WHERE station = :station AND rma = :rma AND rma <> '' LIMIT :limit"
)
_AMONG_SEVERAL = Statement(
    "SELECT parcel, orders FROM parcel WHERE station = :station AND match IN ('one', 'again', 'several')"
    " AND orders = :one UNION SELECT parcel, orders FROM parcel WHERE station = :station"
    " AND match = 'several' AND instr(orders, :among) > 0 LIMIT :limit"
)
_MISSING_OF = Statement("SELECT parcel FROM missing_line WHERE station = :station AND rma = :rma LIMIT :limit")
_PARCEL = Statement(f"{_FROM_PARCEL} AND parcel = :parcel")
_ITEMS_IN = Statement(f"{_FROM_ITEM} AND parcel = :parcel ORDER BY identified_at")
_PHOTOS = Statement(
    "SELECT item, shot, sha256, taken_at FROM photo WHERE station = :station AND item = :item AND sha256 <> ''"
    " ORDER BY taken_at"
)
_BIN = Statement(
    "SELECT disposition, client, opened_at, labelled_at, closed_at FROM bin WHERE station = :station AND bin = :bin"
)
_LYING = Statement(
    f"{_FROM_ITEM} AND bin = :bin AND moved_n = 0 AND placed_at > '' AND {STILL_THERE}"
    " ORDER BY placed_at DESC LIMIT :limit"
)
_HOW_MANY = Statement(
    "SELECT COUNT(*) AS units FROM item i WHERE station = :station AND bin = :bin AND moved_n = 0 AND placed_at > ''"
    f" AND {STILL_THERE}"
)
_LAST_OF = Statement(
    "SELECT MAX(identified_at) AS at FROM item WHERE station = :station AND operator = :badge"
    " AND identified_at < :before UNION ALL SELECT MAX(arrived_at) FROM parcel"
    " WHERE station = :station AND operator = :badge AND arrived_at < :before"
)
_SUM_BY = Statement(
    "SELECT (SELECT COUNT(*) FROM item WHERE station = :station AND operator = :badge"
    " AND identified_at >= :since AND identified_at < :until) AS items,"
    " (SELECT COUNT(*) FROM parcel WHERE station = :station AND operator = :badge"
    " AND arrived_at >= :since AND arrived_at < :until) AS parcels"
)
_PARCELS_BY = Statement(
    f"{_FROM_PARCEL} AND operator = :badge AND arrived_at >= :since AND arrived_at < :until"
    " ORDER BY arrived_at LIMIT :limit"
)
_ITEMS_BY = Statement(
    f"{_FROM_ITEM} AND operator = :badge AND identified_at >= :since AND identified_at < :until"
    " ORDER BY identified_at LIMIT :limit"
)
_OF_SKU = Statement(f"{_FROM_ITEM} AND sku = :code AND sku <> '' ORDER BY identified_at DESC LIMIT :limit")
_OF_CODE = Statement(f"{_FROM_ITEM} AND code = :code AND code <> '' ORDER BY identified_at DESC LIMIT :limit")
