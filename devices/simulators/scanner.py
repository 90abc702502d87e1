"""A barcode scanner on a serial line: `python -m devices.simulators.scanner --link PATH`.

Commands: {"do":"scan","text":"...","aim":"]C1"}, {"do":"garbage","seed":1}, {"do":"unplug"}, {"do":"plug"}.
"""

import argparse
import random
import threading

from devices.simulators import wire
from devices.simulators.control import Command, Control


class Scanner:
    """Sends codes with their AIM identifier and a CR, as USB-COM scanners do when so programmed."""

    def __init__(self, line: wire.Wire) -> None:
        self._line = line
        self._ended = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="scanner-line")

    def start(self) -> None:
        """Begin to answer line negotiation."""
        self._listener.start()

    def end(self) -> None:
        """Hang up."""
        self._ended.set()
        self._listener.join()
        self._line.unplug()

    def scan(self, command: Command) -> None:
        """Read one code; `raw` (latin-1 text) sends bytes as they are."""
        if "raw" in command:
            self._line.write(str(command["raw"]).encode("latin-1"))
            return
        self._line.write((str(command.get("aim", "")) + str(command["text"])).encode() + b"\r")

    def garbage(self, command: Command) -> None:
        """Line noise, ended by a CR."""
        noise = random.Random(int(command.get("seed", 1)))
        self._line.write(bytes(noise.randrange(256) for _ in range(200)) + b"\r")

    def unplug(self, command: Command) -> None:
        """Pull the plug."""
        self._line.unplug()

    def plug(self, command: Command) -> None:
        """Put it back."""
        self._line.plug()

    def _listen(self) -> None:
        while not self._ended.is_set():
            if not self._line.read():
                self._ended.wait(0.01)


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    wire.add_arguments(parser)
    line = wire.from_arguments(parser.parse_args())
    scanner, control = Scanner(line), Control()
    scanner.start()
    control.announce("ready", address=line.address)
    control.serve(
        {
            "scan": scanner.scan,
            "garbage": scanner.garbage,
            "unplug": scanner.unplug,
            "plug": scanner.plug,
        }
    )
    scanner.end()


if __name__ == "__main__":
    main()
