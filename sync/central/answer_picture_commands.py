"""The commands `returns-central answer-pictures`: photographs beside answers, told to the benches of sites."""

import argparse
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from station import moments, reference_photo
from station.delivered_pictures import place_of
from station.photos import PhotoError
from station.records import AnswerPicture
from station.references import Place, belongs, clients_known, named, why_unknown
from station.rules import Rules
from station.text_files import in_words
from sync.central import references, rules, site_names, tokens
from sync.central.order_remarks import ordering
from sync.central.photos import open_shelf
from sync.central.spoken import say, sorry
from sync.central.store import Store

_HASH = 12
_ABOUT = """\
Has benches show a photograph beside an answer, in place of the program's drawing. A JPEG or PNG is made upright and
small, and what a camera wrote into it besides the picture is taken out.

  returns-central answer-pictures add scratch.jpg phones body catches --site leeds --data central
  returns-central answer-pictures add scratch.jpg phones body catches --client Hearthwick --data central
  returns-central answer-pictures list --data central
  returns-central answer-pictures remove phones body catches --client Hearthwick --data central

Without --site the benches of every site are told at which a station was let in until now. A second `add` for an answer
replaces the first. What is for the client alone comes before what is for all; of either, a bench's own before central's
(`returns-station pictures`). `list` tells which are shown to nobody, as no question has the answer (exit 1).
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the commands to those of `returns-central`."""
    site = argparse.ArgumentParser(add_help=False, parents=[where])
    whose = "whose benches are told; may be given again (default: every site with a station)"
    site.add_argument("--site", dest="sites", action="append", default=[], metavar="SITE", help=whose)
    answer = argparse.ArgumentParser(add_help=False)
    answer.add_argument("category", metavar="CATEGORY")
    answer.add_argument("question", metavar="QUESTION", help="its id")
    answer.add_argument("option", metavar="ANSWER", help="its id")
    answer.add_argument("--client", default="", metavar="NAME", help="for this client's goods alone (default: all)")
    plain = argparse.RawDescriptionHelpFormatter
    pictures = commands.add_parser("answer-pictures", help="show photographs beside answers", description=_ABOUT,
                                   formatter_class=plain)  # fmt: skip
    doings = pictures.add_subparsers(required=True, metavar="WHAT")
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("file", type=Path, metavar="FILE", help="a JPEG or PNG of at most 25 MB")
    add = doings.add_parser("add", parents=[site, file, answer], help="show one, or another than until now")
    add.set_defaults(do=_add)
    listed = doings.add_parser("list", parents=[site], help="print what stands; exit 1 when an answer is gone")
    listed.set_defaults(do=_list)
    gone = doings.add_parser("remove", parents=[site, answer], help="take one back")
    gone.set_defaults(do=_remove)


def _add(asked: argparse.Namespace, store: Store) -> int:
    place = _place(asked)
    try:
        jpeg = reference_photo.read(asked.file)
        shelf = open_shelf(asked.photos, asked.data, store)
    except (OSError, ValueError) as error:
        return sorry(f"{asked.file}: nothing was published: {in_words(error)}")
    with store.reading() as connection:
        known = {site: rules.in_force(connection, site) for site in _sites(connection, asked.sites)}
        beware = [line for site in known for line in _remarks(connection, site, known[site], place)]
    if not known:
        return sorry("nothing was published. No station was let in at any site yet: name one with --site")
    for site, in_force in known.items():
        why = why_unknown(place, in_force)
        if why:
            return sorry(f"nothing was published. {site}: {why}")
    told = AnswerPicture(place.category, place.question, place.option, "", 0, place.client)
    try:
        made = [references.keep(store, shelf, site, told, jpeg, moments.now()) for site in known]
    except (PhotoError, ValueError) as error:
        return sorry(f"{asked.file}: not every site was told; once this is mended, add it again. {error}")
    for line in beware:
        sorry(line)
    return say(f"{named(place)}: {made[0].sha256[:_HASH]}, the benches of {', '.join(known)} fetch it with time")


def _list(asked: argparse.Namespace, store: Store) -> int:
    count = lost = 0
    with store.reading() as connection:
        for site in _sites(connection, asked.sites):
            standing = references.standing(connection, site, AnswerPicture)
            in_force = rules.in_force(connection, site) if standing else None
            for each in standing:
                place = place_of(each)
                is_lost = in_force is not None and not belongs(place, in_force.rubric)
                gone = " ✘ no question there has this answer: it is shown to nobody" if is_lost else ""
                say(f"{site}: {named(place)}: {each.sha256[:_HASH]}{gone}")
                count, lost = count + 1, lost + is_lost
    say(f"{count} {'photograph' if count == 1 else 'photographs'}, {lost} of them shown to nobody.")
    return int(bool(lost))


def _remove(asked: argparse.Namespace, store: Store) -> int:
    place = _place(asked)
    with store.reading() as connection:
        sites = _sites(connection, asked.sites)
    taken = [site for site in sites if references.withdraw_beside(store, site, place)]
    if not taken:
        return sorry(f"{named(place)}: nothing stands there; `answer-pictures list` tells where something does")
    return say(f"{named(place)}: taken back from the benches of {', '.join(taken)}")


def _place(asked: argparse.Namespace) -> Place:
    return Place(asked.category, asked.question, asked.option, asked.client.casefold())


def _sites(connection: Connection, named_sites: list[str]) -> list[str]:
    """The sites that were named, or every one at which a station was ever let in."""
    return sorted(set(named_sites) or tokens.sites(connection))


def _remarks(connection: Connection, site: str, in_force: Rules, place: Place) -> list[str]:
    """What may be a slip: a site with no station, a client without rules and orders."""
    stranger = site_names.stranger(connection, site)
    told = [f"beware: {stranger}"] if stranger else []
    if place.client and place.client not in clients_known(in_force) | ordering(connection, site):
        told.append(f"beware: {site}: neither a rule nor an order is for a client {place.client!r}")
    return told
