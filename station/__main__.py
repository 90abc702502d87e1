"""`returns-station`: opens the bench, proves its devices, checks its data."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from devices.simulators.process import SimulatorError
from station.cli import past_commands, rule_commands
from station.cli.errors import CentralFailed, Stuck
from station.errors import JournalError
from station.settings import SettingsError
from station.text_files import in_words

_PLAIN = argparse.RawDescriptionHelpFormatter

_ABOUT = """\
Receives, photographs, grades, routes and labels returned goods at a bench, with or without a network.

  returns-station run                       open the bench; without settings, a demonstration with simulated
                                            devices, an embedded central and sample parcels
  returns-station run --headless --parcels 12 --out out
                                            play scripted parcels with no screen and write a report
  returns-station begin --station A01       write the first settings of a real bench
  returns-station enrol --central URL --code CODE
                                            let it in at central, by a code of `returns-central enrol-code`
  returns-station command-sheet OUT.pdf     write the barcodes that stand for keys, to hang at the bench
  returns-station mat-sheet OUT.pdf         write the mat by which photos have millimetres and true colours
  returns-station rubric check              find what is wrong with the questions of a category
  returns-station rubric preview phones     walk through them in the terminal
  returns-station pictures add DATA FILE CATEGORY QUESTION ANSWER
                                            put a site's own photograph beside an answer
  returns-station routes check              find what is wrong with the rules that say where goods go
  returns-station routes explain            say which rule decides about one item, and what each way is worth
  returns-station replay DATA --routes FILE judge the last items again, and say what the file would change
  returns-station publish FILE --by NAME --why TEXT
                                            sign a rubric or route file off into the ledger of published versions
  returns-station hints report DATA         say how often hints were right, by what the graders answered
  returns-station crops DATA ITEM --out DIR  cut what was marked on the photos of an item out of them
  returns-station doctor                    prove versions, disk, clock, journal and each device
  returns-station shift DATA                say how a shift adds up, as text, JSON, CSV or PDF
  returns-station exceptions DATA           say what waits for a person's decision, as text, JSON or CSV
  returns-station calibration DATA          say how alike people grade, by second looks, as text, JSON or CSV
  returns-station find DATA CODE            tell the whole story of whatever a code stands for
  returns-station resolve DATA PARCEL       say which orders an unknown parcel may belong to, and why
  returns-station bin DATA BIN              list what lies in a bin, as text, CSV, JSON or PDF
  returns-station evidence DATA PLATE --to FILE.zip
                                            write what can be proved of an item, for somebody outside
  returns-station prove DATA SHIFT CODE     say whether a printed report is what the journal says
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
        sys.stderr.write(f"returns-station: {in_words(error)}\n")
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
    _add_enrol(commands)
    _add_sheet(commands)
    _add_mat(commands)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("data", type=Path, metavar="DATA", help="a station's data folder, or a headless run's OUT")
    rule_commands.add_to(commands, where)
    past_commands.add_to(commands, where)
    cut = commands.add_parser("crops", parents=[where], help="cut what was marked on an item's photos out of them")
    cut.add_argument("item", metavar="ITEM", help="the item's number, as in the journal and the report")
    cut.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for the pictures")
    cut.set_defaults(do=_crops)
    check = commands.add_parser("doctor", help="prove versions, disk, clock, journal and devices")
    check.add_argument("--data", type=Path, default=_home(), metavar="DIR", help=f"data folder (default: {_home()})")
    check.add_argument("--settings", type=Path, metavar="FILE", help="settings file (default: DIR/settings.toml)")
    check.add_argument("--demo", action="store_true", help="prove the simulated devices")
    check.set_defaults(do=_examine)
    verify = commands.add_parser("verify", parents=[where], help="check a data folder; exit 1 on any damage")
    verify.set_defaults(do=_verify)
    save = commands.add_parser("salvage", parents=[where], help="save what can be read of a damaged journal")
    save.add_argument("--station", default="", metavar="CODE", help="its code, when not one entry can be read")
    save.add_argument("--yes", action="store_true", help="do it without asking")
    save.set_defaults(do=_salvage)
    left = commands.add_parser("retention", parents=[where], help="show which old facts left the journal, and why not")
    left.add_argument("--shrink", action="store_true", help="give the room to the disk; the bench must be closed")
    left.set_defaults(do=_retention)
    _add_shift(commands, where)
    _add_bundle(commands)
    # Not for people: the station starts it beside itself. Without help it is not listed.
    commands.add_parser("read-text").set_defaults(do=_read_text)
    commands.add_parser("look-unusual").set_defaults(do=_look_unusual)
    trial = commands.add_parser("try-rules")
    trial.add_argument("seconds", type=int)
    trial.add_argument("memory", type=int)
    trial.set_defaults(do=_try_rules)
    return parser


def _add_shift(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    told = commands.add_parser("shift", parents=[where], help="say how a shift adds up by the ten rules")
    told.add_argument("shift", nargs="?", default="", metavar="SHIFT", help="its name; the latest when none is given")
    told.add_argument("--form", choices=("text", "json", "csv", "pdf"), default="text", help="how (default: text)")
    told.add_argument("--to", type=Path, metavar="FILE", help="write it there; without it, to standard output")
    told.add_argument("--language", default="en", metavar="CODE", help="of the PDF (default: en)")
    told.add_argument("--behind", action="store_true", help="list the parcels, items and plates behind each figure")
    told.set_defaults(do=_shift)
    waits = commands.add_parser("exceptions", parents=[where], help="say what waits for a person's decision")
    waits.add_argument("--form", choices=("text", "json", "csv"), default="text", help="for people, machines or tables")
    waits.add_argument("--language", default="en", metavar="CODE", help="of the words beside codes (default: en)")
    waits.set_defaults(do=_exceptions)
    alike = commands.add_parser("calibration", parents=[where], help="say how alike people grade, by second looks")
    alike.add_argument("--days", type=int, default=90, metavar="N", help="looks of the last N days (default: 90)")
    alike.add_argument("--form", choices=("text", "json", "csv"), default="text", help="for people, machines or tables")
    alike.set_defaults(do=_calibration)


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
    begin.set_defaults(do=_begin)


def _add_enrol(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    enrol = commands.add_parser("enrol", help="let this bench in at central, or in again")
    enrol.add_argument("--data", type=Path, default=_home(), metavar="DIR", help=f"data folder (default: {_home()})")
    enrol.add_argument("--central", required=True, metavar="URL", help="where the central records are: https://...")
    enrol.add_argument("--code", required=True, help="what `returns-central enrol-code` printed; counts ten minutes")
    enrol.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help="the only authorities whose certificates count (PEM)",
    )
    enrol.set_defaults(do=_enrol)


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


# Each command loads what it needs and no more: the bench is to be on the screen before anyone waits for it.


def _run(asked: argparse.Namespace) -> int:
    from station.cli import opening

    return opening.run(asked)


def _begin(asked: argparse.Namespace) -> int:
    from station.cli import beginning

    return beginning.begin(asked.data, asked.station, asked.bench)


def _enrol(asked: argparse.Namespace) -> int:
    from station.cli import enrolling

    return enrolling.enrol(asked.data, asked.central, asked.code, asked.ca)


def _sheet(asked: argparse.Namespace) -> int:
    from station.cli import sheet

    return sheet.write(asked.out, asked.language)


def _mat_sheet(asked: argparse.Namespace) -> int:
    from station.cli import mats

    return mats.write(asked.out, asked.paper, asked.language)


def _crops(asked: argparse.Namespace) -> int:
    from station.cli import crops

    return crops.write(asked.data, asked.item, asked.out)


def _examine(asked: argparse.Namespace) -> int:
    from station.cli import doctor

    return doctor.examine(asked.data, asked.settings, asked.demo)


def _verify(asked: argparse.Namespace) -> int:
    from station.cli import checks

    return checks.verify_folder(asked.data)


def _salvage(asked: argparse.Namespace) -> int:
    from station.cli import checks

    return checks.salvage_folder(asked.data, asked.station, asked.yes)


def _retention(asked: argparse.Namespace) -> int:
    from station.cli import retention

    return retention.show(asked.data, asked.shrink)


def _exceptions(asked: argparse.Namespace) -> int:
    from station.cli import exceptions

    return exceptions.show(asked.data, asked.form, asked.language)


def _calibration(asked: argparse.Namespace) -> int:
    from station.cli import calibration

    return calibration.show(asked.data, asked.days, asked.form)


def _shift(asked: argparse.Namespace) -> int:
    from station.cli import shift

    return shift.show(asked.data, asked.shift, asked.form, asked.behind, asked.to, asked.language)


def _bundle(asked: argparse.Namespace) -> int:
    from station.cli import support

    return support.bundle(asked.out, asked.data, asked.settings)


def _read_text(asked: argparse.Namespace) -> int:
    from station.cli import text_process

    return text_process.serve()


def _look_unusual(asked: argparse.Namespace) -> int:
    from station.cli import unusual

    return unusual.serve()


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
