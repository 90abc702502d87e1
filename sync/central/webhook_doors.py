"""The doors through which systems say where they want to be told of resolutions."""

from datetime import UTC, datetime

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from sync.central import answers, bodies, callers, webhooks
from sync.central.answers import RequestError
from sync.central.store import Store
from sync.central.system_doors import Id, Site, door
from sync.central.webhook_sender import NotAllowed, checked

_MOST_BYTES = 16 * 1024


def routes(store: Store) -> list[APIRoute]:
    """Return the doors below `/v1/sites/SITE/webhooks`; they need the role `resolutions`."""

    async def listed(request: Request, site: Site) -> Response:
        await callers.integrator(store, request, "resolutions")

        def read() -> webhooks.Hooks:
            with store.reading() as connection:
                return webhooks.of_site(connection, site)

        return answers.json(await run_in_threadpool(read))

    async def add(request: Request, site: Site) -> Response:
        caller = await callers.integrator(store, request, "resolutions")
        wish = bodies.decoded(await bodies.read(request, _MOST_BYTES, bodies.JSON), webhooks.Wish)
        try:
            checked(wish.url)
        except NotAllowed as error:
            raise RequestError(422, "not_allowed", str(error)) from error
        made = await run_in_threadpool(webhooks.add, store, site, caller.name, wish.url, datetime.now(UTC))
        if made is None:
            raise RequestError(409, "too_many", f"a site has {webhooks.MOST_AT_A_SITE} at most")
        return answers.json(made)

    async def remove(request: Request, site: Site, id: Id) -> Response:
        await callers.integrator(store, request, "resolutions")
        if not await run_in_threadpool(webhooks.remove, store, site, id):
            raise RequestError(404, "no_webhook", "this site has no such webhook")
        return Response(status_code=204)

    path = "/v1/sites/{site}/webhooks"
    return [
        door(path, listed, "GET", "webhooks", "Where a site's systems are told of resolutions.", "Hooks"),
        door(path, add, "POST", "add_webhook", "Tells an address of each change from now on.", "NewHook", "Wish"),
        door(f"{path}/{{id}}", remove, "DELETE", "remove_webhook", "And no more.", "", missing="no_webhook"),
    ]
