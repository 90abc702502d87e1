"""The 9100 driver against a real printer process: each label once, whatever happens on the way."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.printers.channel import PrinterTiming
from devices.printers.status import Advice
from devices.printers.tcp import TcpPrinter
from devices.readings import Down, Fault, NotPrinted, Printed, PrintWaiting, Up
from devices.simulators.process import Simulator
from devices.worker import Worker

QUICK = PrinterTiming(connect_s=5.0, answer_s=2.0, idle_every_s=0.2, busy_every_s=0.03, advice_every_s=0.5)
LABEL = b"^XA^CI28^FO10,10^A0N,30,30^FH_^FDL1-%d^FS^XZ\n"


class Bench:
    """A printer process, its driver and the folder its labels fall into."""

    def __init__(self, folder: Path, inbox) -> None:
        self.folder = folder / "labels"
        self.simulator = Simulator("printer", ["--out", str(self.folder), "--print-s", "0.05"])
        host, port = self.simulator.address.split(":")
        self.printer = TcpPrinter("printer", host, int(port), QUICK)
        self.worker = Worker("printer", self.printer, inbox.post, backoff_s=(0.05, 0.2))

    def print(self, number: int) -> str:
        assert self.printer.print(f"job-{number}", LABEL % number)
        return f"job-{number}"

    def labels(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("*.zpl"))]


@pytest.fixture
def bench(tmp_path: Path, inbox) -> Iterator[Bench]:
    bench = Bench(tmp_path, inbox)
    bench.worker.start()
    inbox.next(Up)
    yield bench
    bench.worker.stop()
    bench.simulator.close()


def expected(*numbers: int) -> list[bytes]:
    return [(LABEL % number).strip() for number in numbers]


def test_labels_come_out_once_and_in_order(bench: Bench, inbox) -> None:
    jobs = [bench.print(number) for number in range(4)]
    assert [inbox.next(Printed).job for _ in jobs] == jobs
    assert bench.labels() == expected(0, 1, 2, 3)
    assert not inbox.of(PrintWaiting)
    assert bench.printer.identity is not None
    assert bench.printer.identity.dots_per_mm == 8


@pytest.mark.usefixtures("goes_down")
def test_a_job_is_taken_once(bench: Bench, inbox) -> None:
    bench.simulator.do("pause")
    inbox.next(Down)
    bench.print(1)
    assert not bench.printer.print("job-1", LABEL % 1)
    bench.simulator.do("resume")
    assert inbox.next(Printed).job == "job-1"
    assert bench.labels() == expected(1)


@pytest.mark.parametrize(
    ("trouble", "why", "cure"),
    [
        ("media_out", Fault.media_out, "refill"),
        ("ribbon_out", Fault.ribbon_out, "new_ribbon"),
        ("head_open", Fault.head_open, "head_close"),
        ("pause", Fault.paused, "resume"),
    ],
)
@pytest.mark.usefixtures("goes_down")
def test_nothing_is_sent_to_a_printer_that_cannot_print(
    bench: Bench, inbox, until, trouble: str, why: Fault, cure: str
) -> None:
    bench.simulator.do(trouble)
    assert inbox.next(Down).why is why
    job = bench.print(1)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.job, waiting.why, waiting.sent) == (job, why, False)
    answers = len(bench.worker.recent())
    until(lambda: len(bench.worker.recent()) >= answers + 3)
    bench.simulator.do(cure)
    inbox.next(Printed)
    assert bench.labels() == expected(1)
    assert len(inbox.of(PrintWaiting)) == 1


@pytest.mark.usefixtures("goes_down")
def test_media_out_in_the_middle_prints_once_after_the_refill(bench: Bench, inbox) -> None:
    bench.simulator.do("media_out", mid_job=True)
    first, second = bench.print(1), bench.print(2)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.job, waiting.why, waiting.sent) == (first, Fault.media_out, True)
    behind = inbox.next(PrintWaiting)
    assert (behind.job, behind.why, behind.sent) == (second, Fault.media_out, False)
    assert bench.labels() == []
    bench.simulator.do("refill")
    assert [inbox.next(Printed).job, inbox.next(Printed).job] == [first, second]
    assert bench.labels() == expected(1, 2)


@pytest.mark.usefixtures("goes_down")
def test_a_printer_that_is_gone_gets_the_job_when_it_is_back(bench: Bench, inbox) -> None:
    bench.simulator.do("unplug")
    assert inbox.next(Down).why is Fault.lost
    job = bench.print(1)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.job, waiting.sent) == (job, False)
    bench.simulator.do("plug")
    assert inbox.next(Printed).job == job
    assert bench.labels() == expected(1)
    assert len(inbox.of(PrintWaiting)) == 1


@pytest.mark.usefixtures("goes_down")
def test_held_over_a_lost_connection_and_seen_again(bench: Bench, inbox) -> None:
    bench.simulator.do("media_out", mid_job=True)
    job = bench.print(1)
    inbox.next(PrintWaiting, lambda waiting: waiting.sent)
    bench.simulator.do("unplug")
    assert inbox.next(PrintWaiting, lambda waiting: waiting.why in {Fault.lost, Fault.unreachable}).sent
    bench.simulator.do("pause")
    bench.simulator.do("refill")
    bench.simulator.do("plug")
    assert inbox.next(PrintWaiting, lambda waiting: waiting.why is Fault.paused).sent
    bench.simulator.do("resume")
    outcome = inbox.next(Printed)
    assert outcome.job == job
    assert bench.labels() == expected(1)


@pytest.mark.usefixtures("goes_down")
def test_a_printer_that_lost_its_power_with_the_label_is_not_guessed_at(bench: Bench, inbox) -> None:
    bench.simulator.do("media_out", mid_job=True)
    job = bench.print(1)
    inbox.next(PrintWaiting, lambda waiting: waiting.sent)
    bench.simulator.do("unplug", power=True)
    bench.simulator.do("refill")
    bench.simulator.do("plug")
    outcome = inbox.next(NotPrinted)
    assert (outcome.job, outcome.why) == (job, Fault.outcome_unknown)
    assert bench.labels() == []
    again = bench.print(2)
    assert inbox.next(Printed).job == again


@pytest.mark.usefixtures("goes_down")
def test_cancelled_before_and_after_it_was_sent(bench: Bench, inbox) -> None:
    bench.simulator.do("media_out", mid_job=True)
    held, behind = bench.print(1), bench.print(2)
    inbox.next(PrintWaiting, lambda waiting: waiting.job == behind)
    bench.printer.cancel(behind)
    outcome = inbox.next(NotPrinted)
    assert (outcome.job, outcome.why) == (behind, Fault.cancelled)
    bench.printer.cancel(held)
    assert inbox.next(NotPrinted).job == held
    bench.simulator.do("refill")
    third = bench.print(3)
    assert inbox.next(Printed).job == third
    assert bench.labels() == expected(3)


@pytest.mark.usefixtures("goes_down")
def test_cancelled_while_the_printer_is_gone_never_prints(bench: Bench, inbox) -> None:
    bench.simulator.do("unplug")
    inbox.next(Down)
    gone = bench.print(1)
    inbox.next(PrintWaiting)
    bench.printer.cancel(gone)
    assert inbox.next(NotPrinted).job == gone
    bench.simulator.do("plug")
    kept = bench.print(2)
    assert inbox.next(Printed).job == kept
    assert bench.labels() == expected(2)


def test_a_batch_is_printed_when_its_last_label_is_out(bench: Bench, inbox) -> None:
    batch = LABEL.replace(b"^FS^XZ", b"^FS^PQ4,0,1,N^XZ") % 1
    assert bench.printer.print("batch", batch)
    inbox.next(Printed)
    assert bench.labels() == [batch.strip()] * 4


@pytest.mark.usefixtures("goes_down")
def test_a_fault_that_only_the_bit_sets_know(bench: Bench, inbox) -> None:
    """~HS has no place for a jammed cutter: it is asked for when a label takes too long."""
    bench.simulator.do("cutter_jam")
    job = bench.print(1)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.job, waiting.why, waiting.sent) == (job, Fault.cutter_fault, True)
    bench.simulator.do("cutter_free")
    assert inbox.next(Printed).job == job
    assert bench.labels() == expected(1)


def test_what_it_asks_for_while_it_prints(bench: Bench, inbox, until) -> None:
    assert bench.printer.advice == ()
    bench.simulator.do("labels_low")
    bench.simulator.do("head_dirty")
    until(lambda: bench.printer.advice == (Advice.labels_low, Advice.clean_head))
    bench.print(1)
    inbox.next(Printed)


@pytest.mark.usefixtures("goes_down")
def test_another_language_prints_nothing_and_is_mended_at_the_printer(bench: Bench, inbox) -> None:
    bench.simulator.do("language", speaks="line_print")
    bench.simulator.do("unplug")
    inbox.next(Down)
    bench.simulator.do("plug")
    assert inbox.next(Down, lambda down: down.why is not Fault.unreachable).why is Fault.wrong_language
    bench.print(1)
    bench.simulator.do("language", speaks="hybrid_xml_zpl")
    inbox.next(Printed)
    assert bench.labels() == expected(1)


def test_garbage_from_the_printer_changes_nothing(bench: Bench, inbox) -> None:
    bench.simulator.do("garbage", seed=4)
    jobs = [bench.print(1)]
    bench.simulator.do("garbage", seed=5)
    assert [inbox.next(Printed).job] == jobs
    assert bench.labels() == expected(1)


def test_a_late_answer_from_before_the_job_does_not_pass_for_printed(inbox) -> None:
    """A printer of which the first answer after the label still describes the time before it."""
    idle, busy = (b"\x02030,0,0,1245,%03d,0,0,0,000,0,0,0\x03\r\n" % formats for formats in (0, 1))
    rest = b"\x02000,0,0,0,1,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
    script = [idle, busy, busy, idle]

    def speak(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        labelled = False
        with connection:
            while data := connection.recv(4096):
                labelled = labelled or b"^XZ" in data
                if b"~HI" in data:
                    connection.sendall(b"\x02ZD421,V1,8,8192KB\x03\r\n")
                if b"~HS" in data:
                    first = script.pop(0) if labelled and script else idle
                    connection.sendall(first + rest)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=speak, args=(listener,))
        thread.start()
        printer = TcpPrinter("printer", *listener.getsockname(), timing=QUICK)
        worker = Worker("printer", printer, inbox.post)
        worker.start()
        printer.print("late", LABEL % 1)
        inbox.next(Printed)
        assert script == []
        worker.stop()
        thread.join(60.0)


@pytest.mark.usefixtures("goes_down")
def test_one_connection_at_a_time(bench: Bench, inbox) -> None:
    host, port = bench.simulator.address.split(":")
    second = Worker("second", TcpPrinter("second", host, int(port), QUICK), inbox.post)
    second.start()
    assert inbox.next(Down, lambda down: down.device == "second").why is Fault.no_answer
    bench.worker.stop()
    inbox.next(Up, lambda up: up.device == "second")
    second.stop()
