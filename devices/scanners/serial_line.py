"""Scanners on a serial line (RS-232 or USB-COM): bytes to scans, 8 bit clean, ended by CR, LF or both."""

import time

from devices.readings import Fault, Scan, Unreadable
from devices.scanners import aim
from devices.scanners.content import LONGEST_CODE, reading_of, text_of, unreadable
from devices.serial_port import LineSettings, open_port
from devices.worker import Link

GAP_S = 1.0  # a code comes in one burst; what stops in the middle for this long is no code


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
        out = self.expire(at)
        self._last_at = at
        for byte in data:
            if byte == 0x0A and self._after_cr:
                self._after_cr = False
                continue
            self._after_cr = byte == 0x0D
            if byte in {0x0A, 0x0D}:
                out.append(self._end(at))
            elif len(self._buffer) < LONGEST_CODE + aim.SIZE:
                self._buffer.append(byte)
            else:
                self._too_long = True
        return out

    def expire(self, at: float) -> list[Scan | Unreadable]:
        """Give up a code whose end never came; call it every now and then while nothing comes."""
        stale = self._buffer and at - self._last_at > GAP_S
        return [self._unreadable(Fault.garbled, at)] if stale else []

    def _end(self, at: float) -> Scan | Unreadable:
        if self._too_long:
            return self._unreadable(Fault.too_long, at)
        reading = reading_of(self._device, text_of(bytes(self._buffer)), at)
        if isinstance(reading, Unreadable):
            return self._unreadable(reading.why, at)
        self._buffer.clear()
        return reading

    def _unreadable(self, why: Fault, at: float) -> Unreadable:
        raw = bytes(self._buffer)
        self._buffer.clear()
        self._too_long = False
        return unreadable(self._device, why, raw, at)


class SerialScanner:
    """The session of a scanner on a serial line. Nothing can be asked of it: up means the port is open."""

    def __init__(self, device: str, line: LineSettings) -> None:
        self._device = device
        self._line = line

    def run(self, link: Link) -> None:
        """Post what is read until told to stop; what was read twice in a blink is for `DuplicateWindow`."""
        decoder = ScanDecoder(self._device)
        with open_port(self._line) as port:
            link.up()
            while not link.stopping:
                data = port.read()
                at = time.monotonic()
                if data:
                    link.saw(data)
                for reading in decoder.feed(data, at) if data else decoder.expire(at):
                    link.post(reading)
