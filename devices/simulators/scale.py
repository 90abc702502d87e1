"""A scale as a process: `python -m devices.simulators.scale --dialect NAME --link PATH`; MT-SICS without a name.

Commands: {"do":"place","weight_mg":2310000,"wobble_s":0.6}, {"do":"remove"}, {"do":"wobble"}, {"do":"print"} (its
key), {"do":"garbage","seed":1}, {"do":"deal","how":"split"} ("glued", "whole"), {"do":"silence"}, {"do":"speak"},
{"do":"sleep"}, {"do":"wake"}, {"do":"unplug"}, {"do":"plug"}.
"""

import argparse
import random
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from devices.simulators import wire
from devices.simulators.control import Command, Control
from devices.simulators.scale_dialects import TONGUES, AzExtra, Speaker
from devices.simulators.scale_mt_sics import MtSics
from devices.simulators.scale_pan import Pan

HID = "hid-pos"
_DEALS = ("whole", "split", "glued")
_SPLIT_S = 0.002


class Program(Protocol):
    """What runs inside a scale: its line settings and its language."""

    framing: wire.Framing

    def hear(self, data: bytes, pan: Pan, now: float) -> list[bytes]:
        """What it answers to bytes of the driver."""

    def unasked(self, pan: Pan, now: float) -> list[bytes]:
        """What it sends by itself now."""

    def printed(self, pan: Pan, now: float) -> list[bytes]:
        """What its print key sends."""


def programs() -> Mapping[str, Callable[[], Program]]:
    """Every scale there is, by the name of its dialect."""
    spoken = {name: lambda tongue=tongue: Speaker(tongue) for name, tongue in TONGUES.items()}
    return {"mt-sics": MtSics, "adam-azextra": AzExtra, **spoken}


class Scale:
    """A platform people change and a line that is served."""

    def __init__(self, line: wire.Wire, program: Program) -> None:
        self._line = line
        self._program = program
        self._lock = threading.Lock()
        self._pan = Pan()
        self._noise = random.Random(1)
        self._ended = threading.Event()
        self._silent = False
        self._deal = "whole"
        self._sent = 0
        self._held = b""
        self._server = threading.Thread(target=self._serve, name="scale-line")

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def end(self) -> None:
        """Stop and hang up."""
        self._ended.set()
        self._server.join()
        self._line.unplug()

    def place(self, command: Command) -> None:
        """Put something on the platform instead of what is there; it rocks for `wobble_s`."""
        self._load(int(command["weight_mg"]), float(command.get("wobble_s", 0.6)))

    def remove(self, command: Command) -> None:
        """Clear the platform."""
        self._load(0, float(command.get("wobble_s", 0.2)))

    def wobble(self, command: Command) -> None:
        """Knock against the bench."""
        with self._lock:
            self._pan.moving_until = time.monotonic() + float(command.get("wobble_s", 0.6))

    def print(self, command: Command) -> None:
        """Press its print key."""
        with self._lock:
            if not self._silent:
                self._send(self._program.printed(self._pan, time.monotonic()))

    def garbage(self, command: Command) -> None:
        """Line noise."""
        noise = random.Random(int(command.get("seed", 1)))
        with self._lock:
            self._line.write(bytes(noise.randrange(256) for _ in range(200)))

    def deal(self, command: Command) -> None:
        """How frames leave from now on: whole, byte by byte, or every fourth late and together with the next."""
        if command["how"] not in _DEALS:
            raise ValueError(f"not one of {', '.join(_DEALS)}")
        with self._lock:
            self._deal, self._held = str(command["how"]), b""

    def silence(self, command: Command) -> None:
        """Switched off or asleep: the line is there and nobody answers."""
        self._silent = True

    def speak(self, command: Command) -> None:
        """Switched on or woken."""
        self._silent = False

    def unplug(self, command: Command) -> None:
        """Pull the plug."""
        self._line.unplug()

    def plug(self, command: Command) -> None:
        """Put it back."""
        self._line.plug()

    def _load(self, load_mg: int, wobble_s: float) -> None:
        with self._lock:
            self._pan.put(load_mg, time.monotonic() + wobble_s)

    def _serve(self) -> None:
        while not self._ended.is_set():
            data = self._line.read()
            if not data:
                self._ended.wait(0.01)
            now = time.monotonic()
            with self._lock:
                if not self._silent:
                    self._send(self._program.hear(data, self._pan, now) if data else [])
                    self._send(self._program.unasked(self._pan, now))

    def _send(self, frames: list[bytes]) -> None:
        for frame in frames:
            out = self._misheard(frame)
            self._sent += 1
            if self._deal == "glued":
                self._held, out = (out, b"") if self._sent % 4 == 0 else (b"", self._held + out)
            if self._deal == "split":
                for byte in out:
                    self._line.write(bytes([byte]))
                    time.sleep(_SPLIT_S)
            elif out:
                self._line.write(out)

    def _misheard(self, frame: bytes) -> bytes:
        """What the driver makes of it with the settings it opened the line with."""
        own, heard = self._program.framing, self._line.heard()
        if own == heard:
            return frame
        if heard.baud == own.baud and (own.data_bits, own.parity, heard.data_bits, heard.parity) == (7, "E", 8, "N"):
            return bytes(byte | (byte.bit_count() & 1) << 7 for byte in frame)  # the parity bit becomes bit 7
        return bytes(self._noise.randrange(128, 256) for _ in frame)


def main() -> None:
    """Run until stdin closes."""
    known = programs()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialect", choices=sorted(known), default="mt-sics")
    wire.add_arguments(parser)
    options = parser.parse_args()
    program = known[options.dialect]()
    if options.dialect == HID:
        line: wire.Wire = wire.ReportWire(options.link or Path("hidraw-scale"))
    else:
        line = wire.from_arguments(options, program.framing)
    scale, control = Scale(line, program), Control()
    scale.start()
    control.announce("ready", address=line.address)
    control.serve(
        {
            "place": scale.place,
            "remove": scale.remove,
            "wobble": scale.wobble,
            "print": scale.print,
            "garbage": scale.garbage,
            "deal": scale.deal,
            "silence": scale.silence,
            "speak": scale.speak,
            "sleep": scale.silence,
            "wake": scale.speak,
            "unplug": scale.unplug,
            "plug": scale.plug,
        }
    )
    scale.end()


if __name__ == "__main__":
    main()
