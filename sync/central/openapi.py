"""The OpenAPI document of central: FastAPI's for its own doors, the rest from `operations` and msgspec's types."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from sync.central.operations import FOR_SYSTEMS, OPERATIONS, PARAMETERS, Operation, Query
from sync.central.order_rows import OrderIn
from sync.wire import Problem

Json = dict[str, Any]

_ABOUT = """\
The central records of Returns Station. Every no is a `Problem` with a stable word in `error`. A station's token opens
the doors of that station and of its site, a system's token those of its own site; neither opens the other's. Bodies may
come packed where it says so. What is not told here answers 404, another method 405.
"""
_REF = "#/components/schemas/{name}"
_REQUEST_ID: Mapping[str, Any] = {
    "description": "The caller's own when it sent a fitting one; it is in the log",
    "schema": {"type": "string"},
}
_LATER: Mapping[str, Any] = {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}}

# Where central can be called from its own computer alone, who monitors needs no token.
_SECURITY: Mapping[str, Sequence[Json]] = {
    "anybody": [],
    **{who: [{"station": []}] for who in ("station", "site", "itself")},
    "integrator": [{"integrator": []}],
    "monitor": [{"integrator": []}, {}],
}


def document(routes: Sequence[BaseRoute], version: str) -> Json:
    """Return the document of an application with these routes."""
    told = get_openapi(title="Returns Station central", version=version, description=_ABOUT, routes=routes)
    named: set[type[Any]] = {OrderIn, Problem, *FOR_SYSTEMS}
    for each in OPERATIONS:
        named |= {shape for _, shape in each.answers.values() if isinstance(shape, type)}
        named |= {each.body[1]} if each.body and isinstance(each.body[1], type) else set()
    lists = [shape for each in OPERATIONS for _, shape in each.answers.values() if _is_list(shape)]
    _, schemas = msgspec.json.schema_components([*sorted(named, key=repr), *lists], ref_template=_REF)
    components = told.setdefault("components", {})
    # FastAPI's own type of error is never answered: ours takes its place, see `answers.failures`.
    ours = {name: schema for name, schema in components.get("schemas", {}).items() if "ValidationError" not in name}
    components["schemas"] = ours | schemas
    components["securitySchemes"] = {
        "station": {"type": "http", "scheme": "bearer", "description": "The token a station got when it was let in"},
        "integrator": {"type": "http", "scheme": "bearer", "description": "`returns-central integrator admit`"},
    }
    paths = told.setdefault("paths", {})
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return told


def problems(words: dict[int, str]) -> Json:
    """Return the answers that are a Problem, by status; those that ask to come later say when."""
    found: Json = {}
    for status, about in sorted(words.items()):
        headers: Json = {} if status == 500 else {"X-Request-Id": _REQUEST_ID}
        if status in (429, 503):
            headers["Retry-After"] = _LATER
        content = {"application/json": {"schema": {"$ref": _REF.format(name="Problem")}}}
        found[str(status)] = {"description": about, "headers": headers, "content": content}
    return found


def _is_list(shape: Any) -> bool:
    return not isinstance(shape, type) and hasattr(shape, "__origin__")


def _operation(door: Operation) -> Json:
    words = dict(door.problems)
    if door.who != "anybody":
        words[401] = "no_token, token_unknown or token_expired"
        words.setdefault(403, "revoked")
        words[503] = "database_away or, for photos, the disk's word: come again later"
    if door.who in ("site", "itself", "integrator", "monitor"):
        words[403] = {
            "site": "other_site or revoked",
            "itself": "other_station or revoked",
            "integrator": "other_site or no_role",
            "monitor": "no_role",
        }[door.who]
    words[500] = "fault: a mistake of ours"
    told: Json = {
        "operationId": door.name,
        "summary": door.about.partition(". ")[0].rstrip("."),
        "description": door.about,
        "parameters": [*_in_path(door.path), *map(_in_query, door.query)],
        "responses": {str(status): _yes(*answer) for status, answer in door.answers.items()} | problems(words),
        "security": _SECURITY[door.who],
    }
    if door.body is not None:
        kinds, shape = door.body
        unfolded = " after unfolding; `Content-Encoding` may be gzip or zstd" if door.packed else ""
        content = {kind: {"schema": _schema(shape) if kind != "application/x-ndjson" else {}} for kind in kinds}
        told["requestBody"] = {
            "required": True,
            "description": f"At most {door.most} bytes{unfolded}. Without a `Content-Type` it is taken for the first.",
            "content": content,
        }
    return told


def _yes(kind: str, shape: Any) -> Json:
    told: Json = {"description": "Done", "headers": {"X-Request-Id": _REQUEST_ID}}
    if kind and shape is not None:
        told["content"] = {kind: {"schema": _schema(shape)}}
    return told


def _schema(shape: Any) -> Json:
    if isinstance(shape, type) or _is_list(shape):
        (schema,), _ = msgspec.json.schema_components([shape], ref_template=_REF)
        return schema
    return dict(shape)


def _in_path(path: str) -> list[Json]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": dict(PARAMETERS[name])} for name in names]


def _in_query(query: Query) -> Json:
    about = {"name": query.name, "in": "query", "description": query.about, "schema": dict(query.schema)}
    return about | {"required": True} if query.must else about
