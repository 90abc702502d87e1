"""The table of connections, and that each makes the session it names."""

import pytest

from devices.scanners.evdev import EvdevScanner
from devices.scanners.hid_pos import HidPosScanner
from devices.scanners.models import CONNECTIONS, session
from devices.scanners.serial_line import SerialScanner

KINDS = {"serial": SerialScanner, "hid": HidPosScanner, "evdev": EvdevScanner}


def test_every_connection_of_the_table_makes_a_session() -> None:
    assert set(CONNECTIONS) == set(KINDS)
    for name, kind in KINDS.items():
        assert isinstance(session(name, "scanner", "/dev/null", baud=115_200, layout="de"), kind)


@pytest.mark.parametrize(("connection", "layout"), [("wedge", "us"), ("", "us"), ("serial", "xx")])
def test_what_does_not_exist_is_refused_by_name(connection: str, layout: str) -> None:
    with pytest.raises(ValueError, match="is none of the"):
        session(connection, "scanner", "/dev/null", layout=layout)
