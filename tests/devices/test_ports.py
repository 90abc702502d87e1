"""What could be configured is listed from names alone, in a made-up system's folders."""

from pathlib import Path

import pytest

from devices.ports import Port, candidates

MEGACHIPS = "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("serial/by-id", "serial/by-path", "v4l/by-id", "input/by-id"):
        (tmp_path / "dev" / folder).mkdir(parents=True)
    return tmp_path


def link(root: Path, name: str, node: str) -> None:
    (root / "dev" / node).touch()
    (root / "dev" / name).symlink_to(root / "dev" / node)


def hid(root: Path, node: str, uevent: str) -> None:
    folder = root / "sys/class/hidraw" / node / "device"
    folder.mkdir(parents=True)
    (folder / "uevent").write_text(uevent)


def test_a_serial_line_is_named_by_its_link_and_a_twin_by_its_place(root: Path) -> None:
    link(root, f"serial/by-id/{MEGACHIPS}", "ttyUSB0")
    link(root, "serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0", "ttyUSB0")
    link(root, "serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0", "ttyUSB1")
    assert candidates(root, "linux") == (
        Port("serial", f"/dev/serial/by-id/{MEGACHIPS}", "FTDI FT232R USB UART A50285BI"),
        Port(
            "serial",
            "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0",
            "pci-0000:00:14.0-usb-0:2:1.0",
        ),
    )


def test_of_a_camera_the_node_with_pictures_is_listed_and_of_inputs_what_types(root: Path) -> None:
    link(root, "v4l/by-id/usb-046d_HD_Pro_Webcam_C920_1A2B-video-index0", "video0")
    link(root, "v4l/by-id/usb-046d_HD_Pro_Webcam_C920_1A2B-video-index1", "video1")
    link(root, "input/by-id/usb-Honeywell_Voyager_1450g-event-kbd", "event7")
    link(root, "input/by-id/usb-Logitech_Mouse-event-mouse", "event8")
    link(root, "input/by-id/usb-Logitech_Mouse-mouse", "mouse0")
    assert candidates(root, "linux") == (
        Port(
            "video",
            "/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920_1A2B-video-index0",
            "046d HD Pro Webcam C920 1A2B",
        ),
        Port("input", "/dev/input/by-id/usb-Honeywell_Voyager_1450g-event-kbd", "Honeywell Voyager 1450g"),
    )


def test_a_hid_device_is_named_by_what_it_is_and_only_once(root: Path) -> None:
    scale = "DRIVER=hid-generic\nHID_ID=0003:00000922:00008003\nHID_NAME=DYMO M10\nHID_UNIQ=\n"
    hid(root, "hidraw0", scale)
    hid(root, "hidraw1", scale)
    hid(root, "hidraw2", "HID_ID=0003:00000C2E:00000B61\nHID_NAME=Honeywell\nHID_UNIQ=16064B1\n")
    hid(root, "hidraw3", "HID_ID=0005:0000046D:0000B342\nHID_NAME=Bluetooth keyboard\n")
    hid(root, "hidraw4", "HID_ID=nonsense\n")
    (root / "sys/class/hidraw/hidraw5").mkdir()
    assert candidates(root, "linux") == (
        Port("hid", "hid:0922:8003", "DYMO M10"),
        Port("hid", "hid:0c2e:0b61:16064B1", "Honeywell"),
    )


def test_a_link_that_leads_nowhere_is_still_listed_for_it_is_plugged_in_again(root: Path) -> None:
    (root / "dev/serial/by-id" / MEGACHIPS).symlink_to(root / "dev/ttyUSB9")
    assert [port.path for port in candidates(root, "linux")] == [f"/dev/serial/by-id/{MEGACHIPS}"]


def test_no_folders_no_ports(tmp_path: Path) -> None:
    assert candidates(tmp_path, "linux") == ()


def test_elsewhere_the_serial_library_lists_and_here_nothing_fails() -> None:
    assert all(port.kind == "serial" for port in candidates(platform="win32"))
    assert isinstance(candidates(), tuple)
