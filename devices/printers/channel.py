"""The bytes between us and one network printer: questions with deadlines, whoever is at the other end."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from devices.readings import Fault
from devices.worker import DeviceError, Link

T = TypeVar("T")

_LONGEST_ANSWER = 4_096
_ENDLESS = 65_536
_DEAD_PEER_MS = 10_000
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class PrinterTiming:
    """How long an answer may take and how often the printer is asked, in seconds.

    `answer_s` is the silence after which a question counts as unanswered, `whole_s` the most a whole answer may
    take however it trickles in. A label the printer holds longer than `stuck_s` without a reason is spoken of.
    """

    connect_s: float = 1.5
    answer_s: float = 1.0
    whole_s: float = 5.0
    idle_every_s: float = 2.0
    busy_every_s: float = 0.1
    advice_every_s: float = 60.0
    stuck_s: float = 30.0


FACTORY_TIMING = PrinterTiming()


class Channel:
    """One open connection; `accepted` counts the bytes the network took from us."""

    def __init__(self, connection: socket.socket, timing: PrinterTiming, link: Link) -> None:
        self._connection = connection
        self._timing = timing
        self._link = link
        self.accepted = 0

    def send(self, data: bytes) -> None:
        """Send all of it; OSError when the connection breaks or the peer stops reading."""
        self._connection.settimeout(self._timing.connect_s)
        left = memoryview(data)
        while left:
            count = self._connection.send(left)
            self.accepted += count
            self._link.sent(bytes(left[:count]))
            left = left[count:]

    def ask(self, command: bytes, complete: Callable[[bytes], T | None]) -> T | None:
        """Send a command and read until the answer is complete; None when it is not within the time.

        Raises DeviceError when the peer talks without end, OSError when the connection breaks.
        """
        self._drain()
        self.send(command)
        began = time.monotonic()
        deadline = began + self._timing.answer_s
        heard, count = b"", 0
        while not self._link.stopping and (left_s := deadline - time.monotonic()) > 0:
            data = self._receive(min(left_s, _LOOK_S))
            if not data:
                continue
            deadline = min(time.monotonic() + self._timing.answer_s, began + self._timing.whole_s)
            count += len(data)
            if count > _ENDLESS:
                raise DeviceError(Fault.garbled, "it talks without end")
            heard = (heard + data)[-_LONGEST_ANSWER:]
            answer = complete(heard)
            if answer is not None:
                return answer
        return None

    def _drain(self) -> None:
        """Drop answers that came too late for their question."""
        deadline = time.monotonic() + self._timing.answer_s
        while self._receive(0.0) and not self._link.stopping:
            if time.monotonic() > deadline:
                raise DeviceError(Fault.garbled, "it talks without being asked")

    def _receive(self, within_s: float) -> bytes:
        self._connection.settimeout(within_s)
        try:
            data = self._connection.recv(_LONGEST_ANSWER)
        except (TimeoutError, BlockingIOError):
            return b""
        if not data:
            raise ConnectionResetError("the printer closed the connection")
        self._link.saw(data)
        return data


@contextmanager
def connected(address: tuple[str, int], timing: PrinterTiming, link: Link) -> Iterator[Channel]:
    """Open the connection for the length of the block; OSError when it cannot be had."""
    try:
        opened = socket.create_connection(address, timeout=timing.connect_s)
    except UnicodeError as error:
        raise OSError(f"{address[0]!r} can be no computer's name") from error
    with opened as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with contextlib.suppress(AttributeError, OSError):  # Linux only: else a dead peer takes minutes
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_PEER_MS)
        yield Channel(connection, timing, link)
