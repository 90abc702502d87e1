"""The far end of a line: a pty behind a link, a TCP port speaking RFC 2217, or reports in a FIFO as from hidraw."""

import argparse
import contextlib
import os
import select
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import serial
import serial.rfc2217

if sys.platform != "win32":  # where there are neither ptys nor FIFOs the network serves
    import fcntl
    import termios
    import tty

READ_TIMEOUT_S = 0.02


@dataclass(frozen=True, slots=True)
class Framing:
    """The line settings of the simulated device."""

    baud: int = 9600
    data_bits: int = 8
    parity: str = "N"


FACTORY_FRAMING = Framing()


class Wire(Protocol):
    """What a serial simulator talks through. Reads and writes while unplugged do nothing."""

    @property
    def address(self) -> str:
        """What a driver opens."""

    def read(self) -> bytes:
        """What the driver sent, or nothing after READ_TIMEOUT_S."""

    def write(self, data: bytes) -> None:
        """Send to the driver."""

    def heard(self) -> Framing:
        """The settings the driver opened the line with, as far as the wire carries them."""

    def unplug(self) -> None:
        """Pull the plug."""

    def plug(self) -> None:
        """Put the plug back: the same address, a new line."""


class PtyWire:
    """A pseudo terminal. With `link`, a symlink that is there only while plugged in, as by-id links are."""

    def __init__(self, link: Path | None, framing: Framing) -> None:
        self._link = link
        self._framing = framing
        self._lock = threading.Lock()
        self._master = self._slave = -1
        self.plug()

    @property
    def address(self) -> str:
        """The link, or the terminal itself."""
        return str(self._link) if self._link else os.ttyname(self._slave)

    def read(self) -> bytes:
        """What the driver sent, or nothing."""
        master = self._master
        try:
            if not select.select([master], [], [], READ_TIMEOUT_S)[0]:
                return b""
            with self._lock:  # or an unplug in between lets us read whatever got the number next
                return os.read(master, 4096) if master == self._master else b""
        except (OSError, ValueError):
            return b""

    def write(self, data: bytes) -> None:
        """Send to the driver; what nobody reads is lost once the terminal's buffer is full, as on a wire."""
        with self._lock:
            while data and self._master >= 0:
                try:
                    data = data[os.write(self._master, data) :]
                except BlockingIOError:
                    if not select.select([], [self._master], [], 1.0)[1]:
                        return
                except OSError:
                    return

    def heard(self) -> Framing:
        """The baud rate; a pty carries nothing else of the settings."""
        framing = self._framing
        with self._lock:
            if self._slave < 0 or termios.tcgetattr(self._slave)[4] == _speed(framing):
                return framing
            return Framing(0, framing.data_bits, framing.parity)

    def unplug(self) -> None:
        """The link disappears and the line hangs up."""
        if self._master < 0:
            return
        if self._link is not None and self._leads_here(self._link):
            self._link.unlink(missing_ok=True)
        with self._lock:
            master, slave = self._master, self._slave
            self._master = self._slave = -1
            os.close(slave)
            os.close(master)

    def _leads_here(self, link: Path) -> bool:
        """Whether the link is still ours: a bench that was killed and begun anew has put its own there."""
        try:
            return link.readlink() == Path(os.ttyname(self._slave))
        except OSError:
            return False

    def plug(self) -> None:
        """A new terminal behind the same link."""
        if self._master >= 0:
            return
        self._master, self._slave = os.openpty()
        os.set_blocking(self._master, False)
        tty.setraw(self._slave)  # or the terminal echoes what is sent before a driver opens it
        settings = termios.tcgetattr(self._slave)
        settings[4] = settings[5] = _speed(self._framing)
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        if self._link is not None:
            fresh = self._link.with_name(self._link.name + ".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(self._slave))
            fresh.rename(self._link)


def _speed(framing: Framing) -> int:
    return int(getattr(termios, f"B{framing.baud}"))


class Rfc2217Wire:
    """A serial port served over TCP (RFC 2217), one driver at a time; it carries all line settings."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._serial: serial.SerialBase = serial.serial_for_url("loop://", timeout=0)
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._start()

    @property
    def address(self) -> str:
        """The URL pyserial opens."""
        return f"rfc2217://127.0.0.1:{self._port}"

    def read(self) -> bytes:
        """What the driver sent, or nothing."""
        ends = [end for end in (self._listener, self._connection) if end is not None]
        try:
            ready = select.select(ends, [], [], READ_TIMEOUT_S)[0]
            if self._listener in ready:
                self._accept()
            if self._connection not in ready or self._connection is None:
                return b""
            data = self._connection.recv(4096)
        except (OSError, ValueError):
            data = b""
        if not data:
            self._hang_up()
        return b"".join(self._manager.filter(data)) if data else b""

    def write(self, data: bytes) -> None:
        """Send to the driver."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.sendall(b"".join(self._manager.escape(data)))

    def heard(self) -> Framing:
        """Baud rate, data bits and parity."""
        port = self._serial
        return Framing(port.baudrate, port.bytesize, port.parity)

    def unplug(self) -> None:
        """Hang up and stop listening."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        self._hang_up()

    def plug(self) -> None:
        """Listen on the same port again."""
        if self._listener is None:
            self._start()

    def _start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=1)
        self._port = self._listener.getsockname()[1]

    def _accept(self) -> None:
        assert self._listener is not None
        connection, _ = self._listener.accept()
        self._hang_up()
        self._serial = serial.serial_for_url("loop://", timeout=0)
        self._connection = connection
        self._manager = serial.rfc2217.PortManager(self._serial, _Telnet(connection))  # type: ignore[arg-type]

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class _Telnet:
    """What pyserial's PortManager wants to answer option negotiation through."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)


class ReportWire:
    """A FIFO with one report for each read, as a hidraw file gives them; there only while plugged in."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._handle = -1
        self.plug()

    @property
    def address(self) -> str:
        """The FIFO's path."""
        return str(self._link)

    def read(self) -> bytes:
        """Nothing: a scale that reports by itself is asked nothing."""
        return b""

    def write(self, data: bytes) -> None:
        """Send one report; the oldest nobody reads are dropped, as a driver sees none from before it opened."""
        with self._lock, contextlib.suppress(BlockingIOError):
            if self._handle >= 0:
                while select.select([self._handle], [], [], 0)[0]:
                    os.read(self._handle, 64)
                os.write(self._handle, data)

    def heard(self) -> Framing:
        """USB has no line settings."""
        return FACTORY_FRAMING

    def unplug(self) -> None:
        """The file disappears and the reader is hung up on."""
        with self._lock:
            if self._handle >= 0:
                self._link.unlink(missing_ok=True)
                os.close(self._handle)
                self._handle = -1

    def plug(self) -> None:
        """A new file at the same path."""
        with self._lock:
            if self._handle < 0:
                self._link.unlink(missing_ok=True)
                os.mkfifo(self._link)
                self._handle = os.open(self._link, os.O_RDWR | os.O_NONBLOCK)
                # Packets: each read takes one write, however many wait.
                flags = fcntl.fcntl(self._handle, fcntl.F_GETFL)
                fcntl.fcntl(self._handle, fcntl.F_SETFL, flags | os.O_DIRECT)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that choose the wire."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--link", type=Path, help="symlink to keep at the pty while plugged in")
    choice.add_argument(
        "--rfc2217", type=int, metavar="PORT", help="serve over TCP instead of a pty; 0 takes a free port"
    )


def from_arguments(options: argparse.Namespace, framing: Framing = FACTORY_FRAMING) -> Wire:
    """The wire the options ask for, for a device with these settings."""
    return PtyWire(options.link, framing) if options.rfc2217 is None else Rfc2217Wire(options.rfc2217)
