"""The doors for photos: what is missing of one, a part of it, all of it together; and one read back by its own site."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central import answers, bodies, photo_parts, references, tokens
from sync.central.answers import RequestError
from sync.central.photo_parts import WrongPartError
from sync.central.photos import PhotoShelf, WrongPhotoError
from sync.central.service import Service
from sync.central.tokens import Caller
from sync.wire import LARGEST_PHOTO, PART_BYTES, PhotoAsk

MOST_ASKED = 1024
# A bench sends one after the other; the second is for the one that the line has swallowed.
_PARTS_OF_ONE, _PARTS_AT_ONCE = 2, 16
_MOST_PARTS = LARGEST_PHOTO // PART_BYTES
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):", re.ASCII)
_PHOTO = "/v1/photos/{sha256}"


def routes(service: Service, shelf: PhotoShelf) -> list[Route]:
    """Return the doors below `/v1/photos/SHA256`, and that for pictures of good units."""
    doors = _Doors(service, shelf)
    return [
        Route(_PHOTO, doors.ask, methods=["PUT"]),
        Route(_PHOTO, doors.read, methods=["GET", "HEAD"]),
        Route(_PHOTO + "/parts/{number}", doors.part, methods=["PUT"]),
        Route(_PHOTO + "/complete", doors.complete, methods=["POST"]),
        Route("/v1/sites/{site}/references/{sha256}", doors.reference, methods=["GET"]),
    ]


class _Doors:
    """What the doors do, and what they share: the service and the photos."""

    def __init__(self, service: Service, shelf: PhotoShelf) -> None:
        self._service = service
        self._stations = service.stations
        self._shelf = shelf
        self._places = _Places()

    async def ask(self, request: Request) -> Response:
        caller = await self._stations.any(request)
        sha256 = _hash(request)
        wish: PhotoAsk = bodies.decoded(await bodies.read(request, MOST_ASKED, bodies.JSON), PhotoAsk)
        asked = (self._shelf, caller, sha256, wish.size, wish.direct, answers.now())
        return answers.json(await run_in_threadpool(photo_parts.ask, *asked))

    async def part(self, request: Request) -> Response:
        caller = await self._stations.any(request)
        sha256, size, number, digest = _hash(request), _size(request), _number(request), _digest(request)
        with self._places.one(caller.station):
            part = await bodies.read(request, PART_BYTES, bodies.PICTURE, unfold=False)
            try:
                await run_in_threadpool(photo_parts.put, self._shelf, caller, sha256, size, number, part, digest)
            except WrongPartError as error:
                raise RequestError(422, "wrong_part", str(error)) from error
        return Response(status_code=204)

    async def complete(self, request: Request) -> Response:
        caller = await self._stations.any(request)
        sha256, size = _hash(request), _size(request)
        try:
            done = await run_in_threadpool(photo_parts.complete, self._shelf, caller, sha256, size, answers.now())
        except WrongPhotoError as error:
            raise RequestError(422, "wrong_photo", str(error)) from error
        if done.state == "have":
            self._service.metrics.photo(size)
        return answers.json(done)

    async def read(self, request: Request) -> Response:
        caller = await self._stations.any(request)
        return _picture(await run_in_threadpool(self._of_site, caller, _hash(request)))

    async def reference(self, request: Request) -> Response:
        """A picture the caller's site was told of."""
        caller = await self._stations.of_site(request)
        asked = (self._service.store, self._shelf, caller.site, _hash(request))
        return _picture(await run_in_threadpool(references.picture_for, *asked))

    def _of_site(self, caller: Caller, sha256: str) -> bytes | None:
        """Return a photo that a bench of the caller's site sent; no other site's, however well its name is known."""
        sender = self._shelf.station_of(sha256)
        if sender is None:
            return None
        with self._service.store.reading() as connection:
            site = tokens.site_of(connection, sender)
        return self._shelf.get(sha256) if site == caller.site else None


class _Places:
    """Places for parts that are read; none of them is one of a push's, which photos must not hold up.

    Used in the event loop's thread alone.
    """

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    @contextmanager
    def one(self, station: str) -> Iterator[None]:
        """Hold a place; raises RequestError (429) when none is free, or the station has as many as it may."""
        if self._held[station] >= _PARTS_OF_ONE or self._held.total() >= _PARTS_AT_ONCE:
            raise RequestError(429, "busy", "too many parts at once: come again later", Retry_After="2")
        self._held[station] += 1
        try:
            yield
        finally:
            self._held[station] -= 1
            self._held += Counter()


def _size(request: Request) -> int:
    return answers.number(request, "size", 0, 1, LARGEST_PHOTO)


def _number(request: Request) -> int:
    text = str(request.path_params["number"])
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) < _MOST_PARTS):
        raise RequestError(400, "malformed", "parts are numbered from 0 on")
    return int(text)


def _digest(request: Request) -> bytes:
    found = _DIGEST.fullmatch(request.headers.get("content-digest", ""))
    try:
        return base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        return b""


def _hash(request: Request) -> str:
    sha256 = str(request.path_params["sha256"])
    if _SHA256.fullmatch(sha256) is None:
        raise RequestError(400, "malformed", "a photo is named by 64 lower-case hexadecimal digits")
    return sha256


def _picture(content: bytes | None) -> Response:
    if content is None:
        raise RequestError(404, "no_photo", "no such photo")
    return Response(content, media_type="image/jpeg")
