"""Print queues of CUPS, on Linux and macOS, through its own commands: lp, lpstat, cancel.

The `zebra` package is not used for these: it pipes to lpr, whose exit code it drops and which names no job, so that
nobody could tell what became of a label, and its list of queues drops the environment and so CUPS_SERVER.

Source: CUPS manual pages lp(1), lpstat(1), cancel(1), in the words of the C locale.
"""

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.printers.ipp import job_state
from devices.printers.queue import Condition, Progress, Stage, SubmitUnknown
from devices.readings import Fault
from devices.worker import DeviceError, Link

_ANSWER_S = 8.0
_LOOK_S = 0.1
_TICKET = re.compile(r"request id is (\S+-\d+)")
_UNKNOWN = re.compile(r"invalid destination|unknown destination|does not exist|not found", re.IGNORECASE)
_DISABLED = re.compile(r"^printer \S+ disabled since[^\n]*\n?\s*([^\n]*)", re.MULTILINE)
_UNREACHABLE = re.compile(r"may not exist|unavailable|unreachable|not responding|unable to (connect|locate)|offline")
# RFC 8011, 5.3.7; what is not here is on its way, or stopped and to go on.
_STAGES: Mapping[int, Stage] = {0: "gone", 7: "cancelled", 8: "failed", 9: "done"}


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended: its exit code, None when it was cut short, and what it wrote."""

    code: int | None
    out: str
    err: str


class CupsQueue:
    """One queue of CUPS by its name."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._server = ""

    def look(self, link: Link) -> Condition:
        """Whether the queue is there, enabled and accepting."""
        printer = run(["lpstat", "-l", "-p", self._queue, "-a", self._queue], link=link)
        if printer.code is None:
            return Condition(Fault.no_answer, "lpstat does not answer")
        if printer.code:
            # With nobody to ask, lpstat calls every name an invalid one.
            running = "is running" in run(["lpstat", "-r"], link=link).out
            return Condition(_refusal(printer.err) if running else Fault.unreachable, printer.err.strip())
        link.saw(printer.out.encode())
        disabled = _DISABLED.search(printer.out)
        if disabled is not None:
            return Condition(Fault.queue_stopped, disabled[1].strip())
        if f"{self._queue} not accepting requests" in printer.out:
            return Condition(Fault.queue_stopped, "it accepts no jobs")
        return Condition(None)

    def submit(self, job: str, data: bytes, link: Link) -> str:
        """Hand over the bytes as they are; returns the id CUPS gave the job."""
        said = run(["lp", "-d", self._queue, "-o", "raw", "-t", job], data, link)
        ticket = _TICKET.search(said.out)
        if ticket is not None:
            return ticket[1]
        if said.code is None or said.code == 0:
            raise SubmitUnknown(f"lp did not say whether it took the job: {said.err.strip()}")
        raise DeviceError(_refusal(said.err), said.err.strip())

    def progress(self, ticket: str, link: Link) -> Progress:
        """Whether the job still waits, and how it ended if not."""
        self._server = self._server or run(["lpstat", "-H"], link=link).out.strip()
        try:
            state = job_state(self._server, int(ticket.rpartition("-")[2]))
        except OSError as error:
            # Nobody to ask: the job is where it was.
            return Progress("held", Fault.unreachable, str(error))
        stage = _STAGES.get(state.number, "held")
        away = stage == "held" and _UNREACHABLE.search(state.message) is not None
        return Progress(stage, Fault.unreachable if away else None, state.message)

    def cancel(self, ticket: str, link: Link) -> None:
        """Cancel the job; one that has just ended stays as it is."""
        run(["cancel", ticket], link=link)


def queues() -> tuple[str, ...]:
    """The names of the queues of this computer; empty where there is no CUPS."""
    try:
        said = run(["lpstat", "-e"])
    except FileNotFoundError:
        return ()
    return tuple(line.split()[0] for line in said.out.splitlines() if line.strip()) if said.code == 0 else ()


def run(command: Sequence[str], data: bytes = b"", link: Link | None = None) -> Said:
    """Run a command in plain English; it is killed when it takes too long or the link stops."""
    environment = {**os.environ, "LC_ALL": "C"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        deadline = time.monotonic() + _ANSWER_S
        given: bytes | None = data
        while True:
            try:
                out, err = process.communicate(given, timeout=_LOOK_S)
            except subprocess.TimeoutExpired:
                given = None
                if time.monotonic() < deadline and not (link is not None and link.stopping):
                    continue
                process.kill()
                out, err = process.communicate()
                return Said(None, out.decode(errors="replace"), err.decode(errors="replace"))
            return Said(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def _refusal(complaint: str) -> Fault:
    if _UNKNOWN.search(complaint):
        return Fault.no_queue
    return Fault.queue_stopped if "not accepting" in complaint else Fault.unreachable
