"""Keyboard scanners taken out of the desktop (Linux): key events read from /dev/input, grabbed, and decoded.

An event is 24 bytes on 64 bit Linux: two longs of time, type, code and value (`struct input_event`, linux/input.h).
While it is grabbed (EVIOCGRAB), no window sees a key of the scanner, whatever has the focus.
"""

import errno
import logging
import struct
import sys
import time

from devices.device_file import open_node
from devices.readings import Fault, Scan, Unreadable
from devices.scanners import aim, layouts
from devices.scanners.content import LONGEST_CODE, reading_of, unreadable
from devices.scanners.keys import KeyReader, Mute, composed
from devices.worker import DeviceError, Link

if sys.platform != "win32":
    import fcntl

_log = logging.getLogger(__name__)

EVENT = struct.Struct("llHHi")
EVENTS_AT_ONCE = 64
GAP_S = 0.5  # keys of one code come within milliseconds
EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int)

_SYN, _KEY = 0, 1
_SYN_REPORT, _SYN_DROPPED = 0, 3
_UP, _DOWN = 0, 1  # 2 is the kernel repeating a key that is held down, which no scanner does
_SUFFIXES = frozenset({layouts.ENTER, layouts.KEYPAD_ENTER, layouts.TAB})
_LONGEST_TEXT = LONGEST_CODE + aim.SIZE


class EvdevDecoder:
    """Bytes of input events in, scans and unreadable codes out; events may come in any pieces."""

    def __init__(self, device: str, layout: layouts.Layout) -> None:
        self._device = device
        self._keys = KeyReader(layout)
        self._rest = b""
        self._text: list[str] = []
        self._spoiled: Fault | None = None
        self._dropping = False
        self._last_at = 0.0

    def feed(self, data: bytes, at: float) -> list[Scan | Unreadable]:
        """Decode what came at `at`, monotonic seconds."""
        out = self.expire(at)
        self._last_at = at
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == _SYN:
                self._synchronise(code)
            elif kind == _KEY and not self._dropping:
                out += self._key(code, value, at)
        return out

    def expire(self, at: float) -> list[Scan | Unreadable]:
        """Give up a code whose end never came; call it every now and then while nothing comes."""
        if at - self._last_at <= GAP_S:
            return []
        begun = bool(self._text or self._rest) or self._spoiled is not None
        self._rest, self._dropping = b"", False
        self._keys.let_go()
        return [self._finish(at, self._spoiled or Fault.garbled)] if begun else []

    def _synchronise(self, code: int) -> None:
        """The kernel's buffer ran over: what comes up to the next report has holes, and so has the code."""
        if code == _SYN_DROPPED:
            self._dropping, self._spoiled = True, Fault.garbled
            self._keys.let_go()
        elif code == _SYN_REPORT:
            self._dropping = False

    def _key(self, code: int, value: int, at: float) -> list[Scan | Unreadable]:
        if value not in (_UP, _DOWN):
            return []
        if value == _DOWN and code in _SUFFIXES and not self._keys.modifiers:
            return [self._finish(at, self._spoiled)]
        made = self._keys.press(code) if value == _DOWN else self._keys.release(code)
        if made is Mute.other:
            self._spoiled = self._spoiled or Fault.garbled
        elif isinstance(made, str) and len(self._text) < _LONGEST_TEXT:
            self._text.append(made)
        elif isinstance(made, str):
            self._spoiled = self._spoiled or Fault.too_long
        return []

    def _finish(self, at: float, why: Fault | None) -> Scan | Unreadable:
        text = composed("".join(self._text))
        self._text.clear()
        self._keys.forget()
        self._spoiled = None
        if why is not None:
            return unreadable(self._device, why, text.encode(), at)
        return reading_of(self._device, text, at)


class EvdevScanner:
    """The session of a grabbed keyboard scanner. Nothing can be asked of it: up means it is open and ours."""

    def __init__(self, device: str, path: str, layout: layouts.Layout = layouts.US) -> None:
        self._device = device
        self._path = path
        self._layout = layout

    def run(self, link: Link) -> None:
        """Post what is read until told to stop; what was read twice in a blink is for `DuplicateWindow`."""
        decoder = EvdevDecoder(self._device, self._layout)
        with open_node(self._path) as node:
            _grab(node.handle, self._path)
            node.drop_old(EVENT.size * EVENTS_AT_ONCE)
            link.up()
            while not link.stopping:
                data = node.read(EVENT.size * EVENTS_AT_ONCE)
                at = time.monotonic()
                if data:
                    link.saw(data)
                for reading in decoder.feed(data, at) if data else decoder.expire(at):
                    link.post(reading)


def _grab(handle: int, path: str) -> None:
    """Take the scanner for us alone; the kernel lets go of it when the file is closed."""
    if sys.platform == "win32":
        raise OSError(errno.ENOSYS, "input events are read on Linux only")
    try:
        fcntl.ioctl(handle, EVIOCGRAB, 1)
    except OSError as error:
        if error.errno == errno.ENOTTY:
            _log.info("%s is no input device and cannot be grabbed: taken for a simulator", path)
        elif error.errno == errno.EBUSY:
            raise DeviceError(Fault.in_use, f"{path} is grabbed by another program") from error
        else:
            raise
