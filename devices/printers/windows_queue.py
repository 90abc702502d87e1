"""Print queues of Windows, through the `zebra` package and the win32print it stands on. Not tried on Windows.

The package hands raw bytes over and raises what Windows says; it names no job. As one job at a time is in the queue
and all of ours are called "Label", the job is over when the queue lists none of that name.

Source: Win32 JOB_INFO_1 and PRINTER_INFO_2 (winspool.h), as pywin32's win32print gives them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import zebra as untyped

from devices.printers.queue import Condition, Progress
from devices.readings import Fault
from devices.worker import DeviceError, Link

_ZEBRA: Any = untyped
_TITLE = "Label"  # what zebra calls every document
_CONDITIONS = (
    (0x400000, Fault.head_open),
    (0x10, Fault.media_out),
    (0x8, Fault.label_jam),
    (0x80, Fault.unreachable),
    (0x1, Fault.queue_stopped),
    (0x2, Fault.printer_fault),
)
_ALL_JOBS = 0x7FFFFFFF
_DELETE = 5  # JOB_CONTROL_DELETE


class WindowsQueue:
    """One queue of Windows by its name."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._spool: Any = _ZEBRA.win32print
        self._cancelled = ""

    def look(self, link: Link) -> Condition:
        """What Windows knows of the printer."""
        del link
        try:
            with self._opened() as printer:
                status = self._spool.GetPrinter(printer, 2)["Status"]
        except self._spool.error as error:
            return Condition(Fault.no_queue, str(error))
        fault = next((fault for bit, fault in _CONDITIONS if status & bit), None)
        return Condition(fault, f"status {status:#x}" if status else "")

    def submit(self, job: str, data: bytes, link: Link) -> str:
        """Hand over the bytes as they are."""
        del link
        try:
            _ZEBRA.Zebra(self._queue).output(data)
        except self._spool.error as error:
            raise DeviceError(Fault.printer_fault, str(error)) from error
        return job

    def progress(self, ticket: str, link: Link) -> Progress:
        """Whether our one job is still listed."""
        del link
        with self._opened() as printer:
            if self._numbers(printer):
                return Progress("held")
        return Progress("cancelled" if self._cancelled == ticket else "done")

    def cancel(self, ticket: str, link: Link) -> None:
        """Delete our one job, if it is still there."""
        del link
        with self._opened() as printer:
            for number in self._numbers(printer):
                self._spool.SetJob(printer, number, 0, None, _DELETE)
                self._cancelled = ticket

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        printer = self._spool.OpenPrinter(self._queue)
        try:
            yield printer
        finally:
            self._spool.ClosePrinter(printer)

    def _numbers(self, printer: Any) -> list[int]:
        jobs = self._spool.EnumJobs(printer, 0, _ALL_JOBS, 1)
        return [job["JobId"] for job in jobs if job["pDocument"] == _TITLE]


def queues() -> tuple[str, ...]:
    """The names of this computer's own printers."""
    return tuple(_ZEBRA.Zebra().getqueues())
