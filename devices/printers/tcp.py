"""A ZPL printer on TCP port 9100: one connection, one label at a time, nothing sent twice."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from devices.printers.jobs import Job, Jobs
from devices.printers.status import (
    HostIdentity,
    HostStatus,
    host_errors,
    host_identity,
    host_status,
)
from devices.readings import Fault, NotPrinted, Printed, PrintWaiting
from devices.worker import DeviceError, Link

T = TypeVar("T")

CANCEL_ALL = b"~JA"
_LONGEST_ANSWER = 4_096
_DEAD_PEER_MS = 10_000


@dataclass(frozen=True, slots=True)
class PrinterTiming:
    """How long an answer may take and how often the printer is asked, idle and while it prints."""

    connect_s: float = 1.5
    answer_s: float = 1.0
    idle_every_s: float = 2.0
    busy_every_s: float = 0.1


FACTORY_TIMING = PrinterTiming()


@dataclass(frozen=True, slots=True)
class _Condition:
    """What one look at the printer found: a fault, a status, or neither when it is too busy to say."""

    fault: Fault | None
    detail: str = ""
    status: HostStatus | None = None


class TcpPrinter:
    """The session of a network label printer. It is up while it could print now.

    A job is Printed when all of it was sent and the printer then reports nothing left. While it cannot be
    printed, PrintWaiting says why, once for each cause, and whether the printer already holds it: a held
    label comes out by itself and is never sent again.
    """

    def __init__(self, device: str, host: str, port: int = 9100, timing: PrinterTiming = FACTORY_TIMING) -> None:
        self._device = device
        self._address = (host, port)
        self._timing = timing
        self._jobs = Jobs()
        self._link: Link | None = None
        self._identity: HostIdentity | None = None

    @property
    def identity(self) -> HostIdentity | None:
        """Model, firmware and resolution, once the printer has said them."""
        return self._identity

    def print(self, job: str, data: bytes) -> bool:
        """Take a label; from any thread. False when a job of that name is still on its way."""
        taken = self._jobs.add(job, data)
        self._nudge()
        return taken

    def cancel(self, job: str) -> None:
        """Give a label up, if it has not come out yet; from any thread. NotPrinted says when it is done."""
        self._jobs.cancel(job)
        self._nudge()

    def run(self, link: Link) -> None:
        """Serve the queue until told to stop."""
        self._link = link
        try:
            with _connection(self._address, self._timing, link) as channel:
                self._identity = channel.ask(b"~HI", host_identity) or self._identity
                while not link.stopping:
                    self._serve(channel, link)
        except DeviceError as error:
            self._lost(error.why, error.detail, link)
            raise
        except OSError as error:
            why = Fault.lost if link.is_up else Fault.unreachable
            self._lost(why, str(error), link)
            raise

    def _nudge(self) -> None:
        if self._link is not None:
            self._link.nudge()

    def _serve(self, channel: "_Channel", link: Link) -> None:
        condition = self._look(channel, link)
        if link.stopping:
            return
        self._drop_cancelled(link)
        jobs = self._jobs.waiting()
        if condition.fault is not None:
            for job in jobs:
                self._say_waiting(job, condition.fault, condition.detail, link)
        if jobs:
            self._advance(jobs[0], condition, channel, link)
        left = self._jobs.waiting()
        busy = bool(left) and condition.fault is None
        link.wait(self._timing.busy_every_s if busy else self._pause_s(bool(left)))

    def _pause_s(self, waiting: bool) -> float:
        return self._timing.idle_every_s / 4 if waiting else self._timing.idle_every_s

    def _look(self, channel: "_Channel", link: Link) -> _Condition:
        """Ask how the printer is, and say up or down."""
        status = channel.ask(b"~HS", host_status)
        if status is not None:
            condition = _Condition(status.fault, status=status)
        else:
            errors = channel.ask(b"~HQES", host_errors)
            if errors is None:
                condition = _Condition(Fault.no_answer, "neither ~HS nor ~HQES was answered")
            else:
                condition = _Condition(errors.fault, f"errors {errors.errors:#x}")
        if link.stopping:
            return condition
        if condition.fault is not None:
            link.down(condition.fault, condition.detail)
        elif status is not None:
            link.up()
        return condition

    def _advance(self, job: Job, condition: _Condition, channel: "_Channel", link: Link) -> None:
        """Take the first job one step further."""
        status = condition.status
        if job.sent:
            if status is not None:
                self._watch(job, status, link)
            if job.cancelled and job in self._jobs.waiting():
                channel.send(CANCEL_ALL)
                self._give_up(job, Fault.cancelled, "", link)
        elif status is not None and condition.fault is None and not status.buffer_full:
            self._send(job, channel)

    def _send(self, job: Job, channel: "_Channel") -> None:
        if not self._jobs.claim(job):
            return
        accepted_before = channel.accepted
        try:
            channel.send(job.data)
        except OSError:
            # Not one byte left this machine, so the job is still ours.
            job.sent = channel.accepted > accepted_before
            raise
        job.said = None

    def _watch(self, job: Job, status: HostStatus, link: Link) -> None:
        if not status.nothing_left:
            job.seen_busy = job.in_sight = True
            job.idle_answers = 0
            return
        job.idle_answers += 1
        # One idle answer may be a late one to a question from before the job.
        if not (job.seen_busy or job.idle_answers >= 2):
            return
        if job.in_sight:
            self._jobs.remove(job)
            link.post(Printed(self._device, job.name, time.monotonic()))
        else:
            self._give_up(job, Fault.outcome_unknown, "the connection broke after it was sent", link)

    def _drop_cancelled(self, link: Link) -> None:
        for job in self._jobs.waiting():
            if job.cancelled and not job.sent:
                self._give_up(job, Fault.cancelled, "", link)

    def _give_up(self, job: Job, why: Fault, detail: str, link: Link) -> None:
        self._jobs.remove(job)
        link.post(NotPrinted(self._device, job.name, why, time.monotonic(), detail))

    def _lost(self, why: Fault, detail: str, link: Link) -> None:
        if link.stopping:
            return
        self._drop_cancelled(link)
        for job in self._jobs.waiting():
            job.lose_sight()
            self._say_waiting(job, why, detail, link)

    def _say_waiting(self, job: Job, why: Fault, detail: str, link: Link) -> None:
        """Once for each cause; a printer that went away and stays away is one cause."""
        if job.said == (why, job.sent) or (why is Fault.unreachable and job.said == (Fault.lost, job.sent)):
            return
        job.said = (why, job.sent)
        link.post(PrintWaiting(self._device, job.name, why, job.sent, time.monotonic(), detail))


class _Channel:
    """The bytes of one connection; `accepted` counts those the network took from us."""

    def __init__(self, connection: socket.socket, timing: PrinterTiming, link: Link) -> None:
        self._connection = connection
        self._timing = timing
        self._link = link
        self.accepted = 0

    def send(self, data: bytes) -> None:
        """Send all of it; OSError when the connection breaks."""
        self._connection.settimeout(self._timing.connect_s)
        left = memoryview(data)
        while left:
            count = self._connection.send(left)
            self.accepted += count
            left = left[count:]

    def ask(self, command: bytes, complete: Callable[[bytes], T | None]) -> T | None:
        """Send a command and read until the answer is complete; None when it is not within the time."""
        self._drain()
        self.send(command)
        deadline = time.monotonic() + self._timing.answer_s
        heard = b""
        while not self._link.stopping and (left_s := deadline - time.monotonic()) > 0:
            heard = (heard + self._receive(min(left_s, 0.25)))[-_LONGEST_ANSWER:]
            answer = complete(heard)
            if answer is not None:
                return answer
        return None

    def _drain(self) -> None:
        """Drop answers that came too late for their question."""
        while self._receive(0.0):
            pass

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
def _connection(address: tuple[str, int], timing: PrinterTiming, link: Link) -> Iterator[_Channel]:
    with socket.create_connection(address, timeout=timing.connect_s) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with contextlib.suppress(AttributeError, OSError):  # Linux only: else a dead peer takes minutes
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_PEER_MS)
        yield _Channel(connection, timing, link)
