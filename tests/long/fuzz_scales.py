"""Coverage-guided fuzzing of the scale languages: `python tests/long/fuzz_scales.py --seconds 120`.

Needs atheris, which is no dependency of the project (`pip install atheris`). The input's first byte chooses a language,
the rest are bytes of the line, fed whole and byte by byte. It ends with the number of executions, or with the input
that broke a rule: nothing raises, pieces do not matter, nothing grows, a still weight has a figure.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["devices.scales", "re"]):
    from devices.readings import WeightState
    from devices.scales.models import MODELS

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
)


class Target:
    """What is run for each input; counts."""

    def __init__(self, ends_at: float) -> None:
        self.count = 0
        self._ends_at = ends_at

    def __call__(self, data: bytes) -> None:
        self.count += 1
        if self.count % 1_000 == 0 and time.monotonic() > self._ends_at:
            print(f"{self.count} executions over {len(CODECS)} languages, nothing broken", flush=True)
            # libFuzzer takes any exception for a finding, SystemExit too.
            os._exit(0)
        if data:
            check(data[0] % len(CODECS), data[1:])


def check(chosen: int, line: bytes) -> None:
    """One input through one language."""
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
        for number in range(len(CODECS)):
            for index, seed in enumerate(SEEDS):
                (Path(corpus) / f"{number}-{index}").write_bytes(bytes([number]) + seed)
        target = Target(time.monotonic() + options.seconds)
        atheris.Setup([sys.argv[0], "-max_len=300", "-print_final_stats=1", corpus], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
