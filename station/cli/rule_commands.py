"""The commands about questions, routes, hints and authority: check them, walk through them, replay, publish."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from station.references import Place

_PLAIN = argparse.RawDescriptionHelpFormatter
_MOST_ITEMS = 10_000_000
_MOST_MINOR = 1_000_000_000
_MOST_PARTS = 1_000

_ABOUT_ROUTES = """\
Tries every grade that the rubrics can give with every fact that the rules tell apart, and says: rules that are never
reached, situations that no rule decides, worse goods that would fare better, figures that are missing, rules for a way
that the figures do not open to the grade. A client's file is checked over the program's default.toml, and tried first
in a process of its own with a limit on time and memory.
"""


_ABOUT_REPLAY = """\
Judges the last items of a station's journal again, by rubrics and route files that are not in use yet, and says what
would change: by grade, by route, by value, with the items behind each figure. Items whose answers do not fit are told
apart, with the question that would have to be asked. Nothing is changed; the station may be running. With no files it
proves that the versions in use still say what they said then.
"""


_ABOUT_PUBLISH = """\
A published version never changes. The file is checked first, like `rubric check` and `routes check`; a version that
is published already, or older than one that is, is refused. The entry holds the SHA-256 of what the file says (comments
do not count), who signed it off, the day, why, and with --replay what it changes about the last 1000 items. Each entry
holds a hash over itself and the one before it.
"""


_ABOUT_PICTURES = """\
A bench's own photographs beside answers, in place of the program's drawings. A JPEG or PNG is made upright and small,
and what a camera wrote into it besides the picture is taken out. It stays through new versions of the questions, and
stands beside the answer while one with these ids is asked; which are shown to nobody any more, `list` tells (exit 1).
Those that central delivers are listed too. What is for the client alone comes before what is for all; of either, the
bench's own before central's.

  returns-station pictures add DATA scratch.jpg phones body catches
  returns-station pictures add DATA scratch.jpg phones body catches --client Hearthwick
  returns-station pictures list DATA
  returns-station pictures remove DATA phones body catches
"""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    """Add them to a command line; `where` names the data folder."""
    _add_rubric(commands)
    _add_routes(commands)
    _add_hints(commands)
    _add_replay(commands, where)
    _add_publish(commands)
    _add_pictures(commands, where)
    authority = commands.add_parser("authority", help="show who may do what; exit 1 for a file that cannot be used")
    authority.add_argument("file", type=Path, nargs="?", metavar="FILE", help="(default: the program's own)")
    authority.set_defaults(do=_authority)


def _add_replay(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser
) -> None:
    replay = commands.add_parser(
        "replay",
        parents=[where],
        help="say what other rubrics or routes would change; exit 1 when anything",
        description=_ABOUT_REPLAY,
        formatter_class=_PLAIN,
    )
    replay.add_argument("--rubric", type=Path, nargs="+", default=[], metavar="FILE", help="in place of its category's")
    replay.add_argument(
        "--routes", type=Path, nargs="+", default=[], metavar="FILE", help="for the client its `id` names"
    )
    replay.add_argument("--last", type=_items, default=1000, metavar="N", help="how many items (default: 1000)")
    replay.add_argument("--all", action="store_true", help="name every item behind each figure")
    replay.add_argument("--json", action="store_true", help="for programs")
    replay.set_defaults(do=_replay)


def _add_rubric(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    kinds = commands.add_parser("rubric", help="check the questions of a category, or walk through them")
    doings = kinds.add_subparsers(required=True, metavar="DOING")
    check = doings.add_parser("check", help="say what is to be mended; exit 1 when anything is")
    check.add_argument("place", type=Path, nargs="?", metavar="FILE|FOLDER", help="(default: those of the program)")
    check.set_defaults(do=_rubric_check)
    diff = doings.add_parser("diff", help="say in words what clients' overrides change")
    diff.add_argument("place", type=Path, nargs="?", metavar="FILE|FOLDER", help="(default: those of the program)")
    diff.set_defaults(do=_rubric_diff)
    preview = doings.add_parser("preview", help="ask as the bench asks; then say grade, reasons and route")
    preview.add_argument("category", metavar="CATEGORY", help="a category, or a rubric's file that ends in .toml")
    preview.add_argument("--language", default="en", metavar="CODE", help="language of the words (default: en)")
    preview.add_argument("--answers", metavar="A,B,...", help="ids or keys of the answers (default: asked for)")
    preview.add_argument("--parts", default="", metavar="A,B,...", help="the parts of a kit, each asked for")
    preview.add_argument("--client", default="", metavar="NAME", help="whose goods they are (default: anyone's)")
    preview.add_argument("--data", type=Path, metavar="DATA", help="a station's folder: name its own pictures too")
    preview.add_argument("--codes", action="store_true", help="say what marketplaces call the outcome, too")
    preview.set_defaults(do=_rubric_preview)


def _add_pictures(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser
) -> None:
    answer = argparse.ArgumentParser(add_help=False)
    answer.add_argument("category", metavar="CATEGORY")
    answer.add_argument("question", metavar="QUESTION", help="its id, as `rubric check` and `rubric preview` name it")
    answer.add_argument("option", metavar="ANSWER", help="its id")
    answer.add_argument("--client", default="", metavar="NAME", help="for this client's goods alone (default: all)")
    kinds = commands.add_parser(
        "pictures",
        help="put a site's own photographs beside answers",
        description=_ABOUT_PICTURES,
        formatter_class=_PLAIN,
    )
    doings = kinds.add_subparsers(required=True, metavar="DOING")
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("file", type=Path, metavar="FILE", help="a JPEG or PNG of at most 25 MB")
    add = doings.add_parser("add", parents=[where, file, answer], help="put one beside an answer")
    add.set_defaults(do=_pictures_add)
    listed = doings.add_parser(
        "list", parents=[where], help="say which answers have one; exit 1 when an answer is gone"
    )
    listed.set_defaults(do=_pictures_list)
    gone = doings.add_parser("remove", parents=[where, answer], help="take one away")
    gone.set_defaults(do=_pictures_remove)


def _add_routes(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    kinds = commands.add_parser("routes", help="check the rules that say where goods go, or explain one item's route")
    doings = kinds.add_subparsers(required=True, metavar="DOING")
    check = doings.add_parser(
        "check",
        help="say what is to be mended; exit 1 when anything is",
        description=_ABOUT_ROUTES,
        formatter_class=_PLAIN,
    )
    check.add_argument("files", type=Path, nargs="*", metavar="FILE", help="(default: those of the program)")
    check.set_defaults(do=_routes_check)
    explain = doings.add_parser("explain", help="say which rule decides about one item, and what each way is worth")
    explain.add_argument("category", metavar="CATEGORY")
    explain.add_argument("--client", default="", help="whose goods they are, or a client's file that ends in .toml")
    explain.add_argument("--letter", choices=["A", "B", "C", "D", ""], help="(default: A)")
    looks = "the letter that its looks alone give (default: the item's letter; none after a stop)"
    explain.add_argument("--cosmetic", choices=["A", "B", "C", "D"], help=looks)
    functions = ["sealed", "works", "partly", "untested", "faulty"]
    explain.add_argument("--functional", choices=functions, help="(default: works)")
    explain.add_argument("--missing", type=_parts, default=0, metavar="N", help="parts that are missing")
    explain.add_argument("--stop", action="append", default=[], metavar="CODE", help="a stop answer's code")
    explain.add_argument("--price", type=_amount, metavar="MINOR", help="in minor units (default: 10000)")
    explain.add_argument("--currency", help="(default: USD)")
    matches, serials = ["matched", "undeclared", "wrong"], ["same", "different", "unread", "not_known"]
    explain.add_argument("--match", choices=matches, help="(default: matched)")
    explain.add_argument("--serial", choices=serials, help="(default: not_known)")
    kinds_of_order = ["return", "exchange", "warranty", "repair", "undelivered"]
    explain.add_argument("--kind", choices=kinds_of_order, help="of the return order (default: return)")
    explain.add_argument("--prep", type=_amount, dest="prep_s", metavar="SECONDS", help="what making it ready takes")
    explain.add_argument("--today", metavar="YYYY-MM-DD", help="(default: today)")
    explain.add_argument("--season", help="of the goods: winter, summer, christmas")
    explain.add_argument("--waiting", action="append", default=[], metavar="WAY=N", help="items that wait in a way")
    explain.add_argument("--language", default="en", metavar="CODE", help="language of the words (default: en)")
    explain.set_defaults(do=_routes_explain)


def _add_publish(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    publish = commands.add_parser(
        "publish",
        help="sign a rubric or route file off into the ledger",
        description=_ABOUT_PUBLISH,
        formatter_class=_PLAIN,
    )
    publish.add_argument("files", type=Path, nargs="*", metavar="FILE", help="a rubric or a route file")
    publish.add_argument("--all-missing", action="store_true", help="all of the program's files that are not in it")
    publish.add_argument("--by", required=True, metavar="NAME", help="who signs it off")
    publish.add_argument("--why", required=True, metavar="TEXT", help="what the version is for")
    publish.add_argument("--replay", type=Path, metavar="DATA", help="a data folder: say what it changes there")
    publish.add_argument("--ledger", type=Path, metavar="FILE", help="(default: resources/published.toml)")
    publish.set_defaults(do=_publish)


def _add_hints(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    kinds = commands.add_parser("hints", help="say how often the hints of compared photos were right")
    doings = kinds.add_subparsers(required=True, metavar="DOING")
    report = doings.add_parser("report", help="per kind and category: shown, agreed, precision, and what to do")
    report.add_argument("data", type=Path, metavar="DATA", help="a station's data folder, or a headless run's OUT")
    report.add_argument("--by-month", action="store_true", help="each month of the items by itself")
    report.add_argument("--json", action="store_true", help="as JSON")
    report.set_defaults(do=_hint_report)


# Each command loads what it needs and no more, as in `station.__main__`.


def _rubric_check(asked: argparse.Namespace) -> int:
    from station.cli import rubrics

    return rubrics.check(asked.place)


def _rubric_preview(asked: argparse.Namespace) -> int:
    from station.cli import rubrics

    walk = rubrics.Walk(asked.answers, asked.parts, asked.client, asked.data)
    return rubrics.preview(asked.category, asked.language, walk, asked.codes)


def _rubric_diff(asked: argparse.Namespace) -> int:
    from station.cli import rubrics

    return rubrics.diff(asked.place)


def _pictures_add(asked: argparse.Namespace) -> int:
    from station.cli import pictures

    return pictures.add(asked.data, asked.file, _place(asked))


def _pictures_list(asked: argparse.Namespace) -> int:
    from station.cli import pictures

    return pictures.show(asked.data)


def _pictures_remove(asked: argparse.Namespace) -> int:
    from station.cli import pictures

    return pictures.remove(asked.data, _place(asked))


def _place(asked: argparse.Namespace) -> "Place":
    from station.references import Place

    return Place(asked.category, asked.question, asked.option, asked.client.casefold())


def _routes_check(asked: argparse.Namespace) -> int:
    from station.cli import routes

    return routes.check(asked.files)


def _routes_explain(asked: argparse.Namespace) -> int:
    from station.cli import routes

    return routes.explain(routes.describe(vars(asked)), asked.client, asked.language)


def _hint_report(asked: argparse.Namespace) -> int:
    from station.cli import hints

    return hints.report(asked.data, asked.json, asked.by_month)


def _replay(asked: argparse.Namespace) -> int:
    from station.cli import replaying

    return replaying.replay(asked.data, asked.rubric, asked.routes, asked.last, asked.all, asked.json)


def _publish(asked: argparse.Namespace) -> int:
    from station.cli import publishing

    return publishing.publish(asked.files, asked.all_missing, asked.by, asked.why, asked.replay, asked.ledger)


def _items(text: str) -> int:
    return _between(1, _MOST_ITEMS, text)


def _parts(text: str) -> int:
    return _between(0, _MOST_PARTS, text)


def _amount(text: str) -> int:
    return _between(0, _MOST_MINOR, text)


def _between(least: int, most: int, text: str) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"between {least} and {most}")
    return int(text)


def _authority(asked: argparse.Namespace) -> int:
    from station.cli import authority

    return authority.show(asked.file)
