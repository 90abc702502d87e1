"""The commands of supervisors: what waits at a site, how its shifts add up, and how alike its people grade."""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

from station.calibration import report
from station.exceptions.kinds import read_kinds
from station.exceptions.report import as_csv, as_json, as_text
from station.moments import now, utc
from sync.central import exceptions, shifts, tokens
from sync.central.store import Store

_ABOUT = """\
What waits for a person's decision at all benches of a site: what they raised, and what follows from how things stand.
It is decided at a bench (F10), or where its goods are.

  returns-central exceptions --site leeds --data central
  returns-central exceptions --site leeds --form csv --data central > exceptions.csv
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add both commands to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    listed = commands.add_parser(
        "exceptions", parents=[where], help="what waits for a decision", description=_ABOUT, formatter_class=plain
    )
    listed.add_argument("--site", required=True, help="whose benches")
    listed.add_argument("--form", choices=("text", "json", "csv"), default="text", help="how it is printed (text)")
    listed.set_defaults(do=_exceptions)
    sums = commands.add_parser("shift", parents=[where], help="how all benches' shifts of a day add up")
    sums.add_argument("--site", required=True, help="whose benches")
    sums.add_argument("--day", type=date.fromisoformat, metavar="DAY", help="on which they were open (today)")
    sums.add_argument("--form", choices=("text", "json", "csv"), default="text", help="how it is printed (text)")
    sums.add_argument("--behind", action="store_true", help="list the things behind each figure")
    sums.set_defaults(do=_shift)
    alike = commands.add_parser("calibration", parents=[where], help="how alike a site's people grade, by second looks")
    alike.add_argument("--site", required=True, help="whose benches")
    alike.add_argument("--days", type=int, default=90, metavar="N", help="looks of the last N days (90)")
    alike.add_argument("--form", choices=("text", "json", "csv"), default="text", help="how it is printed (text)")
    alike.set_defaults(do=_calibration)


def _exceptions(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        found = exceptions.waiting(connection, asked.site, read_kinds(), now())
    sys.stdout.write({"json": as_json, "csv": as_csv}.get(asked.form, as_text)(found))
    return 0


def _shift(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        told = shifts.of_day(connection, asked.site, asked.day or datetime.now().astimezone().date())
    forms = {"json": shifts.as_json, "csv": shifts.as_csv}
    sys.stdout.write(forms[asked.form](told) if asked.form in forms else shifts.as_text(told, asked.behind))
    return 0


def _calibration(asked: argparse.Namespace, store: Store) -> int:
    since = utc(datetime.now(UTC) - timedelta(days=asked.days))
    with store.reading() as connection:
        looks = report.pairs(connection, tokens.stations_of(connection, asked.site), since)
    told = report.calibration(looks, since)
    sys.stdout.write({"json": report.as_json, "csv": report.as_csv}.get(asked.form, report.as_text)(told))
    return 0
