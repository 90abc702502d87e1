"""The commands `returns-central recall` and `returns-central serial`: what a site is told besides its orders."""

import argparse
from datetime import date
from typing import Any, get_args

from station.records import Owner, Recall, SerialNote, SerialStatus
from sync.central import notices
from sync.central.spoken import say, sorry
from sync.central.store import Store

_ABOUT_RECALL = """\
Tells the benches of a site which articles were recalled. They stop at the article's scan, before it is opened.

  returns-central recall add R-26-014 --title "Night light may burn" --gtin 9506000003177 --site leeds --data central
  returns-central recall add R-26-015 --title "Glass in it" --sku HW-SE-30 --lot 'B77*' --site leeds --data central
  returns-central recall list --site leeds --data central
  returns-central recall withdraw R-26-014 --site leeds --data central

With --lot, --serials or --made only those units are recalled; whose lot nobody can read is held. A second `add`
under the same number replaces the first. Benches hear of it with their next pull; what lies in an open bin
already becomes an exception that names plate and bin.
"""
_ABOUT_SERIAL = """\
Tells the benches of a site what was reported of a serial number. The item is kept for a supervisor; the
receiver's screen says no more than that the number needs a look.

  returns-central serial report 352099005292251 --status stolen --where Police --site leeds --data central
  returns-central serial list --site leeds --data central
  returns-central serial withdraw 352099005292251 --site leeds --data central
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add both commands to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    site = argparse.ArgumentParser(add_help=False, parents=[where])
    site.add_argument("--site", required=True, help="the site whose benches are told")
    recall = commands.add_parser("recall", help="add, list or withdraw recalls", description=_ABOUT_RECALL,
                                 formatter_class=plain)  # fmt: skip
    _recall_commands(recall.add_subparsers(required=True, metavar="WHAT"), site)
    serial = commands.add_parser("serial", help="report, list or withdraw serial numbers", description=_ABOUT_SERIAL,
                                 formatter_class=plain)  # fmt: skip
    _serial_commands(serial.add_subparsers(required=True, metavar="WHAT"), site)


def _recall_commands(commands: Any, site: argparse.ArgumentParser) -> None:
    add = commands.add_parser("add", parents=[site], help="tell of a recall, or of what changed about it")
    add.add_argument("id", metavar="NUMBER", help="the recall's own number")
    add.add_argument("--title", required=True, help="what is wrong with it, for people")
    add.add_argument("--action", default="", help="what is to be done with it")
    add.add_argument("--sku", action="append", default=[], help="an article; may be given again")
    add.add_argument("--gtin", action="append", default=[], help="an article's GTIN, or a pattern of 14 signs with *")
    add.add_argument("--lot", action="append", default=[], help="only this lot; * stands for any signs")
    add.add_argument("--serials", action="append", default=[], type=_pair, metavar="FIRST:LAST", help="only these")
    add.add_argument("--made", type=_days, metavar="FIRST:LAST", help="only those made between two days (ISO dates)")
    add.add_argument("--owner", choices=get_args(Owner), default="safety", help="who must act (default: safety)")
    add.add_argument("--from", dest="since", type=_day, default="", metavar="DAY", help="holds from this day on")
    add.add_argument("--until", type=_day, default="", metavar="DAY", help="holds until this day")
    add.set_defaults(do=_add)
    commands.add_parser("list", parents=[site], help="print the recalls that stand").set_defaults(do=_list)
    withdraw = commands.add_parser("withdraw", parents=[site], help="take a recall back")
    withdraw.add_argument("id", metavar="NUMBER")
    withdraw.set_defaults(do=_withdraw)


def _serial_commands(commands: Any, site: argparse.ArgumentParser) -> None:
    report = commands.add_parser("report", parents=[site], help="tell what was reported of a serial number")
    report.add_argument("serial", metavar="SERIAL")
    report.add_argument("--status", choices=get_args(SerialStatus), required=True)
    report.add_argument("--where", default="", help="who reported it, or where its unit came back")
    report.add_argument("--at", type=_day, default="", metavar="DAY", help="since when")
    report.set_defaults(do=_report)
    commands.add_parser("list", parents=[site], help="print what was reported").set_defaults(do=_reported)
    withdraw = commands.add_parser("withdraw", parents=[site], help="take a report back")
    withdraw.add_argument("serial", metavar="SERIAL")
    withdraw.set_defaults(do=_forget)


def _add(asked: argparse.Namespace, store: Store) -> int:
    if not asked.sku and not asked.gtin:
        return sorry("name the article: --sku or --gtin")
    recall = Recall(
        asked.id,
        asked.title,
        asked.action,
        tuple(asked.sku),
        tuple(asked.gtin),
        tuple(asked.lot),
        tuple(asked.serials),
        asked.made,
        asked.owner,
        asked.since,
        asked.until,
    )
    notices.tell(store, asked.site, recall)
    return say(f"{recall.id}: the benches of {asked.site} are told with their next pull")


def _list(asked: argparse.Namespace, store: Store) -> int:
    for each in notices.standing(store, asked.site, Recall):
        only = [*each.lots, *(":".join(pair) for pair in each.serials), *([":".join(each.made)] if each.made else [])]
        limits = f" only {', '.join(only)}" if only else ""
        say(f"{each.id}  {each.title}  [{', '.join((*each.skus, *each.gtins))}]{limits}  {each.owner}")
    return 0


def _withdraw(asked: argparse.Namespace, store: Store) -> int:
    return _taken_back(notices.withdraw(store, asked.site, Recall, asked.id), asked.id)


def _report(asked: argparse.Namespace, store: Store) -> int:
    notices.tell(store, asked.site, SerialNote(asked.serial, asked.status, asked.where, asked.at))
    return say(f"{asked.serial}: the benches of {asked.site} are told with their next pull")


def _reported(asked: argparse.Namespace, store: Store) -> int:
    for each in notices.standing(store, asked.site, SerialNote):
        say(f"{each.serial}  {each.status}  {each.where}  {each.at}".rstrip())
    return 0


def _forget(asked: argparse.Namespace, store: Store) -> int:
    return _taken_back(notices.withdraw(store, asked.site, SerialNote, asked.serial), asked.serial)


def _taken_back(done: bool, name: str) -> int:
    return say(f"{name}: taken back") if done else sorry(f"nothing stands under {name}")


def _pair(text: str) -> tuple[str, str]:
    first, between, last = text.partition(":")
    if not between or not first or len(first) != len(last) or first > last:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIRST:LAST, two numbers of one length in order")
    return first, last


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day like 2026-03-31") from error


def _days(text: str) -> tuple[str, str]:
    first, last = _pair(text)
    return _day(first), _day(last)
