"""USB HID POS scanners (usage page 0x8C): input reports of 64 bytes, joined to whole codes.

Report, after Hand Held Products' 2020-5B guide, page 1-11, and Access-IS LSR118, page 68: byte 0 is the report's
number 2, byte 1 how many of the 56 data bytes count, bytes 2 to 4 the AIM identifier, bytes 5 to 60 the data, byte 61
the maker's own name for the symbol, and bit 0 of byte 63 says that the code goes on in the next report.

Reports have no running number. A lost one shows only in the time it leaves, in an identifier that changes, or in
a report that goes on without being full; then nothing is joined.
"""

import time

from devices.device_file import open_node
from devices.hid_nodes import SCANNER_PAGE, node_of
from devices.readings import Fault, Scan, Unreadable
from devices.scanners.content import LONGEST_CODE, RAW_KEPT, reading_of, text_of, unreadable
from devices.worker import Link

REPORT_SIZE = 64
DATA_SIZE = 56
SCANNED_DATA = 2  # the report's number
GAP_S = 0.1  # reports of one code come within milliseconds
GIVE_UP_S = 1.0  # the rest of a code that was cut may still come, and must not be taken for a code

_DATA_AT = 5
_CONTINUED = 0x01


class HidPosDecoder:
    """Reports in, scans and unreadable codes out; never holds more than one code's worth of bytes."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._aim = b""
        self._data = bytearray()
        self._joining = False
        self._spoiled: Fault | None = None
        self._last_at = 0.0

    def expire(self, at: float) -> list[Scan | Unreadable]:
        """Give up a code whose rest never came; call it every now and then while nothing comes."""
        if not self._joining or at - self._last_at <= GIVE_UP_S:
            return []
        self._spoil(Fault.garbled)
        return [self._finish(at)]

    def feed(self, report: bytes, at: float) -> list[Scan | Unreadable]:
        """Decode one report that came at `at`, monotonic seconds."""
        out = self.expire(at)
        if self._joining and at - self._last_at > GAP_S:
            self._spoil(Fault.garbled)
        self._last_at = at
        whole = len(report) == REPORT_SIZE and report[0] == SCANNED_DATA
        if whole and report[1] <= DATA_SIZE:
            self._join(report[2:_DATA_AT], report[_DATA_AT : _DATA_AT + report[1]])
        else:
            self._spoil(Fault.garbled)
            self._data += report[: max(0, RAW_KEPT - len(self._data))]
        continued = bool(report[-1] & _CONTINUED) if whole else self._joining
        if continued and whole and report[1] < DATA_SIZE:
            self._spoil(Fault.garbled)
        self._joining = continued
        return out if continued else [*out, self._finish(at)]

    def _join(self, symbology: bytes, data: bytes) -> None:
        if self._joining and symbology != self._aim:
            self._spoil(Fault.garbled)
        self._aim = symbology
        if len(self._data) + len(data) > LONGEST_CODE:
            self._spoil(Fault.too_long)
        else:
            self._data += data

    def _spoil(self, why: Fault) -> None:
        self._spoiled = self._spoiled or why

    def _finish(self, at: float) -> Scan | Unreadable:
        data, symbology, spoiled = bytes(self._data), self._aim, self._spoiled
        self._data.clear()
        self._joining, self._spoiled, self._aim = False, None, b""
        if spoiled is not None:
            return unreadable(self._device, spoiled, data, at)
        # Scanners that are told to send a suffix put it here as well.
        text = text_of(data.rstrip(b"\r\n"))
        return reading_of(self._device, _identifier(symbology) + text, at)


def _identifier(symbology: bytes) -> str:
    """Return the AIM identifier: makers fill in `]C1`, or `C1` and a blank, or nothing but noughts."""
    said = symbology.strip(b"\x00 ").decode("ascii", errors="replace")
    return said if said.startswith("]") or not said else "]" + said


class HidPosScanner:
    """The session of a USB scanner, by its path or as `devices.hid_nodes` names it.

    Nothing can be asked of it: up means the file is open.
    """

    def __init__(self, device: str, path: str) -> None:
        self._device = device
        self._path = path

    def run(self, link: Link) -> None:
        """Post what is read until told to stop; what was read twice in a blink is for `DuplicateWindow`."""
        decoder = HidPosDecoder(self._device)
        with open_node(node_of(self._path, SCANNER_PAGE)) as node:
            node.drop_old(REPORT_SIZE)
            link.up()
            while not link.stopping:
                report = node.read(REPORT_SIZE)
                at = time.monotonic()
                if report:
                    link.saw(report)
                for reading in decoder.feed(report, at) if report else decoder.expire(at):
                    link.post(reading)
