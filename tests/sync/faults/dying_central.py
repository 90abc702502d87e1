"""Centrals that kill themselves with SIGKILL in the middle of a push: DATA DATABASE SEED COUNT N.

Each is forked before it opens anything, serves on the listening socket N, and dies in its first push, at a point that
the seed chose: at a statement, before or after a commit, before the answer, in the middle of it or after it. Prints
each point. The one after COUNT deaths lives until standard input is closed.
"""

import os
import random
import signal
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool
from starlette.applications import Starlette

from sync.central.__main__ import main as central

# Where a push can be cut, and how many of each there may be in one.
POINTS = (("statement", 25), ("before_commit", 4), ("after_commit", 4), ("answer", 3))
# What is done for a push knows it, in the threads it is handed to as well.
_PUSH: ContextVar["Push | None"] = ContextVar("push", default=None)


@dataclass
class Push:
    """What was reached in the push under way; the process ends at the point that was chosen."""

    point: str
    left: int
    has_committed: bool = False

    def reach(self, name: str) -> None:
        if name == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _reach(name: str) -> None:
    push = _PUSH.get()
    if push is not None:
        push.has_committed = push.has_committed or name == "before_commit"
        push.reach(name)


def _given_back() -> None:
    """A connection returns to the pool: what it committed is durable."""
    push = _PUSH.get()
    if push is not None and push.has_committed:
        push.has_committed = False
        push.reach("after_commit")


def watch(point: str, number: int) -> None:
    """Let this process die in its first push; the points are those of SQLAlchemy and Starlette, not of central."""
    event.listen(Engine, "before_cursor_execute", lambda *_: _reach("statement"))
    event.listen(Engine, "commit", lambda *_: _reach("before_commit"))
    event.listen(Pool, "checkin", lambda *_: _given_back())
    serve: Callable[..., Any] = Starlette.__call__

    async def serving(app: Starlette, scope: Any, receive: Any, send: Any) -> None:
        if not scope.get("path", "").endswith("/events") or scope["method"] != "POST":
            await serve(app, scope, receive, send)
            return
        push = Push(point, number)
        _PUSH.set(push)

        async def sending(message: Any) -> None:
            push.reach("answer")
            await send(message)

        await serve(app, scope, receive, sending)
        os.kill(os.getpid(), signal.SIGKILL)

    Starlette.__call__ = serving  # type: ignore[method-assign]


def live(arguments: list[str], point: str, number: int) -> int:
    """Run one central in a process of its own until it ends; return how."""
    child = os.fork()
    if not child:
        if point:
            watch(point, number)
        else:
            arguments = [*arguments, "--with-parent"]
        os._exit(central(arguments))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(data: str, database: str, seed: str, count: str, descriptor: str) -> None:
    chance = random.Random(int(seed))
    arguments = ["serve", "--data", data, "--database", database, "--fd", descriptor]
    for _ in range(int(count)):
        point, most = chance.choice(POINTS)
        number = chance.randint(1, most)
        ended = live(arguments, point, number)
        assert ended == -signal.SIGKILL, (point, number, ended)
        print("died", f"{point}/{number}", flush=True)
    live(arguments, "", 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
