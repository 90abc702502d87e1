"""Couriers that kill themselves with SIGKILL in the middle of their work: FOLDER URL STATION TOKEN SITE SEED COUNT.

Each is a process of its own beside the one that owns the journal. It dies at one of its steps, counted off by chance:
an answer came, a transaction is about to be committed, it was committed and the next thing begins. Prints each step.
The one after COUNT deaths lives until all is through.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.engine import Engine

from station.photos import PhotoStore
from tests.sync.conftest import Courierer

MOST_STEPS = 12


@dataclass
class Steps:
    """Counts what the courier does, and ends the process at the step that was chosen."""

    left: int
    has_committed: bool = False

    def reach(self, name: str) -> None:
        if self.has_committed:
            self.has_committed = False
            self._step("committed")
        self._step(name)
        self.has_committed = name == "commit"

    def _step(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            os.write(1, f"died {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def watch(left: int) -> None:
    """Let this process die at a step; the steps are those of SQLAlchemy and httpx, not of the courier."""
    steps = Steps(left)
    event.listen(Engine, "commit", lambda *_: steps.reach("commit"))
    send: Callable[..., httpx.Response] = httpx.Client.send

    def sending(client: httpx.Client, *what: Any, **more: Any) -> httpx.Response:
        answer = send(client, *what, **more)
        steps.reach("answer")
        return answer

    httpx.Client.send = sending  # type: ignore[method-assign]


def work(folder: Path, url: str, station: str, token: str, site: str, *, is_mortal: bool) -> None:
    """Carry until nothing waits; one that is to die goes on until it does."""
    journal = SimpleNamespace(path=folder / "station.sqlite")
    book = SimpleNamespace(journal=journal, folder=folder, photos=PhotoStore(folder / "photos"))
    bench = SimpleNamespace(central=SimpleNamespace(url=url), station=station, token=token, site=site)
    running = Courierer(book, bench)
    while is_mortal or not running.is_through():
        time.sleep(0.02)
    running.courier.stop()


def main(folder: str, url: str, station: str, token: str, site: str, seed: str, count: str) -> None:
    chance = random.Random(int(seed))
    for left in range(int(count), -1, -1):
        step = chance.randint(1, MOST_STEPS)
        child = os.fork()
        if not child:
            if left:
                watch(step)
            work(Path(folder), url, station, token, site, is_mortal=left > 0)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended == (-signal.SIGKILL if left else 0), ended


if __name__ == "__main__":
    main(*sys.argv[1:])
