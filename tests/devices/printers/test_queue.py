"""A label through a real print queue: the bytes as they are, once, and the real outcome of the job."""

from collections.abc import Iterator

import pytest

from devices.printers import cups, models
from devices.printers.cups import CupsQueue
from devices.printers.queue import QueuePrinter, QueueTiming
from devices.readings import Down, Fault, NotPrinted, Printed, PrintWaiting, Up
from devices.worker import Worker

QUICK = QueueTiming(idle_every_s=0.3, busy_every_s=0.1)
LABEL = b"^XA^CI28^FO10,10^A0N,30,30^FH_^FDL1-%d _E2_82_AC^FS^XZ\n\x00\xff\r\n"


class Bench:
    """A queue with a printer behind it, and the driver."""

    def __init__(self, name: str, inbox) -> None:
        self.name = name
        self.printer = QueuePrinter("printer", CupsQueue(name), QUICK)
        self.worker = Worker("printer", self.printer, inbox.post, backoff_s=(0.05, 0.2))
        self.worker.start()

    def print(self, number: int) -> str:
        assert self.printer.print(f"LPN-{number}/1", LABEL % number)
        return f"LPN-{number}/1"


@pytest.fixture
def bench(request, print_system, sink, inbox) -> Iterator[Bench]:
    sink.plug()
    name = f"zebra{abs(hash(request.node.name)) % 10**8}"
    print_system.add(name, sink)
    bench = Bench(name, inbox)
    inbox.next(Up)
    yield bench
    bench.worker.stop()
    print_system.run("lpadmin", "-x", name)


def test_bytes_arrive_as_they_are_once_and_in_order(bench: Bench, sink, inbox) -> None:
    jobs = [bench.print(number) for number in range(2)]
    assert not bench.printer.print(jobs[1], LABEL)
    assert [inbox.next(Printed).job for _ in jobs] == jobs
    assert sink.received == [LABEL % 0, LABEL % 1]
    assert not inbox.of(PrintWaiting)
    assert bench.name in models.queues()


@pytest.mark.usefixtures("goes_down")
def test_printer_away_waits_and_prints_once_when_it_is_back(bench: Bench, sink, inbox) -> None:
    sink.unplug()
    job, behind = bench.print(1), bench.print(2)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.job, waiting.why, waiting.sent) == (job, Fault.unreachable, True)
    sink.plug()
    assert [inbox.next(Printed).job, inbox.next(Printed).job] == [job, behind]
    assert sink.received == [LABEL % 1, LABEL % 2]


@pytest.mark.usefixtures("goes_down")
def test_disabled_queue_says_so_and_the_label_stays_ours(bench: Bench, print_system, sink, inbox) -> None:
    print_system.run("cupsdisable", bench.name)
    assert inbox.next(Down).why is Fault.queue_stopped
    kept, dropped = bench.print(1), bench.print(2)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.job, waiting.why, waiting.sent) == (kept, Fault.queue_stopped, False)
    bench.printer.cancel(dropped)
    assert (inbox.next(NotPrinted).job, inbox.of(NotPrinted)[0].why) == (dropped, Fault.cancelled)
    print_system.run("cupsenable", bench.name)
    assert inbox.next(Printed).job == kept
    assert sink.received == [LABEL % 1]


@pytest.mark.usefixtures("goes_down")
def test_a_queue_that_refuses_jobs_says_so(bench: Bench, print_system, sink, inbox) -> None:
    print_system.run("cupsreject", bench.name)
    assert inbox.next(Down).why is Fault.queue_stopped
    job = bench.print(1)
    assert inbox.next(PrintWaiting).job == job
    print_system.run("cupsaccept", bench.name)
    assert inbox.next(Printed).job == job
    assert len(sink.received) == 1


@pytest.mark.usefixtures("goes_down")
def test_cancelled_while_the_queue_holds_it(bench: Bench, sink, inbox) -> None:
    sink.unplug()
    job = bench.print(1)
    inbox.next(PrintWaiting)
    bench.printer.cancel(job)
    outcome = inbox.next(NotPrinted)
    assert (outcome.job, outcome.why) == (job, Fault.cancelled)
    sink.plug()
    last = bench.print(2)
    assert inbox.next(Printed).job == last
    assert sink.received == [LABEL % 2]


@pytest.mark.usefixtures("goes_down")
def test_cancelled_by_somebody_else_at_the_queue(bench: Bench, print_system, sink, inbox) -> None:
    sink.unplug()
    job = bench.print(1)
    inbox.next(PrintWaiting)
    print_system.run("cancel", "-a", bench.name)
    assert (inbox.next(NotPrinted).job, inbox.of(NotPrinted)[0].why) == (job, Fault.cancelled)


@pytest.mark.usefixtures("goes_down")
def test_unknown_queue_says_so(print_system, inbox) -> None:
    bench = Bench("nobody", inbox)
    assert inbox.next(Down).why is Fault.no_queue
    job = bench.print(1)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.job, waiting.why, waiting.sent) == (job, Fault.no_queue, False)
    bench.worker.stop()


@pytest.mark.usefixtures("goes_down")
def test_no_print_system_at_all(monkeypatch: pytest.MonkeyPatch, inbox, tmp_path) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "nobody.sock"))
    bench = Bench("zebra", inbox)
    assert inbox.next(Down).why is Fault.unreachable
    bench.worker.stop()
    assert models.queues() == ()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert models.queues() == ()
    bench = Bench("zebra", inbox)
    assert inbox.next(Down, lambda down: "lpstat" in down.detail).why is Fault.unreachable
    bench.print(1)
    assert inbox.next(PrintWaiting).why is Fault.unreachable
    bench.worker.stop()


def test_a_command_that_hangs_ends_with_the_link(monkeypatch: pytest.MonkeyPatch, tmp_path, inbox, until) -> None:
    lpstat = tmp_path / "lpstat"
    lpstat.write_text("#!/bin/sh\ntouch started\nexec /bin/sleep 60\n")
    lpstat.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    bench = Bench("zebra", inbox)
    until((tmp_path / "started").exists)
    bench.worker.stop()


def test_a_label_that_could_not_even_be_handed_over_stays_ours(monkeypatch, tmp_path, inbox, until, expect_log) -> None:
    """Else the job before it would be followed in its place, and its end be taken for this label's."""
    expect_log("printer is down: (lost|unreachable)")
    (tmp_path / "lpstat").write_text('#!/bin/sh\n[ "$1" = -H ] && echo 127.0.0.1:9 || echo "printer zebra is idle."\n')
    (tmp_path / "lpstat").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    bench = Bench("zebra", inbox)
    bench.print(1)
    assert not inbox.next(PrintWaiting).sent
    (tmp_path / "new").write_text(f"#!/bin/sh\n: >{tmp_path}/handed\necho 'request id is zebra-1 (1 file(s))'\n")
    (tmp_path / "new").chmod(0o755)
    (tmp_path / "new").rename(tmp_path / "lp")
    until((tmp_path / "handed").exists)
    bench.worker.stop()


def test_output_of_commands_that_say_nothing_is_unknown_not_printed(monkeypatch, tmp_path, inbox) -> None:
    (tmp_path / "lpstat").write_text('#!/bin/sh\necho "printer zebra is idle.  enabled since now"\n')
    (tmp_path / "lp").write_text("#!/bin/sh\ncat >/dev/null\n")
    for name in ("lp", "lpstat"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    bench = Bench("zebra", inbox)
    job = bench.print(1)
    assert (inbox.next(NotPrinted).job, inbox.of(NotPrinted)[0].why) == (job, Fault.outcome_unknown)
    bench.worker.stop()
    assert cups.run(["lp"]).code == 0
