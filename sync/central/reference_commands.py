"""The commands `returns-central publish-reference` and `references`: pictures of good units, for a site's benches."""

import argparse
from pathlib import Path
from typing import Any

from station import moments
from station.photos import PhotoError
from station.records import Reference
from station.text_files import in_words
from sync.central import references
from sync.central.photos import open_shelf
from sync.central.spoken import say, sorry
from sync.central.store import Store

_ABOUT = """\
Gives the benches of a site a picture of a good unit of an article. Photos of returned units are compared with it, and
it is shown beside them.

  returns-central publish-reference front.jpg --client Hearthwick --sku HW-NL-2 --shot whole --site leeds --data central
  returns-central references list --site leeds --data central
  returns-central references withdraw HW-NL-2 SHA256 --site leeds --data central

It is a JPEG of at most 4 MB, taken like the bench's own photo of that name; what the camera wrote into it besides the
picture is taken out. --wide-mm tells how many millimetres of the world the picture is wide, where that is known.
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add both commands to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    site = argparse.ArgumentParser(add_help=False, parents=[where])
    site.add_argument("--site", required=True, help="the site whose benches are told")
    put = commands.add_parser("publish-reference", parents=[site], help="give benches a picture of a good unit",
                              description=_ABOUT, formatter_class=plain)  # fmt: skip
    put.add_argument("file", type=Path, metavar="FILE", help="a JPEG picture")
    put.add_argument("--client", required=True, help="whose article it is")
    put.add_argument("--sku", required=True, help="the article")
    put.add_argument("--shot", default="whole", help="which photo of the bench it is like (default: whole)")
    put.add_argument("--shows", default="", metavar="TEXT", help="what is to be seen, in a few words")
    put.add_argument("--wide-mm", type=int, default=0, metavar="MM", help="how wide the picture is in reality")
    put.set_defaults(do=_publish)
    known = commands.add_parser("references", help="list or withdraw such pictures").add_subparsers(
        required=True, metavar="WHAT"
    )
    known.add_parser("list", parents=[site], help="print what a site is told of").set_defaults(do=_list)
    gone = known.add_parser("withdraw", parents=[site], help="take a picture back")
    gone.add_argument("sku")
    gone.add_argument("sha256", metavar="SHA256", help="its hash, or how that begins")
    gone.set_defaults(do=_withdraw)


def _publish(asked: argparse.Namespace, store: Store) -> int:
    now = moments.now()
    told = Reference(asked.client, asked.sku, "", 0, asked.shot, asked.shows, asked.wide_mm)
    if "|" in asked.sku:
        return sorry("an article's number has no | in it")
    try:
        shelf = open_shelf(asked.photos, asked.data, store)
        made = references.publish(store, shelf, asked.site, told, asked.file.read_bytes(), now)
    except (references.NotAPicture, PhotoError, OSError, ValueError) as error:
        return sorry(f"{asked.file}: nothing was published. {in_words(error)}")
    return say(f"{made.sku} {made.shot}: {made.sha256}, the benches of {asked.site} fetch it with time")


def _list(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        for each in references.standing(connection, asked.site, Reference):
            say(f"{each.sku}  {each.shot}  {each.client}  {each.sha256}  {each.shows}".rstrip())
    return 0


def _withdraw(asked: argparse.Namespace, store: Store) -> int:
    count = references.withdraw(store, asked.site, asked.sku, asked.sha256)
    return say(f"{asked.sku}: {count} taken back") if count else sorry(f"no such picture of {asked.sku}")
