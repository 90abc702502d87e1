"""`returns-central`: runs the central service and shows a return; the other commands are modules of their own."""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from station.database import UnsafeSqliteError
from sync.central import (
    identity_commands,
    notice_commands,
    order_commands,
    pattern_commands,
    photo_commands,
    reference_commands,
    returns,
    rules,
    sample,
)
from sync.central.photos import open_shelf
from sync.central.resolutions import commands as resolution_commands
from sync.central.store import Store
from sync.central.web import make_app

_STOP_WITHIN_S = 3
_BACKLOG = 128

_ABOUT = """\
The central records of Returns Station: takes in what benches found, tells them what to expect.

  returns-central serve --data central --sample     try it: made-up orders, a station A01 that may speak
  returns-central enrol-code --site leeds --data central
                                                    let a real station in: prints a code for ten minutes, once
  returns-central revoke B07 --data central         shut a station out; nothing at the bench is deleted
  returns-central photos check --data central       hash every photo again, name what is missing or wrong
  returns-central show RMA-1044 --data central      everything known of one return, as JSON
  returns-central publish-rules rubrics/apparel.toml --site leeds --data central
                                                    new questions or routes for its benches, from the next item on
  returns-central recall --help                     add, list and withdraw recalls that stop the benches
  returns-central serial --help                     serial numbers that were reported stolen or blocked
  returns-central publish-reference --help          pictures of good units, for the benches to compare with
  returns-central import-orders --help              return orders of other systems, from CSV or NDJSON
  returns-central integrator --help                 systems that may send them over HTTP
  returns-central neighbours --help                 sites that know of each other's open orders
  returns-central work-resolutions --help           pay, exchange, repair, send back: carry out what was decided
  returns-central resolutions --help                what return lines resolve to, and what a person decides
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
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asked.data.mkdir(parents=True, exist_ok=True)
        store = Store(asked.database or f"sqlite:///{(asked.data / 'central.sqlite').absolute().as_posix()}")
    except (OSError, SQLAlchemyError, UnsafeSqliteError) as error:
        return _sorry(f"the database cannot be opened: {error}")
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
    where.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder; made when missing")
    where.add_argument(
        "--database", metavar="URL", help="such as postgresql+psycopg://user@host/name; default: SQLite in DIR"
    )
    where.add_argument("--photos", default="", metavar="URL", help="s3://BUCKET/PREFIX; default: DIR/photos")
    _add_serve(commands, where)
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
    notice_commands.add_to(commands, where)
    pattern_commands.add_to(commands, where)
    reference_commands.add_to(commands, where)
    order_commands.add_to(commands, where)
    resolution_commands.add_to(commands, where)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    plain = argparse.RawDescriptionHelpFormatter
    serve = commands.add_parser(
        "serve", parents=[where], help="run the service", description=_ABOUT_SERVE, formatter_class=plain
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this computer only)")
    serve.add_argument("--port", type=int, default=8600, help="port to listen on; 0 takes a free one")
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
    serve.set_defaults(do=_serve)


def _serve(asked: argparse.Namespace, store: Store) -> int:
    if asked.sample:
        sample.load(store, asked.generated, asked.seed)
        sample.enrol_station(store, asked.data, _now())
    try:
        patterns = pattern_commands.read(asked.data)
        shelf = open_shelf(asked.photos, asked.data, store)
    except (ValueError, OSError) as error:
        return _sorry(str(error))
    try:
        listener = _listener(asked.host, asked.port) if asked.fd is None else _inherited(asked.fd)
    except OSError as error:
        return _sorry(f"cannot listen on {asked.host}:{asked.port}: {error.strerror}")
    app = make_app(store, shelf, _version(), patterns)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=_STOP_WITHIN_S,
    )
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises the signal again after a clean stop; with these handlers that ends in exit code 0.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    if asked.with_parent:
        # A daemon: nothing can wake a thread that reads a pipe nobody writes to.
        threading.Thread(target=_await_end_of_input, args=(stop,), name="with-parent", daemon=True).start()
    host, port = listener.getsockname()[:2]
    print(f"returns-central: listening on http://{host}:{port}", flush=True)  # noqa: T201
    server.run(sockets=[listener])
    return 0


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    With its protocol named: asyncio turns Nagle's algorithm off for such sockets only, and with it on each answer
    comes 40 ms late.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _inherited(descriptor: int) -> socket.socket:
    return socket.socket(proto=socket.IPPROTO_TCP, fileno=descriptor)


def _await_end_of_input(stop: Callable[[], None]) -> None:
    """Call `stop` when nobody holds the other end any more.

    Reads the bare descriptor: Python aborts at its end when a daemon holds the lock of `sys.stdin`.
    """
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()


def _show(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        found = returns.record(connection, asked.rma)
    if found is None:
        return _sorry(f"nothing is known of {asked.rma}: neither expected nor received")
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())  # noqa: T201
    return 0


def _publish_rules(asked: argparse.Namespace, store: Store) -> int:
    try:
        named = [(rules.key_of(file), None if asked.withdraw else file.read_bytes()) for file in asked.files]
        rules.publish(store, asked.site, named)
    except (rules.NotPublished, OSError) as error:
        return _sorry(f"nothing was published. {error}")
    print(f"{'withdrawn' if asked.withdraw else 'published'}: {', '.join(key for key, _ in named)}")  # noqa: T201
    return 0


def _sorry(why: str) -> int:
    print(f"returns-central: {why}", file=sys.stderr)  # noqa: T201
    return 1


def _version() -> str:
    try:
        return version("returns-station")
    except PackageNotFoundError:
        return "source"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


if __name__ == "__main__":
    sys.exit(main())
