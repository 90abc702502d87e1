"""What a label printer says about itself: ~HS, ~HQES, ~HI and getvar answers to values.

Source: Zebra ZPL II programming guide, "~HS Host Status Return", "~HQ Host Query" (error and warning bits of
~HQES), "~HI Host Identification", "SGD: getvar". ~HS is not answered at all while media or ribbon is out, the
head is open or too hot: no answer is a state of the printer, and ~HQES then says which.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from devices.readings import Fault

_HS = re.compile(
    rb"\x02\d{3},(?P<paper>[01]),(?P<pause>[01]),\d{4},(?P<formats>\d{3}),(?P<full>[01]),[01],"
    rb"(?P<partial>[01]),\d{3},(?P<corrupt>[01]),(?P<cold>[01]),(?P<hot>[01])\x03\s*"
    rb"\x02\d{3},[01],(?P<head>[01]),(?P<ribbon>[01]),[01],\w,\w,(?P<taken>[01]),(?P<left>\d{8}),\d,\d{3}\x03\s*"
    rb"\x02\d{4},[01]\x03"
)
_HQES = re.compile(
    rb"ERRORS:\s*(?P<failed>[01]) (?P<high>[0-9A-Fa-f]{8}) (?P<low>[0-9A-Fa-f]{8})\s+"
    rb"WARNINGS:\s*(?P<warned>[01]) (?P<warn_high>[0-9A-Fa-f]{8}) (?P<warn_low>[0-9A-Fa-f]{8})"
)
_HI = re.compile(rb"\x02(?P<model>[^,\x03]+),(?P<version>[^,\x03]+),(?P<dpmm>\d+),(?P<memory>[^,\x03]+)")
_VALUE = re.compile(rb'"([^"\x00-\x1f]*)"')

# The order is the order in which a person has to deal with them. What no person can mend at the bench (0x80 head
# detection, 0x100 firmware, 0x200 thermistor, and whatever a newer printer adds) is a printer fault.
_ERROR_BITS = (
    (0x4, Fault.head_open),
    (0x1, Fault.media_out),
    (0x2, Fault.ribbon_out),
    (0x1000 | 0x4000, Fault.label_jam),  # jammed; does not feed
    (0x8, Fault.cutter_fault),
    (0x80000, Fault.mark_not_found),
    (0x10 | 0x20, Fault.overheated),  # head; motor
    (0x40, Fault.head_worn),
)
_PAUSED_BIT = 0x10000


class Advice(StrEnum):
    """What a printer asks for while it still prints: stable codes, translated by the screen."""

    labels_low = "labels_low"
    clean_head = "clean_head"
    replace_head = "replace_head"
    calibrate = "calibrate"


_WARNING_BITS = (
    (0x8, Advice.labels_low),
    (0x2, Advice.clean_head),
    (0x4, Advice.replace_head),
    (0x1, Advice.calibrate),
)


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One whole ~HS answer, as far as anyone acts on it."""

    paper_out: bool
    paused: bool
    formats_in_buffer: int
    buffer_full: bool
    partial_format: bool
    corrupt_ram: bool
    overheated: bool
    head_open: bool
    ribbon_out: bool
    label_waiting: bool
    labels_left: int

    @property
    def nothing_left(self) -> bool:
        """Whether everything received has been printed."""
        return not (self.formats_in_buffer or self.labels_left or self.partial_format)

    @property
    def fault(self) -> Fault | None:
        """What keeps it from printing, or None."""
        found = (
            (self.head_open, Fault.head_open),
            (self.paper_out, Fault.media_out),
            (self.ribbon_out, Fault.ribbon_out),
            (self.overheated, Fault.overheated),
            (self.corrupt_ram, Fault.printer_fault),
            (self.paused, Fault.paused),
            (self.label_waiting and not self.nothing_left, Fault.label_not_taken),
        )
        return next((fault for present, fault in found if present), None)


@dataclass(frozen=True, slots=True)
class HostErrors:
    """One ~HQES answer: bit sets of errors and warnings."""

    errors: int
    warnings: int

    @property
    def fault(self) -> Fault | None:
        """The error a person has to deal with first, or None."""
        for bits, fault in _ERROR_BITS:
            if self.errors & bits:
                return fault
        if self.errors & ~_PAUSED_BIT:
            return Fault.printer_fault
        return Fault.paused if self.errors else None

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What it asks for while it still prints, the most pressing first."""
        return tuple(advice for bit, advice in _WARNING_BITS if self.warnings & bit)


@dataclass(frozen=True, slots=True)
class HostIdentity:
    """One ~HI answer: model, firmware, dots per millimetre."""

    model: str
    version: str
    dots_per_mm: int


def host_status(data: bytes) -> HostStatus | None:
    """The last whole ~HS answer in the bytes so far, whatever pieces they came in; None while incomplete."""
    found = list(_HS.finditer(data))
    if not found:
        return None
    part = found[-1]
    return HostStatus(
        paper_out=part["paper"] == b"1",
        paused=part["pause"] == b"1",
        formats_in_buffer=int(part["formats"]),
        buffer_full=part["full"] == b"1",
        partial_format=part["partial"] == b"1",
        corrupt_ram=part["corrupt"] == b"1",
        overheated=part["hot"] == b"1",
        head_open=part["head"] == b"1",
        ribbon_out=part["ribbon"] == b"1",
        label_waiting=part["taken"] == b"1",
        labels_left=int(part["left"]),
    )


def host_errors(data: bytes) -> HostErrors | None:
    """The last whole ~HQES answer in the bytes so far; None while incomplete."""
    found = list(_HQES.finditer(data))
    if not found:
        return None
    part = found[-1]
    errors = int(part["high"] + part["low"], 16) if part["failed"] == b"1" else 0
    warnings = int(part["warn_high"] + part["warn_low"], 16) if part["warned"] == b"1" else 0
    return HostErrors(errors, warnings)


def host_identity(data: bytes) -> HostIdentity | None:
    """The ~HI answer in the bytes so far; None while incomplete."""
    part = _HI.search(data)
    if part is None:
        return None
    return HostIdentity(
        part["model"].decode("ascii", "replace"),
        part["version"].decode("ascii", "replace"),
        int(part["dpmm"]),
    )


def variable(data: bytes) -> str | None:
    """The value in a getvar answer without its quotes, "?" for one it does not know; None while incomplete."""
    found = _VALUE.search(data)
    return None if found is None else found[1].decode("ascii", "replace")


def speaks_zpl(languages: str) -> bool:
    """Whether the value of "device.languages" (zpl, epl_zpl, hybrid_xml_zpl, epl, line_print ...) lets ZPL print.

    A printer that does not know the variable is older than it, and then says by ~HI what it is.
    """
    return languages in ("", "?") or "zpl" in languages.lower()
