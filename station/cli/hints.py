"""`returns-station hints report`: how often hints were right, by what the graders themselves said."""

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from station.cli.parts import COPY_FILE, JOURNAL_FILE
from station.copy_marks import rules_in
from station.deliveries import in_force
from station.errors import JournalError
from station.hint_report import ENOUGH, Precision, Told, precision
from station.journal import read_entries

_PAGE = 5_000
_MONTH = len("2026-11")
_ADVICE: Mapping[str, str] = {
    "too_few": f"too few to say (under {ENOUGH})",
    "useful": "of use: leave it on",
    "not_useful": "wrong more often than right: switch it off ([hints] in the settings)",
    "unclear": "not clear yet",
    "unjudged": "no answer of a person judges it",
}


def report(data: Path, as_json: bool, by_month: bool = False) -> int:
    """Print the precision of each kind of hint by category, and by month if that is asked for.

    Raises JournalError when there is no journal to read.
    """
    path = data / JOURNAL_FILE
    if not path.exists():
        raise JournalError("missing", f"There is no journal in {data}. Name a station's data folder.")
    rules = in_force(rules_in(data / COPY_FILE), lambda _name, _why: None)
    told, months = _told(path)
    found = precision(
        told, lambda category, name: rules.version(name) or rules.rubrics.get(category), months if by_month else {}
    )
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
        return 0
    if not found:
        sys.stdout.write("No hint was shown for an item that people have answered questions about.\n")
        return 0
    month = f"{'month':8} " if by_month else ""
    sys.stdout.write(
        f"{'kind':16} {'category':14} {month}{'shown':>6} {'agreed':>6} {'unjudged':>8}  {'precision':>20}  advice\n"
    )
    for each in found:
        sys.stdout.write(f"{_line(each)}\n")
    return 0


def _told(path: Path) -> tuple[list[Told], dict[str, str]]:
    """Return the facts with their transactions, and the month of each transaction."""
    told: list[Told] = []
    months: dict[str, str] = {}
    after = 0
    while entries := read_entries(path, after, _PAGE):
        told += [(entry.txn, entry.fact()) for entry in entries]
        months.update((entry.txn, entry.at[:_MONTH]) for entry in entries)
        after = entries[-1].seq
    return told, months


def _line(each: Precision) -> str:
    share = (
        f"{100 * each.agreed / each.shown:.0f} % ({100 * each.low:.0f} to {100 * each.high:.0f})" if each.shown else ""
    )
    advice = _ADVICE[each.verdict]
    month = f"{each.month:8} " if each.month else ""
    counts = f"{each.shown:6} {each.agreed:6} {each.unjudged:8}"
    return f"{each.kind:16} {each.category:14} {month}{counts}  {share:>20}  {advice}"
