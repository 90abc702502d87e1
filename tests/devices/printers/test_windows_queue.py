"""The Windows queue over the real `zebra` package and a stand-in for win32print: the calls, not Windows itself."""

from collections.abc import Iterator

import pytest
import zebra

from devices.printers import windows_queue
from devices.printers.queue import QueuePrinter, QueueTiming
from devices.printers.windows_queue import WindowsQueue
from devices.readings import Down, Fault, NotPrinted, Printed, PrintWaiting
from devices.worker import Worker


class Spool:
    """What win32print does, for one printer called `zebra`, which prints as soon as its status is 0."""

    PRINTER_ENUM_LOCAL = 2

    class error(Exception):  # noqa: N801 (pywin32's name)
        pass

    def __init__(self) -> None:
        self.status = 0
        self.holding = False
        self.printed: list[bytes] = []
        self._jobs: dict[int, tuple[str, bytes]] = {}

    def OpenPrinter(self, name: str) -> str:  # noqa: N802
        if name != "zebra":
            raise self.error(1801, "OpenPrinter", "The printer name is invalid.")
        return name

    def ClosePrinter(self, handle: str) -> None:  # noqa: N802
        pass

    def GetPrinter(self, handle: str, level: int) -> dict[str, int]:  # noqa: N802
        assert level == 2
        return {"Status": self.status}

    def StartDocPrinter(self, handle: str, level: int, document: tuple[str, None, str]) -> int:  # noqa: N802
        self._title = document[0]
        return 1

    def StartPagePrinter(self, handle: str) -> None:  # noqa: N802
        pass

    def WritePrinter(self, handle: str, data: bytes) -> None:  # noqa: N802
        self._jobs[len(self._jobs) + 1] = (self._title, data)

    def EndPagePrinter(self, handle: str) -> None:  # noqa: N802
        pass

    def EndDocPrinter(self, handle: str) -> None:  # noqa: N802
        pass

    def EnumJobs(self, handle: str, first: int, count: int, level: int) -> list[dict[str, object]]:  # noqa: N802
        if not self.holding:
            self.printed += [data for _, data in self._jobs.values()]
            self._jobs.clear()
        return [{"JobId": number, "pDocument": title} for number, (title, _) in self._jobs.items()]

    def SetJob(self, handle: str, number: int, level: int, info: None, control: int) -> None:  # noqa: N802
        assert control == 5
        del self._jobs[number]

    def EnumPrinters(self, flags: int) -> list[tuple[int, str, str, str]]:  # noqa: N802
        return [(0, "", "zebra", "")]


@pytest.fixture
def spool(monkeypatch: pytest.MonkeyPatch) -> Spool:
    spool = Spool()
    monkeypatch.setattr(zebra, "IS_WINDOWS", True)
    monkeypatch.setattr(zebra, "win32print", spool, raising=False)
    return spool


@pytest.fixture
def printer(spool: Spool, inbox) -> Iterator[QueuePrinter]:
    printer = QueuePrinter("printer", WindowsQueue("zebra"), QueueTiming(0.05, 0.02))
    worker = Worker("printer", printer, inbox.post)
    worker.start()
    yield printer
    worker.stop()


def test_bytes_are_handed_over_once(printer: QueuePrinter, spool: Spool, inbox) -> None:
    printer.print("a", b"^XA^XZ\xff")
    assert inbox.next(Printed).job == "a"
    assert spool.printed == [b"^XA^XZ\xff"]
    assert windows_queue.queues() == ("zebra",)


@pytest.mark.usefixtures("goes_down")
def test_a_printer_that_cannot_print_gets_nothing(printer: QueuePrinter, spool: Spool, inbox) -> None:
    spool.status = 0x90
    assert inbox.next(Down).why is Fault.media_out
    printer.print("a", b"^XA^XZ")
    assert not inbox.next(PrintWaiting).sent
    spool.status = 0
    inbox.next(Printed)
    assert spool.printed == [b"^XA^XZ"]


def test_cancelled_in_the_queue(printer: QueuePrinter, spool: Spool, inbox, until) -> None:
    spool.holding = True
    printer.print("a", b"^XA^XZ")
    until(lambda: spool.EnumJobs("", 0, 1, 1))
    printer.cancel("a")
    assert inbox.next(NotPrinted).why is Fault.cancelled
    assert spool.printed == []


@pytest.mark.usefixtures("goes_down", "spool")
def test_unknown_queue(inbox) -> None:
    worker = Worker("printer", QueuePrinter("printer", WindowsQueue("nobody")), inbox.post)
    worker.start()
    assert inbox.next(Down).why is Fault.no_queue
    worker.stop()
