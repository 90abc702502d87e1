"""`returns-central`: runs the central service, shows a return, and lets a station in."""

import argparse
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from station import moments, text_files
from station.database import UnsafeSqliteError
from sync.central import (
    anew_commands,
    answer_picture_commands,
    care,
    held,
    identity_commands,
    logs,
    notice_commands,
    openapi,
    order_commands,
    pattern_commands,
    photo_commands,
    places,
    reference_commands,
    returns,
    reviews,
    rules,
    sample,
    serving,
    site_names,
    snapshot,
    supervisor_commands,
    webhook_commands,
)
from sync.central.migrate import SchemaError
from sync.central.photos import open_shelf
from sync.central.resolutions import books
from sync.central.resolutions import commands as resolution_commands
from sync.central.service import Service
from sync.central.spoken import sorry
from sync.central.store import Store
from sync.central.tables import REVISION
from sync.central.web import make_app

_TLS_OR_PROXY = "give --tls-cert and --tls-key, or --behind-proxy where a proxy in front of this speaks TLS"

# A hundred years: before that no feed was.
_LONGEST_DAYS = 36_500

_ABOUT = """\
The central records of Returns Station: takes in what benches found, tells them what to expect.

  returns-central serve --data central --sample     try it: made-up orders, a station A01 that may speak
  returns-central enrol-code --site leeds --data central
                                                    let a real station in: prints a code for ten minutes, once
  returns-central revoke B07 --data central         shut a station out; nothing at the bench is deleted
  returns-central photos check --data central       hash every photo again, name what is missing or wrong
  returns-central migrate --data central --database URL
                                                    bring an older PostgreSQL database to this program's tables
  returns-central tidy --data central               let go of what the feeds told long ago; `serve` does it daily
  returns-central reviews --data central            what benches said against one another, what may belong together, and
                                                    what was decided and is contradicted by what came later
  returns-central exceptions --help                 what waits for a decision at all benches of a site
  returns-central shift --site leeds --data central how all its benches' shifts of a day add up by the ten rules
  returns-central calibration --site leeds --data central
                                                    how alike its people grade, by second looks
  returns-central show RMA-1044 --data central      everything known of one return, as JSON
  returns-central publish-rules rubrics/apparel.toml --site leeds --data central
                                                    new questions, routes or who may do what, from the next item on
  returns-central recall --help                     add, list and withdraw recalls that stop the benches
  returns-central serial --help                     serial numbers that were reported stolen or blocked
  returns-central publish-reference --help          pictures of good units, for the benches to compare with
  returns-central answer-pictures --help            photographs that benches show beside answers
  returns-central openapi --data central            what its doors take and answer, for those who call them
  returns-central import-orders --help              return orders of other systems, from CSV or NDJSON
  returns-central integrator --help                 systems that may send them over HTTP
  returns-central neighbours --help                 sites that know of each other's open orders
  returns-central work-resolutions --help           pay, exchange, repair, send back: carry out what was decided
  returns-central resolutions --help                what return lines resolve to, and what a person decides
  returns-central work-webhooks --help              tell other systems of it, where they asked to be told
  returns-central patterns --help                   what is told of a customer's earlier returns, from which counts on
"""

_ABOUT_SERVE = """\
Serves until it is told to stop (Ctrl-C, SIGTERM). Prints one line when it is ready:

  returns-central: listening on http://127.0.0.1:PORT

DIR holds the database (central.sqlite, unless --database names another), the photos (photos/ab/cd/HASH.jpg, unless
--photos names another place, such as s3://BUCKET/PREFIX?endpoint=URL&region=NAME with keys from the environment)
and the tokens left for stations on this computer (tokens/STATION.token).
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return 0, or 1 with a plain word on standard error."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    logs.set_up(as_json=getattr(asked, "log_requests", False))
    for site in (*([asked.site] if "site" in asked else []), *getattr(asked, "sites", ())):
        why = site_names.fault(site)
        if why:
            return sorry(why)
    if "look" in asked:
        # At a file alone, beside no records.
        looked: int = asked.look(asked)
        return looked
    if asked.data is None and asked.do is _migrate and asked.database:
        asked.data = Path()  # nothing in a folder is brought up
    if asked.data is None:
        parser.error("--data is required: the folder that `serve` was given")
    file = asked.data / "central.sqlite"
    is_nowhere = not asked.database and not file.exists() and not asked.data.is_file()
    if is_nowhere and asked.do not in (_serve, _migrate, _openapi):
        # A new one knows nothing, and would answer so.
        there = places.elsewhere(asked.data)
        if there:
            return sorry(f"the records of {asked.data} are in {there}: name it with --database, and its password")
        return sorry(f"there is no central in {asked.data}: name the folder that `serve` was given, or its --database")
    try:
        asked.data.mkdir(parents=True, exist_ok=True)
        url = asked.database or f"sqlite:///{file.absolute().as_posix()}"
        store = Store(url, is_migrating=asked.do is _migrate)
    except (OSError, SQLAlchemyError, UnsafeSqliteError, SchemaError) as error:
        return sorry(f"the database cannot be opened: {text_files.in_words(error)}")
    try:
        code: int = asked.do(asked, store)
        return code
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("returns-central", description=_ABOUT, formatter_class=plain)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--data", type=Path, metavar="DIR", help="the data folder; `serve` makes it")
    where.add_argument(
        "--database", metavar="URL", help="such as postgresql+psycopg://user@host/name; default: SQLite in DIR"
    )
    where.add_argument("--photos", default="", metavar="URL", help="s3://BUCKET/PREFIX; default: DIR/photos")
    _add_serve(commands, where)
    migrating = commands.add_parser(
        "migrate", parents=[where], help="bring the database to this program's tables; make a backup before"
    )
    migrating.set_defaults(do=_migrate)
    told = commands.add_parser("openapi", parents=[where], help="print what the doors take and answer, as OpenAPI")
    told.set_defaults(do=_openapi)
    tidying = commands.add_parser(
        "tidy", parents=[where], help="let go of what the feeds told long ago and stands no more; `serve` does it daily"
    )
    tidying.add_argument("--days", type=int, default=snapshot.KEPT_DAYS, metavar="N", help="told N days ago (90)")
    tidying.set_defaults(do=_tidy)
    listed = commands.add_parser("reviews", parents=[where], help="print what a person must decide, one a line")
    listed.set_defaults(do=_reviews)
    show = commands.add_parser("show", parents=[where], help="print one return as JSON")
    show.add_argument("rma", metavar="RMA")
    show.set_defaults(do=_show)
    identity_commands.add_to(commands, where)
    photo_commands.add_to(commands, where)
    publish = commands.add_parser("publish-rules", parents=[where], help="tell benches of new questions or routes")
    publish.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="below rubrics/, rubrics/clients/, routes/"
    )
    publish.add_argument("--site", required=True, help="whose benches are told")
    publish.add_argument("--withdraw", action="store_true", help="take them back: the program's own hold again")
    publish.set_defaults(do=_publish_rules)
    for each in (notice_commands, pattern_commands, anew_commands, reference_commands, answer_picture_commands):
        each.add_to(commands, where)
    order_commands.add_to(commands, where)
    resolution_commands.add_to(commands, where)
    webhook_commands.add_to(commands, where)
    supervisor_commands.add_to(commands, where)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    plain = argparse.RawDescriptionHelpFormatter
    serve = commands.add_parser(
        "serve", parents=[where], help="run the service", description=_ABOUT_SERVE, formatter_class=plain
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this computer only)")
    serve.add_argument("--port", type=_port, default=8600, help="port to listen on; 0 takes a free one")
    serve.add_argument(
        "--fd", type=int, metavar="N", help="serve on the listening socket N, inherited from who started it, instead"
    )
    serve.add_argument("--sample", action="store_true", help="fill an empty database with the sample site")
    serve.add_argument(
        "--generated", type=int, default=0, metavar="N", help="with --sample: N made-up return orders more"
    )
    serve.add_argument("--seed", type=int, default=1, metavar="S", help="which made-up orders (default: 1)")
    serve.add_argument(
        "--with-parent", action="store_true", help="stop when standard input is closed: never outlive who started it"
    )
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate (PEM), with those that vouch for it")
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key (PEM)")
    serve.add_argument("--behind-proxy", action="store_true", help="a proxy in front of this speaks TLS")
    serve.add_argument(
        "--drain", type=float, default=0.0, metavar="S", help="when told to stop: be not ready for S seconds first"
    )
    serve.add_argument(
        "--care",
        type=_hour,
        default=time(2),
        metavar="HH:MM",
        help="when to do what is to be done daily (tidy, patterns recount), by this computer's clock; or `never`",
    )
    serve.add_argument("--log-requests", action="store_true", help="log as JSON, with a line for each request")
    serve.set_defaults(do=_serve)


def _serve(asked: argparse.Namespace, store: Store) -> int:
    if (asked.tls_cert is None) != (asked.tls_key is None):
        return sorry("--tls-cert and --tls-key go together")
    if asked.sample:
        sample.load(store, asked.generated, asked.seed)
        sample.enrol_station(store, asked.data, moments.now())
    try:
        patterns, book = pattern_commands.read(asked.data), books.read(asked.data)
        shelf = open_shelf(asked.photos, asked.data, store)
    except (ValueError, OSError) as error:
        return sorry(text_files.in_words(error))
    try:
        listening = serving.listener(asked.host, asked.port) if asked.fd is None else serving.inherited(asked.fd)
    except OSError as error:
        return sorry(f"cannot listen on {asked.host}:{asked.port}: {error.strerror}")
    try:
        places.remember(asked.data, asked.database or "")
    except OSError as error:
        return sorry(f"{asked.data} cannot be written: {text_files.in_words(error)}")
    held.replay(store, moments.now())
    with listening:
        if asked.tls_cert is None and not asked.behind_proxy and not serving.is_loopback(listening):
            return sorry(f"tokens would travel in the open from {asked.host}: {_TLS_OR_PROXY}")
        is_private = serving.is_loopback(listening) and not asked.behind_proxy
        service = Service(store, _version(), is_private=is_private)
        app = make_app(service, shelf, patterns, book)
        tls = serving.Tls(asked.tls_cert, asked.tls_key) if asked.tls_cert else None
        try:
            server = serving.Server(app, service.drain, asked.drain, serving.end_in_time, tls)
            server.config.load()
        except (OSError, ssl.SSLError) as error:
            return sorry(f"the certificate cannot be used: {error}")
        serving.settle_memory()
        with _cared_for(store, care.jobs(patterns, shelf), asked.care, service):
            _run(server, listening, asked.with_parent)
    return 0


@contextmanager
def _cared_for(store: Store, todo: Sequence[care.Job], at: time | None, service: Service) -> Iterator[None]:
    """Have daily care done meanwhile. At the end it leaves off; what does not within ten seconds is broken off."""
    if at is None:
        yield
        return
    words = (store, todo, at, service.stopping, service.metrics)
    # A daemon: a database that is away may hold it for longer than anybody would wait.
    tending = threading.Thread(target=care.tend, args=words, name="care", daemon=True)
    tending.start()
    try:
        yield
    finally:
        service.stopping.set()
        tending.join(serving.STOP_WITHIN_S)


def _run(server: serving.Server, listening: socket.socket, with_parent: bool) -> None:
    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises the signal again after a clean stop; with these handlers that ends in exit code 0.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    if with_parent:
        # A daemon: nothing can wake a thread that reads a pipe nobody writes to.
        threading.Thread(target=serving.await_end_of_input, args=(stop,), name="with-parent", daemon=True).start()
    host, port = listening.getsockname()[:2]
    scheme = "https" if server.config.is_ssl else "http"
    print(f"returns-central: listening on {scheme}://{host}:{port}", flush=True)  # noqa: T201
    server.run(sockets=[listening])


def _openapi(asked: argparse.Namespace, store: Store) -> int:
    shelf = open_shelf("memory:", asked.data, store)
    rules = pattern_commands.read(asked.data), books.read(asked.data)
    app = make_app(Service(store, _version()), shelf, *rules)
    text = msgspec.json.encode(openapi.document(app.routes, _version()))
    print(msgspec.json.format(text, indent=2).decode())  # noqa: T201
    return 0


def _migrate(_: argparse.Namespace, store: Store) -> int:
    try:
        before = store.migrate()
    except (SQLAlchemyError, SchemaError) as error:
        return sorry(f"the tables stay as they are: {error}")
    print(f"the tables are of revision {REVISION}; they were of {before or 'none'}")  # noqa: T201
    return 0


def _tidy(asked: argparse.Namespace, store: Store) -> int:
    if not 1 <= asked.days <= _LONGEST_DAYS:
        return sorry(f"--days is a number from 1 to {_LONGEST_DAYS}")
    raised = snapshot.raise_floors(store, moments.now(), asked.days)
    care.note_done(store, "tidy", datetime.now(UTC))
    for site, floor in sorted(raised.items()):
        print(f"{site}: told from record {floor + 1} on; who has less takes a snapshot")  # noqa: T201
    return 0


def _reviews(_: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        for each in reviews.every(connection):
            print("  ".join((each.opened_at, each.kind, each.why, each.rma or "-", each.line)))  # noqa: T201
    return 0


def _show(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        found = returns.record(connection, asked.rma)
    if found is None:
        return sorry(f"nothing is known of {asked.rma}: neither expected nor received")
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())  # noqa: T201
    return 0


def _publish_rules(asked: argparse.Namespace, store: Store) -> int:
    try:
        named = [(rules.key_of(file), None if asked.withdraw else text_files.read(file)) for file in asked.files]
        rules.publish(store, asked.site, named)
    except (rules.NotPublished, OSError) as error:
        return sorry(f"nothing was published. {text_files.in_words(error)}")
    print(f"{'withdrawn' if asked.withdraw else 'published'}: {', '.join(key for key, _ in named)}")  # noqa: T201
    for remark in rules.remarks(store, asked.site, named):
        print(remark)  # noqa: T201
    return 0


def _version() -> str:
    try:
        return version("returns-station")
    except PackageNotFoundError:
        return "source"


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65_536:
        raise ValueError(text)
    return port


def _hour(text: str) -> time | None:
    return None if text == "never" else time.fromisoformat(text).replace(tzinfo=None)


if __name__ == "__main__":
    sys.exit(main())
