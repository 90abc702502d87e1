"""A keyboard scanner as a file of input events: `python -m devices.simulators.scanner_evdev --file PATH --layout de`.

Commands: {"do":"scan","text":"...","aim":"]C1","alt_codes":true}, {"do":"type","text":"..."} (no Enter after it),
{"do":"overrun"} (the kernel lost events), {"do":"garbage","seed":1}, {"do":"unplug"}, {"do":"plug"}.
"""

import argparse
import random
import time
from collections.abc import Iterable
from pathlib import Path

from devices.scanners import layouts
from devices.scanners.evdev import EVENT
from devices.simulators.control import Command, Control
from devices.simulators.keys import Stroke, strokes
from devices.simulators.records import RecordFile

_SYN, _KEY, _MSC = 0, 1, 4
_SYN_REPORT, _SYN_DROPPED, _MSC_SCAN = 0, 3, 4


def events(keys: Iterable[Stroke]) -> bytes:
    """Return the records of key strokes, each with its scan code before and its report after, as the kernel does."""
    out = b""
    for code, pressed in keys:
        out += _event(_MSC, _MSC_SCAN, code) + _event(_KEY, code, int(pressed)) + _event(_SYN, _SYN_REPORT, 0)
    return out


def _event(kind: int, code: int, value: int) -> bytes:
    micros = time.time_ns() // 1000
    return EVENT.pack(micros // 1_000_000, micros % 1_000_000, kind, code, value)


class EvdevDevice:
    """Types codes with a layout of its own."""

    def __init__(self, file: RecordFile, layout: layouts.Layout) -> None:
        self._file = file
        self._layout = layout

    def scan(self, command: Command) -> None:
        """Read one code, ended by Enter."""
        self._type(str(command.get("aim", "")) + str(command["text"]) + "\r", bool(command.get("alt_codes")))

    def type(self, command: Command) -> None:
        """Strike keys and no Enter."""
        self._type(str(command["text"]), False)

    def overrun(self, command: Command) -> None:
        """The kernel's buffer ran over."""
        self._file.write(_event(_SYN, _SYN_DROPPED, 0) + _event(_SYN, _SYN_REPORT, 0))

    def garbage(self, command: Command) -> None:
        """Bytes that are no events, not even in number."""
        noise = random.Random(int(command.get("seed", 1)))
        self._file.write(bytes(noise.randrange(256) for _ in range(200)))

    def _type(self, text: str, alt_codes: bool) -> None:
        for stroke in strokes(text, self._layout, alt_codes):
            self._file.write(events([stroke]))


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True, help="where the FIFO is while plugged in")
    parser.add_argument("--layout", choices=sorted(layouts.LAYOUTS), default="us", help="what the scanner is set to")
    options = parser.parse_args()
    file = RecordFile(options.file)
    device, control = EvdevDevice(file, layouts.LAYOUTS[options.layout]), Control()
    control.announce("ready", address=file.address)
    control.serve(
        {
            "scan": device.scan,
            "type": device.type,
            "overrun": device.overrun,
            "garbage": device.garbage,
            "unplug": lambda _: file.unplug(),
            "plug": lambda _: file.plug(),
        }
    )
    file.unplug()


if __name__ == "__main__":
    main()
