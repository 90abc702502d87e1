"""Lets central tell of news at once: a second connection on which one question is held until there is an answer.

It only listens. What it hears of is pulled by the courier, which alone writes the local copy; so a push never waits
behind a question that is held.
"""

import logging
import random
import threading
import time
from collections.abc import Callable

from sync.client import Client
from sync.errors import Refused, Unreachable
from sync.pace import Backoff

# Central holds a question for no longer than this.
WAIT_S = 25
# A question that is answered sooner, with nothing new, was not held: another program stands there, or an older one.
_NOT_HELD_S = 1.0
_log = logging.getLogger(__name__)


class Listener:
    """One thread that asks what comes after the records the bench has; `on_news` is called in it.

    It says so too when central falls silent, so that this is shown at once.
    """

    def __init__(self, client: Client, site: str, backoff: Backoff, on_news: Callable[[], None]) -> None:
        self._client = client
        self._site = site
        self._backoff = backoff
        self._on_news = on_news
        self._dice = random.Random()
        self._moved = threading.Condition()
        self._cursor = -1
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="listener")
        self.is_listening = False

    def follow(self, cursor: int) -> None:
        """Say which record is the last that the bench has; the first time, begin to listen. From one thread."""
        with self._moved:
            self._cursor = cursor
            self._moved.notify_all()
        if self._thread.ident is None:
            self._thread.start()

    def abort(self) -> None:
        """Break off what is under way; from any thread."""
        with self._moved:
            self._is_stopped = True
            self._moved.notify_all()
        self._client.abort()

    def stop(self, within_s: float) -> None:
        """Break off and end. From the thread that calls `follow`, or when that one is not there."""
        self.abort()
        if self._thread.ident is None:
            self._client.close()
            return
        self._thread.join(within_s)
        if self._thread.is_alive():
            _log.error("the listener did not stop in %s s", within_s)

    def _run(self) -> None:
        try:
            failures = 0
            while not self._is_stopped:
                failures = 0 if self._ask() else failures + 1
                if failures:
                    self._rest(self._backoff.delay_s(failures, 0.0, self._dice))
        except Exception:  # noqa: BLE001 # top of thread: without it the courier looks every few seconds by itself
            _log.exception("the listener failed")
            self.is_listening = False
        finally:
            self._client.close()

    def _ask(self) -> bool:
        """Ask once, and when there was news wait until it was taken; return whether central listens."""
        after, asked_at = self._cursor, time.monotonic()
        try:
            page = self._client.pull(self._site, after, 1, wait_s=WAIT_S)
        except (Unreachable, Refused):
            self._say(is_listening=False)
            return False
        is_news = page.head != after
        if not is_news and time.monotonic() - asked_at < _NOT_HELD_S:
            self._say(is_listening=False)
            return False
        self.is_listening = True
        if is_news:
            self._on_news()
            with self._moved:
                self._moved.wait_for(lambda: self._is_stopped or self._cursor != after, WAIT_S)
        return True

    def _say(self, *, is_listening: bool) -> None:
        if self.is_listening and not is_listening:
            self._on_news()
        self.is_listening = is_listening

    def _rest(self, wait_s: float) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._is_stopped, wait_s)
