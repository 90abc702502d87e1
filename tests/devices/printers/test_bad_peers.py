"""The 9100 driver against peers that lie, stall, reset, trickle or never end: nothing doubled, no hang, a word why."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from devices.printers.channel import PrinterTiming
from devices.printers.tcp import TcpPrinter
from devices.readings import Down, Fault, NotPrinted, Printed, PrintWaiting, Up
from devices.worker import Worker

QUICK = PrinterTiming(
    connect_s=0.4, answer_s=0.2, whole_s=2.0, idle_every_s=0.1, busy_every_s=0.02, advice_every_s=60, stuck_s=0.3
)
# For a peer that answers: on a busy computer its thread may not run for some tenths of a second.
PATIENT = replace(QUICK, connect_s=5.0, answer_s=1.0, whole_s=20.0)
LABEL = b"^XA^CI28^FO10,10^A0N,30,30^FH_^FDL1-%d^FS^XZ\n"
ZPL = b'"zpl"'
IDENTITY = b"\x02ZD421-203dpi,V93.21.17Z,8,8192KB\x03\r\n"


def status(formats: int = 0, *, partial: int = 0, left: int = 0, full: int = 0) -> bytes:
    first = b"\x02030,0,0,1245,%03d,%d,0,%d,000,0,0,0\x03\r\n" % (formats, full, partial)
    return first + b"\x02000,0,0,0,1,2,6,0,%08d,1,000\x03\r\n\x021234,0\x03\r\n" % left


def query(errors: int = 0, warnings: int = 0) -> bytes:
    return b"\x02\r\n PRINTER STATUS\r\n ERRORS: %d 00000000 %08X\r\n WARNINGS: %d 00000000 %08X\r\n\x03" % (
        bool(errors),
        errors,
        bool(warnings),
        warnings,
    )


class Peer:
    """A server that behaves as its script says, one connection after another; it keeps what it received."""

    def __init__(self, behave: Callable[["Peer", socket.socket], None]) -> None:
        self.received = bytearray()
        self.connections = 0
        self.ended = threading.Event()
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def hear(self, connection: socket.socket) -> bytes:
        """What came; empty when the other end is gone."""
        data = b""
        with suppress(OSError):
            data = connection.recv(4096)
        self.received += data
        return data

    def labels(self) -> int:
        return self.received.count(b"^XZ")

    def end(self) -> None:
        self.ended.set()
        # A listener that waits in accept is woken by a last visitor.
        with suppress(OSError):
            socket.create_connection(self.address, 1.0).close()
        self._thread.join(60.0)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while not self.ended.is_set():
            connection, _ = self._listener.accept()
            connection.settimeout(60.0)
            if self.ended.is_set():
                connection.close()
                return
            self.connections += 1
            with connection, suppress(OSError):
                self._behave(self, connection)


def answers(peer: Peer, data: bytes, now: Callable[[], bytes] = status) -> bytes:
    """What a sound printer would say to the questions in some bytes."""
    said = ZPL if b"getvar" in data else b""
    said += IDENTITY if b"~HI" in data else b""
    said += query() if b"~HQES" in data else b""
    return said + (now() if b"~HS" in data else b"")


class Bed:
    """A driver, its worker and its peer."""

    def __init__(self, inbox) -> None:
        self._inbox = inbox
        self._open: list[tuple[Worker, Peer]] = []

    def __call__(
        self, behave: Callable[[Peer, socket.socket], None], timing: PrinterTiming = QUICK
    ) -> tuple[TcpPrinter, Peer]:
        peer = Peer(behave)
        printer = TcpPrinter("printer", *peer.address, timing=timing)
        worker = Worker("printer", printer, self._inbox.post, backoff_s=(0.05, 0.1))
        self._open.append((worker, peer))
        worker.start()
        return printer, peer

    def end(self) -> None:
        for worker, peer in self._open:
            worker.stop()  # logs an error, which fails the test, when the thread does not end
            peer.end()


@pytest.fixture
def bed(inbox) -> Iterator[Bed]:
    bed = Bed(inbox)
    yield bed
    bed.end()


def test_one_byte_at_a_time_is_an_answer(bed, inbox) -> None:
    def trickle(peer: Peer, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := peer.hear(connection):
            for place, byte in enumerate(answers(peer, data)):
                connection.sendall(bytes([byte]))
                if place % 16 == 0:  # slower in all than the silence a question may meet
                    peer.ended.wait(0.1)

    printer, peer = bed(trickle, replace(PATIENT, answer_s=0.5))
    inbox.next(Up)
    assert printer.identity is not None
    printer.print("job", LABEL % 1)
    inbox.next(Printed)
    assert peer.labels() == 1


@pytest.mark.usefixtures("goes_down")
def test_a_peer_that_talks_for_ever_is_no_printer(bed, inbox) -> None:
    def flood(peer: Peer, connection: socket.socket) -> None:
        while not peer.ended.is_set():
            connection.sendall(b"hello " * 500)

    printer, peer = bed(flood)
    printer.print("job", LABEL % 1)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.why, waiting.sent) == (Fault.garbled, False)
    # Which of the two is told first hangs on whether the label was there before the first word.
    down = inbox.of(Down) or [inbox.next(Down)]
    assert down[0].why is Fault.garbled
    assert peer.labels() == 0


@pytest.mark.usefixtures("goes_down")
def test_a_peer_that_never_says_a_word_gets_no_label(bed, inbox) -> None:
    def mute(peer: Peer, connection: socket.socket) -> None:
        while peer.hear(connection):
            pass

    printer, peer = bed(mute)
    printer.print("job", LABEL % 1)
    assert inbox.next(Down).why is Fault.no_answer
    assert not inbox.next(PrintWaiting).sent
    assert peer.labels() == 0


@pytest.mark.usefixtures("goes_down")
def test_silent_status_and_no_error_for_long_is_no_answer(bed, inbox) -> None:
    def half_mute(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            connection.sendall(answers(peer, data.replace(b"~HS", b"")))

    printer, peer = bed(half_mute)
    printer.print("job", LABEL % 1)
    assert "reports no error" in inbox.next(Down).detail
    assert inbox.next(PrintWaiting).why is Fault.no_answer
    assert peer.labels() == 0


@pytest.mark.usefixtures("goes_down")
def test_closed_in_the_middle_of_an_answer(bed, inbox) -> None:
    def cut_off(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            said = answers(peer, data)
            if b"~HS" in data and peer.connections < 3:
                connection.sendall(said[:30])
                return
            connection.sendall(said)

    printer, peer = bed(cut_off)
    printer.print("job", LABEL % 1)
    inbox.next(Printed)
    assert peer.connections == 3
    assert peer.labels() == 1
    assert [waiting.sent for waiting in inbox.of(PrintWaiting)] == [False]


@pytest.mark.usefixtures("goes_down")
def test_reset_after_the_label_is_not_sent_again(bed, inbox) -> None:
    def reset(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            if b"^XZ" in data:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            connection.sendall(answers(peer, data))

    printer, peer = bed(reset)
    inbox.next(Up)
    printer.print("job", LABEL % 1)
    assert inbox.next(PrintWaiting).sent
    outcome = inbox.next(NotPrinted)
    assert outcome.why is Fault.outcome_unknown
    assert peer.labels() == 1


@pytest.mark.usefixtures("goes_down")
def test_a_label_torn_before_its_end_is_sent_again_after_clearing_the_rest(bed, inbox) -> None:
    """The peer stops reading in the middle: the end never left, so the label cannot have come out."""
    big = b"^XA^FO0,0^GFA,9,9,9," + b"F" * 8_000_000 + b"^FS^XZ\n"

    def stall(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            if b"^XA" in data and peer.connections == 1:
                peer.ended.wait(1.5)
                return
            connection.sendall(answers(peer, data))

    printer, peer = bed(stall)
    inbox.next(Up)
    printer.print("job", big)
    waiting = inbox.next(PrintWaiting)
    assert not waiting.sent
    inbox.next(Printed)
    assert peer.labels() == 1
    assert peer.received.count(b"~JA^XA") == 1


@pytest.mark.usefixtures("goes_down")
def test_refused_and_closed_at_once(bed, inbox) -> None:
    def shut(peer: Peer, connection: socket.socket) -> None:
        while peer.connections >= 3 and (data := peer.hear(connection)):
            connection.sendall(answers(peer, data))

    printer, peer = bed(shut)
    printer.print("job", LABEL % 1)
    inbox.next(Printed)
    assert peer.labels() == 1


def test_a_liar_that_is_busy_for_ever_is_told_of_and_can_be_cancelled(bed, inbox, until) -> None:
    def busy(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            now = status(1, left=7) if peer.labels() else status()
            connection.sendall(answers(peer, data, lambda now=now: now))

    printer, peer = bed(busy, PATIENT)
    printer.print("job", LABEL % 1)
    waiting = inbox.next(PrintWaiting)
    assert (waiting.why, waiting.sent) == (Fault.stuck, True)
    printer.cancel("job")
    assert inbox.next(NotPrinted).why is Fault.cancelled
    until(lambda: b"~JA" in peer.received, what="the peer to hear it")
    assert peer.labels() == 1
    assert peer.received.count(b"~JA") == 1
    assert len(inbox.of(PrintWaiting)) == 1


@pytest.mark.usefixtures("goes_down")
def test_half_a_format_after_a_broken_connection_does_not_pass_for_printed(bed, inbox) -> None:
    """All bytes left us, the printer shows half a format, then nothing: nobody knows."""
    script = [status(partial=1), status(partial=1)]

    def lossy(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            if b"^XZ" in data and peer.connections == 1:
                return
            now = script.pop(0) if peer.connections > 1 and b"~HS" in data and script else status()
            connection.sendall(answers(peer, data, lambda now=now: now))

    printer, peer = bed(lossy)
    inbox.next(Up)
    printer.print("job", LABEL % 1)
    assert inbox.next(NotPrinted).why is Fault.outcome_unknown
    assert not script
    assert peer.labels() == 1


@pytest.mark.parametrize("full", [0, 1])
def test_the_buffer_may_be_full_for_a_while(bed, inbox, full: int) -> None:
    script = [status(full=full)] * 4

    def filling(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            if b"~HS" in data and script:
                assert not (full and peer.labels())
                connection.sendall(script.pop())
            else:
                connection.sendall(answers(peer, data))

    printer, peer = bed(filling, PATIENT)
    printer.print("job", LABEL % 1)
    inbox.next(Printed)
    assert peer.labels() == 1


@pytest.mark.parametrize("languages", [b'"epl"', b'"line_print"', b'"epl_ipl"'])
@pytest.mark.usefixtures("goes_down")
def test_another_language_is_refused_before_anything_could_be_printed_as_text(
    bed, inbox, until, languages: bytes
) -> None:
    def foreign(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            connection.sendall(languages if b"getvar" in data else b"")

    printer, peer = bed(foreign)
    printer.print("job", LABEL % 1)
    # Whichever comes first: the printer may be found out before the job is looked at.
    until(lambda: {Down, PrintWaiting} <= {type(each) for each in inbox.readings})
    assert {each.why for each in inbox.readings if isinstance(each, Down | PrintWaiting)} == {Fault.wrong_language}
    assert set(bytes(peer.received).splitlines()) == {b'! U1 getvar "device.languages"'}


@pytest.mark.parametrize("known", [b'"?"', b""])
def test_a_printer_older_than_the_question_prints(bed, inbox, known: bytes) -> None:
    def old(peer: Peer, connection: socket.socket) -> None:
        while data := peer.hear(connection):
            connection.sendall(known if b"getvar" in data else answers(peer, data))

    printer, peer = bed(old, PATIENT)
    printer.print("job", LABEL % 1)
    inbox.next(Printed)
    assert peer.labels() == 1


@pytest.mark.parametrize("host", ["a..b", "xn--\xe4"])
def test_a_name_that_no_computer_can_have_is_unreachable_and_no_broken_driver(host: str, inbox, expect_log) -> None:
    expect_log("printer is down: unreachable .*can be no computer's name")
    worker = Worker("printer", TcpPrinter("printer", host, 9100, QUICK), inbox.post)
    worker.start()
    assert inbox.next(Down).why is Fault.unreachable
    worker.stop()
