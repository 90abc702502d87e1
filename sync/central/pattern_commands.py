"""The command `returns-central patterns`: the rule for customers' patterns, what stands, and a count anew."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from resources import find
from station import moments, text_files
from sync.central import care, patterns
from sync.central.pattern_rule import Rules, parse
from sync.central.spoken import say, sorry
from sync.central.store import Store

FILE = "patterns.toml"

_ABOUT = """\
Central counts what benches found in a customer's earlier returns and tells the benches that expect another one. The
customer is a pseudonym in the return order; without one nothing is counted.

  returns-central patterns check FILE --data central            is this file sound? It may then become patterns.toml
                                                                in the data folder
  returns-central patterns list --site leeds --data central     what the benches of a site are told now
  returns-central patterns recount --data central               count anew: after patterns.toml was changed and central
                                                                started again. As time passes `serve` does it daily
"""


def read(data: Path) -> Rules:
    """Return the site's own rule in central's data folder, or the one that comes with the program.

    Raises ValueError that names what is wrong, and OSError.
    """
    own = data / FILE
    return parse(text_files.read(own) if own.is_file() else find.read(FILE))


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the command to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    top = commands.add_parser("patterns", help="customers' patterns: check the rule, list, recount",
                              description=_ABOUT, formatter_class=plain)  # fmt: skip
    below = top.add_subparsers(required=True, metavar="WHAT")
    check = below.add_parser("check", parents=[where], help="say what is wrong with a rule")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(look=_check)
    listed = below.add_parser("list", parents=[where], help="print what a site's benches are told")
    listed.add_argument("--site", required=True, help="whose benches")
    listed.set_defaults(do=_list)
    below.add_parser("recount", parents=[where], help="count anew for every customer").set_defaults(do=_recount)


def _check(asked: argparse.Namespace) -> int:
    try:
        parse(text_files.read(asked.file))
    except OSError as error:
        return sorry(text_files.in_words(error))
    except ValueError as error:
        return sorry(f"{asked.file}: {error}")
    return say(f"{asked.file}: sound")


def _list(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        for each in patterns.standing(connection, asked.site):
            signs = ", ".join(f"{sign.kind} {sign.count} of {sign.of}" for sign in each.signs)
            say(f"{each.client}  {each.customer}  {each.level}  {signs}  until {each.until}")
    return 0


def _recount(asked: argparse.Namespace, store: Store) -> int:
    try:
        rules = read(asked.data)
    except (ValueError, OSError) as error:
        return sorry(text_files.in_words(error))
    counted = patterns.recount(store, rules, moments.now())
    care.note_done(store, "recount", datetime.now(UTC))
    return say(f"counted anew: {counted} customers")
