"""A label printer behind a print queue of this computer: the job is handed over and followed to its real outcome.

The queue owns the printer: nothing is asked of it directly, and "printed" means that every byte was delivered to it.
"""

import time
from dataclasses import dataclass
from typing import Literal, Protocol

from devices.printers.jobs import Job, Jobs
from devices.readings import Fault, NotPrinted
from devices.worker import DeviceError, Link

Stage = Literal["held", "done", "cancelled", "failed", "gone"]


@dataclass(frozen=True, slots=True)
class QueueTiming:
    """How often the queue is looked at in seconds, idle and while a job is in it, and when a job counts as stuck."""

    idle_every_s: float = 5.0
    busy_every_s: float = 0.5
    stuck_s: float = 30.0


FACTORY_TIMING = QueueTiming()


@dataclass(frozen=True, slots=True)
class Condition:
    """What one look found: why nothing comes out, or None when it could; `detail` is for the log."""

    fault: Fault | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job in the queue is, and why it does not go on, if the queue says so."""

    stage: Stage
    why: Fault | None = None
    detail: str = ""


class Spooler(Protocol):
    """What a system's print queue can do. Each call may raise OSError; none outlasts a link that stops."""

    def look(self, link: Link) -> Condition:
        """How the queue is."""

    def submit(self, job: str, data: bytes, link: Link) -> str:
        """Hand a job over and return the queue's name for it; DeviceError when the queue did not take it."""

    def progress(self, ticket: str, link: Link) -> Progress:
        """How far the job of that name is."""

    def cancel(self, ticket: str, link: Link) -> None:
        """Ask the queue to give the job up; `progress` then tells whether it did."""


class SubmitUnknown(OSError):
    """The queue did not say in time whether it took the job."""


class QueuePrinter:
    """The session of a printer behind a system queue. It is up while the queue takes and prints jobs.

    One job at a time is in the queue, so that a stopped queue holds one label at most and the others stay ours.
    A job the queue holds is never handed over again: it prints by itself when the cause is removed.
    """

    def __init__(self, device: str, spooler: Spooler, timing: QueueTiming = FACTORY_TIMING) -> None:
        self._spooler = spooler
        self._timing = timing
        self._jobs = Jobs(device)
        self._ticket = ""
        self._link: Link | None = None

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
        """Serve until told to stop."""
        self._link = link
        while not link.stopping:
            try:
                self._serve(link)
            except OSError as error:
                for job in self._jobs.waiting():
                    self._jobs.say_waiting(job, Fault.unreachable, str(error), link)
                raise
            busy = any(job.sent for job in self._jobs.waiting())
            link.wait(self._timing.busy_every_s if busy else self._timing.idle_every_s)

    def _nudge(self) -> None:
        if self._link is not None:
            self._link.nudge()

    def _serve(self, link: Link) -> None:
        condition = self._spooler.look(link)
        if link.stopping:
            return
        if condition.fault is None:
            link.up()
        else:
            link.down(condition.fault, condition.detail)
        self._jobs.drop_cancelled(link)
        for job in self._jobs.waiting():
            if condition.fault is not None:
                self._jobs.say_waiting(job, condition.fault, condition.detail, link)
        jobs = self._jobs.waiting()
        if jobs and jobs[0].sent:
            self._follow(jobs[0], condition, link)
        elif jobs and condition.fault is None:
            self._submit(jobs[0], link)

    def _submit(self, job: Job, link: Link) -> None:
        if not self._jobs.claim(job):
            return
        job.sent_at, job.said = time.monotonic(), None
        try:
            self._ticket = self._spooler.submit(job.name, job.data, link)
        except SubmitUnknown as error:
            self._jobs.give_up(job, Fault.outcome_unknown, str(error), link)
        except DeviceError as error:
            job.sent = False
            link.down(error.why, error.detail)
            self._jobs.say_waiting(job, error.why, error.detail, link)
            return
        except OSError:
            job.sent = False  # it could not even be begun
            raise
        link.nudge()

    def _follow(self, job: Job, condition: Condition, link: Link) -> None:
        if job.cancelled:
            self._spooler.cancel(self._ticket, link)
        progress = self._spooler.progress(self._ticket, link)
        if link.stopping:
            return
        match progress.stage:
            case "done":
                self._jobs.printed(job, link)
            case "cancelled":
                self._jobs.give_up(job, Fault.cancelled, progress.detail, link)
            case "failed":
                self._jobs.give_up(job, Fault.printer_fault, progress.detail, link)
            case "gone":
                self._jobs.give_up(job, Fault.outcome_unknown, "the queue keeps no record of it", link)
            case "held":
                self._hold(job, condition, progress, link)
                return
        # The next one need not wait for the next look.
        link.nudge()

    def _hold(self, job: Job, condition: Condition, progress: Progress, link: Link) -> None:
        if condition.fault is not None:
            return
        slow = time.monotonic() - job.sent_at > self._timing.stuck_s
        why = progress.why or (Fault.stuck if slow else None)
        if why is not None:
            link.down(why, progress.detail)
            self._jobs.say_waiting(job, why, progress.detail, link)
