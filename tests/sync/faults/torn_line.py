"""A line between a bench and central that tears: byte by byte, for one connection after the other."""

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass

_NEVER = 1 << 60


@dataclass(frozen=True)
class Tear:
    """What happens to one connection.

    `cut_up` and `cut_down` are after how many bytes of the request and of the answer it breaks, `reset` says that it
    breaks with a reset. A `deaf` one takes everything and says nothing. `slice_bytes` go at a time, each `pause_s`
    after the one before.
    """

    cut_up: int = _NEVER
    cut_down: int = _NEVER
    reset: bool = False
    deaf: bool = False
    slice_bytes: int = 65536
    pause_s: float = 0.0


class TornLine:
    """Listens where a client calls and passes on to a port, as `tear` says for each new connection."""

    def __init__(self, port: int) -> None:
        self.tear = Tear()
        self.broken = 0
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        for each in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._listener, *self._sockets):
            each.close()

    def _start(self, work: object, *what: object) -> None:
        thread = threading.Thread(target=work, args=what, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self._port))
            self._sockets += [ours, theirs]
            tear = self.tear
            self._start(self._carry, ours, theirs, tear.cut_up, tear)
            self._start(self._carry, theirs, ours, tear.cut_down, tear)

    def _carry(self, source: socket.socket, to: socket.socket, left: int, tear: Tear) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(tear.slice_bytes):
                if tear.deaf:
                    continue
                to.sendall(data[:left])
                left -= len(data)
                if left <= 0:
                    self._break(source, to, tear)
                    return
                time.sleep(tear.pause_s)
        for each in (source, to):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _break(self, source: socket.socket, to: socket.socket, tear: Tear) -> None:
        self.broken += 1
        for each in (source, to):
            with contextlib.suppress(OSError):
                if tear.reset:
                    # Lingering for no time: the other end is sent a reset instead of an end.
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                each.shutdown(socket.SHUT_RDWR)
