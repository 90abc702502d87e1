"""A print system of the tests' own: a private cupsd, with a socket as its printer."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.ports import lasting_port

_FILES = """\
ServerRoot {root}/root
StateDir {root}/state
CacheDir {root}/cache
RequestRoot {root}/spool
TempDir {root}/tmp
ServerBin /usr/lib/cups
DataDir /usr/share/cups
AccessLog {root}/access.log
ErrorLog {root}/error.log
PageLog {root}/page.log
SystemGroup {group}
"""
_SERVER = """\
Listen {root}/state/cups.sock
DefaultAuthType None
DirtyCleanInterval 0
JobRetryInterval 1
Browsing No
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
    Allow all
  </Limit>
</Policy>
"""


class Sink:
    """The printer's end of the wire: keeps what each connection brought; can be away."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.port = lasting_port()
        self._thread: threading.Thread | None = None
        self._away = threading.Event()

    def plug(self) -> None:
        self._away.clear()
        listener = socket.create_server(("127.0.0.1", self.port))
        listener.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve, args=(listener,))
        self._thread.start()

    def unplug(self) -> None:
        self._away.set()
        if self._thread is not None:
            self._thread.join(60.0)
            self._thread = None

    def _serve(self, listener: socket.socket) -> None:
        with listener:
            while not self._away.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    with connection:
                        connection.settimeout(60.0)
                        self.received.append(_all_of(connection))


def _all_of(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


class PrintSystem:
    """Makes queues on the private cupsd and turns their knobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *command: str) -> str:
        path = f"{os.environ['PATH']}:/usr/sbin"
        done = subprocess.run(command, capture_output=True, env={**os.environ, "PATH": path}, timeout=60, check=True)
        return done.stdout.decode()

    def add(self, name: str, sink: Sink) -> None:
        device = f"socket://127.0.0.1:{sink.port}"
        self.run("lpadmin", "-p", name, "-E", "-v", device, "-m", "raw", "-o", "printer-error-policy=stop-printer")


@pytest.fixture(scope="session")
def print_system() -> Iterator[PrintSystem]:
    program = shutil.which("cupsd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.fail("cupsd is missing: apt-get install cups cups-client cups-bsd", pytrace=False)
    # Not pytest's folder: CUPS prints as the user lp, who must be able to go through to the job's file.
    folder = Path(tempfile.mkdtemp(prefix="cups"))
    folder.chmod(0o755)
    for name in ("root", "state", "cache", "spool", "tmp"):
        (folder / name).mkdir(mode=0o755)
    group = "root" if os.geteuid() == 0 else subprocess.check_output(["id", "-gn"], text=True).strip()
    (folder / "files.conf").write_text(_FILES.format(root=folder, group=group))
    (folder / "server.conf").write_text(_SERVER.format(root=folder))
    command = [program, "-f", "-c", str(folder / "server.conf"), "-s", str(folder / "files.conf")]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CUPS_SERVER", str(folder / "state" / "cups.sock"))
            system = PrintSystem(folder)
            _await_ready(system, server)
            yield system
    finally:
        server.terminate()
        server.wait(60.0)
        shutil.rmtree(folder)


def _await_ready(system: PrintSystem, server: subprocess.Popen[bytes]) -> None:
    for _ in range(1_200):
        if server.poll() is not None:
            pytest.fail(f"cupsd ended with {server.returncode}", pytrace=False)
        with suppress(subprocess.CalledProcessError):
            if "is running" in system.run("lpstat", "-r"):
                return
        threading.Event().wait(0.05)
    pytest.fail("cupsd did not become ready", pytrace=False)


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.unplug()
