"""The far end of a serial line: a pty behind a link, or a TCP port speaking RFC 2217."""

import argparse
import contextlib
import os
import select
import socket
import termios
import threading
import tty
from pathlib import Path
from typing import Protocol

import serial
import serial.rfc2217

READ_TIMEOUT_S = 0.05


class Wire(Protocol):
    """What a serial simulator talks through. Reads and writes while unplugged do nothing."""

    @property
    def address(self) -> str:
        """What a driver opens."""

    def read(self) -> bytes:
        """What the driver sent, or nothing after READ_TIMEOUT_S."""

    def write(self, data: bytes) -> None:
        """Send to the driver."""

    def fits(self) -> bool:
        """Whether the driver opened the line with the settings the device has (9600 8N1)."""

    def unplug(self) -> None:
        """Pull the plug."""

    def plug(self) -> None:
        """Put the plug back: the same address, a new line."""


class PtyWire:
    """A pseudo terminal. With `link`, a symlink that is there only while plugged in, as by-id links are."""

    def __init__(self, link: Path | None) -> None:
        self._link = link
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

    def fits(self) -> bool:
        """Whether the baud rate fits; a pty carries nothing else of the settings."""
        with self._lock:
            return self._slave < 0 or bool(termios.tcgetattr(self._slave)[4] == termios.B9600)

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
        settings[4] = settings[5] = termios.B9600
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        if self._link is not None:
            fresh = self._link.with_name(self._link.name + ".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(self._slave))
            fresh.rename(self._link)


class Rfc2217Wire:
    """A serial port served over TCP (RFC 2217), one driver at a time; it carries all line settings."""

    def __init__(self, port: int) -> None:
        self._port = port
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

    def fits(self) -> bool:
        """Whether baud rate, data bits and parity fit."""
        port = self._serial
        return (port.baudrate, port.bytesize, port.parity) == (9600, 8, "N")

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that choose the wire."""
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--link", type=Path, help="symlink to keep at the pty while plugged in")
    choice.add_argument(
        "--rfc2217", type=int, metavar="PORT", help="serve over TCP instead of a pty; 0 takes a free port"
    )


def from_arguments(options: argparse.Namespace) -> Wire:
    """The wire the options ask for."""
    return PtyWire(options.link) if options.rfc2217 is None else Rfc2217Wire(options.rfc2217)
