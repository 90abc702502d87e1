"""The one question of the Internet Printing Protocol that no command answers: how a job ended.

lpstat lists completed, cancelled and aborted jobs alike. Source: RFC 8010 (encoding), RFC 8011, 4.3.4
(Get-Job-Attributes) and 5.3.7 (job-state).
"""

import http.client
import socket
import struct
from dataclasses import dataclass

from devices.readings import Fault
from devices.worker import DeviceError

_TIMEOUT_S = 1.5
_GET_JOB_ATTRIBUTES = 0x0009
_CLIENT_ERROR_NOT_FOUND = 0x0406
_OPERATION, _END = b"\x01", b"\x03"
_CHARSET, _LANGUAGE, _URI, _KEYWORD = 0x47, 0x48, 0x45, 0x44
_FIRST_VALUE_TAG = 0x10
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class JobState:
    """A job's state number (3 pending ... 9 completed; 0 for a job nobody knows) and what its printer said last."""

    number: int
    message: str = ""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        """Over the socket file instead of the network."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_TIMEOUT_S)
        self.sock.connect(self._path)


def job_state(server: str, job: int) -> JobState:
    """Ask a print server, a socket's path or host:port, for the state of a job.

    Raises OSError when it cannot be asked, DeviceError when its answer makes no sense.
    """
    connection = _UnixConnection(server) if server.startswith("/") else _host(server)
    try:
        connection.request("POST", "/jobs/", _question(job), {"Content-Type": "application/ipp"})
        response = connection.getresponse()
        answer = response.read(_LARGEST)
        if response.status != 200:
            raise DeviceError(Fault.garbled, f"the print server answers {response.status} {response.reason}")
    except http.client.HTTPException as error:
        raise DeviceError(Fault.garbled, f"the print server speaks no HTTP: {error!r}") from error
    finally:
        connection.close()
    return read(answer)


def read(answer: bytes) -> JobState:
    """Take an IPP answer apart; raises DeviceError when it is none, or refuses."""
    try:
        _, status, _ = struct.unpack_from(">HHI", answer)
        if status == _CLIENT_ERROR_NOT_FOUND:
            return JobState(0)
        if status >= 0x0400:
            raise DeviceError(Fault.garbled, f"the print server refuses with {status:#06x}")
        values = _values(answer, 8)
        (number,) = struct.unpack(">i", values["job-state"])
    except (struct.error, KeyError) as error:
        raise DeviceError(Fault.garbled, f"the print server's answer makes no sense: {error!r}") from error
    return JobState(number, values.get("job-printer-state-message", b"").decode("utf-8", "replace"))


def _host(server: str) -> http.client.HTTPConnection:
    host, _, port = server.rpartition(":")
    return http.client.HTTPConnection(host or server, int(port) if port.isdecimal() else 631, timeout=_TIMEOUT_S)


def _question(job: int) -> bytes:
    return b"".join(
        (
            struct.pack(">HHI", 0x0200, _GET_JOB_ATTRIBUTES, 1),
            _OPERATION,
            _attribute(_CHARSET, b"attributes-charset", b"utf-8"),
            _attribute(_LANGUAGE, b"attributes-natural-language", b"en"),
            _attribute(_URI, b"job-uri", b"ipp://localhost/jobs/%d" % job),
            _attribute(_KEYWORD, b"requested-attributes", b"job-state"),
            _attribute(_KEYWORD, b"", b"job-printer-state-message"),
            _END,
        )
    )


def _attribute(tag: int, name: bytes, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


def _values(answer: bytes, place: int) -> dict[str, bytes]:
    """The first value of each attribute, as it stands on the wire."""
    values: dict[str, bytes] = {}
    while place < len(answer):
        tag = answer[place]
        place += 1
        if tag < _FIRST_VALUE_TAG:
            continue
        name, place = _counted(answer, place)
        value, place = _counted(answer, place)
        if name:
            values[name.decode("utf-8", "replace")] = value
    return values


def _counted(answer: bytes, place: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", answer, place)
    return answer[place + 2 : place + 2 + length], place + 2 + length
