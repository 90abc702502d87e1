"""A serial port that fails in one way only: pyserial and the terminal layer raise nothing but OSError."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import serial

from devices.readings import Fault
from devices.worker import DeviceError

if sys.platform == "win32":
    _TERMINAL_ERRORS: tuple[type[Exception], ...] = (TypeError,)
else:
    import termios

    # termios.error is neither an OSError nor a SerialException; TypeError is what pyserial 3.5 raises when
    # the port is closed under a reader (pyserial issues 558 and 331).
    _TERMINAL_ERRORS = (termios.error, TypeError)

# EBUSY where the other program said that it wants the port alone, EAGAIN where it locked the file, as we do.
_TAKEN = (errno.EBUSY, errno.EAGAIN)

# How late a session notices that it is to stop, or that it is time to ask; what comes on the line ends a read at once.
READ_TIMEOUT_S = 0.02
WRITE_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Where the port is and how it talks: a device path (by-id, never ttyUSBn) or a URL such as rfc2217://."""

    port: str
    baud: int = 9600
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1


class SerialPort:
    """An open port. All settings are made at open: a pty refuses later changes of 7E1 lines."""

    def __init__(self, device: serial.Serial) -> None:
        self._device = device

    def read(self) -> bytes:
        """What has come, or nothing after READ_TIMEOUT_S; OSError when the line is gone."""
        with _as_os_error():
            first = self._device.read(1)
            return bytes(first + self._device.read(self._device.in_waiting)) if first else b""

    def write(self, data: bytes) -> None:
        """Send all of it; OSError when it cannot be sent within WRITE_TIMEOUT_S."""
        with _as_os_error():
            self._device.write(data)


@contextmanager
def open_port(line: LineSettings) -> Iterator[SerialPort]:
    """Open the port and close it afterwards. What was waiting in it is dropped by pyserial at open.

    DeviceError when another program has it open, OSError when it cannot be opened.
    """
    local = "://" not in line.port  # pyserial's network ports know no write timeout and no exclusive use
    with _as_os_error():
        device = serial.serial_for_url(
            line.port,
            baudrate=line.baud,
            bytesize=line.data_bits,
            parity=line.parity,
            stopbits=line.stop_bits,
            timeout=READ_TIMEOUT_S,
            write_timeout=WRITE_TIMEOUT_S if local else None,
            do_not_open=True,
        )
        if local:
            device.exclusive = True
        _open(device)
        if local and line.parity != "N":
            _check_parity(device.fileno())
    try:
        yield SerialPort(device)
    finally:
        with _as_os_error():
            device.close()


def _open(device: serial.Serial) -> None:
    try:
        device.open()
    except OSError as error:
        if error.errno in _TAKEN:
            raise DeviceError(Fault.in_use, str(error)) from error
        raise


def _check_parity(handle: int) -> None:
    """Have a byte with the wrong parity bit read as NUL: pyserial switches the check off and lets the byte through."""
    if sys.platform == "win32":
        return
    settings = termios.tcgetattr(handle)
    settings[0] = (settings[0] | termios.INPCK) & ~(termios.IGNPAR | termios.PARMRK)
    # A pty takes this and then complains that it cannot carry 7 bits; it has no parity that could be wrong.
    with suppress(termios.error):
        termios.tcsetattr(handle, termios.TCSANOW, settings)


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except _TERMINAL_ERRORS as error:
        raise OSError(f"serial line failed: {error!r}") from error
    except ValueError as error:
        raise OSError(f"the line settings cannot be used: {error}") from error
