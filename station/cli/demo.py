"""The demonstration site: an embedded central as a process of its own, and a bench of simulated devices."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from devices.simulators.bench import SimulatedBench
from station import sample
from station.cli.errors import CentralFailed
from station.settings import (
    CameraSettings,
    CentralSettings,
    PrinterSettings,
    ScaleSettings,
    ScannerSettings,
    Settings,
)
from sync.central.token_files import token_file

_READY = "listening on "
STOP_WITHIN_S = 10.0


class EmbeddedCentral:
    """Central as a process beside the station, ended with it; use with `with`.

    A class, for it is begun early, asked for its address late, and ended last.
    """

    def __init__(self, data: Path, database: str = "", generated: int = 0, seed: int = 1) -> None:
        command = [sys.executable, "-m", "sync.central", "serve", "--data", str(data), "--sample"]
        command += ["--with-parent", "--generated", str(generated), "--seed", str(seed)]
        command += ["--database", database] if database else []
        self._token_file = token_file(data, sample.STATION)
        # A socket that is open from the beginning: what is sent before central listens to it waits there.
        with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
            inherited = [listener.fileno()] if os.name == "posix" else []
            self._url = f"http://127.0.0.1:{listener.getsockname()[1]}" if inherited else ""
            command += ["--fd", str(inherited[0])] if inherited else ["--port", "0"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=inherited
            )

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
        """Return how to reach central; raises CentralFailed.

        The first time it is waited for, until it has made a token for this station.
        """
        if not self._url or not self._token_file.exists():
            self._url = self._said_url()
        return CentralSettings(self._url, sample.SITE, str(self._token_file))

    def _said_url(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if _READY not in line:
            raise CentralFailed(line.strip() or "central ended before it was ready")
        return line.partition(_READY)[2].strip()


class DemoSite:
    """Central and the devices of a demonstration in a folder; use with `with`. Nothing is waited for at its start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._central = self._stack.enter_context(EmbeddedCentral(self._folder / "central"))
        try:
            bench = SimulatedBench(self._folder / "devices", self._folder / "labels", wait=False, mat=True)
            self.devices = self._stack.enter_context(bench)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def settings(self, settings: Settings) -> Settings:
        """Return the settings with this site in the real one's place; waits for what has not begun yet."""
        return demo_settings(settings, self.devices, self._central.settings())


def demo_settings(settings: Settings, devices: SimulatedBench, central: CentralSettings) -> Settings:
    """Return the settings with the simulated devices and the embedded central in the real ones' places."""
    return msgspec.structs.replace(
        settings,
        station=sample.STATION,
        central=central,
        scanners=(ScannerSettings(port=devices.address("scanner")),),
        scale=ScaleSettings(port=devices.address("scale")),
        cameras=(CameraSettings(source=devices.address("camera")),),
        printer=PrinterSettings(host=devices.printer.host, port=devices.printer.port, dpi=settings.printer.dpi),
    )
