"""A ZPL printer on TCP port 9100: one connection, one label at a time, nothing sent twice."""

import time
from dataclasses import dataclass

from devices.printers.channel import FACTORY_TIMING, Channel, PrinterTiming, connected
from devices.printers.jobs import Job, Jobs
from devices.printers.status import (
    Advice,
    HostErrors,
    HostIdentity,
    HostStatus,
    host_errors,
    host_identity,
    host_status,
    speaks_zpl,
    variable,
)
from devices.readings import Fault, NotPrinted
from devices.worker import DeviceError, Link

CANCEL_ALL = b"~JA"
_LANGUAGES = b'! U1 getvar "device.languages"\r\n'
_FORMAT_END = b"^XZ"
_SLOW_S = 2.0  # a label takes less, unless it is a very long one
_MUTE_LOOKS = 5


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
        self._address = (host, port)
        self._timing = timing
        self._jobs = Jobs(device)
        self._link: Link | None = None
        self._identity: HostIdentity | None = None
        self._advice: tuple[Advice, ...] = ()
        self._advised_at = float("-inf")
        self._mute_looks = 0

    @property
    def identity(self) -> HostIdentity | None:
        """Model, firmware and resolution, once the printer has said them."""
        return self._identity

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What the printer asked for when it was last looked at, the most pressing first."""
        return self._advice

    def print(self, job: str, data: bytes) -> bool:
        """Take a label; from any thread. False when a job of that name is still on its way."""
        taken = self._jobs.add(job, data)
        self._nudge()
        return taken

    def cancel(self, job: str) -> None:
        """Give a label up, if it has not come out yet; from any thread. NotPrinted says when it is done."""
        self._jobs.cancel(job)
        self._nudge()

    def leave(self) -> tuple[NotPrinted, ...]:
        """Give up every label, when its worker was stopped for good; what became of each is returned."""
        return self._jobs.leave()

    def run(self, link: Link) -> None:
        """Serve the queue until told to stop."""
        self._link = link
        try:
            with connected(self._address, self._timing, link) as channel:
                self._meet(channel)
                while not link.stopping:
                    self._serve(channel, link)
        except DeviceError as error:
            self._lost(error.why, error.detail, link)
            raise
        except OSError as error:
            why = Fault.lost if link.is_up else Fault.unreachable
            self._lost(why, str(error), link)
            raise

    def _meet(self, channel: Channel) -> None:
        """Learn what it is. Every language of Zebra's answers getvar; in the wrong one ~HS would be printed as text."""
        languages = channel.ask(_LANGUAGES, variable)
        if languages is not None and not speaks_zpl(languages):
            raise DeviceError(Fault.wrong_language, f"its language is {languages!r}")
        self._identity = channel.ask(b"~HI", host_identity) or self._identity

    def _nudge(self) -> None:
        if self._link is not None:
            self._link.nudge()

    def _serve(self, channel: Channel, link: Link) -> None:
        condition = self._look(channel, link)
        if link.stopping:
            return
        self._jobs.drop_cancelled(link)
        jobs = self._jobs.waiting()
        if condition.fault is not None:
            for job in jobs:
                self._jobs.say_waiting(job, condition.fault, condition.detail, link)
        if jobs:
            self._advance(jobs[0], condition, channel, link)
        left = self._jobs.waiting()
        busy = bool(left) and condition.fault is None
        link.wait(self._timing.busy_every_s if busy else self._pause_s(bool(left)))

    def _pause_s(self, waiting: bool) -> float:
        return self._timing.idle_every_s / 4 if waiting else self._timing.idle_every_s

    def _look(self, channel: Channel, link: Link) -> _Condition:
        """Ask how the printer is, and say up or down."""
        status = channel.ask(b"~HS", host_status)
        self._mute_looks = 0 if status is not None else self._mute_looks + 1
        due = time.monotonic() - self._advised_at >= self._timing.advice_every_s or self._is_slow()
        errors = channel.ask(b"~HQES", host_errors) if status is None or due else None
        if errors is not None:
            self._advice = errors.advice
            self._advised_at = time.monotonic()
        condition = self._judged(status, errors)
        if link.stopping:
            return condition
        if condition.fault is not None:
            link.down(condition.fault, condition.detail)
        elif status is not None:
            link.up()
        return condition

    def _judged(self, status: HostStatus | None, errors: HostErrors | None) -> _Condition:
        """~HS knows nothing of cutters and jams, ~HQES nothing of what is left to print."""
        if status is None and errors is None:
            return _Condition(Fault.no_answer, "neither ~HS nor ~HQES was answered")
        fault = status.fault if status is not None else None
        if fault is None and errors is not None:
            fault = errors.fault
        if fault is None and self._mute_looks >= _MUTE_LOOKS:
            return _Condition(Fault.no_answer, "~HS is not answered, and ~HQES reports no error")
        return _Condition(fault, "" if errors is None else f"errors {errors.errors:#x}", status)

    def _is_slow(self) -> bool:
        """Whether the label at the printer should have come out by now."""
        jobs = self._jobs.waiting()
        return bool(jobs) and jobs[0].sent and time.monotonic() - jobs[0].sent_at > _SLOW_S

    def _advance(self, job: Job, condition: _Condition, channel: Channel, link: Link) -> None:
        """Take the first job one step further."""
        status = condition.status
        if job.sent:
            if status is not None:
                self._watch(job, status, link)
            if job.cancelled and job in self._jobs.waiting():
                channel.send(CANCEL_ALL)
                self._jobs.give_up(job, Fault.cancelled, "", link)
        elif status is not None and condition.fault is None and not status.buffer_full:
            self._send(job, channel)

    def _send(self, job: Job, channel: Channel) -> None:
        if not self._jobs.claim(job):
            return
        job.sent_at = time.monotonic()
        # The beginning of a torn label may lie in the printer, and this one would be taken for its rest.
        first = CANCEL_ALL if job.torn else b""
        accepted_before = channel.accepted + len(first)
        try:
            channel.send(first + job.data)
        except OSError:
            # A printer prints at ^XZ. When that did not leave this machine, the job is still ours.
            accepted = channel.accepted - accepted_before
            end = job.data.find(_FORMAT_END)
            job.sent = accepted >= (end + len(_FORMAT_END) if end >= 0 else 1)
            job.torn = job.torn or (accepted > 0 and not job.sent)
            raise
        job.torn = False
        job.said = None

    def _watch(self, job: Job, status: HostStatus, link: Link) -> None:
        if not status.nothing_left:
            job.seen_busy = True
            job.idle_answers = 0
            # Half a format after a broken connection is no sign that the whole label is there.
            job.in_sight = job.in_sight or bool(status.formats_in_buffer or status.labels_left)
            if status.fault is None and time.monotonic() - job.sent_at > self._timing.stuck_s:
                why = Fault.buffer_full if status.buffer_full else Fault.stuck
                self._jobs.say_waiting(
                    job, why, f"{status.formats_in_buffer} formats, {status.labels_left} labels", link
                )
            return
        job.idle_answers += 1
        # One idle answer may be a late one to a question from before the job.
        if not (job.seen_busy or job.idle_answers >= 2):
            return
        if job.in_sight:
            self._jobs.printed(job, link)
        else:
            self._jobs.give_up(job, Fault.outcome_unknown, "the connection broke after it was sent", link)

    def _lost(self, why: Fault, detail: str, link: Link) -> None:
        if link.stopping:
            return
        self._jobs.drop_cancelled(link)
        for job in self._jobs.waiting():
            job.lose_sight()
            self._jobs.say_waiting(job, why, detail, link)
