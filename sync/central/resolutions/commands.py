"""The commands `returns-central work-resolutions` and `resolutions`: the worker, what stands, what people decide."""

import argparse
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from station import text_files
from sync.central.resolutions import books, contradicted, queue, told
from sync.central.resolutions.derive import Ruling
from sync.central.resolutions.follow import follow_some
from sync.central.resolutions.provider import HttpProvider
from sync.central.resolutions.reconcile import rule, why_not
from sync.central.resolutions.rules import BadRules, Book, Then, parse
from sync.central.resolutions.worker import work_one
from sync.central.spoken import say, sorry
from sync.central.store import Store
from sync.central.tables import resolution, resolution_step

_POLL_S = 2.0
# As much as a price may be.
_MOST_MINOR = 1_000_000_000_000

_ABOUT = """\
What return lines resolve to. Rules decide, `returns-central work-resolutions` carries out, a person does the rest.

  returns-central resolutions check FILE --data central         is this file sound? It may then lie in `resolutions`
                                                                in the data folder, which replaces the program's own
  returns-central resolutions rules --data central              which came into force when; NAME@VERSION prints one,
                                                                as a decision names it (default@1#12)
  returns-central resolutions list --data central               what needs a person; --state all for everything,
                                                                --later for what the facts contradict by now
  returns-central resolutions show RMA --data central           what an order's lines resolve to, and how that came
  returns-central resolutions rule RMA LINE --then refund --minor 4500 --by NAME --why WHY --data central
                                                                decide where no rule may: the worker carries it out
  returns-central resolutions settle ID --as confirmed|closed --by NAME --why WHY --data central
                                                                what you found at the provider: it was done / was not
"""


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the commands to those of `returns-central`."""
    plain = argparse.RawDescriptionHelpFormatter
    work = commands.add_parser(
        "work-resolutions", parents=[where], help="carry out what was decided, each at most once"
    )
    work.add_argument("--provider", required=True, metavar="URL", help="who carries it out; https off this computer")
    work.add_argument("--provider-token", type=Path, metavar="FILE", help="a file with the token the provider gave")
    work.add_argument("--until-idle", action="store_true", help="stop when nothing is due")
    work.set_defaults(do=_work)
    top = commands.add_parser(
        "resolutions", help="what lines resolve to: list, show, decide", description=_ABOUT, formatter_class=plain
    )
    below = top.add_subparsers(required=True, metavar="WHAT")
    check = below.add_parser("check", parents=[where], help="say what is wrong with a file of rules")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(look=_check)
    rules = below.add_parser("rules", parents=[where], help="which rules came into force when, or what a version says")
    rules.add_argument("name", nargs="?", default="", metavar="NAME@VERSION", help="print its file")
    rules.set_defaults(do=_rules)
    listed = below.add_parser("list", parents=[where], help="print resolutions in a state")
    listed.add_argument("--state", choices=[*get_args(queue.State), "all"], help="needs_person unless said")
    listed.add_argument("--later", action="store_true", help="only what the facts say otherwise since; in any state")
    listed.set_defaults(do=_list)
    show = below.add_parser("show", parents=[where], help="print an order's resolutions as JSON")
    show.add_argument("rma", metavar="RMA")
    show.set_defaults(do=_show)
    decide = below.add_parser("rule", parents=[where], help="decide a line instead of the rules; once")
    decide.add_argument("rma", metavar="RMA")
    decide.add_argument("line", metavar="LINE")
    decide.add_argument("--then", required=True, choices=[each for each in get_args(Then) if each != "person"])
    decide.add_argument("--minor", type=int, default=0, help="of a refund: minor units of the line's currency")
    settle = below.add_parser("settle", parents=[where], help="end what the worker gave to a person")
    settle.add_argument("id", metavar="ID")
    settle.add_argument("--as", required=True, dest="state", choices=["confirmed", "closed"])
    for each, do in ((decide, _rule), (settle, _settle)):
        each.add_argument("--by", required=True, help="who decides")
        each.add_argument("--why", required=True, help="a sentence for those who ask later")
        each.set_defaults(do=do)


def _work(asked: argparse.Namespace, store: Store) -> int:
    read = partial(books.read, asked.data)
    try:
        _take(store, read())
        token = asked.provider_token.read_text().strip() if asked.provider_token else ""
        provider = HttpProvider(asked.provider, token)
    except (ValueError, OSError) as error:
        return sorry(text_files.in_words(error))
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    # Never the same twice, so no worker takes another's claim for its own.
    worker = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    try:
        work(store, read, provider, worker, stop, _now, asked.until_idle)
    finally:
        provider.close()
    return 0


def work(
    store: Store,
    read: Callable[[], Book],
    provider: HttpProvider,
    token: str,
    stop: threading.Event,
    clock: Callable[[], datetime],
    until_idle: bool,
) -> None:
    """Derive and carry out until told to stop, by the rules as they are read each time.

    A database that is away is waited for; so are rules that cannot be used, with nothing decided by others meanwhile.
    """
    before, trouble = read(), ""
    while not stop.is_set():
        moved, said = 0, ""
        try:
            book, before = before, read()
            # Whoever is copying a file in may not be done: what is read twice alike is meant.
            if book == before:
                _take(store, book)
                moved = follow_some(store, book, clock())
                told.publish(store, clock())
                while not stop.is_set() and work_one(store, book, provider, token, clock) is not None:
                    told.publish(store, clock())
        except (OperationalError, IntegrityError) as error:
            said = f"the database does not answer: {error}"
        except (BadRules, OSError) as error:
            said = f"{text_files.in_words(error)}. Nothing is decided before that is mended"
        if said and said != trouble:
            sys.stderr.write(f"returns-central: {said}\n")
        trouble = said
        if until_idle and not moved:
            return
        if not moved:
            stop.wait(_POLL_S)


def _take(store: Store, book: Book) -> None:
    with store.writing() as connection:
        books.take(connection, book, _now())


def _check(asked: argparse.Namespace) -> int:
    try:
        rules = parse(text_files.read(asked.file))
    except OSError as error:
        return sorry(text_files.in_words(error))
    except ValueError as error:
        return sorry(f"{asked.file}: {error}")
    return say(f"{asked.file}: sound, {rules.id}@{rules.version} with {len(rules.rules)} rules")


def _rules(asked: argparse.Namespace, store: Store) -> int:
    id_, _, version = asked.name.partition("#")[0].rpartition("@")
    with store.reading() as connection:
        if not asked.name:
            for at, names in books.history(connection):
                say(f"{at}  {', '.join(names)}")
            return 0
        toml = books.said(connection, id_, int(version)) if version.isdecimal() else None
    if toml is None:
        return sorry(f"{asked.name} never was in force; `resolutions rules` without a name lists what was")
    return say(toml.decode())


def _list(asked: argparse.Namespace, store: Store) -> int:
    query = select(resolution).order_by(resolution.c.rma, resolution.c.line, resolution.c.kind)
    if asked.later:
        query = query.where(resolution.c.later != "")
    state = asked.state or ("all" if asked.later else "needs_person")
    if state != "all":
        query = query.where(resolution.c.state == state)
    with store.reading() as connection:
        for row in connection.execute(query):
            said = f"{row.id}  {row.rma} {row.line}  {row.kind}  {row.amount_minor} {row.currency}  {row.state}"
            say(f"{said}  {_later(row.later)}".rstrip())
    return 0


def _later(kept: str) -> str:
    """Return what the facts say instead of a resolution, in a few words; nothing where they say the same."""
    if not kept:
        return ""
    later = msgspec.json.decode(kept)
    instead = [f"{each['kind']} {each['amount_minor']} {each['currency']}" for each in later["instead"]]
    return f"by now: {', '.join(instead) or later['stop'] or 'nothing'}"


def _show(asked: argparse.Namespace, store: Store) -> int:
    with store.reading() as connection:
        query = select(resolution).where(resolution.c.rma == asked.rma).order_by(resolution.c.line, resolution.c.kind)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        for row in rows:
            steps = select(resolution_step).where(resolution_step.c.id == row["id"]).order_by(resolution_step.c.n)
            row["parts"] = msgspec.Raw(row["parts"].encode())
            row["later"] = msgspec.Raw(row["later"].encode() or b"null")
            row["history"] = [dict(each) for each in connection.execute(steps).mappings()]
    return say(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())


def _rule(asked: argparse.Namespace, store: Store) -> int:
    if (asked.then == "refund") != (0 < asked.minor <= _MOST_MINOR):
        return sorry(f"a refund needs --minor from 1 to {_MOST_MINOR}, and nothing else has an amount")
    try:
        own = books.read(asked.data)
        with store.writing() as connection:
            book = books.in_force(connection) or own
            ruling = Ruling(asked.then, asked.minor, asked.by, asked.why)
            done = rule(connection, asked.rma, asked.line, ruling, book, _now())
            hindrance = "" if done else why_not(connection, asked.rma, asked.line)
    except (ValueError, OSError) as error:
        return sorry(text_files.in_words(error))
    told.publish(store, _now())
    if not done:
        return sorry(hindrance)
    return say(f"{asked.rma} {asked.line}: {asked.then}, asked for")


def _settle(asked: argparse.Namespace, store: Store) -> int:
    with store.writing() as connection:
        done = contradicted.settle(connection, asked.id, asked.state, _now(), asked.by, asked.why)
    told.publish(store, _now())
    return say(f"{asked.id}: {asked.state}") if done else sorry(f"{asked.id} does not wait for a person")


def _now() -> datetime:
    return datetime.now(UTC)
