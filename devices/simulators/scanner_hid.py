"""A USB HID POS scanner on a FIFO: `python -m devices.simulators.scanner_hid --file PATH`.

Commands: {"do":"scan","text":"...","aim":"]C1","lose":[1],"pause_s":0.2}, {"do":"report","hex":"..."},
{"do":"garbage","seed":1}, {"do":"unplug"}, {"do":"plug"}.
"""

import argparse
import random
import time
from pathlib import Path

from devices.scanners.hid_pos import DATA_SIZE, REPORT_SIZE, SCANNED_DATA
from devices.simulators.control import Command, Control
from devices.simulators.records import RecordFile


def reports(text: str, aim: str = "") -> list[bytes]:
    """Return the reports of one code, as many as its bytes in UTF-8 want."""
    data = text.encode()
    pieces = [data[at : at + DATA_SIZE] for at in range(0, max(1, len(data)), DATA_SIZE)]
    return [_report(piece, aim, continued=piece is not pieces[-1]) for piece in pieces]


def _report(data: bytes, aim: str, continued: bool) -> bytes:
    head = bytes([SCANNED_DATA, len(data)]) + aim.encode("ascii").ljust(3, b"\x00")
    return (head + data).ljust(REPORT_SIZE - 1, b"\x00") + bytes([continued])


class HidPosDevice:
    """Sends codes as reports."""

    def __init__(self, file: RecordFile) -> None:
        self._file = file

    def scan(self, command: Command) -> None:
        """Read one code; reports whose numbers (from 0) are in `lose` get lost, and take `pause_s` each."""
        lost = {int(number) for number in command.get("lose", ())}
        for number, report in enumerate(reports(str(command["text"]), str(command.get("aim", "")))):
            if number in lost:
                time.sleep(float(command.get("pause_s", 0.0)))
            else:
                self._file.write(report)

    def report(self, command: Command) -> None:
        """Send bytes as one report, whatever they are."""
        self._file.write(bytes.fromhex(str(command["hex"])))

    def garbage(self, command: Command) -> None:
        """A report of noise, with the number of another kind."""
        noise = random.Random(int(command.get("seed", 1)))
        self._file.write(b"\xff" + bytes(noise.randrange(256) for _ in range(REPORT_SIZE - 1)))


def main() -> None:
    """Run until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True, help="where the FIFO is while plugged in")
    file = RecordFile(parser.parse_args().file)
    device, control = HidPosDevice(file), Control()
    control.announce("ready", address=file.address)
    control.serve(
        {
            "scan": device.scan,
            "report": device.report,
            "garbage": device.garbage,
            "unplug": lambda _: file.unplug(),
            "plug": lambda _: file.plug(),
        }
    )
    file.unplug()


if __name__ == "__main__":
    main()
