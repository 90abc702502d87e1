"""The doors for photos: what is missing of one, a part of it, all of it together; and one read back by its own site."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central import photo_parts, references, tokens
from sync.central.photo_parts import WrongPartError
from sync.central.photos import PhotoShelf, WrongPhotoError
from sync.central.store import Store
from sync.central.tokens import Caller, NotAdmitted
from sync.wire import LARGEST_PHOTO, PART_BYTES, PhotoAsk, Problem

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):", re.ASCII)
_JPEG = "image/jpeg"
_MOST_ASKED = 1024


class _Refusal(Exception):
    """A request that gets no for an answer."""

    def __init__(self, status: int, error: str, detail: str) -> None:
        super().__init__(error)
        self.status = status
        self.problem = Problem(error, detail)


Work = Callable[["_Asked"], Response]


class _Asked(msgspec.Struct, frozen=True):
    """One request: who asks, about which photo, with what."""

    request: Request
    caller: Caller
    sha256: str
    body: bytes


def routes(store: Store, shelf: PhotoShelf, now: Callable[[], str]) -> list[Route]:
    """Return the doors below `/v1/photos/SHA256`, and that for pictures of good units."""
    doors = _Doors(store, shelf, now)
    photo = "/v1/photos/{sha256}"
    return [
        Route(photo, doors.door(doors.ask, _MOST_ASKED), methods=["PUT"]),
        Route(photo, doors.door(doors.read, 0), methods=["GET", "HEAD"]),
        Route(photo + "/parts/{number}", doors.door(doors.part, PART_BYTES), methods=["PUT"]),
        Route(photo + "/complete", doors.door(doors.complete, 0), methods=["POST"]),
        Route("/v1/sites/{site}/references/{sha256}", doors.door(doors.reference, 0), methods=["GET"]),
    ]


class _Doors:
    """What the doors do, and what they share: the database, the photos and the clock."""

    def __init__(self, store: Store, shelf: PhotoShelf, now: Callable[[], str]) -> None:
        self._store = store
        self._shelf = shelf
        self._now = now

    def door(self, work: Work, most: int) -> Callable[[Request], Any]:
        """Return a door that takes bodies of at most so many bytes, and lets only stations in."""

        async def answer(request: Request) -> Response:
            authorization = request.headers.get("authorization", "")
            try:
                caller = await run_in_threadpool(tokens.caller, self._store, authorization, self._now())
                asked = _Asked(request, caller, _hash(request), await _body(request, most))
                return await run_in_threadpool(work, asked)
            except NotAdmitted as error:
                return _json(Problem(error.error, error.detail), error.status)
            except _Refusal as error:
                return _json(error.problem, error.status)

        return answer

    def ask(self, asked: _Asked) -> Response:
        wish = _decoded(asked.body)
        size = _size(str(wish.size))
        return _json(photo_parts.ask(self._shelf, asked.caller, asked.sha256, size, wish.direct, self._now()), 200)

    def part(self, asked: _Asked) -> Response:
        number, size = _number(asked.request.path_params["number"]), _size(_query(asked, "size"))
        digest = _DIGEST.fullmatch(asked.request.headers.get("content-digest", ""))
        if digest is None:
            raise _Refusal(400, "malformed", "send the part's hash as Content-Digest: sha-256=:BASE64: (RFC 9530)")
        try:
            photo_parts.put(self._shelf, asked.caller, asked.sha256, size, number, asked.body, _bytes(digest[1]))
        except WrongPartError as error:
            raise _Refusal(422, "wrong_part", str(error)) from error
        return Response(status_code=204)

    def complete(self, asked: _Asked) -> Response:
        size = _size(_query(asked, "size"))
        try:
            return _json(photo_parts.complete(self._shelf, asked.caller, asked.sha256, size, self._now()), 200)
        except WrongPhotoError as error:
            raise _Refusal(422, "wrong_photo", str(error)) from error

    def read(self, asked: _Asked) -> Response:
        return _picture(_of_site(self._store, self._shelf, asked.caller, asked.sha256))

    def reference(self, asked: _Asked) -> Response:
        if asked.caller.site != asked.request.path_params["site"]:
            raise _Refusal(403, "other_site", "this token is of another site")
        return _picture(references.picture_for(self._store, self._shelf, asked.caller.site, asked.sha256))


def _of_site(store: Store, shelf: PhotoShelf, caller: Caller, sha256: str) -> bytes | None:
    """Return a photo that a bench of the caller's site sent; no other site's, however well its name is known."""
    sender = shelf.station_of(sha256)
    if sender is None:
        return None
    with store.reading() as connection:
        site = tokens.site_of(connection, sender)
    return shelf.get(sha256) if site == caller.site else None


async def _body(request: Request, most: int) -> bytes:
    """Read the body, and stop when it is too large, whatever its headers said."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _Refusal(413, "too_large", f"at most {most} bytes")
        parts.append(part)
    return b"".join(parts)


def _decoded(body: bytes) -> PhotoAsk:
    try:
        return msgspec.json.decode(body, type=PhotoAsk)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _Refusal(400, "malformed", str(error)) from error


def _query(asked: _Asked, name: str) -> str:
    return asked.request.query_params.get(name, "")


def _size(text: str) -> int:
    size = _number(text)
    if not 0 < size <= LARGEST_PHOTO:
        raise _Refusal(413, "too_large", f"a photo has 1 to {LARGEST_PHOTO} bytes")
    return size


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise _Refusal(400, "malformed", "sizes and numbers of parts are decimal numbers")
    return int(text)


def _hash(request: Request) -> str:
    sha256 = str(request.path_params["sha256"])
    if _SHA256.fullmatch(sha256) is None:
        raise _Refusal(400, "malformed", "a photo is named by 64 lower-case hexadecimal digits")
    return sha256


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise _Refusal(400, "malformed", str(error)) from error


def _picture(content: bytes | None) -> Response:
    if content is None:
        raise _Refusal(404, "no_photo", "no such photo")
    return Response(content, media_type=_JPEG)


def _json(value: object, status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
