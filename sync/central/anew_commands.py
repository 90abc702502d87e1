"""The command `returns-central rebuild`: the rows of stations made anew from what the stations said."""

import argparse
from typing import Any

import msgspec
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from sync.central import anew
from sync.central.spoken import say, sorry
from sync.central.store import Store

_ABOUT = """\
Makes the tables of parcels, items, plates, bins and shifts anew from the facts that central keeps, and says what was
otherwise before. Needed when a program before this one wrote wrong rows. Each station is done by itself, all of it or
nothing: what was interrupted is begun again and does no harm. Make a backup before; with SQLite stop central.

  returns-central rebuild --data central --check         what would be otherwise? Changes nothing
  returns-central rebuild --data central                 every station, one after the other
  returns-central rebuild --data central --station A01   one station
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the command to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    made = commands.add_parser("rebuild", parents=[where], help="make stations' rows anew from their facts",
                               description=_ABOUT, formatter_class=plain)  # fmt: skip
    made.add_argument("--station", default="", metavar="NAME", help="this one alone")
    made.add_argument("--check", action="store_true", help="only say what would be otherwise")
    made.set_defaults(do=_rebuild)


def _rebuild(asked: argparse.Namespace, store: Store) -> int:
    known = anew.stations(store)
    if asked.station and asked.station not in known:
        return sorry(f"no station {asked.station} ever sent anything")
    code = 0
    for station in [asked.station] if asked.station else known:
        try:
            differing = anew.rebuild(store, station, is_rehearsal=asked.check)
        except OperationalError:
            return sorry(f"{station}: the database is away or in use; nothing of this station was changed")
        except (SQLAlchemyError, msgspec.MsgspecError, ValueError) as error:
            code = sorry(f"{station}: left as it was, for not all can be applied: {type(error).__name__}")
            continue
        say(f"{station}: {_in_words(differing, asked.check)}")
    return code


def _in_words(differing: dict[str, int], is_check: bool) -> str:
    if not differing:
        return "all rows are what the facts say"
    counted = ", ".join(f"{count} of {table}" for table, count in differing.items())
    return f"rows that {'are' if is_check else 'were'} otherwise: {counted}"
