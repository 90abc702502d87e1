"""A HID device read through its hidraw file: one report for each read. Only the path that was named is opened."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager

from devices.serial_port import READ_TIMEOUT_S

_LONGEST_REPORT = 64


class Reports:
    """An open hidraw file."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def read(self) -> bytes:
        """One report, or nothing after READ_TIMEOUT_S; OSError when the device is gone."""
        if not select.select([self._handle], [], [], READ_TIMEOUT_S)[0]:
            return b""
        try:
            report = os.read(self._handle, _LONGEST_REPORT)
        except BlockingIOError:
            return b""
        if not report:
            raise OSError("the device hung up")
        return report

    def write(self, data: bytes) -> None:
        """Nothing is ever asked of a scale that reports by itself."""


@contextmanager
def open_reports(path: str) -> Iterator[Reports]:
    """Open the file and close it afterwards; OSError when it cannot be opened."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield Reports(handle)
    finally:
        os.close(handle)
