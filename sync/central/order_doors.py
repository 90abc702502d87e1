"""The door through which other systems send return orders in: NDJSON or a JSON array, an answer for each row."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central import integrators, orders
from sync.central.order_rows import Answer, Told, read_json
from sync.central.store import Store
from sync.wire import Problem

_MOST_BYTES = 8 * 1024 * 1024
_MOST_ROWS = 2_000


class Answers(msgspec.Struct, frozen=True):
    """What became of a batch: how many rows got which answer, and each answer in the order of the rows."""

    site: str
    counts: dict[str, int]
    rows: tuple[Answer, ...]


def routes(store: Store) -> list[Route]:
    """Return the door for return orders: `PUT` or `POST /v1/sites/SITE/orders`, the same for both."""

    async def put_orders(request: Request) -> Response:
        refused = await run_in_threadpool(_refused, store, request)
        if refused is not None:
            return refused
        body = await _body(request)
        if body is None:
            return _problem(413, "too_large", f"at most {_MOST_BYTES} bytes")
        return await run_in_threadpool(_take_in, store, str(request.path_params["site"]), body)

    return [Route("/v1/sites/{site}/orders", put_orders, methods=["PUT", "POST"])]


def _refused(store: Store, request: Request) -> Response | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return _problem(401, "no_token", "send the integrator's token as Authorization: Bearer")
    site = integrators.site_of(store, token.strip())
    if site is None:
        return _problem(401, "token_unknown", "no integrator has this token")
    if site != request.path_params["site"]:
        return _problem(403, "other_site", "this token is of another site")
    return None


def _take_in(store: Store, site: str, body: bytes) -> Response:
    try:
        texts = _texts(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return _problem(400, "malformed", str(error))
    if len(texts) > _MOST_ROWS:
        return _problem(413, "too_large", f"at most {_MOST_ROWS} orders at once")
    answers: list[Answer] = []
    for start in range(0, len(texts), orders.CHUNK):
        rows: list[Told | Answer] = [read_json(row, text) for row, text in texts[start : start + orders.CHUNK]]
        answers += orders.take_in(store, site, rows)
    counts: Counter[str] = Counter(answer.status for answer in answers)
    return _json(Answers(site, dict(counts), tuple(answers)), 200)


def _texts(body: bytes) -> Sequence[tuple[int, bytes]]:
    """Return each order's JSON with its number: the place in an array, or the line of NDJSON."""
    if body.lstrip()[:1] == b"[":
        return [(row, bytes(raw)) for row, raw in enumerate(msgspec.json.decode(body, type=list[msgspec.Raw]), 1)]
    return [(row, line) for row, line in enumerate(body.split(b"\n"), 1) if line.strip()]


async def _body(request: Request) -> bytes | None:
    """Read the body, and stop when it is too large, whatever its headers said."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def _problem(status: int, error: str, detail: str) -> Response:
    return _json(Problem(error, detail), status)


def _json(value: object, status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
