"""What a parcel or an item belongs to once a supervisor matched it to a return order, or took that back."""

from station.exceptions.queue import Decided, Waiting
from station.known import FoundUnit, Known
from station.receiving.facts import Declared, ItemRelinked, ItemUnlinked
from station.steps.arrive import declared
from station.steps.serial import GTIN_DIGITS

_AND = " + "


def rmas_of(to: str) -> tuple[str, ...]:
    """Return the return orders that a decision names."""
    return tuple(each for each in to.split(_AND) if each)


def with_rma(to: str, rma: str) -> str:
    """Return what a decision names with one more return order; in whatever order they were scanned, it is the same."""
    return _AND.join(sorted({*rmas_of(to), rma}))


def linked(one: Waiting, to: str, known: Known) -> tuple[ItemRelinked, ...]:
    """Return the facts that tie what an exception is about to the lines of return orders, each unit to one at most.

    Of a parcel those units are tied that belong to no line; a unit fits a line of its product that still wants one.
    """
    orders = (order for rma in rmas_of(to) for order in known.orders(rma) if order.rma == rma)
    wanted = [line for order in orders for line in declared((order,), known.received)]
    left = {(line.rma, line.line): line.quantity for line in wanted}
    units = known.found_in(one.parcel) if one.parcel else ()
    about = [unit for unit in units if (unit.item == one.item if one.item else unit.match != "matched")]
    facts: list[ItemRelinked] = []
    for unit in about:
        line = next((each for each in wanted if left[each.rma, each.line] and _fits(unit, each)), None)
        if line is not None and (unit.rma, unit.line) != (line.rma, line.line):
            left[line.rma, line.line] -= 1
            facts.append(ItemRelinked(unit.item, line.rma, line.line, line.serials, unit.rma, unit.line))
    return tuple(facts)


def moved(one: Waiting, to: str, known: Known) -> tuple[ItemRelinked, ...]:
    """Return the facts by which a match would take units from the return line they belong to."""
    return tuple(each for each in linked(one, to, known) if each.was_rma)


def unlinked(made: Decided, known: Known) -> tuple[ItemUnlinked, ...]:
    """Return the facts that untie again what a match had tied, as it was before; what was linked anew since stays."""
    facts = []
    for unit in known.found_in(made.parcel) if made.parcel else ():
        if made.item not in ("", unit.item):
            continue
        was = known.linked_before(made.parcel, unit.item, made.exception, made.n)
        if was is not None and unit.rma in rmas_of(made.to) and (was.rma, was.line) != (unit.rma, unit.line):
            facts.append(was)
    return tuple(facts)


def _fits(unit: FoundUnit, line: Declared) -> bool:
    codes = {unit.sku, unit.gtin, unit.code, unit.code.zfill(GTIN_DIGITS)} - {""}
    return bool(codes & ({line.sku, line.gtin, line.gtin.zfill(GTIN_DIGITS)} - {"", "0" * GTIN_DIGITS}))
