"""The ways a scanner can be connected, by name, and the session of each; a keyboard wedge has none (ui/wedge.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from devices.scanners.evdev import EvdevScanner
from devices.scanners.hid_pos import HidPosScanner
from devices.scanners.layouts import LAYOUTS
from devices.scanners.serial_line import SerialScanner
from devices.serial_port import LineSettings
from devices.worker import Session


@dataclass(frozen=True, slots=True)
class Connection:
    """One way to connect a scanner; `port` says what its port is, `baud` and `layout` whether they matter."""

    title: str
    port: str
    baud: bool
    layout: bool


CONNECTIONS: Mapping[str, Connection] = MappingProxyType(
    {
        "serial": Connection("Serial line (RS-232 or USB-COM)", "/dev/serial/by-id/... or rfc2217://...", True, False),
        "hid": Connection("USB HID POS", "/dev/hidrawN", False, False),
        "evdev": Connection(
            "Keyboard, taken out of the desktop (Linux)", "/dev/input/by-id/...-event-kbd", False, True
        ),
    }
)

LAYOUT_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "us": "English (United States), QWERTY",
        "uk": "English (United Kingdom), QWERTY",
        "de": "German, QWERTZ",
        "fr": "French, AZERTY",
    }
)


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
