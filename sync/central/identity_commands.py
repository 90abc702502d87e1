"""The commands `returns-central enrol-code` and `revoke`: let a station in, shut one out."""

import argparse
import sys
from typing import Any

from station import moments
from sync.central import enrolment, site_names, tokens
from sync.central.spoken import say, sorry
from sync.central.store import Store

_ABOUT_CODE = """\
Prints a code by which one station gets in within ten minutes:

  returns-central enrol-code --site leeds --data central
  returns-station enrol --central https://central.example --code CODE        (at the bench)

Without --station it lets in a station whose name is new, or one of this site that was shut out. With --station that
one alone, also in the place of a computer that has the name now: the old one is then shut out, and loses nothing.
"""
_ABOUT_REVOKE = """\
Shuts a station out: from now on central takes nothing from it and tells it nothing. Nothing at the bench is deleted;
people work on there, and all of it comes when the station is enrolled again under the same name.
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add both commands to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    code = commands.add_parser("enrol-code", parents=[where], help="print a one-time code that lets a station in",
                               description=_ABOUT_CODE, formatter_class=plain)  # fmt: skip
    code.add_argument("--site", required=True, help="the site it belongs to")
    code.add_argument("--station", default="", metavar="STATION", help="this station alone: three of A-Z and 0-9")
    code.set_defaults(do=_code)
    out = commands.add_parser("revoke", parents=[where], help="shut a station out", description=_ABOUT_REVOKE,
                              formatter_class=plain)  # fmt: skip
    out.add_argument("station", metavar="STATION")
    out.set_defaults(do=_revoke)


def _code(asked: argparse.Namespace, store: Store) -> int:
    if asked.station and enrolment.STATION.fullmatch(asked.station) is None:
        return sorry(f"a station's code is three of A-Z and 0-9, not {asked.station!r}")
    with store.reading() as connection:
        stranger = site_names.stranger(connection, asked.site)
    # The first station of a site is at none yet; another spelling of one there is may be a slip.
    if "may be meant" in stranger:
        sorry(f"beware: {stranger}")
    return say(enrolment.make_code(store, asked.site, asked.station, moments.now()))


def _revoke(asked: argparse.Namespace, store: Store) -> int:
    if not tokens.revoke(store, asked.station, moments.now()):
        return sorry(f"there is no station {asked.station}")
    sys.stdout.write(f"{asked.station} is shut out. To let it in again: returns-central enrol-code --station ...\n")
    return 0
