"""The demonstration site: an embedded central as a process of its own, and a bench of simulated devices."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from devices.simulators.bench import SimulatedBench
from station import sample
from station.settings import CameraSettings, CentralSettings, PrinterSettings, SerialSettings, Settings
from sync.central.tokens import token_file

_READY = "listening on "


class CentralFailed(Exception):
    """The embedded central service did not start; the message is what it said."""


@contextmanager
def embedded_central(data: Path, database: str = "", generated: int = 0, seed: int = 1) -> Iterator[CentralSettings]:
    """Run central beside the station, ended with it, and yield how to reach it; raises CentralFailed."""
    command = [sys.executable, "-m", "sync.central", "serve", "--data", str(data), "--port", "0", "--sample"]
    command += ["--with-parent", "--generated", str(generated), "--seed", str(seed)]
    command += ["--database", database] if database else []
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if _READY not in line:
            raise CentralFailed(line.strip() or "central ended before it was ready")
        url = line.partition(_READY)[2].strip()
        yield CentralSettings(url, sample.SITE, str(token_file(data, sample.STATION)))
    finally:
        process.stdin.close()
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def demo_settings(settings: Settings, devices: SimulatedBench, central: CentralSettings) -> Settings:
    """Return the settings with the simulated devices and the embedded central in the real ones' places."""
    return msgspec.structs.replace(
        settings,
        station=sample.STATION,
        central=central,
        scanner=SerialSettings(devices.address("scanner")),
        scale=SerialSettings(devices.address("scale")),
        camera=CameraSettings(devices.address("camera")),
        printer=PrinterSettings(devices.printer.host, devices.printer.port, settings.printer.dpi),
    )
