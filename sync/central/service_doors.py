"""The doors for those who run central: is it alive, is it ready, what does it count, what doors are there."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from station.photos import PhotoError
from sync.central import answers, callers
from sync.central.metrics import CONTENT_TYPE
from sync.central.photos import PhotoShelf
from sync.central.service import Service
from sync.central.store import Store
from sync.central.tables import metadata
from sync.wire import Health, Problem

# Proxies ask every few seconds, and take no answer for a no by and by.
_READY_WITHIN_S = 3.0
_log = logging.getLogger(__name__)


def routes(service: Service, shelf: PhotoShelf, document: Callable[[], dict[str, Any]]) -> list[Route]:
    """Return these doors; none names a station, an order or a person.

    What is counted is business all the same: who can be reached from elsewhere tells it for a token alone.
    """

    async def health(_request: Request) -> Response:
        return answers.json(Health("returns-central", service.version, service.store.kind, answers.now()))

    look = _Look(lambda: _missing(service.store, shelf))

    async def ready(_request: Request) -> Response:
        why = "draining" if service.is_draining else await look.why()
        if why:
            return answers.json(Problem("not_ready", why), 503)
        return answers.json(Health("returns-central", service.version, service.store.kind, answers.now()))

    async def metrics(request: Request) -> Response:
        if not service.is_private:
            await callers.monitor(service.store, request)
        return Response(await run_in_threadpool(service.metrics.text), media_type=CONTENT_TYPE)

    async def openapi(_request: Request) -> Response:
        return answers.json(document())

    return [
        Route("/health", health, methods=["GET"]),
        Route("/v1/health", health, methods=["GET"]),
        Route("/ready", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/openapi.json", openapi, methods=["GET"]),
    ]


class _Look:
    """Looks whether a push could be taken now, in a thread of its own: where the database neither answers nor hangs up,
    the threads for requests are all taken, and one that asks it is not to be broken off. Whoever asks meanwhile waits
    for the same look, and no longer than some seconds.
    """

    def __init__(self, missing: Callable[[], str]) -> None:
        self._missing = missing
        self._found: asyncio.Future[str] | None = None

    async def why(self) -> str:
        """Tell why none could; empty when it could. Called in the event loop."""
        loop = asyncio.get_running_loop()
        if self._found is None or self._found.done() or self._found.get_loop() is not loop:
            self._found = loop.create_future()
            threading.Thread(target=self._look, args=(self._found,), name="ready", daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.shield(self._found), _READY_WITHIN_S)
        except TimeoutError:
            return f"the database, or the photos' place, does not answer within {_READY_WITHIN_S:g} seconds"

    def _look(self, found: asyncio.Future[str]) -> None:
        try:
            why = self._missing()
        except Exception as error:  # noqa: BLE001 # top of thread: whatever it is, nothing can be taken
            _log.exception("it cannot be told whether a push could be taken")
            why = type(error).__name__
        # The process may have stopped meanwhile.
        with contextlib.suppress(RuntimeError):
            found.get_loop().call_soon_threadsafe(found.set_result, why)


def _missing(store: Store, shelf: PhotoShelf) -> str:
    """Tell why no push could be taken now; empty when it could."""
    try:
        with store.reading() as connection:
            there = set(sqlalchemy.inspect(connection).get_table_names())
    except SQLAlchemyError:
        return "the database does not answer"
    if not there.issuperset(metadata.tables):
        return "the database lacks tables of this version"
    try:
        shelf.probe()
    except PhotoError:
        return "no photo can be written"
    return ""
