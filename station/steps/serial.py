"""The serial number of an item: compared with those shipped, and with those of the other items of the parcel."""

from devices.readings import Scan
from resources.words import mark
from station.codes import plain
from station.facts import Declared, ExceptionRaised, ItemRelinked, Recorded, SerialChecked
from station.inputs import Command
from station.judge import conclude
from station.known import Known
from station.outcome import Outcome
from station.plates import exception_id
from station.state import Item, Parcel, State, open_lines
from station.steps.arrive import declared
from station.steps.notices import accepted, best, refused, warned

# All GTINs are compared as GTIN-14 (GS1 General Specifications 7.8).
GTIN_DIGITS = 14

SERIAL_DIFFERS = mark("This serial number was never shipped to the customer.")
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
        return refused(SERIAL_TAKEN, serial=serial)
    facts = compare(state, item, serial, known)
    differs = any(isinstance(fact, SerialChecked) and fact.verdict == "different" for fact in facts)
    notice = warned(SERIAL_DIFFERS) if differs else accepted(mark("The serial number is noted."))
    return Outcome(notice, conclude(state, facts, known))


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


def is_taken(parcel: Parcel, serial: str) -> bool:
    """Tell whether another item of the parcel bears this serial number: no two units do."""
    return bool(serial) and any(each.serial is not None and each.serial.serial == serial for each in parcel.items)


def lines_elsewhere(parcel: Parcel, serial: str, known: Known) -> list[Declared]:
    """Return the lines, of orders nobody announced in this unknown parcel, that shipped the serial number."""
    if parcel.arrived.match != "none":
        return []
    return [line for line in declared(known.orders_with_serial(serial), known) if serial in line.serials]


def _other_line(state: State, item: Item, serial: str, known: Known) -> Declared | None:
    """Return the line of the same article, here or in an order nobody announced, that shipped the serial number."""
    if state.parcel is None or item.identified.match == "wrong":
        return None
    lines = [line for line, _ in open_lines(state.parcel)] + lines_elsewhere(state.parcel, serial, known)
    return next((each for each in lines if serial in each.serials and each.sku == item.identified.sku), None)
