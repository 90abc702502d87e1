"""Sessions from settings."""

import pytest

from devices.printers.models import session
from devices.printers.queue import QueuePrinter
from devices.printers.tcp import TcpPrinter


def test_each_connection_has_its_session() -> None:
    assert isinstance(session("tcp", "printer", host="192.0.2.1"), TcpPrinter)
    assert isinstance(session("queue", "printer", queue="zebra"), QueuePrinter)


@pytest.mark.parametrize("connection", ["tcp", "queue", "usb", ""])
def test_what_lacks_its_address_is_refused(connection: str) -> None:
    with pytest.raises(ValueError):
        session(connection, "printer")
