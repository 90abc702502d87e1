"""Scanners on a serial line (RS-232 or USB-COM): bytes to scans, 8 bit clean, ended by CR, LF or both."""

import time

from devices.readings import Fault, Scan, Unreadable
from devices.scanners import aim
from devices.scanners.duplicates import DuplicateWindow
from devices.serial_port import LineSettings, open_port
from devices.worker import Link

LONGEST_CODE = 7_089  # digits in a QR code version 40-L, the most any symbol a bench scanner reads can hold
GAP_S = 1.0  # a code comes in one burst; what stops in the middle for this long is no code
_RAW_KEPT = 80
# Separators of ISO/IEC 15434 envelopes and GS1 element strings; any other control character is line noise.
_ALLOWED_CONTROLS = frozenset({"\x04", "\x1c", "\x1d", "\x1e", "\x1f"})


class ScanDecoder:
    """Bytes in, scans and unreadable bursts out; never holds more than one code's worth of bytes."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._buffer = bytearray()
        self._too_long = False
        self._after_cr = False
        self._last_at = 0.0

    def feed(self, data: bytes, at: float) -> list[Scan | Unreadable]:
        """Decode what came at `at`; a code may come in any number of pieces."""
        out: list[Scan | Unreadable] = []
        if self._buffer and at - self._last_at > GAP_S:
            out.append(self._unreadable(Fault.garbled, at))
        self._last_at = at
        for byte in data:
            if byte == 0x0A and self._after_cr:
                self._after_cr = False
                continue
            self._after_cr = byte == 0x0D
            if byte in {0x0A, 0x0D}:
                out.append(self._end(at))
            elif len(self._buffer) < LONGEST_CODE + 3:
                self._buffer.append(byte)
            else:
                self._too_long = True
        return out

    def _end(self, at: float) -> Scan | Unreadable:
        if self._too_long:
            return self._unreadable(Fault.too_long, at)
        symbology, text = aim.split(_text(bytes(self._buffer)))
        if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text if c not in _ALLOWED_CONTROLS):
            return self._unreadable(Fault.garbled, at)
        if not text.strip():
            return self._unreadable(Fault.empty, at)
        self._buffer.clear()
        return Scan(self._device, text, symbology, at)

    def _unreadable(self, why: Fault, at: float) -> Unreadable:
        raw = bytes(self._buffer[:_RAW_KEPT])
        self._buffer.clear()
        self._too_long = False
        return Unreadable(self._device, why, raw, at)


def _text(raw: bytes) -> str:
    """UTF-8, or ISO 8859-1, the default of QR and Data Matrix, where it is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


class SerialScanner:
    """The session of a scanner on a serial line. Nothing can be asked of it: up means the port is open."""

    def __init__(self, device: str, line: LineSettings) -> None:
        self._device = device
        self._line = line
        self._duplicates = DuplicateWindow()

    def run(self, link: Link) -> None:
        """Post each code once until told to stop."""
        decoder = ScanDecoder(self._device)
        with open_port(self._line) as port:
            link.up()
            while not link.stopping:
                data = port.read()
                if not data:
                    continue
                link.saw(data)
                for reading in decoder.feed(data, time.monotonic()):
                    if isinstance(reading, Unreadable) or not self._duplicates.is_repeat(reading):
                        link.post(reading)
