"""A device that is plugged in is noticed at once, whatever its link leads to."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.hotplug import Hotplug


class Bell:
    """Counts how often it was rung, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.rung = 0

    def ring(self) -> None:
        with self._lock:
            self.rung += 1


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def watching(tmp_path: Path, bell: Bell) -> Iterator[None]:
    """Watches `scale` and `hidraw*` in a folder."""
    paths = (str(tmp_path / "scale"), str(tmp_path / "hidraw*"), "COM3")
    hotplug = Hotplug([(path, bell.ring) for path in paths], look_every_s=0.01)
    hotplug.start()
    yield
    hotplug.stop()
    hotplug.stop()


@pytest.mark.usefixtures("watching")
def test_a_link_that_appears_or_leads_elsewhere_rings(tmp_path: Path, bell: Bell, until) -> None:
    link = tmp_path / "scale"
    link.symlink_to("/dev/null")
    until(lambda: bell.rung == 1)
    link.unlink()
    link.symlink_to("/dev/zero")
    until(lambda: bell.rung == 2)
    fresh = tmp_path / "scale.new"
    fresh.symlink_to("/dev/zero")
    fresh.rename(link)
    until(lambda: bell.rung == 3)


@pytest.mark.usefixtures("watching")
def test_what_goes_or_is_used_is_no_news_and_a_pattern_tells_new_ones(tmp_path: Path, bell: Bell, until) -> None:
    first, second = tmp_path / "hidraw0", tmp_path / "hidraw1"
    first.touch()
    until(lambda: bell.rung == 1)
    first.write_bytes(b"used")
    second.touch()
    until(lambda: bell.rung == 2)
    first.unlink()
    second.write_bytes(b"used")
    third = tmp_path / "hidraw2"
    third.touch()
    until(lambda: bell.rung == 3)


@pytest.mark.usefixtures("watching")
def test_a_device_whose_permissions_come_late_rings_again(tmp_path: Path, bell: Bell, until) -> None:
    link = tmp_path / "scale"
    link.symlink_to(tmp_path / "node")
    until(lambda: bell.rung == 1)
    (tmp_path / "node").touch()
    until(lambda: bell.rung == 2)


def test_with_nothing_to_look_at_there_is_no_thread(bell: Bell) -> None:
    hotplug = Hotplug([("COM3", bell.ring), ("rfc2217://127.0.0.1:1", bell.ring)])
    hotplug.start()
    assert "hotplug" not in {thread.name for thread in threading.enumerate()}
    hotplug.stop()


def test_nothing_is_opened(tmp_path: Path, bell: Bell, until) -> None:
    """A FIFO tells: opening it for writing works only while somebody reads."""
    fifo = tmp_path / "scanner"
    hotplug = Hotplug([(str(fifo), bell.ring)], look_every_s=0.01)
    hotplug.start()
    os.mkfifo(fifo)
    until(lambda: bell.rung == 1)
    with pytest.raises(OSError, match="No such device or address"):
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    hotplug.stop()
