"""What each type of fact changes in the projected tables: data for `station.projections`."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from station import defects, schema
from station.bins import changes as bins
from station.calibration import changes as calibration
from station.change import Change, Row, Said
from station.exceptions import changes as decided
from station.inspecting import changes as inspecting
from station.inspecting.facts import Answered, DefectMarked, ExpiryRead
from station.plates import first_id
from station.receiving.facts import (
    ExceptionRaised,
    ItemFoundWrong,
    ItemIdentified,
    ItemRelinked,
    ItemUnlinked,
    ItemWeighed,
    LineMissing,
    MarksRead,
    ParcelArrived,
    ParcelFinished,
    ParcelWeighed,
    Regraded,
    SerialChecked,
    WeighingSkipped,
)
from station.routing.facts import (
    Graded,
    Placed,
    PlateAllotted,
    PlateConfirmed,
    PlatePrinted,
    PlateReprintAsked,
    PlateVoided,
    Routed,
    RouteOverridden,
)
from station.shifts import changes as shifts
from station.shifts.facts import ShiftOpened
from station.statements import Effect, Statement, update, upsert, upsert_for


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _arrived(fact: ParcelArrived, said: Said) -> Row:
    return {
        "station": said.station,
        "parcel": fact.parcel,
        "code": fact.code,
        "carrier": fact.carrier,
        "kind": fact.kind,
        "match": fact.match,
        "orders": _json(fact.orders),
        "client": fact.client,
        "reasons": shifts.reasons_of(fact),
        "declared": sum(line.quantity for line in fact.declared),
        "weight_mg": None,
        "in_band": None,
        "unweighed_why": "",
        "arrived_at": said.at,
        "finished_at": "",
        "items": 0,
        "missing": 0,
        "operator": said.operator,
        "shift": said.shift,
        "shift_n": said.shift_n,
        "finished_n": 0,
    }


_NOT_YET: Mapping[str, Any] = {
    column.name: None if column.nullable else "[]" if column.name.endswith(("reasons", "values")) else ""
    for column in schema.item.columns
}


def _identified(fact: ItemIdentified, said: Said) -> Row:
    return {
        **_NOT_YET,
        "station": said.station,
        "item": fact.item,
        "parcel": fact.parcel,
        "code": fact.code,
        "match": fact.match,
        "title": fact.title,
        "category": fact.category,
        "client": fact.client,
        "sku": fact.sku,
        "gtin": fact.gtin,
        "rma": fact.rma,
        "line": fact.line,
        "lot": fact.lot,
        "expiry": fact.expiry,
        "price_minor": fact.price_minor,
        "currency": fact.currency,
        "identified_at": said.at,
        "operator": said.operator,
        "shift": said.shift,
        "shift_n": said.shift_n,
        **dict.fromkeys(("placed_n", "fill", "moved_n", "carried_n", "written_n", "found_n"), 0),
    }


def _graded(fact: Graded, said: Said) -> Row:
    return {
        "station": said.station,
        "item": fact.item,
        "letter": fact.letter,
        "cosmetic": fact.cosmetic,
        "functional": fact.functional,
        "grade_rule": fact.rule,
        "grade_reasons": _json(fact.reasons),
        "defects": defects.lines_of(*fact.defects),
    }


def _routed(fact: Routed, said: Said) -> Row:
    return {
        "station": said.station,
        "item": fact.item,
        "routed": fact.disposition,
        "route_rule": fact.rule,
        "route_reasons": _json(fact.reasons),
        "route_values": _json(fact.values),
        "runner_up": fact.runner_up,
        "owner": fact.owner,
    }


def _routing(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Row | None:
    """Return an item with its route; what a person chose before stays its disposition."""
    return None if old is None else {**old, **new, "disposition": old["overridden"] or new["routed"]}


def _raised(fact: ExceptionRaised, said: Said) -> Row:
    return {
        "station": said.station,
        "exception": fact.exception,
        "kind": fact.kind,
        "owner": fact.owner,
        "parcel": first_id(fact.parcel),
        "item": first_id(fact.item),
        "detail": fact.detail,
        "raised_at": said.at,
        "operator": said.operator,
        "shift": said.shift,
        "txn": said.txn,
        "shift_n": said.shift_n,
        "waits": 1,
    }


def _of_item(**values: Callable[[Any], Any]) -> Callable[[Any, Said], Row]:
    """Return a reader of some columns of the fact's item."""

    def read(fact: Any, said: Said) -> Row:
        return {"station": said.station, "item": fact.item, **{k: get(fact) for k, get in values.items()}}

    return read


def _of_parcel(**values: Callable[[Any], Any]) -> Callable[[Any, Said], Row]:
    """Return a reader of some columns of the fact's parcel."""

    def read(fact: Any, said: Said) -> Row:
        return {"station": said.station, "parcel": fact.parcel, **{k: get(fact) for k, get in values.items()}}

    return read


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


_GRADED = ("letter", "cosmetic", "functional", "grade_rule", "grade_reasons", "defects")
_OVERRIDDEN = ("overridden", "override_why", "overridden_by", "authorised_by")
_ROUTED = ("routed", "route_rule", "route_reasons", "route_values", "runner_up", "owner")

# What a parcel's story says; an undo takes it back.
STORY: Mapping[type, Change] = {
    **shifts.STORY,
    ParcelArrived: Change(upsert(schema.parcel), _arrived),
    ParcelWeighed: Change(
        update(schema.parcel, "weight_mg", "in_band"),
        _of_parcel(weight_mg=lambda fact: fact.weight_mg, in_band=lambda fact: _flag(fact.in_band)),
    ),
    WeighingSkipped: Change(update(schema.parcel, "unweighed_why"), _of_parcel(unweighed_why=lambda fact: fact.why)),
    ExceptionRaised: Change(upsert(schema.exception, "waits"), _raised),
    ItemIdentified: Change(upsert(schema.item), _identified),
    SerialChecked: Change(
        update(schema.item, "serial", "serial_verdict"),
        _of_item(serial=lambda fact: fact.serial, serial_verdict=lambda fact: fact.verdict),
    ),
    ItemRelinked: Change(
        update(schema.item, "match", "rma", "line"),
        _of_item(match=lambda _: "matched", rma=lambda fact: fact.rma, line=lambda fact: fact.line),
    ),
    ItemUnlinked: Change(
        update(schema.item, "match", "rma", "line"),
        _of_item(match=lambda fact: fact.match, rma=lambda fact: fact.rma, line=lambda fact: fact.line),
    ),
    ItemFoundWrong: Change(
        update(schema.item, "match", "title", "sku", "gtin"),
        _of_item(
            match=lambda _: "wrong",
            title=lambda fact: fact.title or fact.was,
            sku=lambda fact: fact.sku,
            gtin=lambda fact: fact.gtin,
        ),
    ),
    ItemWeighed: Change(
        update(schema.item, "weight_mg", "in_band"),
        _of_item(weight_mg=lambda fact: fact.weight_mg, in_band=lambda fact: _flag(fact.in_band)),
    ),
    ExpiryRead: Change(update(schema.item, "expiry"), _of_item(expiry=lambda fact: fact.expiry)),
    **inspecting.CHANGES,
    Answered: Change(
        upsert_for(schema.answer, schema.item),
        lambda fact, said: {
            "station": said.station,
            "item": fact.item,
            "question": fact.question,
            "option": fact.option,
            "rubric": fact.rubric,
            "answered_at": said.at,
        },
    ),
    MarksRead: Change(
        Statement(
            "UPDATE item SET lot = CASE :lot WHEN '' THEN lot ELSE :lot END WHERE station = :station AND item = :item",
            Effect(schema.item, lambda old, new: None if old is None else {**old, "lot": new["lot"] or old["lot"]}),
        ),
        _of_item(lot=lambda fact: fact.lot),
    ),
    Graded: Change(update(schema.item, *_GRADED), _graded),
    DefectMarked: defects.MARKED,
    Routed: Change(
        Statement(
            f"UPDATE item SET {', '.join(f'{name} = :{name}' for name in _ROUTED)}, "
            "disposition = CASE WHEN overridden = '' THEN :routed ELSE overridden END "
            "WHERE station = :station AND item = :item",
            Effect(schema.item, _routing),
        ),
        _routed,
    ),
    RouteOverridden: Change(
        update(schema.item, *_OVERRIDDEN, "disposition", "apart"),
        _of_item(
            apart=lambda fact: fact.apart,
            overridden=lambda fact: fact.disposition,
            override_why=lambda fact: fact.why,
            overridden_by=lambda fact: fact.badge,
            authorised_by=lambda fact: fact.authorised_by,
            disposition=lambda fact: fact.disposition,
        ),
    ),
    PlateAllotted: Change(update(schema.item, "plate"), _of_item(plate=lambda fact: fact.plate)),
    PlateConfirmed: Change(
        update(schema.item, "confirmed_at"),
        lambda fact, said: {"station": said.station, "item": fact.item, "confirmed_at": said.at},
    ),
    Placed: Change(
        Statement(
            "UPDATE item SET bin = :bin, placed_at = :placed_at, placed_n = :placed_n, fill = :fill, way = disposition"
            " WHERE station = :station AND item = :item",
            Effect(schema.item, lambda old, new: None if old is None else {**old, **new, "way": old["disposition"]}),
        ),
        lambda fact, said: {
            "station": said.station,
            "item": fact.item,
            "bin": fact.bin,
            "placed_at": said.at,
            "placed_n": said.shift_n,
            "fill": fact.fill,
        },
    ),
    Regraded: Change(
        update(schema.item, *_GRADED, *_ROUTED, *_OVERRIDDEN, "disposition"),
        lambda fact, said: (
            _graded(fact.graded, said)
            | _routed(fact.routed, said)
            | dict.fromkeys(_OVERRIDDEN, "")
            | {"item": fact.item, "disposition": fact.disposition}
            | ({"overridden": fact.disposition} if fact.disposition != fact.routed.disposition else {})
        ),
    ),
    LineMissing: Change(
        upsert_for(schema.missing_line, schema.parcel),
        lambda fact, said: {
            "station": said.station,
            "parcel": fact.parcel,
            "rma": fact.rma,
            "line": fact.line,
            "quantity": fact.quantity,
            "confirmed_at": said.at,
        },
    ),
    ParcelFinished: Change(
        update(schema.parcel, "finished_at", "items", "missing", "finished_n"),
        lambda fact, said: {
            "station": said.station,
            "parcel": fact.parcel,
            "finished_at": said.at,
            "items": fact.items,
            "missing": fact.missing,
            "finished_n": said.shift_n,
        },
    ),
}

_ASKED = "copies_asked = CASE WHEN copies_asked < :asked THEN :asked ELSE copies_asked END"
_PRINTED = "copies_printed = CASE WHEN copies_printed < :printed THEN :printed ELSE copies_printed END"


def _at_least(column: str, name: str) -> Effect:
    """Return the effect that a plate's count is raised, and never lowered."""
    return Effect(schema.plate, lambda old, new: None if old is None else {**old, column: max(old[column], new[name])})


def _proved(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Row | None:
    """Return a plate as it was proved first: a label printed anew does not tell of another shift."""
    return None if old is None else {**old, **({} if old["confirmed_at"] else new)}


def _plate_row(fact: PlateAllotted | PlateVoided, said: Said) -> Row:
    allotted = isinstance(fact, PlateAllotted)
    return {
        "station": said.station,
        "plate": fact.plate,
        "item": fact.item if isinstance(fact, PlateAllotted) else "",
        "copies_asked": 1 if allotted else 0,
        "copies_printed": 0,
        "allotted_at": said.at if allotted else "",
        "voided_at": "" if allotted else said.at,
        "void_why": fact.why if isinstance(fact, PlateVoided) else "",
        "confirmed_at": "",
        "allotted_n": said.shift_n if allotted else 0,
        "confirmed_n": 0,
        "voided_n": 0 if allotted else said.shift_n,
    }


# What a plate that is voided was before.
_ALLOTTED = ("item", "copies_asked", "copies_printed", "allotted_at", "allotted_n", "confirmed_at", "confirmed_n")

# What stays true of things and people, undone or not: a printed label exists, a bin stands at the bench.
THINGS: Mapping[type, Change] = {
    **shifts.CHANGES,
    **bins.CHANGES,
    **decided.CHANGES,
    **calibration.CHANGES,
    ShiftOpened: Change(upsert(schema.shift), shifts.opened),
    PlateAllotted: Change(upsert(schema.plate), _plate_row),
    PlateVoided: Change(upsert(schema.plate, *_ALLOTTED), _plate_row),
    PlateConfirmed: Change(
        Statement(
            "UPDATE plate SET confirmed_at = :confirmed_at, confirmed_n = :confirmed_n"
            " WHERE station = :station AND plate = :plate AND confirmed_at = ''",
            Effect(schema.plate, _proved),
        ),
        lambda fact, said: {
            "station": said.station,
            "plate": fact.plate,
            "confirmed_at": said.at,
            "confirmed_n": said.shift_n,
        },
    ),
    PlateReprintAsked: Change(
        Statement(
            f"UPDATE plate SET {_ASKED} WHERE station = :station AND plate = :plate",
            _at_least("copies_asked", "asked"),
        ),
        lambda fact, said: {"station": said.station, "plate": fact.plate, "asked": fact.copy},
    ),
    PlatePrinted: Change(
        Statement(
            f"UPDATE plate SET {_PRINTED} WHERE station = :station AND plate = :plate",
            _at_least("copies_printed", "printed"),
        ),
        lambda fact, said: {"station": said.station, "plate": fact.plate, "printed": fact.copy},
    ),
}
