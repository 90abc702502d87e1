"""The demonstration site: an embedded central as a process of its own, and a bench of simulated devices."""

import subprocess
import sys
from pathlib import Path
from typing import Self

import msgspec

from devices.simulators.bench import SimulatedBench
from station import sample
from station.settings import CameraSettings, CentralSettings, PrinterSettings, SerialSettings, Settings
from sync.central.tokens import token_file

_READY = "listening on "
STOP_WITHIN_S = 10.0


class CentralFailed(Exception):
    """The embedded central service did not start; the message is what it said."""


class EmbeddedCentral:
    """Central as a process beside the station, ended with it; use with `with`.

    A class, for it is begun early, asked for its address late, and ended last.
    """

    def __init__(self, data: Path, database: str = "", generated: int = 0, seed: int = 1) -> None:
        command = [sys.executable, "-m", "sync.central", "serve", "--data", str(data), "--port", "0", "--sample"]
        command += ["--with-parent", "--generated", str(generated), "--seed", str(seed)]
        command += ["--database", database] if database else []
        self._data = data
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def settings(self) -> CentralSettings:
        """Wait until central listens and return how to reach it; raises CentralFailed."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if _READY not in line:
            raise CentralFailed(line.strip() or "central ended before it was ready")
        url = line.partition(_READY)[2].strip()
        return CentralSettings(url, sample.SITE, str(token_file(self._data, sample.STATION)))


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
