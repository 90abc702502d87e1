"""The doors for those who run central: is it alive, is it ready, what does it count, what doors are there."""

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


def routes(service: Service, shelf: PhotoShelf, document: Callable[[], dict[str, Any]]) -> list[Route]:
    """Return these doors; none names a station, an order or a person.

    What is counted is business all the same: who can be reached from elsewhere tells it for a token alone.
    """

    async def health(_request: Request) -> Response:
        return answers.json(Health("returns-central", service.version, service.store.kind, answers.now()))

    async def ready(_request: Request) -> Response:
        why = "draining" if service.is_draining else await run_in_threadpool(_missing, service.store, shelf)
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
