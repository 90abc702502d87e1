"""The doors for systems of supervisors: what waits for a decision at the benches of a site."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from station.exceptions.kinds import Kinds, read_kinds
from sync.central import answers, callers, exceptions
from sync.central.store import Store
from sync.central.system_doors import Site, door


def routes(store: Store) -> list[APIRoute]:
    """Return the doors for those with the role `supervise`."""
    kinds = read_kinds()

    async def waiting(request: Request, site: Site, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Response:
        await callers.integrator(store, request, "supervise")
        return answers.json(await run_in_threadpool(_waiting, store, site, kinds, limit))

    about = "What waits for a decision at a site's benches, what is in conflict first, then the oldest."
    return [door("/v1/sites/{site}/exceptions", waiting, "GET", "exceptions", about, "Exceptions")]


def _waiting(store: Store, site: str, kinds: Kinds, limit: int) -> exceptions.Exceptions:
    with store.reading() as connection:
        found = exceptions.waiting(connection, site, kinds, answers.now())
    return exceptions.Exceptions(len(found), found[:limit])
