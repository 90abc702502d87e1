"""Naming an item: by its product code, by its serial, by hand; and comparing its serial number with those shipped."""

from collections.abc import Mapping

import msgspec

from devices.readings import AcceptedWeight, Scan
from resources.words import mark
from station.codes import Candidate
from station.facts import (
    Declared,
    ExceptionRaised,
    ItemIdentified,
    ItemRelinked,
    ItemWeighed,
    Match,
    Recorded,
    SerialChecked,
)
from station.inputs import Command
from station.judge import conclude
from station.known import Known
from station.outcome import Outcome
from station.plates import exception_id, item_id
from station.records import Product
from station.state import Ask, Choice, Item, Parcel, State, open_lines
from station.steps.arrive import declared
from station.steps.notices import accepted, attention, best, refused, warned
from station.weights import item_in_band
from station.words import CATEGORY_WORDS

LINES_OFFERED = 8
# All GTINs are compared as GTIN-14 (GS1 General Specifications 7.8).
GTIN_DIGITS = 14


def scan_item(state: State, scan: Scan, known: Known) -> Outcome:
    """a product code or serial names the item; one not on the list is asked about; a parcel's code is refused"""
    if state.parcel is None:
        return Outcome()
    candidates = known.recognise(scan.text, scan.aim)
    if not candidates:
        return refused(mark("That is not a product code. Scan the item again, or press N if it has none."))
    for kind, text in _ELSEWHERE.items():
        if candidates[0].kind == kind:
            return refused(text)
    for candidate in candidates:
        named = _by_product(state, candidate, known) or _by_serial(state, state.parcel, candidate, known)
        if named is not None:
            return named
    if best(candidates, "tracking", "sscc", "rma") and not best(candidates, "gtin"):
        return refused(mark("That is a parcel's label. Finish this parcel first."))
    return _ask_which(state.parcel, candidates[0].gtin or candidates[0].value, None)


_ELSEWHERE: Mapping[str, str] = {
    "badge": mark("Finish this parcel before somebody else signs in."),
    "bin": mark("That is a bin. Scan an item of this parcel first."),
    "plate": mark("That is a label of ours. Scan the item's own code."),
}


def no_code(state: State, command: Command, known: Known) -> Outcome:
    """asks which declared line an item without a readable code is"""
    return Outcome() if state.parcel is None else _ask_which(state.parcel, "", None)


def choose_which(state: State, command: Command, known: Known) -> Outcome:
    """the chosen line is matched by hand, or the item came instead of it, or it is extra"""
    ask, parcel = state.ask, state.parcel
    if ask is None or parcel is None:
        return Outcome(ask=None)
    product = known.product(ask.code) if ask.code else None
    line = _line_named(parcel, command.value)
    if product is not None:
        match: Match = "undeclared" if line is None else "wrong"
        return _identify(state, known, ask.code, _of_product(product), match, line)
    if line is not None:
        return _identify(state, known, ask.code, _of_line(line), "matched", line)
    choices = tuple(Choice(category, CATEGORY_WORDS.get(category, category)) for category in known.categories())
    return Outcome(ask=Ask("category", code=ask.code, choices=choices))


def choose_category(state: State, command: Command, known: Known) -> Outcome:
    """an item nobody declared and nobody knows is recorded under its category"""
    ask = state.ask or Ask("category")
    client = state.parcel.arrived.client if state.parcel is not None else ""
    title = ask.code or command.value
    what = {"title": title, "category": command.value, "client": client}
    return _identify(state, known, ask.code, what, "undeclared", None)


def scan_serial(state: State, scan: Scan, known: Known) -> Outcome:
    """the serial number is compared with those shipped; one of another line of this parcel moves the item there"""
    item = state.item
    if state.parcel is None or item is None:
        return Outcome()
    candidates = known.recognise(scan.text, scan.aim)
    if not candidates:
        return refused(mark("That is not a serial number. Scan it again, or press S if it cannot be read."))
    if candidates[0].kind in ("badge", "bin", "plate"):
        return refused(mark("That is not the serial number. Scan the one on the item."))
    gtin = best(candidates, "gtin")
    if gtin is not None and not gtin.serial and gtin.value == item.identified.gtin.zfill(GTIN_DIGITS):
        return refused(mark("That is the product code. Scan the serial number."))
    serial = next((each.serial for each in candidates if each.serial), "") or scan.text.strip().upper()
    facts = _compare(state, item, serial, known)
    return _answer(conclude(state, facts, known), facts)


def skip_serial(state: State, command: Command, known: Known) -> Outcome:
    """records that the serial number cannot be read: it stays empty"""
    item = state.item
    if item is None:
        return Outcome()
    facts = conclude(state, (SerialChecked(item.identified.item, "", "unread"),), known)
    return Outcome(warned(mark("No serial number; this is noted.")), facts)


def weigh_item(state: State, reading: AcceptedWeight, known: Known) -> Outcome:
    """the item's own weight is recorded once and compared with its article's"""
    item = state.item
    if item is None or item.weighed is not None:
        return Outcome()
    expected = item.identified.weight_mg
    fits = item_in_band(reading.weight_mg, expected)
    fact = ItemWeighed(item.identified.item, reading.weight_mg, expected, fits)
    if fits is False:
        return Outcome(warned(mark("The item's weight is not that of its article; this is noted.")), (fact,))
    return Outcome(facts=(fact,))


def _by_product(state: State, candidate: Candidate, known: Known) -> Outcome | None:
    """Match by GTIN or SKU: an open line first, then a product somebody sells."""
    if state.parcel is None:
        return None
    code = candidate.gtin or candidate.value
    named = [line for line, _ in open_lines(state.parcel)]
    lines = [line for line in named if code in (line.sku.upper(), line.gtin.zfill(GTIN_DIGITS))]
    line = next((each for each in lines if candidate.serial in each.serials), lines[0] if lines else None)
    if line is not None:
        return _identify(state, known, code, _of_line(line), "matched", line, candidate)
    product = known.product(code)
    if product is None:
        return None
    if not open_lines(state.parcel):
        return _identify(state, known, code, _of_product(product), "undeclared", None, candidate)
    return _ask_which(state.parcel, code, product)


def _by_serial(state: State, parcel: Parcel, candidate: Candidate, known: Known) -> Outcome | None:
    """Match by a shipped serial number: scan serials, the station finds the line."""
    serial = candidate.serial or candidate.value
    here = [line for line, _ in open_lines(parcel) if serial in line.serials]
    lines = here or _lines_elsewhere(parcel, serial, known)
    if not lines:
        return None
    read = Candidate("other", serial, serial=serial)
    return _identify(state, known, serial, _of_line(lines[0]), "matched", lines[0], read)


def _lines_elsewhere(parcel: Parcel, serial: str, known: Known) -> list[Declared]:
    """Return the lines, of orders nobody announced in this unknown parcel, that shipped the serial number."""
    if parcel.arrived.match != "none":
        return []
    return [line for line in declared(known.orders_with_serial(serial)) if serial in line.serials]


def _ask_which(parcel: Parcel, code: str, product: Product | None) -> Outcome:
    instead = mark("It came instead of: {title}")
    same = mark("It is: {title}")
    lines = [line for line, _ in open_lines(parcel)][:LINES_OFFERED]
    offered = tuple(
        Choice(f"{line.rma}/{line.line}", same if product is None else instead, {"title": line.title}) for line in lines
    )
    other = mark("It is not on the list") if product is None else mark("It is an extra item")
    ask = Ask(
        "which",
        code=code,
        value="" if product is None else product.title,
        params={"title": product.title if product is not None else code},
        choices=(*offered, Choice("none", other)),
    )
    return Outcome(warned(mark("This item is not on the list.")) if code else None, ask=ask)


def _line_named(parcel: Parcel, value: str) -> Declared | None:
    return next((line for line, _ in open_lines(parcel) if f"{line.rma}/{line.line}" == value), None)


def _of_line(line: Declared) -> dict[str, object]:
    return {
        name: getattr(line, name)
        for name in (
            "title",
            "category",
            "client",
            "sku",
            "gtin",
            "weight_mg",
            "price_minor",
            "currency",
            "serialised",
            "components",
        )
    }


def _of_product(product: Product) -> dict[str, object]:
    return {field: getattr(product, field) for field in Product.__struct_fields__}


def _identify(
    state: State,
    known: Known,
    code: str,
    what: Mapping[str, object],
    match: Match,
    line: Declared | None,
    read: Candidate | None = None,
) -> Outcome:
    """Return the facts that name an item, with the serial number when the same scan held it."""
    if state.parcel is None:
        return Outcome()
    link = {"rma": line.rma, "line": line.line, "shipped_serials": line.serials} if line is not None else {}
    fact = msgspec.convert(
        {
            **what,
            **link,
            "t": "ItemIdentified",
            "parcel": state.parcel.arrived.parcel,
            "item": item_id(state.station, state.items + 1),
            "code": code,
            "match": match,
            "lot": read.lot if read is not None else "",
            "expiry": read.expiry if read is not None else "",
        },
        ItemIdentified,
    )
    facts: tuple[Recorded, ...] = (fact,)
    if read is not None and read.serial:
        facts = (fact, *_compare(state, Item(fact), read.serial, known))
    return _answer(conclude(state, facts, known), facts)


def _compare(state: State, item: Item, serial: str, known: Known) -> tuple[Recorded, ...]:
    """Return the verdict on a serial number: same, of another line here, different, or nobody knows."""
    name = item.identified.item
    shipped = item.identified.shipped_serials
    if serial in shipped:
        return (SerialChecked(name, serial, "same"),)
    other = _other_line(state, item, serial, known)
    if other is not None:
        return (
            ItemRelinked(name, other.rma, other.line, other.serials),
            SerialChecked(name, serial, "same"),
        )
    if not shipped:
        return (SerialChecked(name, serial, "not_known"),)
    number = exception_id(state.station, state.exceptions + 1)
    raised = ExceptionRaised(
        number, "serial_differs", "supervisor", parcel=item.identified.parcel, item=name, detail=serial
    )
    return (SerialChecked(name, serial, "different"), raised)


def _other_line(state: State, item: Item, serial: str, known: Known) -> Declared | None:
    """Return the line of the same article, here or in an order nobody announced, that shipped the serial number."""
    if state.parcel is None or item.identified.match == "wrong":
        return None
    lines = [line for line, _ in open_lines(state.parcel)] + _lines_elsewhere(state.parcel, serial, known)
    return next((each for each in lines if serial in each.serials and each.sku == item.identified.sku), None)


def _answer(facts: tuple[Recorded, ...], said: tuple[Recorded, ...]) -> Outcome:
    for fact in said:
        if isinstance(fact, SerialChecked) and fact.verdict == "different":
            return Outcome(warned(mark("This serial number was never shipped to the customer.")), facts, ask=None)
    item = next((fact for fact in said if isinstance(fact, ItemIdentified)), None)
    if item is not None and item.match == "undeclared":
        return Outcome(warned(mark("Extra item: {title}."), title=item.title), facts, ask=None)
    if item is not None and item.match == "wrong":
        return Outcome(warned(mark("Wrong item: {title}."), title=item.title), facts, ask=None)
    if item is not None:
        return Outcome(accepted(mark("Item: {title}."), title=item.title), facts, ask=None)
    return Outcome(accepted(mark("The serial number is noted.")), facts, ask=None)


def scan_before_answer(state: State, scan: Scan, known: Known) -> Outcome:
    """refused: a question is open"""
    return attention(mark("Answer the question first."))
