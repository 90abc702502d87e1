"""The doors through which a supervisor's system sees what benches disagree on, and says what was decided."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from station.records import Ruled
from sync.central import answers, bodies, callers, rulings
from sync.central.answers import RequestError
from sync.central.resolutions import told
from sync.central.resolutions.rules import Book
from sync.central.rulings import NotRuled
from sync.central.store import Store
from sync.central.system_doors import Site, door

_MOST_BYTES = 16 * 1024


def routes(store: Store, book: Book) -> list[APIRoute]:
    """Return the doors below `/v1/sites/SITE/reviews`; they need the role `resolutions`."""

    async def listed(request: Request, site: Site, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Response:
        await callers.integrator(store, request, "resolutions")

        def read() -> rulings.Reviews:
            with store.reading() as connection:
                return rulings.of_site(connection, site, limit)

        return answers.json(await run_in_threadpool(read))

    async def rule(request: Request, site: Site) -> Response:
        caller = await callers.integrator(store, request, "resolutions")
        wish = bodies.decoded(await bodies.read(request, _MOST_BYTES, bodies.JSON), rulings.Decision)

        def decide() -> Ruled:
            made = rulings.rule(store, book, site, wish, caller.name, datetime.now(UTC))
            told.publish(store, datetime.now(UTC))
            return made

        try:
            return answers.json(await run_in_threadpool(decide))
        except NotRuled as error:
            raise RequestError(error.status, error.error, error.detail) from error

    path = "/v1/sites/{site}/reviews"
    about = "Decides a review, once; the same again gets the same answer."
    return [
        door(path, listed, "GET", "reviews", "What waits for a supervisor, the oldest first.", "Reviews"),
        door(f"{path}/rule", rule, "POST", "rule", about, "Ruled", "Decision", "no_review"),
    ]
