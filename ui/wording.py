"""The words the screens use for codes: dispositions, devices, faults, roles, exceptions; English message ids."""

from resources.words import Translator, mark

DISPOSITIONS = {
    "restock": mark("Restock"),
    "refurb": mark("Refurb"),
    "resale": mark("Resale"),
    "recycle": mark("Recycle"),
    "hold": mark("Hold"),
}
DEVICES = {
    "scanner": mark("Scanner"),
    "scale": mark("Scale"),
    "camera": mark("Camera"),
    "printer": mark("Printer"),
    "sync": mark("Sync"),
}
LAMPS = {"ok": mark("ready"), "attention": mark("look"), "down": mark("down")}
ROLES = {"receiver": mark("Receiver"), "grader": mark("Grader"), "supervisor": mark("Supervisor")}
FAULTS = {
    "unreachable": (mark("not found"), mark("Plug it in and switch it on. It comes back by itself.")),
    "lost": (mark("unplugged"), mark("Check its cable. It comes back by itself.")),
    "no_answer": (mark("silent"), mark("Switch it off and on again.")),
    "wrong_line_settings": (mark("settings"), mark("Its line settings are wrong. Call IT; type what you need meanwhile.")),
    "garbled": (mark("garbled"), mark("It sent something that is no code. Try again.")),
    "too_long": (mark("too long"), mark("It sent more than any barcode holds. Try again.")),
    "empty": (mark("empty"), mark("It sent nothing. Try again.")),
    "no_frames": (mark("no picture"), mark("Unplug the camera and plug it in again.")),
    "frozen": (mark("frozen"), mark("The picture does not change. Unplug the camera and plug it in again.")),
    "media_out": (mark("no labels"), mark("Put in a new roll of labels and close the head.")),
    "ribbon_out": (mark("no ribbon"), mark("Put in a new ribbon.")),
    "head_open": (mark("head open"), mark("Close the print head until it clicks.")),
    "paused": (mark("paused"), mark("Press the pause key of the printer.")),
    "overheated": (mark("too hot"), mark("Let the printer cool for a few minutes.")),
    "printer_fault": (mark("fault"), mark("Look at the printer's own lamps, or call IT.")),
    "buffer_full": (mark("full"), mark("The printer is full of jobs. Wait, or switch it off and on.")),
    "cancelled": (mark("cancelled"), mark("The label was cancelled. Print it again.")),
    "outcome_unknown": (mark("unsure"), mark("Look whether the label came out. If not, print it again.")),
    "broken": (mark("broken"), mark("The program failed with this device. Call IT; the log has the reason.")),
    "unreachable_central": (mark("offline"), mark("Work on: everything is kept here and sent when the network is back.")),
    "refused": (mark("refused"), mark("Central refused some facts. Nothing is lost; a supervisor must look.")),
}
WEIGHTS = {
    "stable": mark("stable"),
    "stable_zero": mark("empty"),
    "moving": mark("moving"),
    "over": mark("too heavy"),
    "under": mark("below zero"),
    "fault": mark("fault"),
    "needs_calibration": mark("needs calibration"),
    "no_answer": mark("no answer"),
    "garbled": mark("garbled"),
}
SERIALS = {
    "same": mark("matches what was shipped"),
    "different": mark("differs from what was shipped"),
    "not_known": mark("read; nobody knows what was shipped"),
    "unread": mark("not readable"),
}
MATCHES = {"matched": "", "undeclared": mark("not declared"), "wrong": mark("wrong item")}
ORDER_KINDS = {
    "return": mark("Return"),
    "exchange": mark("Exchange"),
    "warranty": mark("Warranty"),
    "repair": mark("Repair"),
    "undelivered": mark("Returned to sender"),
    "unknown": mark("Unknown parcel"),
}

EXCEPTIONS = {
    "unknown_parcel": mark("Unknown parcel: a supervisor finds out whose it is"),
    "double_receipt": mark("Received before: a supervisor looks into it"),
    "weight_out_of_band": mark("Weight outside the expected band"),
    "wrong_item": mark("Wrong item in the parcel"),
    "undeclared_item": mark("Item that nobody declared"),
    "serial_mismatch": mark("Serial number differs from what was shipped"),
    "missing_units": mark("Declared units are missing"),
    "hazard": mark("Hazard: call the safety officer"),
    "hold": mark("On hold: somebody must decide"),
}
PHOTO_PROBLEMS = {
    "blurred": mark("blurred"),
    "dark": mark("too dark"),
    "bright": mark("too bright"),
    "empty": mark("nothing in the picture"),
    "repeat": mark("seen before"),
}
LEFT_OUT = mark("left out")


def word(tr: Translator, table: dict[str, str], code: str) -> str:
    """Return the words for a code in the reader's language; a code without words is shown as it is."""
    return tr.gettext(table[code]) if code in table else code.replace("_", " ").replace("-", " ")


def fault(tr: Translator, why: str) -> tuple[str, str]:
    """Return the short word for a fault and the sentence that says what to do."""
    short, cure = FAULTS.get(why, (why.replace("_", " "), ""))
    return tr.gettext(short), tr.gettext(cure)


def weight(tr: Translator, weight_mg: int) -> str:
    """Return a weight as a person reads it: kilograms from one kilogram on, grams below."""
    if abs(weight_mg) >= 1_000_000:
        return tr.format(mark("{figure} kg"), figure=f"{weight_mg / 1_000_000:.3f}")
    return tr.format(mark("{figure} g"), figure=f"{weight_mg / 1_000:.0f}")


def money(minor: int, currency: str) -> str:
    """Return an amount with its currency code; every currency the clients use has two decimals."""
    return f"{minor // 100}.{minor % 100:02d} {currency}"
