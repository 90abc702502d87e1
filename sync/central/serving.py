"""Listens, speaks TLS, and stops: uvicorn with the bounds it lacks, and a drain before the door closes."""

import asyncio
import gc
import ipaddress
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

STOP_WITHIN_S = 10
# So much of it is for what is under way; then it is broken off, and the rest is for that.
_END_WITHIN_S = 8
# A thousand benches that come back in the same second are to find a place in the queue.
_BACKLOG = 1024
# Longer than any client keeps a connection it does not use: it is not closed in the moment it is used again.
_KEEP_ALIVE_S = 75
# As long as a head may take, and what a caller still sends after it was answered.
_HEAD_S = 20.0
_LARGEST_HEAD = 64 * 1024
_LOOK_EVERY_S = 0.05
# New values before the youngest are looked through, and how often the older are: Python's own is 700, 10, 10.
_COLLECT_AFTER = (50_000, 10, 10)
_log = logging.getLogger(__name__)


class Tls(NamedTuple):
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


class Punctual(HttpToolsProtocol):
    """One connection, cut when the head of a request dribbles or has no end; uvicorn would wait for it for ever.

    The same holds for what is left of a body when its request was answered already.
    """

    _late: asyncio.TimerHandle | None = None
    _had_begun = False
    # Of the request that is being read: whether there is one, whether its head is, and how much of that there is.
    _has_begun = False
    _in_head = False
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(_KEEP_ALIVE_S)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._has_begun, self._in_head, self._head = True, True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._has_begun = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # What a head begins in may be the end of another body, and is no more than one read of the socket.
        self._head += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._head > _LARGEST_HEAD:
            self.send_400_response("The head of the request is too long.")
        if not self._is_between():
            self._forget()
            self._had_begun = False
        elif not self._has_begun:
            self._expect(_KEEP_ALIVE_S)
            self._had_begun = False
        elif not self._had_begun:
            self._expect(_HEAD_S)
            self._had_begun = True

    def _is_between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _expect(self, within_s: float) -> None:
        self._forget()
        self._late = self.loop.call_later(within_s, self._cut)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _cut(self) -> None:
        self._late = None
        if self._is_between():
            self.transport.close()


class Server(uvicorn.Server):
    """Serves until told to stop; then `drain` is called, the door stays open for a while, `closing` is called, and what
    runs may end.

    A second Ctrl-C ends the while.
    """

    def __init__(
        self, app: FastAPI, drain: Callable[[], None], open_for_s: float, closing: Callable[[], None], tls: Tls | None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Punctual,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="off",
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_END_WITHIN_S,
                ssl_certfile=tls.certificate if tls else None,
                ssl_keyfile=tls.key if tls else None,
            )
        )
        self._drain = drain
        self._open_for_s = open_for_s
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then close: what is under way ends within some seconds, or is broken off."""
        self._drain()
        end = asyncio.get_running_loop().time() + self._open_for_s
        while asyncio.get_running_loop().time() < end and not self.force_exit:
            await asyncio.sleep(_LOOK_EVERY_S)
        self.force_exit = False
        self._closing()
        await super().shutdown(sockets)


def end_in_time() -> None:
    """Have the process end within ten seconds, whatever is under way: a thread that waits for a database which neither
    answers nor hangs up can be ended in no other way. What is not committed is not done, and nobody was told it is.
    """
    last_call = threading.Timer(STOP_WITHIN_S, _leave)
    last_call.daemon = True
    last_call.start()


def _leave() -> None:
    _log.error("what is under way does not end, and is broken off")
    logging.shutdown()
    os._exit(0)


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    With its protocol named: asyncio turns Nagle's algorithm off for such sockets only, and with it on each answer
    comes 40 ms late.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def inherited(descriptor: int) -> socket.socket:
    """Return the listening socket that whoever started this process made."""
    return socket.socket(proto=socket.IPPROTO_TCP, fileno=descriptor)


def is_loopback(listening: socket.socket) -> bool:
    """Tell whether only this computer can reach a socket."""
    return ipaddress.ip_address(listening.getsockname()[0]).is_loopback


def settle_memory() -> None:
    """Let the collector leave alone what was loaded to serve, and look at what is new less often.

    A push of 500 facts makes thousands of values that are gone at its end; looking through them each time took a tenth
    of central's processor time, measured.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def await_end_of_input(stop: Callable[[], None]) -> None:
    """Call `stop` when nobody holds the other end of standard input any more.

    Reads the bare descriptor: Python aborts at its end when a daemon holds the lock of `sys.stdin`.
    """
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()
