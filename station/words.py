"""The words people read for the codes in our records: dispositions, categories, exceptions, device faults."""

from collections.abc import Mapping

from grading.defects import DEFECT_TEXTS, ZONE_TEXTS
from resources.words import mark
from station.records import Apart, Disposition

ROUTE_WORDS: Mapping[Disposition, str] = {
    "restock": mark("Restock"),
    "refurb": mark("Refurb"),
    "resale": mark("Resale"),
    "recycle": mark("Recycle"),
    "hold": mark("Hold"),
}

# Where goods on hold go of which that was decided; a bin is for one of these alone.
APART_WORDS: Mapping[Apart, str] = {"ship_back": mark("Ship back"), "reject": mark("Rejected")}


def way_words(disposition: Disposition, apart: Apart = "") -> str:
    """Return the words for where goods go, or what a bin is for."""
    return APART_WORDS.get(apart) or ROUTE_WORDS[disposition]


# What the count of a bin finds that does not belong there: each is a line of its own in the report of a shift, over
# whatever else is short.
STRANGE_WORDS: Mapping[str, str] = {
    "foreign": mark("not of this bench"),
    "misplaced": mark("in the wrong bin"),
    "double": mark("counted in another bin too"),
    "unplaced": mark("put into no bin yet"),
    "gone": mark("of a bin that had left"),
}

# What the blind count of a shift finds of a plate, in short.
FOUND_WORDS: Mapping[str, str] = {
    "missing": mark("missing"),
    "misplaced": mark("misplaced"),
    "double": mark("counted twice"),
    "found_again": mark("found again, was written off"),
    "gone": mark("should have left"),
    "unplaced": mark("placed in no bin"),
    "foreign": mark("foreign"),
    "uncounted": mark("bin not counted"),
}
# Why units of a shift differ. By the first ones a unit is gone for good, and so none is over by them.
GONE_WORDS: Mapping[str, str] = {
    "lost": mark("Lost, not found"),
    "stolen": mark("Stolen, or suspected"),
    "damaged": mark("Thrown away"),
}
DIFFERENCE_WORDS: Mapping[str, str] = {
    **{each: GONE_WORDS[each] for each in ("lost", "stolen")},
    "miscounted": mark("Wrong count by the sender"),
    "not_scanned": mark("A scan was left out"),
    "label": mark("A label came off"),
    "elsewhere": mark("It lies at another bench"),
    "damaged": GONE_WORDS["damaged"],
    "other": mark("Another reason"),
}
# Why an exception is decided so.
DECIDED_WHY_WORDS: Mapping[str, str] = {
    "seen": mark("Seen myself"),
    "papers": mark("Papers in it"),
    "customer": mark("Customer asked"),
    "client": mark("Client asked"),
    "carrier": mark("Carrier asked"),
    "safety": mark("Safety asked"),
    "mistake": mark("Bench mistake"),
    "other": mark("Another reason"),
}
# What else the report of a shift names, who answers for it, and when.
NOTED_WORDS: Mapping[str, str] = {
    "left": mark("{at}: bin {bin} left, {units} units, to {about}. By {by}."),
    "counted_again": mark("{at}: counted again after this was seen: {about} {plate} {bin}. By {by}."),
    "written_off": mark("{at}: {plate} of bin {bin} was written off, value {value}. By {by}, second person {second}."),
    "override": mark("{at}: {plate} was sent another way, {about}: {why}. By {by}, second person {second}."),
    "step_up": mark("{at}: {second} allowed {by} to {about}: {plate} {why}."),
    "taken_back": mark("{at}: taken back: {about}. By {by}."),
    "sheet_changed": mark(
        "{at}: the sheet of {plate} says {about} (delivered / refused / not found). By {by}; {second} had said {why}."
    ),
    "decided": mark("{at}: decided about {plate}: {about}, {why}. By {by}."),
    "weight": mark("{at}: the weight of parcel {plate} was out of its band. By {by}."),
}
# What a second person allows at the bench.
ACT_WORDS: Mapping[str, str] = {
    "close": mark("close the shift"),
    "move": mark("take a bin away"),
    "decide": mark("decide an exception"),
    "relink": mark("move a unit to another order"),
}


def defect_words(category: str, zone: str, kind: str) -> tuple[str, str, str]:
    """Return the English message ids of what has a defect, where, and which; a name of a later program is as it is."""
    zones = {str(name): text for name, text in ZONE_TEXTS.items()}
    kinds = {str(name): text for name, text in DEFECT_TEXTS.items()}
    return CATEGORY_WORDS.get(category, category), zones.get(zone, zone), kinds.get(kind, kind)


def line_words(way: str) -> str:
    """Return the words for the way of a line in the report of a shift: a carrier goes by its name."""
    return STRANGE_WORDS.get(way) or next((words for route, words in ROUTE_WORDS.items() if route == way), way)


# The pages of the screen, in the order of their keys; `RS:page:1` is the barcode that opens the first.
PAGE_WORDS: Mapping[str, str] = {
    "receive": mark("Receive"),
    "bins": mark("Bins"),
    "search": mark("Search"),
    "exceptions": mark("Exceptions"),
    "shift": mark("Shift"),
    "devices": mark("Devices"),
    "settings": mark("Settings"),
}

CATEGORY_WORDS: Mapping[str, str] = {
    "electronics": mark("Electronics"),
    "phones": mark("Phones and tablets"),
    "laptops": mark("Laptops"),
    "audio": mark("Headphones and speakers"),
    "appliances": mark("Small appliances"),
    "apparel": mark("Clothing"),
    "bags": mark("Bags and cases"),
    "footwear": mark("Shoes"),
    "home": mark("Home and kitchen"),
    "china": mark("China and glass"),
    "furniture": mark("Furniture"),
    "tools": mark("Tools"),
    "toys": mark("Toys"),
    "cosmetics": mark("Cosmetics and hygiene"),
    "media": mark("Discs, books and games"),
}

# Why customers send goods back, by the codes that shops use: those of our sample site, and Shopify's.
RETURN_REASON_WORDS: Mapping[str, str] = {
    "changed_mind": mark("Changed their mind"),
    "unwanted": mark("Changed their mind"),
    "too_small": mark("Too small"),
    "size_too_small": mark("Too small"),
    "too_large": mark("Too large"),
    "size_too_large": mark("Too large"),
    "defective": mark("Defective"),
    "damaged": mark("Arrived damaged"),
    "not_as_described": mark("Not as described"),
    "wrong_item": mark("Wrong item sent"),
    "style": mark("Style"),
    "color": mark("Colour"),
    "late": mark("Came too late"),
    "gift": mark("Unwanted gift"),
    "allergic": mark("Allergic to it"),
    "overstock": mark("Ordered too many"),
    "other": mark("Another reason"),
    "unknown": mark("No reason given"),
}


def return_reason_words(code: str) -> str:
    """Return the words for a shop's code of why goods came back; of a code of its own the words in it."""
    return RETURN_REASON_WORDS.get(code.lower()) or code.replace("_", " ")


def letter_words(letter: str) -> str:
    """Return a grade as charts name it; "-" stands for goods that no rule could grade."""
    return mark("No grade") if letter == "-" else letter


EXCEPTION_WORDS: Mapping[str, str] = {
    "unknown_parcel": mark("Parcel nobody announced"),
    "bin_differs": mark("Bin that is not right"),
    "misrouted_parcel": mark("Parcel of another site"),
    "double_receipt": mark("Parcel received twice"),
    "weight_out_of_band": mark("Weight outside the band"),
    "serial_differs": mark("Serial number was never shipped"),
    "photo_left_out": mark("Photo left out"),
    "photo_repeat": mark("Photo of another item"),
    "photo_code_differs": mark("Photo shows another product's code"),
    "serial_photo_differs": mark("Photo shows another serial number"),
    "model_differs": mark("Another model than was ordered"),
    "wrong_item": mark("Another article than its code says"),
    "serial_other_order": mark("Serial number of another return order"),
    "serial_returned": mark("Unit came back before"),
    "serial_stolen": mark("Serial number was reported stolen"),
    "serial_blocked": mark("Serial number was reported as blocked"),
    "serial_check_digit": mark("IMEI fails its check digit"),
    "serial_shared": mark("One serial number on two items"),
    "item_weight": mark("Item weighs other than its article"),
    "item_explains_weight": mark("Item accounts for the parcel's weight"),
    "empty_box": mark("Parcel weighs no more than packaging"),
    "empty_box_opened": mark("Nothing in the parcel, as its weight said"),
    "recall": mark("Recalled item"),
    "recall_part": mark("Item may be recalled: its lot is not known"),
    "recall_placed": mark("Recalled after it was put into a bin"),
    "lines_missing": mark("Declared items missing"),
    "empty_parcel": mark("Empty parcel"),
    "held": mark("Item on hold"),
    "hazard": mark("Hazard"),
    "late_parcel": mark("Parcel begun and not finished"),
    "printer_doubt": mark("Label never scanned back"),
    "fact_refused": mark("Fact refused by central"),
    "grade_conflict": mark("Two looks differ"),
    "half_signed": mark("Shift waits for its second signature"),
    "locked_out": mark("Badge locked after wrong PINs"),
}

# Who must decide an exception that nobody sees to yet.
OWNER_WORDS: Mapping[str, str] = {
    "supervisor": mark("A supervisor decides"),
    "client": mark("The client decides"),
    "safety": mark("The safety officer decides"),
}

# What an exception's detail holds, piece by piece; `{weight…}` are milligrams. Other details are sentences or codes.
EVIDENCE_WORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "serial_other_order": (mark("{serial} was shipped with {order}"), ("serial", "order")),
    "wrong_item": (mark("Its code says {was}; it is {title}"), ("was", "title")),
    "serial_returned": (mark("{serial}: see {where}"), ("serial", "where")),
    "serial_stolen": (mark("{serial}, reported by {where}"), ("serial", "where")),
    "serial_blocked": (mark("{serial}, reported by {where}"), ("serial", "where")),
    "item_weight": (mark("Expected {weight1}, weighed {weight2}"), ("weight1", "weight2")),
    "item_explains_weight": (
        mark("Expected {weight1}, weighed {weight2}: the parcel is off by as much"),
        ("weight1", "weight2"),
    ),
    "empty_box": (mark("Expected {weight1}, weighed {weight2}"), ("weight1", "weight2")),
    "grade_conflict": (mark("First {letter}, then {second}"), ("letter", "second")),
    "recall": (mark("{recall}: {title}"), ("recall", "title")),
    "recall_part": (mark("{recall}: {title}"), ("recall", "title")),
    "bin_differs": (
        mark("Bin {bin}. Missing: {missing}. Of other bins: {misplaced}. Not of here: {foreign}."),
        ("bin", "missing", "misplaced", "foreign"),
    ),
    "recall_placed": (mark("Take {plate} out of bin {bin}. {recall}: {title}"), ("plate", "bin", "recall", "title")),
}


def names_bin(kind: str) -> bool:
    """Tell whether the detail of an exception names bins."""
    return "bin" in EVIDENCE_WORDS.get(kind, ("", ()))[1]


SERIAL_WORDS: Mapping[str, str] = {
    "same": mark("matches what was shipped"),
    "different": mark("differs from what was shipped"),
    "not_known": mark("read; nobody knows what was shipped"),
    "unread": mark("not readable"),
}
READING_ANSWER_WORDS: Mapping[str, str] = {
    "yes": mark("it is this one:"),
    "no": mark("it is none of them"),
    "unreadable": mark("nobody can read it"),
}
SHOT_WORDS: Mapping[str, str] = {
    "whole": mark("whole item"),
    "label": mark("label"),
    "defect": mark("defect"),
    "soles": mark("soles"),
    "batch": mark("batch code"),
    "open_box": mark("open box"),
    "lit": mark("lit screen"),
    "locked": mark("locked screen"),
    "edge": mark("blade or tip"),
    "ear": mark("ear parts"),
    "bottom": mark("bottom"),
    "open": mark("opened out"),
    "care_all": mark("all that was in it"),
    "care_serial": mark("serial number"),
}
# Why somebody may doubt a photo that a person kept though: codes of `grading.photo`, and what came of comparing it.
PHOTO_DOUBT_WORDS: Mapping[str, str] = {
    "repeat": mark("taken before, of another item"),
    "same_shot": mark("the picture of another photo here"),
    "unreadable": mark("it did not arrive whole"),
    "dark": mark("too dark"),
    "bright": mark("too bright"),
    "empty": mark("nothing on the mat"),
    "blurred": mark("not sharp"),
    "glare": mark("the lamp is mirrored"),
}


FAULT_WORDS: Mapping[str, str] = {
    "unreachable": mark("Not connected: check cable and power."),
    "in_use": mark("Another program of this computer uses it: close that program, or ask IT."),
    "lost": mark("Connection lost: check the cable."),
    "no_answer": mark("It does not answer: is it switched on?"),
    "wrong_line_settings": mark("It speaks with other line settings than ours: ask IT."),
    "garbled": mark("What it sends makes no sense."),
    "no_frames": mark("The camera sends no pictures: unplug it and plug it in again."),
    "frozen": mark("The camera shows the same picture again and again: unplug it and plug it in again."),
    "media_out": mark("No labels left: put in a new roll."),
    "ribbon_out": mark("No ribbon left: put in a new one."),
    "head_open": mark("The print head is open: close it."),
    "paused": mark("The printer is paused: press its pause button."),
    "overheated": mark("The print head is too hot: wait a minute."),
    "cutter_fault": mark("The cutter is stuck: open the printer and free it."),
    "label_jam": mark("Labels are jammed: open the printer and free them."),
    "head_worn": mark("The print head is worn: have it replaced."),
    "mark_not_found": mark("The printer does not find where a label ends: put the roll in anew and calibrate."),
    "label_not_taken": mark("Take the label from the printer."),
    "wrong_language": mark("The printer does not speak ZPL: set its language (device.languages) to zpl. Ask IT."),
    "queue_stopped": mark("The print queue of this computer is stopped: ask IT to start it again."),
    "no_queue": mark("This computer has no print queue of that name: ask IT."),
    "stuck": mark("The label is held and does not come out: look at the printer."),
    "printer_fault": mark("The printer reports a fault: look at its display."),
    "buffer_full": mark("The printer's memory is full: switch it off and on."),
    "cancelled": mark("The job was cancelled."),
    "outcome_unknown": mark("The printer was lost while printing. Look for the label."),
    "broken": mark("The driver failed; the log tells why. Ask IT."),
    "last_space": mark(
        "The disk is full: only a small reserve is left. Finish this parcel, make room or call IT, and start again."
    ),
}

# What a printer asks for while it still prints (devices.printers.status.Advice).
ADVICE_WORDS: Mapping[str, str] = {
    "labels_low": mark("The roll of labels is nearly used up: have a new one ready."),
    "clean_head": mark("Clean the print head when you have time."),
    "replace_head": mark("The print head will have to be replaced soon: tell IT."),
    "calibrate": mark("The printer asks to be calibrated: tell IT."),
}
