"""The rules every test lives under: no screen, a home of its own, no leaked thread, no log line unasked."""

import logging
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

# Qt reads this once, when the application object is made; a test that wants a real window sets its own.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long something may take before it counts as hung. No measure of speed: with other work on the computer all takes
# longer, and a test that passes never waits so long.
HUNG_S = 60.0

# What takes a minute and more begins first: begun last, it would leave the other processes with nothing to do.
SLOWEST = (
    "station/cli/test_headless.py",
    "ui/test_session.py",
    "ui/test_screens.py",
    "ui/test_reference_pictures.py",
    "installer/test_environment.py",
    "devices/printers/test_tcp.py",
    "devices/scales/test_models.py",
    "station/test_power_cut.py",
    "sync/test_courier.py",
    "sync/central/test_rules.py",
    "ui/test_simulator.py",
    "ui/test_banner.py",
    "station/test_damage.py",
    "ui/test_real_window.py",
    "sync/simulation/test_protections.py",
)

# How long one example takes says something of the computer, not of the program.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest files first, each file's tests in their order."""
    here = Path(__file__).parent
    turns = {here / name: turn for turn, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: turns.get(item.path, len(turns)))


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither reads nor writes the settings and data of the person who runs the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        runtime = home / "runtime"
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        patch.setenv("LANGUAGE", "en")
        yield


@pytest.fixture(autouse=True)
def _stopping_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that ends late, and is told of in the log, is only slow here; one that never ends still fails."""
    monkeypatch.setattr("devices.worker.STOP_WITHIN_S", HUNG_S)
    monkeypatch.setattr("sync.courier._JOIN_S", HUNG_S)


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """Fails the test that started a thread and left it running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + HUNG_S
    started = [thread for thread in threading.enumerate() if thread not in before]
    for thread in started:
        # A thread that no Python code started (Qt's, a database driver's) has nothing to join.
        if not isinstance(thread, threading._DummyThread):
            thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in started if thread.is_alive() and not isinstance(thread, threading._DummyThread)]
    if left:
        pytest.fail(f"threads left running: {', '.join(left)}", pytrace=False)


class ExpectedLog:
    """Called with a pattern, allows the lines of WARNING and above that match; one at least must come."""

    def __init__(self) -> None:
        self._patterns: dict[str, int] = {}

    def __call__(self, pattern: str) -> None:
        self._patterns.setdefault(pattern, 0)

    def takes(self, line: str) -> bool:
        """Whether some pattern allows the line; counts it."""
        matching = [pattern for pattern in self._patterns if re.search(pattern, line)]
        for pattern in matching:
            self._patterns[pattern] += 1
        return bool(matching)

    def missing(self) -> list[str]:
        """The patterns no line matched."""
        return [pattern for pattern, count in self._patterns.items() if not count]


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def expect_log() -> Iterator[ExpectedLog]:
    """Fails the test on a log line of WARNING or above, unless expected: `expect_log("printer .* down")`.

    A pattern is searched in `LEVEL logger.name: message`.
    """
    expected, collector = ExpectedLog(), _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    yield expected
    root.removeHandler(collector)
    unexpected = [line for line in collector.lines if not expected.takes(line)]
    if unexpected:
        pytest.fail("unexpected log lines:\n  " + "\n  ".join(unexpected), pytrace=False)
    if expected.missing():
        pytest.fail(f"expected log lines never came: {expected.missing()}", pytrace=False)


@pytest.fixture
def tmp_data(tmp_path: Path) -> Path:
    """An empty folder for a station's or central's data."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits for a condition with a deadline instead of sleeping: `until(lambda: queue.qsize() == 3)`."""

    def wait(condition: Callable[[], object], timeout_s: float = HUNG_S, what: str = "the condition") -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"waited {timeout_s} s in vain for {what}")
            time.sleep(0.005)

    return wait


@pytest.fixture(scope="session")
def xvfb() -> Iterator[str]:
    """The name of an X display of its own, such as `:7`, for programs that open a real window."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.fail("Xvfb is missing: apt-get install xvfb", pytrace=False)
    read_end, write_end = os.pipe()
    # -noreset: without it the server forgets its keyboard layout when the last window closes.
    command = [
        program,
        "-displayfd",
        str(write_end),
        "-noreset",
        "-nolisten",
        "tcp",
        "-screen",
        "0",
        "1920x1080x24",
    ]
    server = subprocess.Popen(command, pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.close(write_end)
    try:
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        if not number:
            complaint = server.communicate(timeout=60)[1].decode(errors="replace")
            pytest.fail(f"Xvfb did not start: {complaint}", pytrace=False)
        yield f":{number}"
    finally:
        server.terminate()
        server.communicate(timeout=60)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
