"""The ways a scanner can be connected, by name, and the session of each; a keyboard wedge has none (ui/wedge.py)."""

from devices.scanners.evdev import EvdevScanner
from devices.scanners.hid_pos import HidPosScanner
from devices.scanners.layouts import LAYOUTS
from devices.scanners.serial_line import SerialScanner
from devices.serial_port import LineSettings
from devices.worker import Session

CONNECTIONS = ("serial", "hid", "evdev")


def session(connection: str, device: str, port: str, *, baud: int = 9600, layout: str = "us") -> Session:
    """Return the session that reads a scanner; ValueError for a connection or layout that does not exist."""
    if layout not in LAYOUTS:
        raise ValueError(f"{layout!r} is none of the layouts {', '.join(LAYOUTS)}")
    match connection:
        case "serial":
            return SerialScanner(device, LineSettings(port, baud))
        case "hid":
            return HidPosScanner(device, port)
        case "evdev":
            return EvdevScanner(device, port, LAYOUTS[layout])
        case _:
            raise ValueError(f"{connection!r} is none of the connections {', '.join(CONNECTIONS)}")
