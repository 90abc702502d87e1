"""Naming an item: by its product code, by its serial number, or by hand."""

from collections.abc import Mapping

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.codes import Candidate
from station.facts import Recorded
from station.inputs import Command
from station.judge import conclude
from station.known import Known
from station.outcome import Outcome
from station.plates import item_id
from station.receiving.facts import Declared, ItemIdentified, Match, SerialChecked
from station.receiving.parcel import Item, Parcel, open_lines
from station.records import Product
from station.state import Ask, Choice, State
from station.steps.notices import accepted, best, refused, warned
from station.steps.serial import GTIN_DIGITS, SERIAL_DIFFERS, SERIAL_TAKEN, compare, is_taken, lines_elsewhere
from station.words import CATEGORY_WORDS

LINES_OFFERED = 8


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
    lines = here or lines_elsewhere(parcel, serial, known)
    if not lines:
        return None
    read = Candidate("other", serial, serial=serial)
    return _identify(state, known, serial, _of_line(lines[0]), "matched", lines[0], read)


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
            "season",
            "size_mm",
            "model",
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
    if read is not None and is_taken(state.parcel, read.serial):
        return refused(SERIAL_TAKEN, serial=read.serial)
    if read is not None and read.serial:
        facts = (fact, *compare(state, Item(fact), read.serial, known))
    return _answer(conclude(state, facts, known), facts)


def _answer(facts: tuple[Recorded, ...], said: tuple[Recorded, ...]) -> Outcome:
    if any(isinstance(fact, SerialChecked) and fact.verdict == "different" for fact in said):
        return Outcome(warned(SERIAL_DIFFERS), facts, ask=None)
    item = next(fact for fact in said if isinstance(fact, ItemIdentified))
    if item.match == "undeclared":
        return Outcome(warned(mark("Extra item: {title}."), title=item.title), facts, ask=None)
    if item.match == "wrong":
        return Outcome(warned(mark("Wrong item: {title}."), title=item.title), facts, ask=None)
    return Outcome(accepted(mark("Item: {title}."), title=item.title), facts, ask=None)
