"""A payment provider for tests: loses answers, replays 500s, delivers twice, is slow or away; and counts what it did.

    python -m sync.central.simulators.provider --port 0 --faults lost,error,twice,slow,down --share 40 --seed 7

`GET /v1/simulator/executions` tells how often it carried out what, by the order's id: more than 1 is money paid twice.
"""

import argparse
import asyncio
import random
import signal
import socket
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central.resolutions.provider import Order
from sync.central.simulators.payments import FAULTS, Answer, Fault, Payments

_SLOW_S = 0.3
_LARGEST = 64 * 1024


class _Doors:
    """The endpoints over one book of payments; `faults` happen to `share` percent of the requests, by the seed."""

    def __init__(self, payments: Payments, faults: Sequence[Fault], share: int, seed: int) -> None:
        self._payments = payments
        self._faults = faults
        self._share = share
        self._random = random.Random(seed)

    async def execute(self, request: Request) -> Response:
        body = await request.body()
        fault = self._next_fault()
        try:
            order = msgspec.json.decode(body[:_LARGEST], type=Order)
        except (msgspec.MsgspecError, ValueError) as error:
            return _answered(Answer(400, {"error": "malformed", "detail": str(error)}))
        key = request.headers.get("idempotency-key", "")
        answer = self._payments.execute(order, key, datetime.now(UTC), fault)
        if fault == "slow":
            await asyncio.sleep(_SLOW_S)
        return _answered(answer)

    async def find(self, request: Request) -> Response:
        return _answered(self._payments.find(request.path_params["id"], self._next_fault()))

    async def executions(self, request: Request) -> Response:
        return _answered(Answer(200, self._payments.counts()))

    def _next_fault(self) -> Fault | None:
        if not self._faults or self._random.randrange(100) >= self._share:
            return None
        return self._random.choice(self._faults)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; prints one line with the address when it listens."""
    parser = argparse.ArgumentParser("python -m sync.central.simulators.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of this computer; 0 takes a free one")
    parser.add_argument("--faults", default="", help=f"any of {','.join(FAULTS)}, with commas between")
    parser.add_argument("--share", type=int, default=30, metavar="PERCENT", help="of the requests meet a fault")
    parser.add_argument("--seed", type=int, default=1, help="which requests, and which faults")
    asked = parser.parse_args(arguments)
    faults = [each for each in FAULTS if each in asked.faults.split(",")]
    doors = _Doors(Payments(), faults, asked.share, asked.seed)
    app = Starlette(
        routes=[
            Route("/v1/executions", doors.execute, methods=["POST"]),
            Route("/v1/executions/{id}", doors.find, methods=["GET"]),
            Route("/v1/simulator/executions", doors.executions, methods=["GET"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="off"))

    def stop(*_: object) -> None:
        server.should_exit = True

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    with socket.create_server(("127.0.0.1", asked.port)) as listener:
        print(f"provider: listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201
        server.run(sockets=[listener])
    return 0


def _answered(answer: Answer) -> Response:
    if answer.status == 0:
        # uvicorn cuts the line when an answer ends before the length it promised.
        return Response(b"", 200, headers={"Content-Length": "999"})
    return Response(msgspec.json.encode(answer.body), answer.status, media_type="application/json")


if __name__ == "__main__":
    raise SystemExit(main())
