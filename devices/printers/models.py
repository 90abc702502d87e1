"""Makes the session of a label printer from what a bench's settings say about it."""

import sys
from typing import Protocol

from devices.printers import cups, windows_queue
from devices.printers.queue import QueuePrinter
from devices.printers.tcp import TcpPrinter
from devices.readings import NotPrinted
from devices.worker import Link

CONNECTIONS = ("tcp", "queue")


class LabelPrinter(Protocol):
    """What every label printer's session can do; `print` and `cancel` are for any thread."""

    def print(self, job: str, data: bytes) -> bool:
        """Take a label; False when a job of that name is still on its way."""

    def cancel(self, job: str) -> None:
        """Give a label up, if it has not come out yet."""

    def leave(self) -> tuple[NotPrinted, ...]:
        """Give up every label, when its worker was stopped for good; what became of each is returned."""

    def run(self, link: Link) -> None:
        """Serve until told to stop."""


def session(connection: str, device: str, *, host: str = "", port: int = 9100, queue: str = "") -> LabelPrinter:
    """The printer called `device`, at a host's port ("tcp") or behind a print queue of this computer ("queue").

    Raises ValueError for another connection, or when its host or queue is not given.
    """
    match connection:
        case "tcp" if host:
            return TcpPrinter(device, host, port)
        case "queue" if queue and sys.platform == "win32":
            return QueuePrinter(device, windows_queue.WindowsQueue(queue))
        case "queue" if queue:
            return QueuePrinter(device, cups.CupsQueue(queue))
        case "tcp" | "queue":
            raise ValueError(f"a printer on {connection} needs its {'host' if connection == 'tcp' else 'queue'}")
        case _:
            raise ValueError(f"no connection {connection!r}; one of {', '.join(CONNECTIONS)}")


def queues() -> tuple[str, ...]:
    """The print queues of this computer, for a person to choose from."""
    return windows_queue.queues() if sys.platform == "win32" else cups.queues()
