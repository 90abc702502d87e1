"""What every door of central answers with: JSON, and a Problem with a stable word for each no, whoever says it."""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from station import moments
from station.photos import PhotoError
from sync.central.tokens import NotAdmitted
from sync.wire import Problem

_LONGEST_NAME = 200
_WORDS: Mapping[int, str] = {404: "not_here", 405: "not_allowed"}
_log = logging.getLogger(__name__)


class RequestError(Exception):
    """A request that gets no for an answer: its HTTP status, the problem to tell, and headers that belong to it."""

    def __init__(self, status: int, error: str, detail: str = "", acked: int = -1, **headers: str) -> None:
        super().__init__(error)
        self.status = status
        self.problem = Problem(error, detail, acked)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def json(value: Any, status: int = 200) -> Response:
    """Return an answer in JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def now() -> str:
    """Return this moment (UTC) as it stands in answers and tables."""
    return moments.now()


def bearer(request: Request) -> str:
    """Return the token the caller sent; raises RequestError (401) when it sent none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RequestError(401, "no_token", "send the token as Authorization: Bearer", WWW_Authenticate="Bearer")
    return token.strip()


def unknown(whose: str) -> RequestError:
    """Return the no to a token that nobody has."""
    return RequestError(401, "token_unknown", f"no {whose} has this token", WWW_Authenticate="Bearer")


def number(request: Request, name: str, default: int, low: int, high: int) -> int:
    """Return a number of the query; raises RequestError (400) for what is none, or outside `low` to `high`."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and low <= int(text) <= high):
        raise RequestError(400, "malformed", f"{name} is a number from {low} to {high}")
    return int(text)


def name(value: str) -> str:
    """Return a name of the path or query. PostgreSQL knows no NUL in a text, and nothing of ours is this long."""
    if not value or "\0" in value or len(value) > _LONGEST_NAME:
        raise RequestError(400, "malformed", "not a name of ours")
    return value


def failures() -> dict[Any, Any]:
    """Return what answers each kind of exception that a door may end in."""
    return {
        RequestError: _failed,
        NotAdmitted: _not_admitted,
        RequestValidationError: _not_valid,
        HTTPException: _not_here,
        ClientDisconnect: _gone,
        OperationalError: _database_away,
        TimeoutError: _database_away,
        PhotoError: _disk_away,
        Exception: _fault,
    }


async def _failed(_request: Request, error: RequestError) -> Response:
    response = json(error.problem, error.status)
    response.headers.update(error.headers)
    return response


async def _not_admitted(_request: Request, error: NotAdmitted) -> Response:
    response = json(Problem(error.error, error.detail), error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _not_valid(_request: Request, error: RequestValidationError) -> Response:
    """Names each field and what is wrong with it, and repeats nothing of what was sent."""
    said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    return json(Problem("malformed", said), 422)


async def _not_here(_request: Request, error: HTTPException) -> Response:
    response = json(Problem(_WORDS.get(error.status_code, "refused"), error.detail), error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _gone(_request: Request, _error: ClientDisconnect) -> Response:
    """The bench went away in mid-sentence; nobody reads this answer."""
    return json(Problem("cut_off"), 400)


async def _database_away(_request: Request, error: SQLAlchemyError) -> Response:
    """Nobody's fault: the bench keeps what it has and comes again."""
    _log.error("the database does not answer: %s", error)
    response = json(Problem("database_away", "try again"), 503)
    response.headers["Retry-After"] = "5"
    return response


async def _disk_away(_request: Request, error: PhotoError) -> Response:
    _log.error("%s", error)
    response = json(Problem(error.code, "try again"), 503)
    response.headers["Retry-After"] = "30"
    return response


async def _fault(_request: Request, error: Exception) -> Response:
    """A bug of ours: the server logs it with its trace, the bench only learns that it was one."""
    return json(Problem("fault", type(error).__name__), 500)
