"""A print server's answers, sound and not."""

import socket
import struct
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.printers.ipp import JobState, job_state, read
from devices.worker import DeviceError

ANSWER = (
    struct.pack(">HHI", 0x0200, 0, 1)
    + b"\x01\x47\x00\x12attributes-charset\x00\x05utf-8"
    + b"\x02\x23\x00\x09job-state\x00\x04\x00\x00\x00\x05"
    + b"\x41\x00\x19job-printer-state-message\x00\x04gone\x03"
)


def test_a_sound_answer() -> None:
    assert read(ANSWER) == JobState(5, "gone")
    assert read(struct.pack(">HHI", 0x0200, 0x0406, 1) + b"\x03") == JobState(0)


@given(st.binary(max_size=120) | st.integers(0, len(ANSWER)).map(lambda cut: ANSWER[:cut] + b"\x00"))
def test_noise_is_refused_or_read(noise: bytes) -> None:
    with suppress(DeviceError):
        assert isinstance(read(noise), JobState)


@pytest.mark.parametrize("said", [b"", b"hello\r\n\r\n", b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"])
def test_a_server_that_is_no_print_server(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises((DeviceError, OSError)):
            job_state(f"127.0.0.1:{listener.getsockname()[1]}", 1)
        thread.join()
    with pytest.raises(OSError):
        job_state("/nowhere/cups.sock", 1)
