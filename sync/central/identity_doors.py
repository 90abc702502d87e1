"""The doors through which a station gets in by a one-time code, and comes to its next token by its key."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central import answers, bodies, enrolment
from sync.central.service import Service
from sync.wire import Enrolment, Renewal

MOST_BYTES = 4 * 1024


def routes(service: Service) -> list[Route]:
    """Return the doors; no token opens them: a code does, or the station's key."""
    store = service.store

    async def enrol(request: Request) -> Response:
        asked = bodies.decoded(await bodies.read(request, MOST_BYTES, bodies.JSON), Enrolment)
        return answers.json(await run_in_threadpool(enrolment.enrol, store, asked, answers.now()))

    async def challenge(request: Request) -> Response:
        station = answers.name(request.path_params["station"])
        return answers.json(await run_in_threadpool(enrolment.challenge_for, store, station, answers.now()))

    async def renew(request: Request) -> Response:
        station = answers.name(request.path_params["station"])
        asked = bodies.decoded(await bodies.read(request, MOST_BYTES, bodies.JSON), Renewal)
        return answers.json(await run_in_threadpool(enrolment.renew, store, station, asked, answers.now()))

    return [
        Route("/v1/enrol", enrol, methods=["POST"]),
        Route("/v1/stations/{station}/challenge", challenge, methods=["POST"]),
        Route("/v1/stations/{station}/token", renew, methods=["POST"]),
    ]
