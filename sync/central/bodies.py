"""Reads the body of a request within bounds: of size, of time, and of what a compressed one unfolds to."""

import asyncio
import gzip
import io
import zlib
from typing import Any, Literal

import msgspec
import zstandard
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from sync.central.answers import RequestError

JSON = ("application/json",)
ROWS = ("application/json", "application/x-ndjson", "application/ndjson")
PICTURE = ("image/jpeg", "application/octet-stream")

# A bench behind a line of 64 kbit/s sends twice as fast; one that sends slower than this is held up on purpose.
_GRACE_S = 20.0
_SLOWEST_BYTES_A_S = 4096
# What zstd may keep in memory to look back at: its own default levels stay below.
_ZSTD_WINDOW = 8 * 1024 * 1024


async def read(
    request: Request, most: int, kinds: tuple[str, ...], *, grace_s: float = _GRACE_S, unfold: bool = True
) -> bytes:
    """Return the body, unfolded when it came as gzip or zstd.

    Raises RequestError: 415 for another kind or coding, 413 when it is or unfolds to more than `most` bytes, 408 when
    it dribbles. Reading stops there, whatever the headers said of the length.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in kinds:
        raise RequestError(415, "wrong_kind", f"send {' or '.join(kinds)}", Accept=", ".join(kinds))
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity" and not (unfold and coding in ("gzip", "zstd")):
        codings = "gzip, zstd, identity" if unfold else "identity"
        raise RequestError(415, "wrong_coding", f"send it as {codings}", Accept_Encoding=codings)
    content = await _read(request, most, grace_s)
    if coding == "identity":
        return content
    return await run_in_threadpool(_unfolded, content, coding, most)


def size_of(request: Request, most: int) -> int:
    """Return how many bytes a body has as it was announced, or the most it may have where that is not known.

    No more than these are read, whatever comes.
    """
    said = request.headers.get("content-length", "")
    is_plain = request.headers.get("content-encoding", "identity").strip().lower() == "identity"
    is_number = said.isascii() and said.isdecimal() and len(said) < 20
    return min(most, int(said)) if is_plain and is_number else most


def decoded(body: bytes, kind: type[Any]) -> Any:
    """Return the value that a body of JSON says; raises RequestError (400)."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RequestError(400, "malformed", str(error)) from error


async def _read(request: Request, most: int, grace_s: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    begun = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(grace_s) as limit:
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise _too_large(most)
                parts.append(part)
                limit.reschedule(begun + grace_s + size / _SLOWEST_BYTES_A_S)
    except TimeoutError as error:
        raise RequestError(408, "too_slow", "the body did not come in time", Connection="close") from error
    return b"".join(parts)


def _unfolded(content: bytes, coding: Literal["gzip", "zstd"] | str, most: int) -> bytes:
    try:
        if coding == "gzip":
            unfolded = gzip.GzipFile(fileobj=io.BytesIO(content)).read(most + 1)
        else:
            unfolded = _unfolded_zstd(content, most)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise RequestError(400, "malformed", f"this is not {coding}") from error
    if len(unfolded) > most:
        raise _too_large(most)
    return unfolded


def _unfolded_zstd(content: bytes, most: int) -> bytes:
    """Return what the frames unfold to, or a byte more than the most; raises EOFError where the last one is cut off."""
    opener = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    unfolded = opener.stream_reader(io.BytesIO(content), read_across_frames=True).read(most + 1)
    if len(unfolded) > most:
        return unfolded
    rest = content
    while rest:
        # A stream does not say that it ended too early; a frame does, and there is room for what it holds.
        frame = opener.decompressobj()
        frame.decompress(rest)
        if not frame.eof:
            raise EOFError
        rest = frame.unused_data
    return unfolded


def _too_large(most: int) -> RequestError:
    return RequestError(413, "too_large", f"at most {most} bytes")
