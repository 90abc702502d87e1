"""The words the screens add to those of the station: lamps, weights, comparisons; English message ids."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import QDateTime, QLocale, QTime

from resources.words import SOURCE_LANGUAGE, Translator, mark
from station.words import FAULT_WORDS
from ui.parts.text import breakable

DEVICES: Mapping[str, str] = {
    "scanner": mark("Scanner"),
    "scale": mark("Scale"),
    "camera": mark("Camera"),
    "printer": mark("Printer"),
    "sync": mark("Sync"),
    "disk": mark("Disk"),
}
LAMPS: Mapping[str, str] = {"ok": mark("ready"), "attention": mark("look"), "down": mark("down"), "": mark("starting")}
# One or two words for a lamp; the sentence that says what to do is the station's own.
FAULTS: Mapping[str, str] = {
    "unreachable": mark("not found"),
    "in_use": mark("in use elsewhere"),
    "lost": mark("unplugged"),
    "no_answer": mark("silent"),
    "wrong_line_settings": mark("settings"),
    "garbled": mark("garbled"),
    "no_frames": mark("no picture"),
    "frozen": mark("frozen"),
    "media_out": mark("no labels"),
    "ribbon_out": mark("no ribbon"),
    "head_open": mark("head open"),
    "paused": mark("paused"),
    "overheated": mark("too hot"),
    "printer_fault": mark("fault"),
    "cutter_fault": mark("cutter"),
    "label_jam": mark("jammed"),
    "head_worn": mark("head worn"),
    "mark_not_found": mark("calibrate"),
    "label_not_taken": mark("take label"),
    "wrong_language": mark("no ZPL"),
    "queue_stopped": mark("stopped"),
    "no_queue": mark("no queue"),
    "stuck": mark("stuck"),
    "buffer_full": mark("full"),
    "cancelled": mark("cancelled"),
    "outcome_unknown": mark("unsure"),
    "broken": mark("broken"),
    "offline": mark("offline"),
    **dict.fromkeys(("revoked", "token_unknown", "token_expired"), mark("shut out")),
    **dict.fromkeys(("certificate_wrong", "not_secure"), mark("not safe")),
    "refused": mark("refused"),
    "fork": mark("old copy"),
    "damaged": mark("damaged"),
    "disk_full": mark("disk full"),
    "token_unknown": mark("not let in"),
    "clock_off": mark("clock is off"),
    "last_space": mark("nearly full"),
}
WEIGHTS: Mapping[str, str] = {
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
LABELS: Mapping[str, str] = {
    "queued": mark("waits here"),
    "sent": mark("sent; the printer is out of sight"),
    "waiting": mark("waits in the printer"),
    "printed": mark("printed, not scanned back yet"),
    "cancelled": mark("cancelled"),
    "unknown": mark("nobody knows: look for it, or print again"),
}
CONTROLS: Mapping[str, str] = {
    "focus": mark("focus"),
    "exposure": mark("exposure"),
    "white_balance": mark("white balance"),
}
CONTROL_STATES: Mapping[str, str] = {
    "settling": mark("finding itself"),
    "held": mark("held"),
    "set": mark("set"),
    "not_controllable": mark("not controllable"),
}
MATCHES: Mapping[str, str] = {
    "matched": mark("declared"),
    "undeclared": mark("not declared"),
    "wrong": mark("wrong item"),
}
ORDER_KINDS: Mapping[str, str] = {
    "return": mark("Return"),
    "exchange": mark("Exchange"),
    "warranty": mark("Warranty"),
    "repair": mark("Repair"),
    "undelivered": mark("Returned to sender"),
    "unknown": mark("Unknown parcel"),
}
# Why central and this bench do not speak until somebody has done something about it.
SHUT_OUT: Mapping[str, str] = {
    "revoked": mark("Central has shut this bench out. Work on: all is kept here. Ask IT to enrol the bench again."),
    "token_unknown": mark("Central does not know this bench. Work on: all is kept here. Ask IT to enrol it again."),
    "token_expired": mark(
        "This bench was away from central for too long. Work on: all is kept here. Ask IT to enrol it again."
    ),
    "certificate_wrong": mark(
        "Who answers cannot prove to be central, so nothing is sent. Work on: all is kept here. Tell IT."
    ),
    "not_secure": mark(
        "Central's address does not begin with https, so nothing is sent. Work on: all is kept here. Tell IT."
    ),
}
_CURES: Mapping[str, str] = {
    **SHUT_OUT,
    "offline": mark("Work on: everything is kept here and sent by itself when the network is back."),
    "refused": mark("Central refused some facts. Nothing is lost; a supervisor must look."),
    "fork": mark(
        "These records were put back from an old copy, or a second copy is in use. Finish the parcel and wait: then "
        "what waits gets new numbers and is sent. If this does not go away, start the station again."
    ),
    "disk_full": mark("The disk is full. Delete what is not needed, or call IT. Then try again."),
    "damaged": mark(
        "Some of what this computer saved is damaged on its disk. Work on, and tell IT: "
        "returns-station verify says what, returns-station salvage mends it."
    ),
    "clock_off": mark("Have this computer's clock set. What was recorded keeps its order."),
}
# Amounts as the station's prompts name them, and the moments of our records: UTC, as station.moments writes them.
_AMOUNT = re.compile(r"-?\d+\.\d\d [A-Z]{3}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def say(tr: Translator, text: str, params: Mapping[str, str]) -> str:
    """Return a sentence with its parameters.

    Those that are words of ours are translated, moments are told in local time, amounts as the language writes them,
    all can be broken.
    """
    return tr.format(text, **{name: breakable(_said(tr, value)) for name, value in params.items()})


def _said(tr: Translator, value: str) -> str:
    if _AMOUNT.fullmatch(value):
        return tr.figure(value)
    return day_and_time(tr, value) if _MOMENT.fullmatch(value) else tr.gettext(value)


def day_and_time(tr: Translator, at: str) -> str:
    """Return a UTC instant (ISO 8601) as a person says it, by the clock on the wall: weekday, date and time."""
    when = _local(at)
    if when is None:
        return at
    locale = _locale(tr)
    day = locale.toString(when.date(), QLocale.FormatType.LongFormat)
    return tr.format(mark("{day}, {time}"), day=day, time=locale.toString(when.time(), "HH:mm"))


def brief_moment(tr: Translator, at: str) -> str:
    """Return a UTC instant (ISO 8601) as it stands on a list, by the clock on the wall, to the second."""
    when = _local(at)
    return at if when is None else _locale(tr).toString(when, "ddd d MMM, HH:mm:ss")


def _local(at: str) -> QDateTime | None:
    try:
        when = datetime.fromisoformat(at).astimezone()
    except ValueError:
        return None
    # Python knows the computer's zone as the rest of the program does; Qt only names the days.
    return QDateTime(when.date(), QTime(when.hour, when.minute, when.second))


def _locale(tr: Translator) -> QLocale:
    """Return who names days and months in the reader's language; our English is British."""
    return QLocale("en_GB" if tr.language == SOURCE_LANGUAGE else tr.language)


def word(tr: Translator, table: Mapping[Any, str], code: str) -> str:
    """Return the words for a code in the reader's language; a code without words is shown as it is."""
    return tr.gettext(table[code]) if code in table else code.replace("_", " ").replace("-", " ")


def device(tr: Translator, name: str) -> str:
    """Return what people call a device; the second of a kind, `scanner 2`, has a number behind its word."""
    kind, _, number = name.rpartition(" ")
    return (
        f"{tr.gettext(DEVICES[kind])} {number}" if kind in DEVICES and number.isdecimal() else word(tr, DEVICES, name)
    )


def cure(tr: Translator, why: str) -> str:
    """Return the sentence that says what to do about a fault; empty when nobody wrote one."""
    return tr.gettext(FAULT_WORDS.get(why, "") or _CURES.get(why, ""))
