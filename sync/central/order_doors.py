"""The door through which other systems send return orders in: NDJSON or a JSON array, an answer for each row."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central import answers, bodies, callers, orders
from sync.central.answers import RequestError
from sync.central.order_rows import Answer, Told, read_json
from sync.central.store import Store

MOST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 2_000


class Answers(msgspec.Struct, frozen=True):
    """What became of a batch: how many rows got which answer, and each answer in the order of the rows."""

    site: str
    counts: dict[str, int]
    rows: tuple[Answer, ...]


def routes(store: Store) -> list[Route]:
    """Return the door for return orders: `PUT` or `POST /v1/sites/SITE/orders`, the same for both."""

    async def put_orders(request: Request) -> Response:
        caller = await callers.integrator(store, request, "orders")
        body = await bodies.read(request, MOST_BYTES, bodies.ROWS)
        return await run_in_threadpool(_take_in, store, caller.site, body)

    return [Route("/v1/sites/{site}/orders", put_orders, methods=["PUT", "POST"])]


def _take_in(store: Store, site: str, body: bytes) -> Response:
    try:
        texts = _texts(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RequestError(400, "malformed", str(error)) from error
    if len(texts) > MOST_ROWS:
        raise RequestError(413, "too_large", f"at most {MOST_ROWS} orders at once")
    said: list[Answer] = []
    for start in range(0, len(texts), orders.CHUNK):
        rows: list[Told | Answer] = [read_json(row, text) for row, text in texts[start : start + orders.CHUNK]]
        said += orders.take_in(store, site, rows)
    counts: Counter[str] = Counter(answer.status for answer in said)
    return answers.json(Answers(site, dict(counts), tuple(said)))


def _texts(body: bytes) -> Sequence[tuple[int, bytes]]:
    """Return each order's JSON with its number: the place in an array, or the line of NDJSON."""
    if body.lstrip()[:1] == b"[":
        return [(row, bytes(raw)) for row, raw in enumerate(msgspec.json.decode(body, type=list[msgspec.Raw]), 1)]
    return [(row, line) for row, line in enumerate(body.split(b"\n"), 1) if line.strip()]
