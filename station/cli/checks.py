"""`verify` and `salvage`: what is whole, and what can be saved."""

import sys
from pathlib import Path

from station.errors import JournalError
from station.salvage import salvage
from station.verify import verify


def verify_folder(data: Path) -> int:
    """Print what is found in a data folder; return 1 on any damage."""
    findings = list(verify(data))
    for finding in findings:
        sys.stdout.write(f"{'✘' if finding.is_damage else '!'} {finding.text}\n")
    if [finding.code for finding in findings] == ["no_journal"]:
        sys.stdout.write("Name a station's data folder, or the OUT folder of a headless run.\n")
        return 1
    if any(finding.is_damage for finding in findings):
        sys.stdout.write(f"{data} is damaged. `returns-station salvage {data}` saves what can be read.\n")
        return 1
    sys.stdout.write(f"✔ {data}: nothing was lost, doubled or changed\n")
    return 0


def salvage_folder(data: Path, station: str, yes: bool) -> int:
    """Save what can be read into a new journal, after asking; return 0 when it was done."""
    if not data.is_dir():
        raise JournalError("missing", f"There is no folder {data}: nothing to save.")
    if not yes:
        sys.stdout.write(
            f"The damaged files of {data} are kept under another name; a new journal is begun. Go on? [y/N] "
        )
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            sys.stdout.write("Nothing was changed.\n")
            return 1
    sys.stdout.write(f"{salvage(data, station)}\n")
    return 0
