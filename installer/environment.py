"""The virtual environment in `.venv`: made once, filled from a hash-checked lock, known good by a stamp."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

# What pip says when no index answers, in the words of its last few years.
_NETWORK_AWAY = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "Connection refused",
    "Network is unreachable",
    "Temporary failure in name resolution",
    "(from versions: none)",
)


class SetUpError(Exception):
    """Something only the person at the keyboard can put right; the text says how."""


class Environment:
    """`.venv` below the project's folder; group `run` is what the program needs, `dev` that and the tools."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / ".venv"
        self._stamp = self._folder / "returns-station.stamp"
        windows = os.name == "nt"
        self._programs = self._folder / ("Scripts" if windows else "bin")
        self._suffix = ".exe" if windows else ""
        self.python = self.script("python")

    def script(self, name: str) -> Path:
        """The place of a program inside the environment."""
        return self._programs / f"{name}{self._suffix}"

    def can_be_made(self) -> bool:
        """Whether this Python can make environments, or need not; Debian packs that part separately."""
        return self.python.exists() or importlib.util.find_spec("ensurepip") is not None

    def ensure(self, group: str) -> None:
        """Leaves an environment behind that holds the group; raises SetUpError with what to do."""
        stamp = f"{self._digest()} {group}"
        found = self._stamp.read_text("utf-8") if self._stamp.exists() else ""
        if self.python.exists() and found in (stamp, f"{self._digest()} dev"):
            return
        began = time.monotonic()
        self._stamp.unlink(missing_ok=True)
        self._make()
        self._install_lock(group)
        self._install_project()
        # Last, and only now: an interrupted start is simply done again.
        self._stamp.write_text(stamp, "utf-8")
        print(
            f"Ready after {time.monotonic() - began:.0f} s; the next start will find everything in place.",
            flush=True,
        )

    def _digest(self) -> str:
        """Everything a change of which wants a new look at the environment."""
        content = hashlib.sha256()
        for name in ("pyproject.toml", "installer/requirements-run.lock", "installer/requirements-dev.lock"):
            content.update((self._root / name).read_bytes())
        content.update(f"{sys.version_info[:3]} {sys.platform} {self._root}".encode())
        return content.hexdigest()

    def _make(self) -> None:
        if self._belongs_elsewhere():
            print("The .venv here was made for another folder, or that folder is gone: it is made anew.", flush=True)
        elif self._usable():
            return
        if self._folder.is_symlink():
            self._folder.unlink()  # or what it leads to, which may be another's, would be emptied
        print("Making a virtual environment in .venv ...", flush=True)
        # From the Python below an active environment, which may be the very one that is made anew.
        maker = getattr(sys, "_base_executable", None) or sys.executable
        lines, code = _quietly([maker, "-m", "venv", "--clear", str(self._folder)])
        if code:
            raise SetUpError("The virtual environment could not be made:\n" + "".join(lines[-20:]))

    def _belongs_elsewhere(self) -> bool:
        """Whether it came here with a folder that was moved or copied, or leads to one that is gone.

        Its Python still starts, but every program in it (pip's is always there) names the Python of the old place.
        """
        if not self._folder.exists():
            return self._folder.is_symlink()
        pip = self.script("pip")
        return pip.exists() and os.fsencode(self.python) not in pip.read_bytes()

    def _usable(self) -> bool:
        """Whether the environment there has this Python and a pip that starts."""
        if not self.python.exists():
            return False
        ask = [str(self.python), "-c", "import sys, pip; print(sys.version_info[:2])"]
        answer = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
        return answer.strip() == str(sys.version_info[:2])

    def _install_lock(self, group: str) -> None:
        lock = self._root / "installer" / f"requirements-{group}.lock"
        wanted = sum(line[:1].isalnum() for line in lock.read_text("utf-8").splitlines())
        print(f"Installing up to {wanted} libraries, each checked against its hash ...", flush=True)
        # Wheels only: nothing is compiled here, and nothing a library brings is run to install it.
        command = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
        if group == "dev":
            # Of these libraries tests use a part, which Python compiles as it reads it: a third of the work is spared.
            command.append("--no-compile")
        lines, code = _quietly(self._pip(command), _Progress(wanted))
        if code:
            raise SetUpError(_pip_trouble(lines))

    def _install_project(self) -> None:
        lines, code = _quietly(
            self._pip(["--no-index", "--no-deps", "--no-build-isolation", "--editable", str(self._root)])
        )
        if code:
            raise SetUpError("The project itself could not be installed:\n" + "".join(lines[-20:]))

    def _pip(self, arguments: Sequence[str]) -> list[str]:
        options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        return [str(self.python), "-m", "pip", "install", *options, *arguments]


class _Progress:
    """Says how far pip has come: on a terminal in one line that moves, elsewhere every twenty libraries."""

    def __init__(self, wanted: int) -> None:
        self._wanted, self._seen = wanted, 0
        self._moves = sys.stdout.isatty()

    def __call__(self, line: str) -> None:
        if line.startswith("Collecting "):
            self._seen += 1
            if self._moves:
                print(f"\r  {self._seen} of {self._wanted}  ", end="", flush=True)
            elif self._seen % 20 == 0:
                print(f"  {self._seen} of {self._wanted}", flush=True)
        elif line.startswith("Installing collected"):
            print(f"{chr(13) if self._moves else ''}  all here; unpacking ...", flush=True)


def _quietly(command: Sequence[str], told: _Progress | None = None) -> tuple[list[str], int]:
    """Runs a program and keeps what it says, a line at a time; also its exit code."""
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if told:
                told(line)
    return lines, process.returncode


def _pip_trouble(lines: Sequence[str]) -> str:
    said = "".join(lines)
    tail = "".join(lines[-12:])
    if any(word in said for word in _NETWORK_AWAY):
        return (
            f"{tail}\nThe libraries could not be fetched: no package index answered.\n"
            "Connect to the network and start this again, or set PIP_INDEX_URL to a mirror you can reach, "
            "or PIP_FIND_LINKS to a folder that holds the wheels."
        )
    if "HASHES" in said:
        return f"{tail}\nA library is not the one that was locked. Do not go on; find out where it came from."
    return f"{tail}\nThe libraries could not be installed; pip's last words are above."


def build_requirements(root: Path) -> list[str]:
    """What the project needs to be installed without build isolation, from pyproject.toml."""
    with (root / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["build-system"]["requires"])
