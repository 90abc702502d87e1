"""Lists what could be configured as a device of the bench, from names alone: nothing is opened, nothing is sent.

Sources: udev's links by-id and by-path, and the kernel's sysfs (hid-core's uevent with HID_ID, HID_NAME, HID_UNIQ). To
write a few bytes to every port and see who answers would upset devices that are not ours.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from serial.tools import list_ports

from devices.hid_nodes import identity

Kind = Literal["serial", "video", "hid", "input"]

# Of a camera's several nodes the first gives pictures, the others describe them.
_PICTURES = "-video-index0"
_END_OF_NAME = re.compile(r"(-if\d+)?(-port\d+)?(-video-index\d+)?(-event)?(-kbd|-mouse|-joystick)?$")


@dataclass(frozen=True, slots=True)
class Port:
    """One thing that could be configured: `path` stays the same over restarts and plugs, `title` is for people.

    A HID device's `path` is `hid:VENDOR:PRODUCT` in hexadecimal, with `:SERIAL` behind it when it has one: it has no
    link of its own, and hidraw numbers change.
    """

    kind: Kind
    path: str
    title: str


def candidates(root: Path = Path("/"), platform: str = sys.platform) -> tuple[Port, ...]:
    """All ports there are now, by kind and title; `root` is where the system's folders lie."""
    if platform != "linux":
        found = [Port("serial", each.device, each.description or each.device) for each in list_ports.comports()]
        return tuple(sorted(found, key=lambda port: port.title))
    groups = (_serial(root), _video(root), _hid(root), _input(root))
    return tuple(port for group in groups for port in sorted(group, key=lambda port: (port.title, port.path)))


def _serial(root: Path) -> Iterator[Port]:
    """Links by-id; links by-path for what by-id does not tell apart: cheap adapters have all one serial number."""
    told = set()
    for link in _links(root / "dev/serial/by-id"):
        told.add(link.resolve())
        yield Port("serial", _path(link, root), _title(link.name))
    for link in _links(root / "dev/serial/by-path"):
        if link.resolve() not in told:
            told.add(link.resolve())
            yield Port("serial", _path(link, root), _title(link.name))


def _video(root: Path) -> Iterator[Port]:
    for link in _links(root / "dev/v4l/by-id"):
        if link.name.endswith(_PICTURES):
            yield Port("video", _path(link, root), _title(link.name))


def _input(root: Path) -> Iterator[Port]:
    """Keyboards and what types like one, as most scanners do; mice and the like are left out."""
    for link in _links(root / "dev/input/by-id"):
        if link.name.endswith("-event-kbd"):
            yield Port("input", _path(link, root), _title(link.name))


def _hid(root: Path) -> Iterator[Port]:
    """USB devices with a hidraw node. Several interfaces of one device are one port."""
    seen = set()
    for node in _links(root / "sys/class/hidraw"):
        path, title = identity(node)
        if path and path not in seen:
            seen.add(path)
            yield Port("hid", path, title or path)


def _links(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing when there is none, as when no such device is plugged in."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _path(link: Path, root: Path) -> str:
    """The link's path as the system itself names it."""
    return f"/{link.relative_to(root).as_posix()}"


def _title(name: str) -> str:
    """A link's name as words: without bus and interface, blanks for underscores."""
    return _END_OF_NAME.sub("", name).removeprefix("usb-").replace("_", " ").strip()
