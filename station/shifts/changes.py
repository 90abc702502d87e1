"""What the facts of shifts, counts and bins change in the projected tables; an undo takes none of it back."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from station import schema
from station.change import Change, Row, Said
from station.plates import shift_count
from station.shifts.facts import (
    BinCountBegan,
    BinCounted,
    BinMoved,
    CountBegan,
    CountCalledOff,
    CountedAgain,
    CountEnded,
    DifferenceExplained,
    ItemFoundAgain,
    ItemWrittenOff,
    PlateCounted,
    ShiftCountersigned,
    ShiftLocked,
    ShiftSigned,
)
from station.statements import Effect, Statement, update, upsert


def opened(fact: Any, said: Said) -> Row:
    """Return the row of a shift that began."""
    later = ("counting_at", "reviewed_at", "signed_at", "signed_by", "verdict", "countersigned_by", "locked_at")
    return {
        "station": said.station,
        "shift": fact.shift,
        "bench": fact.bench,
        "operator": said.operator,
        "opened_at": said.at,
        "n": shift_count(fact.shift),
        "countersigned_n": 0,
        **dict.fromkeys(later, ""),
    }


def reasons_of(fact: Any) -> str:
    """Return why the declared units of a parcel that arrived are sent back, as the table has it: with how many each."""
    units: dict[str, int] = {}
    for line in fact.declared:
        if line.reason:
            units[line.reason] = units.get(line.reason, 0) + line.quantity
    return msgspec.json.encode(sorted(units.items())).decode()


def _moment(column: str) -> Change:
    """Return the change of one moment of the fact's shift."""
    return Change(
        update(schema.shift, column),
        lambda fact, said: {"station": said.station, "shift": fact.shift, column: said.at},
    )


def _copied(*names: str, **values: Callable[[Any, Said], Any]) -> Callable[[Any, Said], Row]:
    """Return a reader of fields that stand in the row as they stand in the fact, and of others."""

    def read(fact: Any, said: Said) -> Row:
        told = {name: getattr(fact, name) for name in ("shift", *names)}
        return {"station": said.station, **told, **{name: get(fact, said) for name, get in values.items()}}

    return read


def _at(_fact: Any, said: Said) -> str:
    return said.at


def _operator(_fact: Any, said: Said) -> str:
    return said.operator


def _shift_n(_fact: Any, said: Said) -> int:
    return said.shift_n


def _given_up_n(fact: ItemWrittenOff, said: Said) -> int:
    """Return the last shift that expects the unit: one that is over, whichever runs when the second one signs."""
    return max(shift_count(fact.shift), said.shift_n - 1)


def _found_again(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Row | None:
    """Return the row of a unit that turned up; a fact of before does not say for which way its bin is."""
    return None if old is None else {**old, **new, "way": new["way"] or old["way"]}


# What belongs to the story of a parcel's item, and is told again with it.
STORY: Mapping[type, Change] = {
    ItemWrittenOff: Change(
        update(schema.item, "written_n"),
        lambda fact, said: {"station": said.station, "item": fact.item, "written_n": _given_up_n(fact, said)},
    ),
    ItemFoundAgain: Change(
        Statement(
            "UPDATE item SET found_n = :found_n, bin = :bin, fill = :fill, moved_n = 0, carried_n = :carried_n,"
            " way = CASE :way WHEN '' THEN way ELSE :way END WHERE station = :station AND item = :item",
            Effect(schema.item, _found_again),
        ),
        lambda fact, said: {
            "station": said.station,
            "item": fact.item,
            "found_n": shift_count(fact.shift),
            "bin": fact.bin,
            "fill": fact.fill,
            "moved_n": 0,
            "carried_n": said.shift_n,
            "way": fact.disposition,
        },
    ),
}

CHANGES: Mapping[type, Change] = {
    # Bins that are counted again are counted blind, too.
    CountBegan: Change(
        update(schema.shift, "counting_at", "reviewed_at"),
        lambda fact, said: {"station": said.station, "shift": fact.shift, "counting_at": said.at, "reviewed_at": ""},
    ),
    BinCountBegan: Change(
        upsert(schema.bin_count),
        _copied("bin", "count", "disposition", "client", operator=_operator, begun_at=_at),
    ),
    PlateCounted: Change(upsert(schema.counted_plate), _copied("bin", "count", "plate", counted_at=_at)),
    BinCounted: Change(upsert(schema.bin_counted), _copied("bin", "count", "plates", counted_at=_at)),
    CountCalledOff: Change(
        update(schema.shift, "counting_at", "reviewed_at"),
        lambda fact, said: {"station": said.station, "shift": fact.shift, "counting_at": "", "reviewed_at": ""},
    ),
    CountEnded: _moment("reviewed_at"),
    CountedAgain: Change(
        upsert(schema.recount),
        _copied(at=_at, operator=_operator, seen=lambda fact, _: msgspec.json.encode(fact.seen).decode()),
    ),
    DifferenceExplained: Change(
        upsert(schema.explained),
        _copied("rule", "client", "way", "why", "units", operator=_operator, explained_at=_at),
    ),
    ShiftSigned: Change(
        update(schema.shift, "signed_at", "signed_by", "verdict"),
        _copied("verdict", signed_at=_at, signed_by=lambda fact, said: fact.badge or said.operator),
    ),
    ShiftCountersigned: Change(
        update(schema.shift, "countersigned_by", "countersigned_n"),
        _copied(countersigned_by=lambda fact, _: fact.badge, countersigned_n=_shift_n),
    ),
    ShiftLocked: _moment("locked_at"),
    BinMoved: Change(
        upsert(schema.bin_move),
        lambda fact, said: {
            "station": said.station,
            "bin": fact.bin,
            "fill": fact.fill,
            "moved_to": fact.to,
            "moved_at": said.at,
            "moved_n": said.shift_n,
            "moved_by": fact.by,
            "apart": "",
        },
    ),
}
