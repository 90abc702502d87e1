"""A device file of Linux (/dev/hidrawN, /dev/input/eventN) read record by record, or a FIFO that stands in for one."""

import errno
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

READ_TIMEOUT_S = 0.05


class Node:
    """An open device file. A read gives whole records, as the kernel hands them out; OSError when it is gone."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, or none after READ_TIMEOUT_S."""
        if not select.select([self.handle], [], [], READ_TIMEOUT_S)[0]:
            return b""
        try:
            data = os.read(self.handle, size)
        except BlockingIOError:
            return b""
        if not data:
            # A device file has no end; a FIFO ends when the one who wrote to it goes.
            raise OSError(errno.ENODEV, "nothing more will come from it")
        return data

    def drop_old(self, size: int) -> None:
        """Throw away what was sent before anyone listened."""
        while select.select([self.handle], [], [], 0.0)[0]:
            try:
                if not os.read(self.handle, size):
                    return
            except BlockingIOError:
                return


@contextmanager
def open_node(path: str) -> Iterator[Node]:
    """Open a device file for reading and close it afterwards."""
    if sys.platform == "win32":
        raise OSError(errno.ENOSYS, "device files are read on Linux only")
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield Node(handle)
    finally:
        os.close(handle)
