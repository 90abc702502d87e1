"""Projects a whole batch at once: the rows it names are read, changed in memory, and written together.

What each fact does to a row is said once, beside its SQL (`station.changes`, `station.statements.Effect`); so the rows
are those that `station.projections` makes entry by entry, and the database is asked twice a batch, not thrice an entry.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, groupby
from typing import Any

from sqlalchemy import Connection, Table

from station import deeds, earlier, projections, schema
from station.change import Change
from station.change import Said as Who
from station.changes import STORY, THINGS
from station.entries import Entry
from station.facts import Recorded
from station.statements import without_nul
from sync.central.statements import Rows, Sql, ask, insert_rows, listed, overwriting, together

Said = tuple[Entry, Recorded]
Row = dict[str, Any]

# Whose rows must be known before: those that facts change in part, and those that own others.
_KNOWN: Mapping[str, Table] = {
    each.name: each for each in (schema.parcel, schema.item, schema.plate, schema.bin_, schema.shift)
}
_TABLES: Mapping[str, Table] = {each.name: each for each in schema.PROJECTIONS.sorted_tables}
_COLUMNS: Mapping[str, tuple[str, ...]] = {name: tuple(each.columns.keys()) for name, each in _TABLES.items()}
_KEYS: Mapping[str, tuple[str, ...]] = {
    name: tuple(column.name for column in each.primary_key) for name, each in _TABLES.items()
}
# Without the row of an owner there is none of these; by the column that names it. Of a photo either may be the owner.
_OWNERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "photo": (("item", "item"), ("item", "parcel")),
    "answer": (("item", "item"),),
    "missing_line": (("parcel", "parcel"),),
}
_CHANGING: Mapping[str, frozenset[type]] = {
    name: frozenset(
        kind
        for changes in (THINGS, STORY)
        for kind, change in changes.items()
        if change.statement.effect is not None and change.statement.effect.table is table
    )
    for name, table in _KNOWN.items()
}
# Of an item also how far its parcel's story is told. By name: a database that grew by revisions has its columns in
# another order.
_TOLD: Mapping[str, str] = {
    "item": ", (SELECT MAX(n) FROM story WHERE story.station = item.station AND story.parcel = item.parcel)"
}
_READ: Mapping[str, Sql] = {
    name: Sql(
        f'SELECT {listed(_COLUMNS[name])}{_TOLD.get(name, "")} FROM "{name}" '
        f'WHERE station = ANY (:stations) AND "{name}" = ANY (:names)'
    )
    for name in _KNOWN
}
_OVERWRITING: Mapping[str, str] = {name: overwriting(each) for name, each in _TABLES.items()}
_KEPT = Sql(
    "SELECT station, item, MAX(until_n) FROM earlier_item WHERE station = ANY (:stations) AND item = ANY (:names)"
    " GROUP BY station, item"
)
# One by one, each by the end of its index, whatever PostgreSQL believes of how long stories are.
_STORIES = Sql(
    "SELECT each, (SELECT MAX(n) FROM story WHERE station = :station AND parcel = each) FROM unnest(:parcels) AS each"
)


def project(connection: Connection, said: Mapping[str, Sequence[Said]]) -> None:
    """Project the entries of stations, each one's in their order, as `station.projections.apply` would one by one.

    Nobody else may write these stations' rows meanwhile. An undo folds a parcel's story anew, a bin that left took its
    items along, which the database alone has: such facts go their own way. Raises the database's errors; then some
    of the batch may be written.
    """
    plain = {station: each for station, each in said.items() if not any(projections.is_wide(fact) for _, fact in each)}
    _fold(connection, plain)
    for station, rest in said.items():
        for wide, run in groupby(() if station in plain else rest, key=lambda each: projections.is_wide(each[1])):
            if wide:
                for entry, _ in run:
                    projections.apply(connection, station, entry)
            else:
                _fold(connection, {station: list(run)})


def _fold(connection: Connection, said: Mapping[str, Sequence[Said]]) -> None:
    sheets = _Sheets()
    sheets.read(connection, {station: [fact for _, fact in each] for station, each in said.items()})
    for station, each in said.items():
        for entry, fact in each:
            sheets.apply(station, entry, fact)
    sheets.write(connection)


class _Sheets:
    """The rows that a batch names: as the database has them, and as the batch leaves them."""

    def __init__(self) -> None:
        self._stored: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name in _TABLES}
        self._now: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name in _TABLES}
        self._told: dict[tuple[str, str], int] = {}
        self._kept: dict[tuple[str, str], int] = {}

    def read(self, connection: Connection, said: Mapping[str, Sequence[Recorded]]) -> None:
        """Read what the facts of these stations may change, and what they have by the same names."""
        facts = [*chain.from_iterable(said.values())]
        named = {name: sorted(_named(facts, name)) for name in _KNOWN}
        if not any(named.values()):
            return
        with together(connection):
            found: list[tuple[str, Callable[[], Rows]]] = [
                (name, ask(connection, _READ[name], {"stations": [*said], "names": names}))
                for name, names in named.items()
                if names
            ]
            told = [(station, self._ask_told(connection, station, here)) for station, here in said.items()]
            changed = sorted({_safe(fact.item) for fact in facts if isinstance(fact, earlier.KINDS)})
            kept = ask(connection, _KEPT, {"stations": [*said], "names": changed}) if changed else tuple
            for name, rows in found:
                columns = _COLUMNS[name]
                for values in rows():
                    row = dict(zip(columns, values[: len(columns)], strict=True))
                    self._stored[name][_key(name, row)] = row
                    if name == "item":
                        self._told[row["station"], row["parcel"]] = values[-1] or 0
            self._kept = {(station, item): n for station, item, n in kept()}
            self._told |= {(station, parcel): n or 0 for station, rows in told for parcel, n in rows()}
        self._now = {name: dict(rows) for name, rows in self._stored.items()}

    def _ask_told(self, connection: Connection, station: str, facts: Sequence[Recorded]) -> Callable[[], Rows]:
        parcels = sorted(_named(facts, "parcel"))
        return ask(connection, _STORIES, {"station": station, "parcels": parcels}) if parcels else tuple

    def apply(self, station: str, entry: Entry, fact: Recorded) -> None:
        """Change the rows as a station's fact says, and note it in its parcel's story."""
        is_plain = rb"\u0000" not in entry.body
        who = Who(station, entry.at, entry.operator, entry.shift, entry.txn)
        if isinstance(fact, earlier.KINDS):
            self._keep((station, _safe(fact.item)), who.shift_n)
        for changes in (deeds.CHANGES, THINGS, STORY):
            change = changes.get(type(fact))
            if change is not None:
                self._change(change, fact, who, is_plain)
        parcel = _safe(getattr(fact, "parcel", ""))
        if not parcel and (item := _safe(getattr(fact, "item", ""))):
            parcel = self._now["item"].get((station, item), {}).get("parcel", "")
        if parcel:
            n = self._told.get((station, parcel), 0) + 1
            self._told[station, parcel] = n
            values = (station, parcel, n, entry.epoch, entry.seq, entry.txn)
            row = dict(zip(_COLUMNS["story"], values, strict=True))
            self._now["story"][_key("story", row)] = row

    def _keep(self, item: tuple[str, str], n: int) -> None:
        """Keep what an item is before a later shift than its own changes it, as `earlier.keep` does."""
        row = earlier.kept(self._now["item"].get(item), n, self._kept.get(item, 0))
        if row is not None:
            self._kept[item] = n
            self._now["earlier_item"][_key("earlier_item", row)] = row

    def _change(self, change: Change, fact: Recorded, who: Who, is_plain: bool) -> None:
        effect = change.statement.effect
        assert effect is not None, f"{type(fact).__name__} changes rows that are not told"
        values = change.values(fact, who)
        if not is_plain:
            values = without_nul(values)
        if effect.owner is not None and _key(effect.owner.name, values) not in self._now[effect.owner.name]:
            return
        rows, key = self._now[effect.table.name], _key(effect.table.name, values)
        row = effect.change(rows.get(key), values)
        if row is not None:
            rows[key] = row

    def write(self, connection: Connection) -> None:
        """Write the rows that are new or changed."""
        for name, rows in self._now.items():
            new: list[Row] = []
            old: list[Row] = []
            for key, row in rows.items():
                if row is not self._stored[name].get(key):
                    (new if self._is_new(name, key, row) else old).append(row)
            if new:
                insert_rows(connection, _TABLES[name], new)
            if old:
                insert_rows(connection, _TABLES[name], old, _OVERWRITING[name])

    def _is_new(self, name: str, key: tuple[Any, ...], row: Row) -> bool:
        """Tell whether a row is surely not in the database: it was looked for, or what it belongs to was."""
        if name in _KNOWN:
            return key not in self._stored[name]
        owners = _OWNERS.get(name, ())
        there = any((row["station"], row[column]) in self._stored[owner] for column, owner in owners)
        return name in ("story", "earlier_item") or (bool(owners) and not there)


def _named(facts: Sequence[Recorded], name: str) -> set[str]:
    """Return the things of a kind whose rows the facts read or change."""
    telling = facts if name in ("parcel", "item") else [fact for fact in facts if type(fact) in _CHANGING[name]]
    return {_safe(getattr(fact, name, "")) for fact in telling} - {""}


def _key(name: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple([row[column] for column in _KEYS[name]])


def _safe(text: str) -> str:
    """Return a name as the tables hold it."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
