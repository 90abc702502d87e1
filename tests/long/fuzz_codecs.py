"""Coverage-guided fuzzing of all that reads a device: `python tests/long/fuzz_codecs.py --seconds 120`.

Needs atheris, which is no dependency of the project (`pip install atheris`). The input's first byte chooses a scale's
language, a kind of scanner or an answer of a printer; the rest are bytes of the line, fed whole and byte by byte. It
ends with the number of executions, or with the input that broke a rule: nothing raises, pieces do not matter, nothing
grows, a still weight has a figure.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["devices.scales", "devices.scanners", "devices.printers", "re"]):
    from devices.printers import status
    from devices.readings import WeightState
    from devices.scales.models import MODELS
    from devices.scanners.content import LONGEST_CODE
    from devices.scanners.evdev import EVENT, EvdevDecoder
    from devices.scanners.hid_pos import REPORT_SIZE, HidPosDecoder
    from devices.scanners.layouts import LAYOUTS
    from devices.scanners.serial_line import ScanDecoder

# How many bytes make one piece, and what reads them; `None` is any number.
SCANNERS = (
    (None, lambda: ScanDecoder("scanner")),
    (None, lambda: EvdevDecoder("scanner", LAYOUTS["us"])),
    (None, lambda: EvdevDecoder("scanner", LAYOUTS["fr"])),
    (REPORT_SIZE, lambda: HidPosDecoder("scanner")),
)
ANSWERS = (status.host_status, status.host_errors, status.host_identity, status.variable)
CODECS = [(model, dialect) for model in MODELS.values() for dialect in model.dialects or ("",)]
STILL = {WeightState.stable, WeightState.stable_zero}
LONGEST_HELD = 130
SEEDS = (
    b"S S     100.00 g\r\n",
    b"\x0201.230\r\x02?A\r",
    b"\n02.310KG\r\nS00\r\x03",
    b"\n0005.00lb\r\n00\r\x03",
    b"\n 005.00LB\r?0\x03",
    b"\n    2.310kg\r\n0p1\r\x03",
    b"ST,+0001.234 kg\r\nOL,+9999999E+19\r\n",
    b"ST,GS,1\xc4,000013.5 kg\r\n",
    b"\x01\x02S 02.310KG5\x03\x04",
    b"       12.73 g    ?\r\n",
    b"-    2.310 kg   NET\r\n",
    b"Gross Wt    1.234 Kg\r\n",
    b"G + 2.00 kg\r\n",
    b"\x03\x04\x0b\xff\x6f\x04",
    b"]d2010950110153000310AB-7z\x1d21X9Y\r\n",
    bytes([2, 13]) + b"]C1" + b"0109501101530" + bytes(46),
    EVENT.pack(0, 0, 1, 2, 1) + EVENT.pack(0, 0, 1, 2, 0) + EVENT.pack(0, 0, 1, 28, 1),
    b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n",
    b"ERRORS: 1 00000000 00000005 WARNINGS: 0 00000000 00000000",
    b"\x02ZD421-203dpi,V93.21.17Z,8,8192KB\x03",
)
KINDS = len(CODECS) + len(SCANNERS) + len(ANSWERS)


class Target:
    """What is run for each input; counts."""

    def __init__(self, ends_at: float) -> None:
        self.count = 0
        self._ends_at = ends_at

    def __call__(self, data: bytes) -> None:
        self.count += 1
        if self.count % 1_000 == 0 and time.monotonic() > self._ends_at:
            print(f"{self.count} executions over {KINDS} languages, nothing broken", flush=True)
            # libFuzzer takes any exception for a finding, SystemExit too.
            os._exit(0)
        if data:
            check(data[0] % KINDS, data[1:])


def check(chosen: int, line: bytes) -> None:
    """One input through one language."""
    if chosen < len(CODECS):
        check_scale(chosen, line)
    elif chosen < len(CODECS) + len(SCANNERS):
        check_scanner(*SCANNERS[chosen - len(CODECS)], line)
    else:
        ANSWERS[chosen - len(CODECS) - len(SCANNERS)](line)


def check_scanner(size: int | None, make: Callable[[], Any], line: bytes) -> None:
    """Any bytes through a scanner's decoder, in one piece and in the smallest."""
    reports = [line[at : at + size].ljust(size, b"\0") for at in range(0, len(line), size)] if size else [line]
    decoder = make()
    whole = [reading for report in reports for reading in decoder.feed(report, 1.0)]
    assert all(len(getattr(reading, "text", "")) <= LONGEST_CODE for reading in whole), line
    if size is None:
        other = make()
        assert [reading for byte in line for reading in other.feed(bytes([byte]), 1.0)] == whole, line


def check_scale(chosen: int, line: bytes) -> None:
    """Any bytes through a scale's language."""
    model, dialect = CODECS[chosen]
    codec = model.codec("scale", dialect)
    whole = codec.feed(line, 1.0)
    for weight in whole:
        assert weight.state not in STILL or weight.value is not None, (model.id, line)
        assert len(weight.raw) <= LONGEST_HELD, (model.id, line)
    if model.connection == "serial":
        other = model.codec("scale", dialect)
        pieces = [weight for byte in line for weight in other.feed(bytes([byte]), 1.0)]
        assert pieces == whole, (model.id, line)
        held = sum(len(value) for value in vars(codec).values() if isinstance(value, bytearray))
        assert held <= LONGEST_HELD, (model.id, line)


def main() -> None:
    """Fuzz until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as corpus:
        for number in range(KINDS):
            for index, seed in enumerate(SEEDS):
                (Path(corpus) / f"{number}-{index}").write_bytes(bytes([number]) + seed)
        target = Target(time.monotonic() + options.seconds)
        atheris.Setup([sys.argv[0], "-max_len=300", "-print_final_stats=1", corpus], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
