"""What speaks against a serial number: evidence for a supervisor, never a verdict on the customer.

Each finding has a code of its own (a kind of exception); the receiver's screen says only that the number needs a look.
"""

from station.check_digits import imei_is_right
from station.known import Known
from station.receiving.parcel import Item, Parcel

Finding = tuple[str, tuple[str, ...]]
# Where serial numbers may be IMEIs, and the reporting bodies that IMEIs begin with (GSMA TS.06).
_WITH_IMEI = ("phones", "electronics")
_BODIES = ("01", "35", "86", "91", "98", "99")
_IMEI_DIGITS = 15


def findings(parcel: Parcel, item: Item, serial: str, known: Known, is_shipped: bool) -> tuple[Finding, ...]:
    """Return each finding as its code and its evidence, the number itself first; empty when nothing speaks against it.

    `is_shipped` tells that this very number was shipped on the item's line: then it may have come back before, and
    only what was reported of it counts.
    """
    noted = known.serial_notes(serial)
    found: list[Finding] = [
        (f"serial_{each.status}", (serial, each.where or each.at))
        for each in noted
        if each.status != "returned" or not is_shipped
    ]
    if is_shipped:
        return tuple(found)
    here = [each for each in known.units_with_serial(serial) if each.parcel != item.identified.parcel]
    if here and not any(code == "serial_returned" for code, _ in found):
        found.append(("serial_returned", (serial, here[-1].plate or here[-1].item)))
    elsewhere = [each for each in known.orders_with_serial(serial) if each.rma not in parcel.arrived.orders]
    if elsewhere:
        found.append(("serial_other_order", (serial, elsewhere[0].rma)))
    if _is_imei(item, serial) and not imei_is_right(serial):
        found.append(("serial_check_digit", (serial,)))
    return tuple(found)


def _is_imei(item: Item, serial: str) -> bool:
    digits = serial.isascii() and serial.isdigit() and len(serial) == _IMEI_DIGITS
    return digits and serial.startswith(_BODIES) and item.identified.category in _WITH_IMEI
