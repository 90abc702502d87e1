"""How a door for other systems is declared: FastAPI checks its parameters and describes them, the rest is told here."""

from typing import Annotated, Any

from fastapi import Path
from fastapi.routing import APIRoute
from starlette.responses import Response

from sync.central.openapi import problems

_NAME = r"^[^\x00]+$"

Site = Annotated[str, Path(min_length=1, max_length=200, pattern=_NAME)]
Id = Annotated[str, Path(min_length=1, max_length=64, pattern=_NAME)]


def door(
    path: str, endpoint: Any, method: str, name: str, about: str, answer: str, body: str = "", missing: str = ""
) -> APIRoute:
    """Return the door; `answer` and `body` name types of `operations.FOR_SYSTEMS`, `missing` is the word of a 404.

    One without an answer answers 204.
    """
    said = {
        400: "cut_off or malformed",
        401: "no_token or token_unknown",
        403: "other_site or no_role",
        422: "malformed: which parameter, and why",
        500: "fault: a mistake of ours",
        503: "database_away: come again later",
    }
    if missing:
        said[404] = missing
    more: dict[str, Any] = {"security": [{"integrator": []}]}
    if body:
        said |= {408: "too_slow", 409: "it does not stand so", 413: "too_large"}
        said |= {415: "wrong_kind or wrong_coding"}
        more["requestBody"] = {"required": True, "content": {"application/json": {"schema": _reference(body)}}}
    yes: dict[str, Any] = {"description": "Done"}
    if answer:
        yes["content"] = {"application/json": {"schema": _reference(answer)}}
    return APIRoute(
        path,
        endpoint,
        methods=[method],
        operation_id=name,
        summary=about.rstrip("."),
        description=about,
        response_class=Response,
        status_code=200 if answer else 204,
        responses={200 if answer else 204: yes, **{int(status): problem for status, problem in problems(said).items()}},
        openapi_extra=more,
    )


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
