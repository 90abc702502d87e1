"""The commands `import-orders`, `integrator` and `neighbours`: return orders in, and who hears of them."""

import argparse
import csv
import functools
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO, get_args

from sqlalchemy import Connection

from station import files, moments
from station.text_files import in_words
from sync.central import elsewhere, integrators, orders, site_names
from sync.central.order_files import BOM, COLUMNS, UnreadableFile, read_csv, read_ndjson
from sync.central.order_remarks import Remarks
from sync.central.order_rows import Answer, Told
from sync.central.resolutions import books
from sync.central.spoken import sorry
from sync.central.store import Store

# So many orders change how a database should look them up.
_MANY = 10_000
_SAY_EVERY = 20
_STOPPED = 130
_PEEKED = 512
_BAD = frozenset({"refused", "conflict"})
_ENDS: Mapping[str, tuple[str, ...]] = {"csv": (".csv",), "ndjson": (".ndjson", ".jsonl", ".json")}
# A cell that begins so is run by a spreadsheet.
_RUNS = ("=", "+", "-", "@", "\t", "\r")

_ABOUT = f"""\
Takes return orders in from a file, or from standard input (-). Doing it twice is doing it once: of each order the
newest delivery stands, by version, then updated_at. Stopping it (Ctrl-C) leaves whole chunks of {orders.CHUNK} orders;
the same command goes on. Exit code 0: all taken in; 1: some rows were refused (--errors FILE names row and field).

  returns-central import-orders orders.csv --site leeds --data central --dry-run
  returns-central import-orders orders.csv --site leeds --data central --map "RMA No=rma" --errors wrong.csv
  other-system | returns-central import-orders - --format ndjson --site leeds --data central

CSV has a header and a row for each line of an order; the rows of one order follow one another, and what is said of the
order may stand in the first of them alone. Columns:
  {", ".join(COLUMNS[:12])},
  {", ".join(COLUMNS[12:])}
Needed are rma, client, order, line, sku, title, category, and version or updated_at (2026-04-18T08:00:00Z).
Several trackings or serials stand in one cell with ; or a blank between them.
NDJSON has one order a line, as PUT /v1/sites/SITE/orders takes it.
"""


class _Writer(Protocol):
    def writerow(self, row: Iterable[object], /) -> object: ...


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the commands to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    read = commands.add_parser("import-orders", parents=[where], help="take return orders in from CSV or NDJSON",
                               description=_ABOUT, formatter_class=plain)  # fmt: skip
    read.add_argument("file", metavar="FILE", help="the file, or - for standard input")
    read.add_argument("--site", required=True, help="the site that expects them")
    read.add_argument("--format", choices=("csv", "ndjson"), help="default: by the file's name")
    read.add_argument("--encoding", choices=("utf-8", "latin-1", "cp1252"), default="utf-8", help="of a CSV file")
    read.add_argument("--map", action="append", default=[], metavar="THEIRS=OURS", help="what a column is called there")
    read.add_argument("--errors", type=Path, metavar="FILE", help="write row, RMA, field and reason of what is wrong")
    read.add_argument("--dry-run", action="store_true", help="only say what would come of it")
    read.set_defaults(do=_import)
    systems = commands.add_parser("integrator", help="let other systems send return orders in").add_subparsers(
        required=True, metavar="WHAT"
    )
    for name, does, about in (
        ("admit", _admit, "print a new token for a system, once; the one it had is void"),
        ("dismiss", _dismiss, "make its token void"),
    ):
        one = systems.add_parser(name, parents=[where], help=about)
        one.add_argument("name", metavar="NAME", help="what the system is called")
        one.add_argument("--site", required=True, help="the site whose records it may see or change")
        one.set_defaults(do=does)
        if name == "admit":
            roles = get_args(integrators.Role)
            one.add_argument(
                "--may",
                nargs="+",
                default=[],
                choices=roles,
                help="all that it may; `orders` if none is named",
            )
    near = commands.add_parser("neighbours", help="sites that know of each other's open orders").add_subparsers(
        required=True, metavar="WHAT"
    )
    near.add_parser("list", parents=[where], help="print who is told of whom").set_defaults(do=_neighbours)
    for name, does, about in (
        ("join", _join, "tell the benches of each site which parcels belong to the others"),
        ("part", _part, "and no more"),
    ):
        some = near.add_parser(name, parents=[where], help=about)
        some.add_argument("sites", nargs="+", metavar="SITE")
        some.set_defaults(do=does)


@contextmanager
def _heard_to_stop() -> Iterator[threading.Event]:
    """Remember that Ctrl-C was pressed: Python drops an interrupt that meets a finalizer, and the work would go on."""
    heard = threading.Event()

    def hear(*_: object) -> None:
        heard.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, before)


def _import(asked: argparse.Namespace, store: Store) -> int:
    kind = asked.format or next((kind for kind, ends in _ENDS.items() if asked.file.lower().endswith(ends)), "")
    renamed = dict(pair.split("=", 1) for pair in asked.map if "=" in pair)
    counts: Counter[str] = Counter()
    remarks = _remarks(asked, store)
    with ExitStack() as open_files:
        try:
            file: BinaryIO = (
                sys.stdin.buffer if asked.file == "-" else open_files.enter_context(Path(asked.file).open("rb"))
            )
            if asked.file != "-" and asked.errors and asked.errors.exists() and asked.errors.samefile(asked.file):
                return sorry(f"{asked.errors} is the file that is read: name another one for what is wrong in it")
            if not kind and _is_no_json(file):
                said = "it does not begin as JSON: for a table give --format csv, for an order a line --format ndjson"
                return sorry(f"{asked.file}: {said}")
            report = _report(asked.errors, open_files)
            rows = read_csv(file, asked.encoding, renamed) if kind == "csv" else read_ndjson(file)
            stopping = open_files.enter_context(_heard_to_stop())
            tell = functools.partial(_tell_bad, report)
            for number, chunk in enumerate(_chunks(rows), 1):
                if stopping.is_set():
                    raise KeyboardInterrupt
                answers = orders.take_in(store, asked.site, chunk, asked.dry_run, tell)
                counts.update(answer.status for answer in answers)
                remarks.note(chunk)
                if number % _SAY_EVERY == 0:
                    sorry(f"{sum(counts.values())} orders so far: {_words(counts)}")
        except KeyboardInterrupt:
            sorry(f"stopped; what is said here is done, the same command goes on: {_words(counts)}")
            return _STOPPED
        except (UnreadableFile, OSError) as error:
            sorry(f"{in_words(error)} Before it: {_words(counts)}")
            return 1
    if sum(counts.values()) >= _MANY and not asked.dry_run:
        store.count_rows()
    for sentence in remarks.sentences():
        sorry(sentence)
    sys.stdout.write(f"{'would be ' if asked.dry_run else ''}{_words(counts)}\n")
    return 1 if _BAD & set(counts) else 0


def _is_no_json(file: BinaryIO) -> bool:
    """Tell whether a file that says nothing of its format begins as no order does; nothing of it is used up."""
    begins = file.peek(_PEEKED)[:_PEEKED] if isinstance(file, BufferedReader) else b""
    begins = begins.removeprefix(BOM).lstrip()
    return bool(begins) and not begins.startswith(b"{")


def _remarks(asked: argparse.Namespace, store: Store) -> Remarks:
    """Say so when the site is not known, and look what is known there."""
    try:
        book = books.read(asked.data)
    except (ValueError, OSError):
        # Whoever carries resolutions out is told of that.
        book = None
    with store.reading() as connection:
        _warn_of(connection, asked.site)
        return Remarks(connection, asked.site, book)


def _warn_of(connection: Connection, site: str) -> None:
    stranger = site_names.stranger(connection, site)
    if stranger:
        sorry(f"beware: {stranger}")


def _chunks(rows: Iterator[Told | Answer]) -> Iterator[list[Told | Answer]]:
    while chunk := list(islice(rows, orders.CHUNK)):
        yield chunk


def _report(path: Path | None, open_files: ExitStack) -> _Writer | None:
    if path is None:
        return None
    writer = csv.writer(open_files.enter_context(_put_in_place(path.resolve())))
    writer.writerow(("row", "rma", "status", "field", "why"))
    return writer


@contextmanager
def _put_in_place(path: Path) -> Iterator[TextIO]:
    """Write a file under another name beside it, and rename it at the end, however that comes: until then the old one
    stands there.

    What is no plain file, such as a pipe, is written as it is.
    """
    is_plain = path.is_file() or not path.exists()
    place = path.with_name(f".{path.name}.new") if is_plain else path
    # By lines: what is told of a chunk is out before the chunk is committed.
    with place.open("w", encoding="utf-8", newline="", buffering=1) as file:
        try:
            yield file
        finally:
            file.close()
            if is_plain:
                files.put_in_place(place, path)


def _tell_bad(report: _Writer | None, answers: Iterable[Answer]) -> None:
    for answer in answers:
        if answer.status not in _BAD:
            continue
        if report is not None:
            texts = (answer.rma, answer.status, answer.field, answer.why)
            report.writerow((answer.row, *(f"'{text}" if text.startswith(_RUNS) else text for text in texts)))
        else:
            field = f", {answer.field}" if answer.field else ""
            sorry(f"row {answer.row}{field}: {answer.why}")


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing"


def _admit(asked: argparse.Namespace, store: Store) -> int:
    now = moments.now()
    with store.reading() as connection:
        _warn_of(connection, asked.site)
    sys.stdout.write(integrators.admit(store, asked.name, asked.site, now, asked.may) + "\n")
    return 0


def _dismiss(asked: argparse.Namespace, store: Store) -> int:
    if integrators.dismiss(store, asked.name, asked.site):
        return 0
    sorry(f"{asked.site} knows no system {asked.name}")
    return 1


def _neighbours(asked: argparse.Namespace, store: Store) -> int:
    for site, other in elsewhere.neighbours(store):
        sys.stdout.write(f"{site} is told of {other}\n")
    return 0


def _join(asked: argparse.Namespace, store: Store) -> int:
    elsewhere.join(store, asked.sites)
    return 0


def _part(asked: argparse.Namespace, store: Store) -> int:
    if elsewhere.part(store, asked.sites):
        return 0
    sorry("these sites were not told of each other")
    return 1
