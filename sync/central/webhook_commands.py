"""The command `returns-central work-webhooks`: sends what systems are to be told, until it is told to stop."""

import argparse
import logging
import random
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy.exc import OperationalError

from sync.central import webhooks
from sync.central.store import Store
from sync.central.webhook_sender import NotAllowed, send

_POLL_S = 2.0
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
            while not stop.is_set() and work_one(store, lambda: datetime.now(UTC), loopback=asked.allow_loopback):
                pass
        except OperationalError as error:
            sys.stderr.write(f"returns-central: the database does not answer: {error}\n")
        if asked.until_idle:
            break
        stop.wait(_POLL_S)
    return 0


def work_one(store: Store, clock: Callable[[], datetime], *, loopback: bool = False) -> str:
    """Make one attempt at one delivery and return the state it is in then; empty when none is due."""
    taken = webhooks.take(store, clock())
    if taken is None:
        return ""
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
