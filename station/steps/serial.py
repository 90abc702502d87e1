"""The serial number of an item: compared with those shipped, and with those of the other items of the parcel."""

from collections.abc import Iterator

import msgspec

from devices.readings import Scan
from resources.words import mark
from station.codes import Candidate, plain
from station.facts import Recorded
from station.inputs import Command
from station.inspecting.facts import ExpiryRead
from station.judge import conclude
from station.known import Known
from station.outcome import Outcome
from station.plates import exception_id
from station.receiving.facts import Declared, ExceptionRaised, ItemRelinked, MarksRead, SerialChecked, SerialVerdict
from station.receiving.parcel import Item, Parcel, open_lines
from station.serials import Finding, findings
from station.state import Ask, Choice, State
from station.steps.arrive import declared
from station.steps.notices import accepted, best, refused, warned
from station.stops import BETWEEN

# All GTINs are compared as GTIN-14 (GS1 General Specifications 7.8).
GTIN_DIGITS = 14

SERIAL_DIFFERS = mark("This is not the serial number that was shipped; this is noted.")
SERIAL_TAKEN = mark("Serial number {serial} is on another item of this parcel. Scan the one on this item.")


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
    serial = next((each.serial for each in candidates if each.serial), "") or plain(scan.text)
    if is_taken(state.parcel, serial):
        choices = (Choice("other", mark("I scanned the other item")), Choice("both", mark("Both bear it")))
        ask = Ask("serial-shared", code=serial, choices=choices)
        return refused(SERIAL_TAKEN, ask=ask, serial=serial)
    facts = (*_marks_in(item, candidates), *compare(state, item, serial, known))
    differs = any(isinstance(fact, SerialChecked) and fact.verdict == "different" for fact in facts)
    notice = warned(SERIAL_DIFFERS) if differs else accepted(mark("The serial number is noted."))
    return Outcome(notice, conclude(state, facts, known))


def _marks_in(item: Item, candidates: tuple[Candidate, ...]) -> Iterator[MarksRead | ExpiryRead]:
    """Yield the lot and the date that stand in the same code as the serial number, when nobody knew them before."""
    lot = next((each.lot for each in candidates if each.lot), "")
    if lot and not (item.lot or item.identified.lot):
        yield MarksRead(item.identified.item, lot)
    expiry = next((each.expiry for each in candidates if each.expiry), "")
    if expiry and not item.identified.expiry:
        yield ExpiryRead(item.identified.item, expiry)


def scan_shared(state: State, scan: Scan, known: Known) -> Outcome:
    """the right serial number, scanned at once, answers too; the same one again does not"""
    again = scan_serial(state, scan, known)
    return again if again.ask != "same" or not again.facts else msgspec.structs.replace(again, ask=None)


def choose_shared(state: State, command: Command, known: Known) -> Outcome:
    """`both` records the number for both items, for a supervisor to look at; `other` goes back to the scan"""
    item, ask = state.item, state.ask
    if item is None or ask is None or command.value != "both":
        return Outcome(ask=None)
    name, shipped = item.identified.item, item.identified.shipped_serials
    verdict: SerialVerdict = "different" if shipped else "not_known"
    facts: tuple[Recorded, ...] = (
        SerialChecked(name, ask.code, verdict),
        *_raised(state, item, (("serial_shared", (ask.code,)),)),
    )
    return Outcome(warned(mark("The serial number is noted.")), conclude(state, facts, known), ask=None)


def skip_serial(state: State, command: Command, known: Known) -> Outcome:
    """records that the serial number cannot be read: it stays empty"""
    item = state.item
    if item is None:
        return Outcome()
    facts = conclude(state, (SerialChecked(item.identified.item, "", "unread"),), known)
    return Outcome(warned(mark("No serial number; this is noted.")), facts)


def compare(state: State, item: Item, serial: str, known: Known) -> tuple[Recorded, ...]:
    """Return the verdict on a serial number: same, of another line here, different, or nobody knows."""
    name = item.identified.item
    shipped = item.identified.shipped_serials
    if serial in shipped:
        return (SerialChecked(name, serial, "same"), *_reported(state, item, serial, known))
    other = _other_line(state, item, serial, known)
    if other is not None:
        return (
            ItemRelinked(name, other.rma, other.line, other.serials),
            SerialChecked(name, serial, "same"),
            *_reported(state, item, serial, known),
        )
    found = findings(state.parcel, item, serial, known, is_shipped=False) if state.parcel is not None else ()
    differs = bool(shipped) or any(code == "serial_other_order" for code, _ in found)
    if differs and not found:
        found = (("serial_differs", (serial,)),)
    return (SerialChecked(name, serial, "different" if differs else "not_known"), *_raised(state, item, found))


def _reported(state: State, item: Item, serial: str, known: Known) -> Iterator[ExceptionRaised]:
    """Yield the exceptions about the very number that was shipped: only a report speaks against it."""
    if state.parcel is not None:
        yield from _raised(state, item, findings(state.parcel, item, serial, known, is_shipped=True))


def _raised(state: State, item: Item, found: tuple[Finding, ...]) -> Iterator[ExceptionRaised]:
    """Yield the exception of each finding about the item's serial number."""
    for number, (kind, evidence) in enumerate(found, state.exceptions + 1):
        yield ExceptionRaised(
            exception_id(state.station, number),
            kind,
            "supervisor",
            parcel=item.identified.parcel,
            item=item.identified.item,
            detail=BETWEEN.join(evidence),
        )


def is_taken(parcel: Parcel, serial: str) -> bool:
    """Tell whether another item of the parcel bears this serial number: no two units do."""
    return bool(serial) and any(each.serial is not None and each.serial.serial == serial for each in parcel.items)


def lines_elsewhere(parcel: Parcel, serial: str, known: Known) -> list[Declared]:
    """Return the lines, of orders nobody announced in this unknown parcel, that shipped the serial number."""
    if parcel.arrived.match != "none":
        return []
    return [line for line in declared(known.orders_with_serial(serial), known.received) if serial in line.serials]


def _other_line(state: State, item: Item, serial: str, known: Known) -> Declared | None:
    """Return the line of the same article, here or in an order nobody announced, that shipped the serial number."""
    if state.parcel is None or item.identified.match == "wrong":
        return None
    lines = [line for line, _ in open_lines(state.parcel)] + lines_elsewhere(state.parcel, serial, known)
    return next((each for each in lines if serial in each.serials and each.sku == item.identified.sku), None)
