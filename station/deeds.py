"""What somebody did in a shift: changed routes, allowances, write-offs, steps back, labels anew, exceptions taken."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from station import schema
from station.authority.facts import StepUpGiven
from station.change import Change, Row, Said
from station.exceptions.facts import ExceptionTaken
from station.facts import Undone
from station.plates import shift_count
from station.routing.facts import PlateReprintAsked, RouteOverridden
from station.shifts.facts import ItemWrittenOff
from station.statements import upsert

_WRITE = upsert(schema.deed)


def _row(said: Said, kind: str, thing: str, **told: Any) -> Row:
    empty = {"about": "", "why": "", "by": said.operator, "second": "", "value_minor": 0, "currency": ""}
    key = {"station": said.station, "txn": said.txn, "kind": kind, "thing": thing}
    return {**empty, **key, "shift_n": said.shift_n, "at": said.at, **told}


def _overridden(fact: RouteOverridden, said: Said) -> Row:
    told = {"about": fact.disposition, "why": fact.why, "by": fact.badge, "second": fact.authorised_by}
    return _row(said, "override", fact.item, **told)


def _allowed(fact: StepUpGiven, said: Said) -> Row:
    told = {"about": fact.act, "why": fact.why, "by": fact.asked_by, "second": fact.allowed_by}
    value = {"value_minor": fact.value_minor, "currency": fact.currency}
    return _row(said, "step_up", fact.item or fact.to, **told, **value)


def _written_off(fact: ItemWrittenOff, said: Said) -> Row:
    """Return a write-off: of the shift that missed the unit, whichever runs when the second one signs."""
    value = {"value_minor": fact.value_minor, "currency": fact.currency}
    told = {"shift_n": shift_count(fact.shift), "about": fact.bin, "by": fact.badge}
    return _row(said, "written_off", fact.item, **told, **value)


def _reprinted(fact: PlateReprintAsked, said: Said) -> Row:
    return _row(said, "reprinted", fact.plate, why=fact.why)


def _taken(fact: ExceptionTaken, said: Said) -> Row:
    return _row(said, "taken", fact.exception, by=fact.badge)


_ROWS: Mapping[type, Callable[[Any, Said], Row]] = {
    RouteOverridden: _overridden,
    StepUpGiven: _allowed,
    ItemWrittenOff: _written_off,
    PlateReprintAsked: _reprinted,
    ExceptionTaken: _taken,
}
CHANGES: Mapping[type, Change] = {kind: Change(_WRITE, row) for kind, row in _ROWS.items()}
TYPES: Mapping[str, type] = {kind.__name__: kind for kind in (*_ROWS, Undone)}
"""The types of facts that fill the table, by name."""


def take_back(connection: Connection, fact: Undone, said: Said) -> None:
    """Note who took a step back. Raises the database's errors."""
    for txn in fact.txns[:1]:
        _WRITE.write(connection, _row(said, "taken_back", txn, about=fact.step))


def fill(connection: Connection, told: Iterable[tuple[Said, str, bytes]]) -> None:
    """Fill the table, once, from who said what: type and body. What cannot be read fills nothing in.

    Raises the database's errors.
    """
    for said, name, body in told:
        try:
            fact: Any = msgspec.json.decode(body, type=TYPES[name])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if isinstance(fact, Undone):
            take_back(connection, fact, said)
        else:
            _WRITE.write(connection, _ROWS[type(fact)](fact, said))
