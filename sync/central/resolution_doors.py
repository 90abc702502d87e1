"""The doors for systems that look after money: what lines resolve to, and the end of what waits for a person."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Query, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from sync.central import answers, bodies, callers
from sync.central.answers import RequestError
from sync.central.resolutions import contradicted, told
from sync.central.store import Store
from sync.central.system_doors import Id, Site, door

_MOST_BYTES = 16 * 1024

State = Literal[
    "requested", "claimed", "sent", "unknown", "confirmed", "needs_person", "withdrawn", "closed", "all"
]  # fmt: skip


def routes(store: Store) -> list[APIRoute]:
    """Return the doors below `/v1/sites/SITE/resolutions`; they need the role `resolutions`."""

    async def listed(
        request: Request,
        site: Site,
        state: Annotated[State, Query(description="only those in this state, or `all`")] = "needs_person",
        after: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$", description="above this id")] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        await callers.integrator(store, request, "resolutions")
        return answers.json(await run_in_threadpool(_page, store, site, state, after, limit))

    async def shown(request: Request, site: Site, id: Id) -> Response:
        await callers.integrator(store, request, "resolutions")
        return answers.json(await run_in_threadpool(_one, store, site, id))

    async def settle(request: Request, site: Site, id: Id) -> Response:
        caller = await callers.integrator(store, request, "resolutions")
        said = bodies.decoded(await bodies.read(request, _MOST_BYTES, bodies.JSON), told.Settlement)
        return answers.json(await run_in_threadpool(_settle, store, site, id, said, caller.name))

    path = "/v1/sites/{site}/resolutions"
    return [
        door(path, listed, "GET", "resolutions", "A site's resolutions, by id.", "Resolutions"),
        door(
            f"{path}/{{id}}",
            shown,
            "GET",
            "resolution",
            "One of them, with how it came to its state.",
            "Told",
            missing="no_resolution",
        ),
        door(
            f"{path}/{{id}}/settle",
            settle,
            "POST",
            "settle",
            "Ends what waits for a person.",
            "Told",
            "Settlement",
            "no_resolution",
        ),
    ]


def _page(store: Store, site: str, state: str, after: str, limit: int) -> told.Resolutions:
    with store.reading() as connection:
        return told.Resolutions(told.of_site(connection, site, state, after, limit))


def _one(store: Store, site: str, id_: str) -> told.Told:
    with store.reading() as connection:
        found = told.one(connection, site, id_)
    if found is None:
        raise RequestError(404, "no_resolution", "this site has no such resolution")
    return found


def _settle(store: Store, site: str, id_: str, said: told.Settlement, system: str) -> told.Told:
    _one(store, site, id_)
    by = f"{said.by} ({system})"
    with store.writing() as connection:
        done = contradicted.settle(connection, id_, said.as_, datetime.now(UTC), by, said.why)
    if not done:
        raise RequestError(409, "not_waiting", "it does not wait for a person")
    told.publish(store, datetime.now(UTC))
    return _one(store, site, id_)
