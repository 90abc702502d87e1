"""Takes out of a fact what is nobody's business outside: the other goods of the parcel, and what the ways are worth."""

import msgspec

from station.facts import Recorded, Unknown
from station.inspecting.facts import PhotoTaken
from station.receiving.facts import ExceptionRaised, ItemIdentified, ItemRelinked, LineMissing, ParcelArrived, Regraded
from station.routing.facts import Routed, RouteOverridden

# What is said of a parcel as a whole; that lines are missing is about other goods.
_OF_THE_PARCEL = frozenset({"weight_out_of_band", "empty_box", "empty_box_opened", "empty_parcel"})
_WORTH = ("reasons", "values", "runner_up", "owner", "breakdown", "waiting")


class Redacted(msgspec.Struct, frozen=True):
    """What is told of a fact, None when nothing is, and the names of the fields that are not told as a whole."""

    fact: Recorded | Unknown | None
    withheld: tuple[str, ...] = ()


def redacted(fact: Recorded | Unknown, named: ItemIdentified, with_values: bool) -> Redacted:
    """Return what of a fact concerns an item, named with the order it was linked to last.

    `with_values` tells what each way is worth too; the room at the ways, which is the whole house's, is told to nobody.
    """
    match fact:
        case ParcelArrived():
            return _arrived(fact, named)
        case ItemIdentified() if (fact.rma, fact.line) != (named.rma, named.line):
            return _without(fact, "client", "rma", "line", "price_minor", "currency", "shipped_serials")
        case ItemRelinked() | LineMissing() if (fact.rma, fact.line) != (named.rma, named.line):
            return Redacted(None)
        case ExceptionRaised() if not fact.item and fact.kind not in _OF_THE_PARCEL:
            return Redacted(None)
        case ExceptionRaised():
            return _without(fact, "owner", "detail")
        case PhotoTaken():
            return _without(fact, "codes")
        case RouteOverridden():
            return _without(fact, "badge", "authorised_by", *(() if with_values else ("cost_minor",)))
        case Routed():
            return _routed(fact, with_values)
        case Regraded():
            told = _routed(fact.routed, with_values)
            withheld = tuple(f"routed.{each}" for each in told.withheld)
            return Redacted(msgspec.structs.replace(fact, routed=told.fact), withheld)
    return Redacted(fact)


def _routed(fact: Routed, with_values: bool) -> Redacted:
    return _without(fact, *(("owner", "waiting") if with_values else _WORTH))


def _arrived(fact: ParcelArrived, named: ItemIdentified) -> Redacted:
    own = {
        "orders": tuple(each for each in fact.orders if each == named.rma),
        "client": fact.client if fact.client == named.client else "",
        "declared": tuple(each for each in fact.declared if (each.rma, each.line) == (named.rma, named.line)),
    }
    withheld = tuple(name for name, value in own.items() if value != getattr(fact, name))
    return Redacted(msgspec.structs.replace(fact, **own), withheld)


def _without(fact: Recorded, *names: str) -> Redacted:
    fields = {each.name: each for each in msgspec.structs.fields(fact) if each.name in names}
    blank = {name: None if getattr(fact, name) is None else type(getattr(fact, name))() for name in fields}
    return Redacted(msgspec.structs.replace(fact, **blank), tuple(fields))
