"""What an item was to the shifts that saw it, kept when a later one changes it: their reports stay as they were."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from station import schema
from station.change import Row, Said
from station.changes import STORY
from station.facts import Undone
from station.inspecting.facts import DefectMarked, PhotoSkipped, PhotoTaken
from station.receiving.facts import ItemFoundWrong, ItemIdentified, ItemRelinked, ItemUnlinked, Regraded
from station.routing.facts import Graded, PlateAllotted, Routed, RouteOverridden
from station.shifts.facts import ItemFoundAgain, ItemWrittenOff
from station.statements import Statement, insert

KINDS = (
    *(ItemRelinked, ItemUnlinked, DefectMarked, Graded, Routed, RouteOverridden, Regraded, PlateAllotted),
    *(ItemWrittenOff, ItemFoundAgain, ItemFoundWrong),
)
"""The types of facts that change what the report of a shift reads of an item."""
_KEY = ("station", "item", "until_n", "since_n")
COLUMNS = tuple(each.name for each in schema.earlier_item.columns if each.name not in _KEY)
"""What the report of a shift reads of an item, but for its places (`station.places`)."""


def keep(connection: Connection, fact: Any, said: Said) -> None:
    """Keep what an item is, before a fact of a later shift than its own changes it. Raises the database's errors."""
    if isinstance(fact, KINDS):
        _KEEP.write(connection, {"station": said.station, "item": fact.item, "n": said.shift_n})


def kept(item: Mapping[str, Any] | None, n: int, since_n: int) -> Row | None:
    """Return what `keep` keeps of a row of `item` when the shift `n` changes it; None when no earlier one saw it so.

    `since_n` is the last shift that changed it after an earlier one, 0 when none did.
    """
    if item is None or item["shift_n"] >= n or since_n >= n:
        return None
    return {"station": item["station"], "item": item["item"], "until_n": n, "since_n": since_n} | {
        name: item[name] for name in COLUMNS
    }


_NAMES, _VALUES = ", ".join(f'"{each}"' for each in COLUMNS), ", ".join(f'i."{each}"' for each in COLUMNS)
_LAST = "FROM earlier_item e WHERE e.station = i.station AND e.item = i.item"
_KEEP = Statement(
    f"INSERT INTO earlier_item ({', '.join(_KEY)}, {_NAMES})"
    f" SELECT i.station, i.item, :n, COALESCE((SELECT MAX(e.until_n) {_LAST}), 0), {_VALUES} FROM item i"
    " WHERE i.station = :station AND i.item = :item AND i.shift_n < :n"
    f" AND NOT EXISTS (SELECT 1 {_LAST} AND e.until_n >= :n)"
)


Told = Iterable[tuple[Said, str, bytes]]
TYPES: Mapping[str, type] = {kind.__name__: kind for kind in (ItemIdentified, *KINDS, PhotoTaken, PhotoSkipped, Undone)}
"""The types of facts that fill the table, and the shifts of photos, by name."""


def fill(connection: Connection, told: Callable[[], Told]) -> None:
    """Fill the table, once, and in which shift each photo was taken, from who said what: type and body.

    `told` gives the same each time, each station's in their order. What cannot be read fills nothing in. Raises the
    database's errors.
    """
    born = {(row.station, row.item): int(row.shift_n) for row in _BORN.run(connection, {})}
    undone: set[tuple[str, str]] = set()
    late: set[tuple[str, str]] = set()
    photos: list[Row] = []
    for said, fact in _read(told()):
        if isinstance(fact, Undone):
            undone.update((said.station, txn) for txn in fact.txns)
            continue
        item = said.station, fact.item
        if said.shift_n <= born.get(item, said.shift_n):
            continue
        if isinstance(fact, PhotoTaken | PhotoSkipped):
            about = {"shot": fact.shot, "taken_at": said.at, "taken_n": said.shift_n}
            photos.append({"station": said.station, "item": fact.item, **about})
        else:
            late.add(item)
    _OWN_PHOTOS.write(connection, {})
    for each in photos:
        _PHOTO.write(connection, each)
    stands = ((said, fact) for said, fact in _read(told()) if (said.station, said.txn) not in undone)
    for row in [*_earlier(stands, late)]:
        _FILL.write(connection, row)


def _read(told: Told) -> Iterator[tuple[Said, Any]]:
    for said, name, body in told:
        try:
            yield said, msgspec.json.decode(body, type=TYPES[name])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue


def _earlier(told: Iterable[tuple[Said, Any]], items: set[tuple[str, str]]) -> Iterator[Row]:
    """Yield what each of these items was before a later shift changed it, from all that is said of it."""
    rows: dict[tuple[str, str], Row | None] = {}
    last: dict[tuple[str, str], int] = {}
    for said, fact in told:
        item = said.station, getattr(fact, "item", "")
        if item not in items or not isinstance(fact, (ItemIdentified, *KINDS)):
            continue
        row = kept(rows.get(item), said.shift_n, last.get(item, 0))
        if row is not None:
            last[item] = said.shift_n
            yield row
        change = STORY[type(fact)]
        assert change.statement.effect is not None
        rows[item] = change.statement.effect.change(rows.get(item), change.values(fact, said))


_BORN = Statement("SELECT station, item, shift_n FROM item")
_OWN_PHOTOS = Statement(
    "UPDATE photo SET taken_n = COALESCE((SELECT i.shift_n FROM item i"
    " WHERE i.station = photo.station AND i.item = photo.item), 0)"
)
_PHOTO = Statement(
    "UPDATE photo SET taken_n = :taken_n"
    " WHERE station = :station AND item = :item AND shot = :shot AND taken_at = :taken_at"
)
_FILL = insert(schema.earlier_item)
