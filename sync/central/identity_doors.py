"""The doors through which a station gets in by a one-time code, and comes to its next token by its key."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central import enrolment
from sync.central.store import Store
from sync.central.tokens import NotAdmitted
from sync.wire import Enrolment, Problem, Renewal

_MOST_BYTES = 4 * 1024


def routes(store: Store, now: Callable[[], str]) -> list[Route]:
    """Return the doors: `POST /v1/enrol`, `POST /v1/stations/STATION/challenge` and `…/token`; no token opens them."""

    async def enrol(request: Request) -> Response:
        return await _answered(request, Enrolment, lambda asked: enrolment.enrol(store, asked, now()))

    async def challenge(request: Request) -> Response:
        station = _station(request)
        return await _done(lambda: enrolment.challenge_for(store, station, now()))

    async def renew(request: Request) -> Response:
        station = _station(request)
        return await _answered(request, Renewal, lambda asked: enrolment.renew(store, station, asked, now()))

    return [
        Route("/v1/enrol", enrol, methods=["POST"]),
        Route("/v1/stations/{station}/challenge", challenge, methods=["POST"]),
        Route("/v1/stations/{station}/token", renew, methods=["POST"]),
    ]


async def _answered(request: Request, kind: type[Any], do: Callable[[Any], Any]) -> Response:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return _json(Problem("too_large", f"at most {_MOST_BYTES} bytes"), 413)
    try:
        asked = msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return _json(Problem("malformed", str(error)), 400)
    return await _done(lambda: do(asked))


async def _done(do: Callable[[], Any]) -> Response:
    try:
        return _json(await run_in_threadpool(do), 200)
    except NotAdmitted as error:
        return _json(Problem(error.error, error.detail), error.status)


def _station(request: Request) -> str:
    """PostgreSQL knows no NUL in a text; no station has one, or so long a name, and that is all there is to say."""
    station = str(request.path_params["station"])
    return "" if "\0" in station or len(station) > 200 else station


def _json(value: object, status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
