"""The command `returns-central exceptions`: what waits for a person's decision at all benches of a site."""

import argparse
import sys
from typing import Any

from station.exceptions.kinds import read_kinds
from station.exceptions.report import as_csv, as_json, as_text
from station.moments import now
from sync.central import exceptions
from sync.central.store import Store

_ABOUT = """\
What waits for a person's decision at all benches of a site: what they raised, and what follows from how things stand.
It is decided at a bench (F10), or where its goods are.

  returns-central exceptions --site leeds --data central
  returns-central exceptions --site leeds --form csv --data central > exceptions.csv
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the command to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    listed = commands.add_parser(
        "exceptions", parents=[where], help="what waits for a decision", description=_ABOUT, formatter_class=plain
    )
    listed.add_argument("--site", required=True, help="whose benches")
    listed.add_argument("--form", choices=("text", "json", "csv"), default="text", help="how it is printed (text)")
    listed.set_defaults(do=_exceptions)


def _exceptions(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        found = exceptions.waiting(connection, asked.site, read_kinds(), now())
    sys.stdout.write({"json": as_json, "csv": as_csv}.get(asked.form, as_text)(found))
    return 0
