"""The doors for systems of supervisors: what waits for a decision at a site, and how its shifts add up."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from station.exceptions.kinds import Kinds, read_kinds
from sync.central import answers, callers, exceptions, shifts
from sync.central.answers import RequestError
from sync.central.store import Store
from sync.central.system_doors import Site, door


def routes(store: Store) -> list[APIRoute]:
    """Return the doors for those with the role `supervise`."""
    kinds = read_kinds()

    async def waiting(request: Request, site: Site, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Response:
        await callers.integrator(store, request, "supervise")
        return answers.json(await run_in_threadpool(_waiting, store, site, kinds, limit))

    async def shift(
        request: Request,
        site: Site,
        day: Annotated[date | None, Query(description="on which the shifts were open; today without it")] = None,
    ) -> Response:
        await callers.integrator(store, request, "supervise")
        return answers.json(await run_in_threadpool(_shift, store, site, day or datetime.now().astimezone().date()))

    about = "What waits for a decision at a site's benches, what is in conflict first, then the oldest."
    sums = "The shifts of all benches of a site on one day, added up by the ten rules."
    return [
        door("/v1/sites/{site}/exceptions", waiting, "GET", "exceptions", about, "Exceptions"),
        door("/v1/sites/{site}/shift", shift, "GET", "shift", sums, "SiteShift"),
    ]


def _waiting(store: Store, site: str, kinds: Kinds, limit: int) -> exceptions.Exceptions:
    with store.reading() as connection:
        found = exceptions.waiting(connection, site, kinds, answers.now())
    return exceptions.Exceptions(len(found), found[:limit])


def _shift(store: Store, site: str, day: date) -> shifts.SiteShift:
    try:
        with store.reading() as connection:
            return shifts.of_day(connection, site, day)
    except (OverflowError, ValueError) as error:
        raise RequestError(400, "malformed", "no clock was ever at that day") from error
