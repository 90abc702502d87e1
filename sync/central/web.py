"""Central's HTTP interface: thin doors to intake, feed, photos and returns; every answer is JSON, problems too.

A FastAPI application. The doors that benches call all day are plain Starlette routes with msgspec, measured at a third
of the processor time of FastAPI's own and told of in `operations`; those of other systems are FastAPI's. Work on the
database runs in threads, so that one slow push does not stop the rest.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sync.central import (
    answers,
    bodies,
    customers,
    elsewhere,
    feed,
    identity_doors,
    intake,
    openapi,
    order_doors,
    patterns,
    photo_doors,
    resolution_doors,
    returns,
    review_doors,
    service_doors,
    snapshot_doors,
    supervisor_doors,
    tokens,
    webhook_doors,
)
from sync.central.answers import RequestError
from sync.central.convoys import Convoys
from sync.central.feed import BelowFloorError, PutBackError
from sync.central.marks import ForkError, GapError
from sync.central.pattern_rule import Rules
from sync.central.photos import PhotoShelf
from sync.central.resolutions import told
from sync.central.resolutions.rules import Book
from sync.central.service import Service
from sync.central.tables import journal
from sync.central.watch import Watch
from sync.wire import FeedPage, Next, Push, Quarantine

LARGEST_PUSH = 4 * 1024 * 1024
# In base64 twice: what is too large for a push by a little still goes.
LARGEST_ASIDE = 8 * 1024 * 1024
MOST_RECORDS = 2_000
LONGEST_WAIT_S = 25
LARGEST_NUMBER = 2**63 - 1


def make_app(service: Service, shelf: PhotoShelf, rules: Rules, book: Book) -> FastAPI:
    """Return the ASGI application on a running service, a shelf of photos, the rules of patterns and of resolutions."""
    doors = _Doors(service, rules)
    # FastAPI's pages for people fetch scripts from elsewhere; the document itself is a door of ours.
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=answers.failures(),
    )
    routes: list[BaseRoute] = [
        *service_doors.routes(service, shelf, functools.cache(lambda: openapi.document(app.routes, service.version))),
        Route("/v1/stations/{station}/events", doors.push, methods=["POST"]),
        Route("/v1/stations/{station}/quarantine", doors.put_away, methods=["POST"]),
        Route("/v1/sites/{site}/feed", doors.feed, methods=["GET"]),
        Route("/v1/returns/{rma}", doors.returns, methods=["GET"]),
        Route("/v1/events", doors.events, methods=["GET"]),
        *identity_doors.routes(service),
        *photo_doors.routes(service, shelf),
        *order_doors.routes(service.store),
        *snapshot_doors.routes(service.store, service.stations),
        *resolution_doors.routes(service.store),
        *review_doors.routes(service.store, book),
        *webhook_doors.routes(service.store),
        *supervisor_doors.routes(service.store),
    ]
    app.router.routes.extend(routes)
    paths = {route.endpoint: route.path for route in routes if isinstance(route, Route | APIRoute)}
    app.add_middleware(Watch, metrics=service.metrics, paths=paths)
    return app


class _Doors:
    """The endpoints, and what they share: the service and the rules of patterns."""

    def __init__(self, service: Service, rules: Rules) -> None:
        self._service = service
        self._store = service.store
        self._stations = service.stations
        self._rules = rules
        self._convoys = Convoys(service.store, service.admission)

    async def push(self, request: Request) -> Response:
        admission = self._service.admission
        # First of all: who is refused costs the database nothing.
        size = bodies.size_of(request, LARGEST_PUSH)
        async with admission.body(size):
            claim = await self._stations.claimed(request)
            push: Push = bodies.decoded(await bodies.read(request, LARGEST_PUSH, bodies.JSON), Push)
            _check_run(push)
            station, site = claim.caller
            with _noes():
                pushed = await self._convoys.take_in(site, intake.Given(station, push, claim), size)
            delay_ms = admission.delay_ms(site)
        self._service.waiting.changed()
        self._service.metrics.pushed(push, pushed)
        return answers.json(msgspec.structs.replace(pushed, next=Next(delay_ms=delay_ms)))

    async def put_away(self, request: Request) -> Response:
        size = bodies.size_of(request, LARGEST_ASIDE)
        async with self._service.admission.body(size):
            caller = await self._stations.itself(request)
            entry = bodies.decoded(await bodies.read(request, LARGEST_ASIDE, bodies.JSON), Quarantine)
            _check_numbers(entry.epoch, entry.seq)
            if "\0" in entry.id:
                raise RequestError(400, "malformed", "an id has no NUL in it")
            async with self._service.admission.work(caller.site, size):
                with _noes():
                    return answers.json(
                        await run_in_threadpool(intake.put_away, self._store, caller.station, entry, answers.now())
                    )

    async def feed(self, request: Request) -> Response:
        """The page there is; when there is none, that which comes within the seconds the caller waits."""
        caller = await self._stations.of_site(request)
        after = answers.number(request, "after", 0, 0, LARGEST_NUMBER)
        limit = answers.number(request, "limit", MOST_RECORDS, 1, MOST_RECORDS)
        mark = answers.number(request, "mark", 0, 0, LARGEST_NUMBER)
        wait_s = answers.number(request, "wait", 0, 0, LONGEST_WAIT_S)
        page = await run_in_threadpool(self._page, caller.site, after, limit, mark)
        if wait_s and not page.records:
            await self._service.waiting.until_past(caller.site, after, wait_s)
            page = await run_in_threadpool(self._page, caller.site, after, limit, mark)
        self._service.metrics.fed(len(page.records))
        return answers.json(page)

    async def returns(self, request: Request) -> Response:
        caller = await self._stations.any(request)
        rma = answers.name(request.path_params["rma"])
        found = await run_in_threadpool(self._return, caller.site, rma)
        if found is None:
            raise RequestError(404, "no_return", "neither expected nor received")
        return answers.json(found)

    async def events(self, request: Request) -> Response:
        caller = await self._stations.any(request)
        station = answers.name(request.query_params.get("station", caller.station))
        after = answers.number(request, "after", 0, 0, LARGEST_NUMBER)
        limit = answers.number(request, "limit", 500, 1, MOST_RECORDS)
        return answers.json(await run_in_threadpool(self._events, caller.site, station, after, limit))

    def _page(self, site: str, after: int, limit: int, mark: int) -> FeedPage:
        """Read a page. Only for one who comes to its end it is looked what customers and neighbours add to the feed."""
        with self._store.reading() as connection:
            page = _read_page(connection, site, after, limit, mark)
            if page.to_seq < page.head:
                return page
            if not customers.is_anything_new(connection, site) and not elsewhere.behind(connection, site):
                return page
        patterns.follow(self._store, self._rules, site, answers.now())
        elsewhere.follow(self._store, site)
        with self._store.reading() as connection:
            return _read_page(connection, site, after, limit, mark)

    def _return(self, site: str, rma: str) -> Any:
        with self._store.reading() as connection:
            found = returns.record(connection, rma) if returns.concerns(connection, site, rma) else None
            return found and found | {"resolutions": told.of_order(connection, rma)}

    def _events(self, site: str, station: str, after: int, limit: int) -> list[dict[str, Any]]:
        columns = [journal.c[name] for name in ("epoch", "seq", "id", "txn", "at", "operator", "type", "v", "status")]
        query = (
            select(*columns, journal.c.body)
            .where(journal.c.station == station, journal.c.seq > after)
            .order_by(journal.c.epoch, journal.c.seq)
            .limit(limit)
        )
        with self._store.reading() as connection:
            if tokens.site_of(connection, station) not in (site, None):
                raise RequestError(403, "other_site", "this station is of another site")
            return [dict(row) | {"body": msgspec.Raw(row["body"])} for row in connection.execute(query).mappings()]


def _read_page(connection: Connection, site: str, after: int, limit: int, mark: int) -> FeedPage:
    try:
        return feed.page(connection, site, after, limit, answers.now(), mark)
    except BelowFloorError as error:
        raise snapshot_doors.below_floor(error) from error
    except PutBackError as error:
        raise RequestError(409, "put_back", str(error)) from error


@contextmanager
def _noes() -> Iterator[None]:
    """Let what intake says no to be an answer."""
    try:
        yield
    except GapError as gap:
        raise RequestError(409, "gap", str(gap), gap.acked) from gap
    except ForkError as fork:
        raise RequestError(409, "fork", str(fork), fork.acked) from fork


def _check_run(push: Push) -> None:
    """A push is a run of one journal: numbered from `first` on, without a gap."""
    _check_numbers(push.epoch, push.first)
    if [entry.seq for entry in push.entries] != list(range(push.first, push.first + len(push.entries))):
        raise RequestError(400, "malformed", "entries must be numbered from `first` on, without a gap")


def _check_numbers(epoch: str, first: int) -> None:
    if not epoch or len(epoch) > 64 or not epoch.isprintable():
        raise RequestError(400, "malformed", "an epoch is a short printable text")
    if not 0 < first < LARGEST_NUMBER - LARGEST_PUSH:
        raise RequestError(400, "malformed", "entries are numbered from 1 on")
