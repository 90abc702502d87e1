"""Watches every request from outside: gives it an id, times it, counts it, and writes one line of the log about it."""

import logging
import re
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.central.metrics import Metrics

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_log = logging.getLogger(__name__)


class Watch:
    """An ASGI application around another. Doors leave the caller's name in the request's state, as `who`.

    Logged are the route's own path and never what was in its place, in the query, in a header or in the body.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, paths: Mapping[Any, str]) -> None:
        self._app = app
        self._metrics = metrics
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        given = Headers(scope=scope).get("x-request-id", "")
        id_ = given if _ID.fullmatch(given) else uuid4().hex
        state = scope.setdefault("state", {})
        status = 0
        self._metrics.begun()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = id_
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            status = 500
            raise
        finally:
            seconds = time.perf_counter() - begun
            route = self._paths.get(scope.get("endpoint"), "none")
            # 499 as nginx has it: there was nobody left to answer.
            self._metrics.request(scope["method"], route, status or 499, seconds)
            fields = {
                "id": id_,
                "who": state.get("who", ""),
                "method": scope["method"],
                "route": route,
                "status": status or 499,
                "ms": round(seconds * 1000, 1),
            }
            _log.info("request", extra={"fields": fields})
