"""Which defects an item has, as the tables have it: those that its grade names, and those marked on photos since."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from station import schema
from station.change import Change, Row, Said
from station.inspecting.facts import DefectMarked
from station.receiving.facts import Regraded
from station.routing.facts import Graded
from station.statements import Effect, Statement

TYPES = tuple(each.__name__ for each in (DefectMarked, Graded, Regraded))


def lines_of(*found: tuple[str, str]) -> str:
    """Return zones and kinds as the table has them."""
    return "".join(f"{msgspec.json.encode(each).decode()}\n" for each in found)


def fill(connection: Connection, told: Iterable[tuple[Said, bytes]]) -> None:
    """Fill them in, once, from the facts of `TYPES`, each station's in their order; a later grade names all there is.

    What was undone, or cannot be read, fills nothing in. Raises the database's errors.
    """
    marked: dict[tuple[str, str], str] = {}
    for said, body in told:
        try:
            fact = msgspec.json.decode(body, type=DefectMarked | Graded | Regraded)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        key = (said.station, fact.item)
        if not isinstance(fact, DefectMarked) and key not in marked:
            continue
        if _UNDONE.run(connection, {"station": said.station, "txn": said.txn}).first() is not None:
            continue
        if isinstance(fact, DefectMarked):
            marked[key] = marked.get(key, "") + lines_of((fact.zone, fact.kind))
        else:
            marked[key] = lines_of(*(fact.graded if isinstance(fact, Regraded) else fact).defects)
    for (station, item), lines in marked.items():
        _SET.write(connection, {"station": station, "item": item, "defects": lines})


def _more(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Row | None:
    return None if old is None else {**old, "defects": old["defects"] + new["defects"]}


def _marked(fact: DefectMarked, said: Said) -> Row:
    return {"station": said.station, "item": fact.item, "defects": lines_of((fact.zone, fact.kind))}


MARKED = Change(
    Statement(
        "UPDATE item SET defects = defects || :defects WHERE station = :station AND item = :item",
        Effect(schema.item, _more),
    ),
    _marked,
)
"""What a mark on a photo changes."""
_UNDONE = Statement("SELECT 1 FROM undone WHERE station = :station AND txn = :txn")
_SET = Statement("UPDATE item SET defects = :defects WHERE station = :station AND item = :item")
