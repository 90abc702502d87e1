"""Central's HTTP interface: thin doors to intake, feed, photos and returns; every answer is JSON, problems too.

Starlette and msgspec, without FastAPI: these few doors need no generated forms, and decoding with msgspec cost a
sixth of the same with pydantic. Work on the database runs in threads, so that one slow push does not stop the rest.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from station.photos import PhotoError
from sync.central import (
    elsewhere,
    feed,
    identity_doors,
    intake,
    order_doors,
    patterns,
    photo_doors,
    returns,
    tokens,
)
from sync.central.pattern_rule import Rules
from sync.central.photos import PhotoShelf
from sync.central.store import Store
from sync.central.tables import journal
from sync.central.tokens import Caller, NotAdmitted
from sync.wire import Health, Problem, Push, Quarantine

_LARGEST_PUSH = 4 * 1024 * 1024
_MOST_RECORDS = 2_000
_LARGEST_NUMBER = 2**63 - 1
_log = logging.getLogger(__name__)


class RequestError(Exception):
    """A request that gets no for an answer: its HTTP status and the problem to tell."""

    def __init__(self, status: int, error: str, detail: str = "", acked: int = -1) -> None:
        super().__init__(error)
        self.status = status
        self.problem = Problem(error, detail, acked)


Door = Callable[[Request], Awaitable[Response]]


def make_app(store: Store, shelf: PhotoShelf, version: str, rules: Rules) -> Starlette:
    """Return the ASGI application on a database, a shelf of photos, and the rules of patterns."""
    doors = _Doors(store, version, rules)
    routes = [
        Route("/v1/health", doors.health, methods=["GET"]),
        Route("/v1/stations/{station}/events", doors.push, methods=["POST"]),
        Route("/v1/stations/{station}/quarantine", doors.put_away, methods=["POST"]),
        Route("/v1/sites/{site}/feed", doors.feed, methods=["GET"]),
        Route("/v1/returns/{rma}", doors.returns, methods=["GET"]),
        Route("/v1/events", doors.events, methods=["GET"]),
        *order_doors.routes(store),
        *identity_doors.routes(store, _now),
        *photo_doors.routes(store, shelf, _now),
    ]
    failures: dict[Any, Any] = {
        RequestError: _failed,
        NotAdmitted: _not_admitted,
        HTTPException: _not_here,
        ClientDisconnect: _gone,
        OperationalError: _database_away,
        TimeoutError: _database_away,
        PhotoError: _disk_away,
        Exception: _fault,
    }
    return Starlette(routes=routes, exception_handlers=failures)


class _Doors:
    """The endpoints, and what they share: the database and who is calling."""

    def __init__(self, store: Store, version: str, rules: Rules) -> None:
        self._store = store
        self._version = version
        self._rules = rules

    async def health(self, request: Request) -> Response:
        return _json(Health("returns-central", self._version, self._store.kind, _now()))

    async def push(self, request: Request) -> Response:
        caller = await self._station(request)
        push = _decoded(await _body(request, _LARGEST_PUSH), Push)
        _check_run(push)
        answer = await self._intake(intake.take_in, caller.station, caller.site, push)
        await self._follow(caller.site, caller.station, push.entries)
        return answer

    async def put_away(self, request: Request) -> Response:
        caller = await self._station(request)
        entry = _decoded(await _body(request, _LARGEST_PUSH), Quarantine)
        _check_numbers(entry.epoch, entry.seq)
        if "\0" in entry.id:
            raise RequestError(400, "malformed", "an id has no NUL in it")
        return await self._intake(intake.put_away, caller.station, entry)

    async def feed(self, request: Request) -> Response:
        caller = await self._of_site(request)
        after = _number(request, "after", 0, 0, _LARGEST_NUMBER)
        limit = _number(request, "limit", _MOST_RECORDS, 1, _MOST_RECORDS)
        await self._follow(caller.site)
        await run_in_threadpool(elsewhere.follow, self._store, caller.site)
        return _json(await run_in_threadpool(self._page, caller.site, after, limit))

    async def returns(self, request: Request) -> Response:
        await self._caller(request)
        rma = _text(request.path_params["rma"])
        found = await run_in_threadpool(self._return, rma)
        if found is None:
            raise RequestError(404, "no_return", "neither expected nor received")
        return _json(found)

    async def events(self, request: Request) -> Response:
        caller = await self._caller(request)
        station = _text(request.query_params.get("station", caller.station))
        after = _number(request, "after", 0, 0, _LARGEST_NUMBER)
        limit = _number(request, "limit", 500, 1, _MOST_RECORDS)
        return _json(await run_in_threadpool(self._events, station, after, limit))

    async def _caller(self, request: Request) -> Caller:
        return await run_in_threadpool(tokens.caller, self._store, request.headers.get("authorization", ""), _now())

    async def _of_site(self, request: Request) -> Caller:
        caller = await self._caller(request)
        if caller.site != request.path_params["site"]:
            raise RequestError(403, "other_site", "this token is of another site")
        return caller

    async def _station(self, request: Request) -> Caller:
        caller = await self._caller(request)
        if caller.station != request.path_params["station"]:
            raise RequestError(403, "other_station", "this token is of another station")
        return caller

    async def _intake(self, take: Callable[..., Any], *what: object) -> Response:
        try:
            return _json(await run_in_threadpool(take, self._store, *what, _now()))
        except intake.GapError as gap:
            raise RequestError(409, "gap", str(gap), gap.acked) from gap
        except intake.ForkError as fork:
            raise RequestError(409, "fork", str(fork)) from fork

    async def _follow(self, site: str, *said: Any) -> None:
        await run_in_threadpool(patterns.follow, self._store, self._rules, site, _now(), *said)

    def _page(self, site: str, after: int, limit: int) -> Any:
        with self._store.reading() as connection:
            return feed.page(connection, site, after, limit, _now())

    def _return(self, rma: str) -> Any:
        with self._store.reading() as connection:
            return returns.record(connection, rma)

    def _events(self, station: str, after: int, limit: int) -> list[dict[str, Any]]:
        columns = [journal.c[name] for name in ("epoch", "seq", "id", "txn", "at", "operator", "type", "v", "status")]
        query = (
            select(*columns, journal.c.body)
            .where(journal.c.station == station, journal.c.seq > after)
            .order_by(journal.c.epoch, journal.c.seq)
            .limit(limit)
        )
        with self._store.reading() as connection:
            return [dict(row) | {"body": msgspec.Raw(row["body"])} for row in connection.execute(query).mappings()]


async def _body(request: Request, largest: int) -> bytes:
    """Read the body, and stop reading when it is too large, whatever its headers said."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise RequestError(413, "too_large", f"at most {largest} bytes")
        parts.append(part)
    return b"".join(parts)


def _decoded(body: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RequestError(400, "malformed", str(error)) from error


def _check_run(push: Push) -> None:
    """A push is a run of one journal: numbered from `first` on, without a gap."""
    _check_numbers(push.epoch, push.first)
    if [entry.seq for entry in push.entries] != list(range(push.first, push.first + len(push.entries))):
        raise RequestError(400, "malformed", "entries must be numbered from `first` on, without a gap")


def _check_numbers(epoch: str, first: int) -> None:
    if not epoch or len(epoch) > 64 or not epoch.isprintable():
        raise RequestError(400, "malformed", "an epoch is a short printable text")
    if not 0 < first < _LARGEST_NUMBER - _LARGEST_PUSH:
        raise RequestError(400, "malformed", "entries are numbered from 1 on")


def _number(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and low <= int(text) <= high):
        raise RequestError(400, "malformed", f"{name} is a number from {low} to {high}")
    return int(text)


def _text(value: str) -> str:
    """PostgreSQL knows no NUL in a text, and nothing of ours has one or is this long."""
    if "\0" in value or len(value) > 200:
        raise RequestError(400, "malformed", "not a name of ours")
    return value


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


async def _failed(_request: Request, error: RequestError) -> Response:
    return _json(error.problem, error.status)


async def _not_admitted(_request: Request, error: NotAdmitted) -> Response:
    return _json(Problem(error.error, error.detail), error.status)


async def _not_here(_request: Request, error: HTTPException) -> Response:
    return _json(Problem("not_here", error.detail), error.status_code)


async def _gone(_request: Request, _error: ClientDisconnect) -> Response:
    """The bench went away in mid-sentence; nobody reads this answer."""
    return _json(Problem("cut_off"), 400)


async def _database_away(_request: Request, error: SQLAlchemyError) -> Response:
    """Nobody's fault: the bench keeps what it has and comes again."""
    _log.error("the database does not answer: %s", error)
    response = _json(Problem("database_away", "try again"), 503)
    response.headers["Retry-After"] = "5"
    return response


async def _disk_away(_request: Request, error: PhotoError) -> Response:
    _log.error("%s", error)
    response = _json(Problem(error.code, "try again"), 503)
    response.headers["Retry-After"] = "30"
    return response


async def _fault(_request: Request, error: Exception) -> Response:
    """A bug of ours: the server logs it with its trace, the bench only learns that it was one."""
    return _json(Problem("fault", type(error).__name__), 500)
