"""Finds the hidraw file of a USB device by what it is: its number changes with every plug, and no link leads to it.

A port `hid:VENDOR:PRODUCT`, with `:SERIAL` behind it where there is one, is looked up in sysfs; a path stays as it is.
A device with several interfaces, such as a scanner that is a keyboard too, is told apart by the usage page its report
descriptor begins with (USB HID 1.11, 6.2.2.7; HID usage tables: 0x8C bar code scanner, 0x8D scale).
"""

from collections.abc import Mapping
from pathlib import Path

SCANNER_PAGE, SCALE_PAGE = 0x8C, 0x8D

_PREFIX = "hid:"
_USAGE_PAGE_ITEM = 0x05


def node_of(port: str, usage_page: int, root: Path = Path("/")) -> str:
    """Return the device file of a port; OSError when no such device is plugged in.

    `root` is where /sys and /dev lie.
    """
    if not port.startswith(_PREFIX):
        return port
    nodes = [node for node in sorted((root / "sys/class/hidraw").glob("hidraw*")) if _is(node, port)]
    if not nodes:
        raise FileNotFoundError(f"no USB device {port} is plugged in")
    fitting = [node for node in nodes if _page(node) == usage_page]
    return str(root / "dev" / (fitting or nodes)[0].name)


def identity(node: Path) -> tuple[str, str]:
    """Return the port and the name of a folder of /sys/class/hidraw; empty for what is no USB device.

    Its `uevent` says HID_ID=BUS:VENDOR:PRODUCT, HID_NAME and HID_UNIQ (drivers/hid/hid-core.c).
    """
    fields = _uevent(node / "device/uevent")
    bus, _, rest = fields.get("HID_ID", "").partition(":")
    vendor, _, product = rest.partition(":")
    if bus.upper() != "0003" or not vendor or not product:
        return "", ""
    parts = (vendor[-4:].lower(), product[-4:].lower(), fields.get("HID_UNIQ", ""))
    return _PREFIX + ":".join(filter(None, parts)), fields.get("HID_NAME", "")


def _is(node: Path, port: str) -> bool:
    found, wanted = identity(node)[0].casefold(), port.casefold()  # hexadecimal is written either way
    return found == wanted or found.startswith(f"{wanted}:")


def _page(node: Path) -> int:
    try:
        descriptor = (node / "device/report_descriptor").read_bytes()
    except OSError:
        return 0
    return descriptor[1] if descriptor[:1] == bytes([_USAGE_PAGE_ITEM]) and len(descriptor) > 1 else 0


def _uevent(file: Path) -> Mapping[str, str]:
    """Return the lines NAME=VALUE of a uevent file; none when the device has just gone."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {name: value for name, _, value in (line.partition("=") for line in lines)}
