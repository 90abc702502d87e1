"""The command `returns-central work-webhooks`: sends what systems are to be told, until it is told to stop."""

import argparse
import logging
import random
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy.exc import OperationalError

from sync.central import webhooks
from sync.central.store import Store
from sync.central.webhook_sender import NotAllowed, send

_POLL_S = 2.0
# Threads that mostly wait for other computers; below the connections there are to the database.
_AT_ONCE = 8
_log = logging.getLogger(__name__)


def add_to(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add the command to those of `returns-central`."""
    work = commands.add_parser("work-webhooks", parents=[where], help="tell systems of resolutions, as they asked for")
    work.add_argument("--until-idle", action="store_true", help="stop when nothing is due")
    work.add_argument("--allow-loopback", action="store_true", help="to try it: this computer may be told, without TLS")
    work.set_defaults(do=_work)


def _work(asked: argparse.Namespace, store: Store) -> int:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        try:
            work_due(store, lambda: datetime.now(UTC), stop, loopback=asked.allow_loopback)
        except OperationalError as error:
            sys.stderr.write(f"returns-central: the database does not answer: {error}\n")
        if asked.until_idle:
            break
        stop.wait(_POLL_S)
    return 0


def work_due(store: Store, clock: Callable[[], datetime], stop: threading.Event, *, loopback: bool = False) -> None:
    """Make an attempt at every delivery that is due, or until told to stop: several at once, one of a hook.

    So who answers slowly, or not at all, holds up only what is for itself. Raises sqlalchemy.exc.OperationalError when
    the database is away.
    """
    under_way: dict[Future[str], str] = {}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhooks") as pool:
        while not stop.is_set():
            taken = None
            if len(under_way) < _AT_ONCE:
                taken = webhooks.take(store, clock(), frozenset(under_way.values()))
            if taken is not None:
                under_way[pool.submit(_attempt, store, clock, taken, loopback)] = taken["webhook"]
            elif under_way:
                for ended in wait(under_way, _POLL_S, FIRST_COMPLETED).done:
                    del under_way[ended]
                    ended.result()
            else:
                return


def work_one(store: Store, clock: Callable[[], datetime], *, loopback: bool = False) -> str:
    """Make one attempt at one delivery and return the state it is in then; empty when none is due."""
    taken = webhooks.take(store, clock())
    return "" if taken is None else _attempt(store, clock, taken, loopback)


def _attempt(store: Store, clock: Callable[[], datetime], taken: Mapping[str, Any], loopback: bool) -> str:
    at = int(clock().timestamp())
    try:
        status = send(taken["url"], taken["secret"], taken["id"], taken["body"], at, loopback=loopback)
        said = f"HTTP {status}"
    except (NotAllowed, httpx.HTTPError, httpx.InvalidURL) as error:
        status, said = 0, f"{type(error).__name__}: {error}"
    state = webhooks.settle(store, taken, clock(), was_taken=200 <= status < 300, chance=random.random())
    if state != "delivered":
        _log.warning("delivery %s for %s, attempt %s: %s", taken["id"], taken["webhook"], taken["attempts"], said)
    return state
