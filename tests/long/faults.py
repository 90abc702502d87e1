"""Plays the faults of `tests/sync/faults` many times over and prints a table; exit 1 when anything was lost or doubled.

python tests/long/faults.py [--only central_dies] [--times 6] [--seed 7]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
FAULTS = ROOT / "tests" / "sync" / "faults"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="WORD", help="those whose name has the word")
    parser.add_argument("--times", type=int, default=6, metavar="N", help="N times what the suite plays (default: 6)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="what chance begins with (default: 1)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = Path(folder) / "tally"
        environment = {
            "RETURNS_STATION_FAULTS": str(asked.times),
            "RETURNS_STATION_FAULTS_SEED": str(asked.seed),
            "RETURNS_STATION_FAULTS_TALLY": str(tally),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-o", "timeout=0", str(FAULTS), "-k", asked.only]
        ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
        lines = tally.read_bytes().splitlines() if tally.exists() else []
    for line in lines:
        row = msgspec.json.decode(line)
        print(f"{row['count']:8}  {row['test']}: {row['what']}")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
