"""The doors for a bench that starts anew or doubts what it has: a site's snapshot, and the digests."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sync.central import answers, snapshot
from sync.central.answers import RequestError
from sync.central.callers import Stations
from sync.central.feed import BelowFloorError
from sync.central.store import Store

LARGEST_NUMBER = 2**63 - 1
NDJSON = "application/x-ndjson"


def routes(store: Store, stations: Stations) -> list[Route]:
    """Return the doors, for the stations of a site and for a station itself."""

    async def whole(request: Request) -> Response:
        caller = await stations.of_site(request)
        return StreamingResponse(snapshot.lines(store, caller.site, answers.now()), media_type=NDJSON)

    async def of_site(request: Request) -> Response:
        caller = await stations.of_site(request)
        upto = answers.number(request, "upto", 0, 0, LARGEST_NUMBER)
        try:
            found = await run_in_threadpool(snapshot.site_digest, store, caller.site, upto, answers.now())
        except BelowFloorError as error:
            raise below_floor(error) from error
        except snapshot.AheadError as error:
            raise RequestError(409, "ahead", str(error)) from error
        return answers.json(found)

    async def of_journal(request: Request) -> Response:
        caller = await stations.itself(request)
        epoch = answers.name(request.query_params.get("epoch", ""))
        after = answers.number(request, "after", 0, 0, LARGEST_NUMBER)
        upto = answers.number(request, "upto", 0, 0, LARGEST_NUMBER)
        if not 0 <= upto - after <= snapshot.MOST_ENTRIES:
            raise RequestError(400, "malformed", f"ask for at most {snapshot.MOST_ENTRIES} entries at once")
        try:
            found = await run_in_threadpool(snapshot.journal_digest, store, caller.station, epoch, after, upto)
        except snapshot.AheadError as error:
            raise RequestError(409, "gap", str(error), error.last) from error
        return answers.json(found)

    return [
        Route("/v1/sites/{site}/snapshot", whole, methods=["GET"]),
        Route("/v1/sites/{site}/digest", of_site, methods=["GET"]),
        Route("/v1/stations/{station}/digest", of_journal, methods=["GET"]),
    ]


def below_floor(error: BelowFloorError) -> RequestError:
    """Return the no to a reader that must take a snapshot first."""
    return RequestError(410, "below_floor", str(error))
