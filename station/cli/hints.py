"""`returns-station hints report`: how often hints were right, by what the graders themselves said."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from station.cli.parts import JOURNAL_FILE
from station.errors import JournalError
from station.hint_report import ENOUGH, Precision, Told, precision
from station.journal import read_entries
from station.rules import read_rules

_PAGE = 5_000
_ADVICE: Mapping[str, str] = {
    "too_few": f"too few to say (under {ENOUGH})",
    "useful": "of use: leave it on",
    "not_useful": "wrong more often than right: switch it off ([hints] in the settings)",
    "unclear": "not clear yet",
    "unjudged": "no answer of a person judges it",
}


def report(data: Path, as_json: bool) -> int:
    """Print the precision of each kind of hint by category. Raises JournalError when there is no journal to read."""
    path = data / JOURNAL_FILE
    if not path.exists():
        raise JournalError("missing", f"There is no journal in {data}. Name a station's data folder.")
    rubrics = read_rules().rubrics
    found = precision(_told(path), rubrics.get)
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
        return 0
    if not found:
        sys.stdout.write("No hint was shown for an item that people have answered questions about.\n")
        return 0
    sys.stdout.write(
        f"{'kind':16} {'category':14} {'shown':>6} {'agreed':>6} {'unjudged':>8}  {'precision':>20}  advice\n"
    )
    for each in found:
        sys.stdout.write(f"{_line(each)}\n")
    return 0


def _told(path: Path) -> Iterator[Told]:
    after = 0
    while entries := read_entries(path, after, _PAGE):
        yield from ((entry.txn, entry.fact()) for entry in entries)
        after = entries[-1].seq


def _line(each: Precision) -> str:
    share = (
        f"{100 * each.agreed / each.shown:.0f} % ({100 * each.low:.0f} to {100 * each.high:.0f})" if each.shown else ""
    )
    advice = _ADVICE[each.verdict]
    return f"{each.kind:16} {each.category:14} {each.shown:6} {each.agreed:6} {each.unjudged:8}  {share:>20}  {advice}"
