"""The commands that ask what a bench has received: find, resolve, prove, evidence, bin."""

import argparse
from pathlib import Path


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    """Add them to a command line; `where` names the data folder."""
    find = commands.add_parser("find", parents=[where], help="tell the whole story of whatever a code stands for")
    find.add_argument(
        "code", metavar="CODE", help="a tracking number, RMA, order, plate, serial, SKU, GTIN, bin or badge"
    )
    find.add_argument("--form", choices=("text", "json"), default="text", help="for people or machines")
    find.set_defaults(do=_find)
    resolve = commands.add_parser(
        "resolve", parents=[where], help="say which orders an unknown parcel may belong to, and why"
    )
    resolve.add_argument("parcel", metavar="PARCEL", help="its code, or its number at this bench")
    resolve.add_argument("--zip", default="", metavar="ZIP", help="the sender's postal code, as it stands on the label")
    resolve.add_argument("--form", choices=("text", "json"), default="text", help="for people or machines")
    resolve.set_defaults(do=_resolve)
    prove = commands.add_parser("prove", parents=[where], help="say whether a printed report is what the journal says")
    prove.add_argument("shift", metavar="SHIFT", help="the shift that was printed")
    prove.add_argument("code", metavar="CODE", help="the proof at the foot of its pages")
    prove.set_defaults(do=_prove)
    evidence = commands.add_parser(
        "evidence", parents=[where], help="write what can be proved of an item, for somebody outside, as a ZIP file"
    )
    evidence.add_argument("item", metavar="PLATE", help="its plate, or its number at this bench")
    file = evidence.add_mutually_exclusive_group(required=True)
    file.add_argument("--to", type=Path, metavar="FILE.zip", help="the file to write")
    file.add_argument("--prove", type=Path, metavar="FILE.zip", help="tell whether such a file is true in each part")
    evidence.add_argument(
        "--for",
        dest="purpose",
        choices=("carrier", "marketplace", "vendor", "value"),
        default="carrier",
        help="a carrier claim, a marketplace dispute, a vendor debit, or a diminished-value letter",
    )
    evidence.add_argument("--language", default="en", metavar="CODE", help="of the PDF (default: en)")
    evidence.set_defaults(do=_evidence)
    bin_ = commands.add_parser("bin", parents=[where], help="list what lies in a bin, or lay in it when it left")
    bin_.add_argument("bin", metavar="BIN", help="its code")
    bin_.add_argument("--form", choices=("text", "json", "csv", "pdf"), default="text", help="how (default: text)")
    bin_.add_argument("--to", type=Path, metavar="FILE", help="write it there; without it, to standard output")
    bin_.add_argument("--ago", type=int, default=0, metavar="N", help="as it left the N-th last time (default: now)")
    bin_.add_argument("--language", default="en", metavar="CODE", help="of the PDF (default: en)")
    bin_.set_defaults(do=_bin)


# Each command loads what it needs and no more.


def _find(asked: argparse.Namespace) -> int:
    from station.cli import find

    return find.show(asked.data, asked.code, asked.form)


def _resolve(asked: argparse.Namespace) -> int:
    from station.cli import resolve

    return resolve.show(asked.data, asked.parcel, asked.zip, asked.form)


def _prove(asked: argparse.Namespace) -> int:
    from station.cli import shift

    return shift.prove(asked.data, asked.shift, asked.code)


def _evidence(asked: argparse.Namespace) -> int:
    from station.cli import evidence

    if asked.prove is not None:
        return evidence.prove(asked.data, asked.item, asked.prove)
    return evidence.write(asked.data, asked.item, asked.to, asked.purpose, asked.language)


def _bin(asked: argparse.Namespace) -> int:
    from station.cli import bins

    return bins.show(asked.data, asked.bin, asked.form, asked.to, asked.ago, asked.language)
