"""USB HID devices by what they are: their file is found anew after each plug, and never another device's."""

from pathlib import Path

import pytest

from devices.hid_nodes import SCALE_PAGE, SCANNER_PAGE, node_of
from devices.ports import Port, candidates

KEYBOARD = b"\x05\x01\x09\x06"
SCANNER = b"\x05\x8c\x09\x02"
SCALE = b"\x05\x8d\x09\x20"


def plug(root: Path, number: int, identity: str, descriptor: bytes, serial: str = "", name: str = "A device") -> None:
    device = root / f"sys/class/hidraw/hidraw{number}/device"
    device.mkdir(parents=True)
    device.joinpath("uevent").write_text(f"DRIVER=hid-generic\nHID_ID={identity}\nHID_NAME={name}\nHID_UNIQ={serial}\n")
    device.joinpath("report_descriptor").write_bytes(descriptor)


def test_the_interface_that_scans_is_found_and_not_the_keyboard_beside_it(tmp_path: Path) -> None:
    plug(tmp_path, 0, "0003:000005E0:00001300", KEYBOARD, "S1")
    plug(tmp_path, 1, "0003:000005E0:00001300", SCANNER, "S1")
    assert node_of("hid:05e0:1300:S1", SCANNER_PAGE, tmp_path) == str(tmp_path / "dev/hidraw1")


def test_devices_of_one_kind_are_told_apart_by_their_serial_number(tmp_path: Path) -> None:
    plug(tmp_path, 3, "0003:00000922:00008003", SCALE, "S1")
    plug(tmp_path, 4, "0003:00000922:00008003", SCALE, "S2")
    assert node_of("hid:0922:8003:S2", SCALE_PAGE, tmp_path) == str(tmp_path / "dev/hidraw4")
    assert node_of("hid:0922:8003", SCALE_PAGE, tmp_path) == str(tmp_path / "dev/hidraw3")


def test_hexadecimal_may_be_written_large_or_small(tmp_path: Path) -> None:
    plug(tmp_path, 2, "0003:000005F9:0000221C", SCANNER, "s1")
    for port in ("hid:05F9:221C", "hid:05f9:221c", "hid:05F9:221C:S1"):
        assert node_of(port, SCANNER_PAGE, tmp_path) == str(tmp_path / "dev/hidraw2")


def test_a_device_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    plug(tmp_path, 0, "0005:00000922:00008003", SCALE)  # over Bluetooth
    with pytest.raises(OSError, match="hid:0922:8003 is plugged in"):
        node_of("hid:0922:8003", SCALE_PAGE, tmp_path)


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    assert node_of("/dev/hidraw7", SCALE_PAGE, tmp_path) == "/dev/hidraw7"


def test_what_is_listed_is_what_is_found(tmp_path: Path) -> None:
    plug(tmp_path, 0, "0003:00000922:00008003", SCALE, "S1", "DYMO M10")
    listed = [port for port in candidates(tmp_path, "linux") if port.kind == "hid"]
    assert listed == [Port("hid", "hid:0922:8003:S1", "DYMO M10")]
    assert node_of(listed[0].path, SCALE_PAGE, tmp_path) == str(tmp_path / "dev/hidraw0")
