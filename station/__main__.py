"""`returns-station`: opens the bench, proves its devices, checks its data."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from devices.simulators.process import SimulatorError
from station.cli.errors import CentralFailed, Stuck
from station.errors import JournalError
from station.settings import SettingsError

_PLAIN = argparse.RawDescriptionHelpFormatter

_ABOUT = """\
Receives, photographs, grades, routes and labels returned goods at a bench, with or without a network.

  returns-station run                       open the bench; without settings, a demonstration with simulated
                                            devices, an embedded central and sample parcels
  returns-station run --headless --parcels 12 --out out
                                            play scripted parcels with no screen and write a report
  returns-station begin --station A01       write the first settings of a real bench
  returns-station command-sheet OUT.pdf     write the barcodes that stand for keys, to hang at the bench
  returns-station mat-sheet OUT.pdf         write the mat by which photos have millimetres and true colours
  returns-station rubric check              find what is wrong with the questions of a category
  returns-station rubric preview phones     walk through them in the terminal
  returns-station routes check              find what is wrong with the rules that say where goods go
  returns-station routes explain            say which rule decides about one item, and what each way is worth
  returns-station replay DATA --routes FILE judge the last items again, and say what the file would change
  returns-station publish FILE --by NAME --why TEXT
                                            sign a rubric or route file off into the ledger of published versions
  returns-station hints report DATA         say how often hints were right, by what the graders answered
  returns-station doctor                    prove versions, disk, clock, journal and each device
  returns-station verify DATA               check that nothing in a data folder was lost or changed
  returns-station salvage DATA              save what can be read of a damaged journal
  returns-station support-bundle OUT.zip    write what a helper needs to know, with nothing private in it
"""

_ABOUT_RUN = """\
Opens the bench. With no settings file it is a demonstration: a scanner, a scale, a camera and a Zebra printer are
simulated as programs of their own and spoken to through the drivers a real bench uses; central runs beside them.

Where there is no display (or with --headless) it plays parcels instead: OUT then holds report.json,
labels/PLATE.zpl and .png, photos/, station.sqlite and central.sqlite. A folder with an interrupted run is gone on with.
"""


_ABOUT_ROUTES = """\
Tries every grade that the rubrics can give with every fact that the rules tell apart, and says: rules that are never
reached, situations that no rule decides, worse goods that would fare better, figures that are missing. A client's file
is checked over the program's default.toml, and tried first in a process of its own with a limit on time and memory.
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


_ABOUT_BUNDLE = """\
Writes one zip file with versions, platform, settings, what the doctor finds, the last lines of the log, and number and
hash of the last journal entry. No fact, photo or record is in it. Tokens and passwords are left out; in the log all
that is not plainly a word of the program is masked: names, addresses, serial numbers, badges, PINs. Look into it before
you send it. While the station runs its devices are not proved, for it has them open.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return 0, or 1 with a plain word on standard error."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.do(asked)
    except (JournalError, SettingsError, CentralFailed, SimulatorError, Stuck, OSError) as error:
        sys.stderr.write(f"returns-station: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nreturns-station: stopped; all that was shown is saved. The same command goes on.\n")
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("returns-station", description=_ABOUT, formatter_class=_PLAIN)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_begin(commands)
    _add_sheet(commands)
    _add_mat(commands)
    _add_rubric(commands)
    _add_routes(commands)
    _add_hints(commands)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("data", type=Path, metavar="DATA", help="a station's data folder, or a headless run's OUT")
    check = commands.add_parser("doctor", help="prove versions, disk, clock, journal and devices")
    check.add_argument("--data", type=Path, default=_home(), metavar="DIR", help=f"data folder (default: {_home()})")
    check.add_argument("--settings", type=Path, metavar="FILE", help="settings file (default: DIR/settings.toml)")
    check.add_argument("--demo", action="store_true", help="prove the simulated devices")
    check.set_defaults(do=_examine)
    verify = commands.add_parser("verify", parents=[where], help="check a data folder; exit 1 on any damage")
    verify.set_defaults(do=_verify)
    replay = commands.add_parser(
        "replay",
        parents=[where],
        help="say what other rubrics or routes would change; exit 1 when anything",
        description=_ABOUT_REPLAY,
        formatter_class=_PLAIN,
    )
    replay.add_argument("--rubric", type=Path, nargs="+", default=[], metavar="FILE", help="in place of its category's")
    replay.add_argument("--routes", type=Path, nargs="+", default=[], metavar="FILE", help="default.toml, CLIENT.toml")
    replay.add_argument("--last", type=int, default=1000, metavar="N", help="how many items (default: 1000)")
    replay.add_argument("--all", action="store_true", help="name every item behind each figure")
    replay.add_argument("--json", action="store_true", help="for programs")
    replay.set_defaults(do=_replay)
    _add_publish(commands)
    save = commands.add_parser("salvage", parents=[where], help="save what can be read of a damaged journal")
    save.add_argument("--station", default="", metavar="CODE", help="its code, when not one entry can be read")
    save.add_argument("--yes", action="store_true", help="do it without asking")
    save.set_defaults(do=_salvage)
    _add_bundle(commands)
    # Not for people: the station starts it beside itself. Without help it is not listed.
    commands.add_parser("read-text").set_defaults(do=_read_text)
    trial = commands.add_parser("try-rules")
    trial.add_argument("seconds", type=int)
    trial.add_argument("memory", type=int)
    trial.set_defaults(do=_try_rules)
    return parser


def _add_bundle(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bundle = commands.add_parser(
        "support-bundle",
        help="write what a helper needs, with nothing private in it",
        description=_ABOUT_BUNDLE,
        formatter_class=_PLAIN,
    )
    bundle.add_argument("out", type=Path, metavar="OUT.zip", help="the file to write")
    bundle.add_argument("--data", type=Path, default=_home(), metavar="DIR", help=f"data folder (default: {_home()})")
    bundle.add_argument("--settings", type=Path, metavar="FILE", help="settings file (default: DIR/settings.toml)")
    bundle.set_defaults(do=_bundle)


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = commands.add_parser("run", help="open the bench", description=_ABOUT_RUN, formatter_class=_PLAIN)
    run.add_argument("--data", type=Path, default=_home(), metavar="DIR", help=f"data folder (default: {_home()})")
    run.add_argument("--settings", type=Path, metavar="FILE", help="settings file (default: DIR/settings.toml)")
    run.add_argument("--demo", action="store_true", help="the demonstration, even where there are settings")
    run.add_argument(
        "--record", type=Path, metavar="FILE", help="write every byte of every device there, to be replayed; private"
    )
    run.add_argument("--headless", action="store_true", help="play parcels with no screen")
    run.add_argument("--parcels", type=_count, default=12, metavar="N", help="parcels to play (default: 12)")
    run.add_argument("--seed", type=int, default=1, metavar="S", help="which made-up parcels follow the sample's")
    run.add_argument("--out", type=Path, default=Path("out"), metavar="OUT", help="folder of the play (default: out)")
    run.set_defaults(do=_run)


def _add_begin(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    begin = commands.add_parser("begin", help="write the first settings of a real bench")
    begin.add_argument("--data", type=Path, default=_home(), metavar="DIR", help=f"data folder (default: {_home()})")
    begin.add_argument(
        "--station", required=True, metavar="CODE", help="three of A-Z and 0-9; in every plate it prints"
    )
    begin.add_argument("--bench", default="Bench 1", metavar="NAME", help="what people call it (default: Bench 1)")
    begin.add_argument("--central", default="", metavar="URL", help="where the central records are")
    begin.add_argument("--site", default="", help="the site this bench belongs to")
    begin.add_argument("--token-file", default="", metavar="FILE", help="holds what `returns-central enrol` printed")
    begin.set_defaults(do=_begin)


def _add_sheet(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sheet = commands.add_parser("command-sheet", help="write the barcodes that stand for keys, as PDF")
    sheet.add_argument("out", type=Path, metavar="OUT", help="the PDF to write")
    sheet.add_argument("--language", default="en", metavar="CODE", help="language of the words (default: en)")
    sheet.set_defaults(do=_sheet)


def _add_mat(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sheet = commands.add_parser("mat-sheet", help="write the mat that items are photographed on, as PDF")
    sheet.add_argument("out", type=Path, metavar="OUT", help="the PDF to write")
    sheet.add_argument(
        "--paper",
        choices=("A4", "A3", "letter", "card"),
        default="A4",
        help="the card is A6 (default: A4)",
    )
    sheet.add_argument("--language", default="en", metavar="CODE", help="language of the words (default: en)")
    sheet.set_defaults(do=_mat_sheet)


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
    preview.add_argument("--codes", action="store_true", help="say what marketplaces call the outcome, too")
    preview.set_defaults(do=_rubric_preview)


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
    explain.add_argument("--letter", choices=["A", "B", "C", "D", ""], default="A", help="(default: A)")
    functions = ["sealed", "works", "partly", "untested", "faulty"]
    explain.add_argument("--functional", choices=functions, default="works", help="(default: works)")
    explain.add_argument("--missing", type=int, default=0, metavar="N", help="parts that are missing")
    explain.add_argument("--stop", action="append", default=[], metavar="CODE", help="a stop answer's code")
    explain.add_argument("--price", type=int, default=10_000, metavar="MINOR", help="in minor units (default: 10000)")
    explain.add_argument("--currency", default="USD", help="(default: USD)")
    explain.add_argument("--match", choices=["matched", "undeclared", "wrong"])
    explain.add_argument("--serial", choices=["same", "different", "unread", "not_known"])
    explain.add_argument("--kind", help="of the return order: return, exchange, warranty, repair, undelivered")
    explain.add_argument("--prep", type=int, dest="prep_s", metavar="SECONDS", help="what making it ready takes")
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
    report.add_argument("--json", action="store_true", help="as JSON")
    report.set_defaults(do=_hint_report)


# Each command loads what it needs and no more: the bench is to be on the screen before anyone waits for it.


def _run(asked: argparse.Namespace) -> int:
    from station.cli import opening

    return opening.run(asked)


def _begin(asked: argparse.Namespace) -> int:
    from station.cli import beginning
    from station.settings import CentralSettings

    central = CentralSettings(asked.central, asked.site, asked.token_file)
    return beginning.begin(asked.data, asked.station, asked.bench, central)


def _sheet(asked: argparse.Namespace) -> int:
    from station.cli import sheet

    return sheet.write(asked.out, asked.language)


def _mat_sheet(asked: argparse.Namespace) -> int:
    from station.cli import mats

    return mats.write(asked.out, asked.paper, asked.language)


def _rubric_check(asked: argparse.Namespace) -> int:
    from station.cli import rubrics

    return rubrics.check(asked.place)


def _rubric_preview(asked: argparse.Namespace) -> int:
    from station.cli import rubrics

    return rubrics.preview(asked.category, asked.language, asked.answers, asked.parts, asked.client, asked.codes)


def _rubric_diff(asked: argparse.Namespace) -> int:
    from station.cli import rubrics

    return rubrics.diff(asked.place)


def _routes_check(asked: argparse.Namespace) -> int:
    from station.cli import routes

    return routes.check(asked.files)


def _routes_explain(asked: argparse.Namespace) -> int:
    from station.cli import routes

    more = {name: getattr(asked, name) for name in ("match", "serial", "kind", "prep_s", "today", "season")}
    waiting = routes.waiting_of(asked.waiting) or None
    facts = routes.facts_of(asked.category, asked.client, asked.price, asked.currency, waiting=waiting, **more)
    described = routes.Described(asked.letter, asked.functional, asked.missing, tuple(asked.stop), facts)
    return routes.explain(described, asked.client, asked.language)


def _hint_report(asked: argparse.Namespace) -> int:
    from station.cli import hints

    return hints.report(asked.data, asked.json)


def _examine(asked: argparse.Namespace) -> int:
    from station.cli import doctor

    return doctor.examine(asked.data, asked.settings, asked.demo)


def _verify(asked: argparse.Namespace) -> int:
    from station.cli import checks

    return checks.verify_folder(asked.data)


def _replay(asked: argparse.Namespace) -> int:
    from station.cli import replaying

    return replaying.replay(asked.data, asked.rubric, asked.routes, asked.last, asked.all, asked.json)


def _publish(asked: argparse.Namespace) -> int:
    from station.cli import publishing

    return publishing.publish(asked.files, asked.all_missing, asked.by, asked.why, asked.replay, asked.ledger)


def _salvage(asked: argparse.Namespace) -> int:
    from station.cli import checks

    return checks.salvage_folder(asked.data, asked.station, asked.yes)


def _bundle(asked: argparse.Namespace) -> int:
    from station.cli import support

    return support.bundle(asked.out, asked.data, asked.settings)


def _read_text(asked: argparse.Namespace) -> int:
    from station.cli import text_process

    return text_process.serve()


def _try_rules(asked: argparse.Namespace) -> int:
    from station import trial

    return trial.serve(asked.seconds, asked.memory)


def _home() -> Path:
    return Path(platformdirs.user_data_dir("returns-station", appauthor=False))


def _count(text: str) -> int:
    count = int(text)
    if not 0 < count <= 100_000:
        raise argparse.ArgumentTypeError("between 1 and 100000")
    return count


if __name__ == "__main__":
    sys.exit(main())
