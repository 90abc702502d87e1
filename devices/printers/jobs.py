"""Print jobs that are not finished yet, in order: which are still ours, which the printer holds, what is said."""

import threading
import time
from dataclasses import dataclass

from devices.readings import Fault, NotPrinted, Printed, PrintWaiting
from devices.worker import Link


@dataclass(slots=True, eq=False)
class Job:
    """One label on its way; only the printer's own thread changes it.

    `in_sight` is lost with the connection: then an empty printer no longer proves that it was printed.
    `torn` is a label whose beginning the printer may have got, but surely not its end.
    """

    name: str
    data: bytes
    sent: bool = False
    sent_at: float = 0.0
    torn: bool = False
    in_sight: bool = True
    seen_busy: bool = False
    idle_answers: int = 0
    cancelled: bool = False
    said: tuple[Fault, bool] | None = None

    def lose_sight(self) -> None:
        """The connection it was sent over is gone."""
        if self.sent:
            self.in_sight = self.seen_busy = False
            self.idle_answers = 0


class Jobs:
    """A queue that may be filled from any thread, and what `device` posts about the jobs in it."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._lock = threading.Lock()
        self._jobs: list[Job] = []

    def add(self, name: str, data: bytes) -> bool:
        """Put a job at the end; False when a job of that name is already there, which stays as it is."""
        with self._lock:
            if any(job.name == name for job in self._jobs):
                return False
            self._jobs.append(Job(name, data))
            return True

    def cancel(self, name: str) -> None:
        """Ask for a job to be given up."""
        with self._lock:
            for job in self._jobs:
                if job.name == name:
                    job.cancelled = True

    def waiting(self) -> tuple[Job, ...]:
        """All jobs, the next one first."""
        with self._lock:
            return tuple(self._jobs)

    def remove(self, job: Job) -> bool:
        """Forget a finished job; False when it was left behind meanwhile, and spoken of."""
        with self._lock:
            known = job in self._jobs
            self._jobs = [each for each in self._jobs if each is not job]
            return known

    def claim(self, job: Job) -> bool:
        """Mark a job as sent, unless it was cancelled or left behind meanwhile."""
        with self._lock:
            if not job.cancelled and job in self._jobs:
                job.sent = True
            return job.sent

    def leave(self) -> tuple[NotPrinted, ...]:
        """Give up all that is not finished, for nobody will print or follow it any more; from any thread."""
        with self._lock:
            left, self._jobs = self._jobs, []
        detail, now = "another printer was set in its place", time.monotonic()
        return tuple(
            NotPrinted(self._device, job.name, Fault.outcome_unknown if job.sent else Fault.cancelled, now, detail)
            for job in left
        )

    def printed(self, job: Job, link: Link) -> None:
        """It came out, as far as the device can tell."""
        if self.remove(job):
            link.post(Printed(self._device, job.name, time.monotonic()))

    def give_up(self, job: Job, why: Fault, detail: str, link: Link) -> None:
        """It will not come out, or nobody knows."""
        if self.remove(job):
            link.post(NotPrinted(self._device, job.name, why, time.monotonic(), detail))

    def drop_cancelled(self, link: Link) -> None:
        """Give up what was cancelled while it was still ours."""
        for job in self.waiting():
            if job.cancelled and not job.sent:
                self.give_up(job, Fault.cancelled, "", link)

    def say_waiting(self, job: Job, why: Fault, detail: str, link: Link) -> None:
        """Once for each cause; a printer that went away and stays away is one cause."""
        if job.said == (why, job.sent) or (why is Fault.unreachable and job.said == (Fault.lost, job.sent)):
            return
        job.said = (why, job.sent)
        link.post(PrintWaiting(self._device, job.name, why, job.sent, time.monotonic(), detail))
