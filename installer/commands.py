"""What the developer's entry can do: make the environment ready, then start one program in it."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import debian
import locks
from environment import Environment, SetUpError

ROOT = Path(__file__).resolve().parents[1]
INSTALLER = ROOT / "installer"

USAGE = """\
Returns Station, from a checkout. Usage: python3 installer/dev.py COMMAND [ARGUMENTS]

  run [ARGUMENTS]        open the station on its demo bench; `run --help` lists the arguments
  test [ARGUMENTS]       lint, types and all tests; with arguments, pytest alone with them
  lint                   ruff check, ruff format --check and mypy
  bench [--only NAME] [--json FILE]
                         measure: every tests/benchmarks/bench_*.py, or the one called NAME
  translations [--missing]
                         bring the catalogues up to date and compile them, or list what Spanish lacks
  lock [--upgrade]       write installer/requirements-*.lock anew from pyproject.toml

The first start makes .venv and fills it from a hash-checked lock; later starts find it ready.
Tried on Debian 12. Windows and macOS have their paths here but have not been tried.
"""

# Most tests wait for devices and processes: several are run at once, those of one file one after the other. The files
# come in the order of tests/conftest.py, which has the slowest first.
TOGETHER: Sequence[str] = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder")
LINT: Sequence[tuple[str, ...]] = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",))


def main(arguments: Sequence[str]) -> int:
    """Carries out one command line; the outcome is the exit code."""
    commands: Mapping[str, Callable[[Sequence[str]], int]] = {
        "run": run,
        "test": test,
        "lint": lint,
        "bench": bench,
        "translations": translations,
        "lock": lock,
    }
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0 if arguments else 2
    if arguments[0] not in commands:
        print(f"There is no command {arguments[0]!r}.\n\n{USAGE}", end="", file=sys.stderr)
        return 2
    try:
        return commands[arguments[0]](arguments[1:])
    except SetUpError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except PermissionError as refused:
        hint = "If .venv was made by another user, as with sudo, remove it and start again."
        print(f"{refused.filename} is not open to you. {hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run(arguments: Sequence[str]) -> int:
    """`returns-station run` with the arguments as they are."""
    wanted = ("run",) if wants_window(arguments, os.environ) else ()
    environment = prepared("run", wanted)
    return start([str(environment.script("returns-station")), "run", *arguments])


def wants_window(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether Qt will be asked for a window, and so its system libraries must be there."""
    if "--headless" in arguments:
        return False
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(environ.get(name) for name in displays)


def test(arguments: Sequence[str]) -> int:
    """Everything CI asks for; what lint found is said again in one line after pytest's own last one."""
    environment = prepared("dev", ("run", "test"))
    failed = [] if arguments else checked(environment)
    code = called([str(environment.python), "-m", "pytest", *(arguments or TOGETHER)], compiling(os.environ))
    if failed:
        print(f"failed before the tests: {', '.join(failed)}", file=sys.stderr)
    return code or int(bool(failed))


def compiling(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of tests, which start the program some hundred times: each start finds it compiled."""
    return {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def lint(arguments: Sequence[str]) -> int:
    """The checks that run nothing of the program."""
    argparse.ArgumentParser(prog="dev.py lint").parse_args(arguments)
    return int(bool(checked(prepared("dev", ()))))


def bench(arguments: Sequence[str]) -> int:
    """The benchmarks, in the environment of the tests."""
    environment = prepared("dev", ("run", "test"))
    return start([str(environment.python), str(INSTALLER / "benchmarks.py"), *arguments])


def translations(arguments: Sequence[str]) -> int:
    """The catalogues: extract, update, compile."""
    environment = prepared("dev", ())
    return start([str(environment.python), str(INSTALLER / "catalogues.py"), *arguments])


def lock(arguments: Sequence[str]) -> int:
    """The lock files, made by the uv of the environment."""
    parser = argparse.ArgumentParser(prog="dev.py lock")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions the ranges allow")
    chosen = parser.parse_args(arguments)
    environment = prepared("dev", ())
    return locks.write(ROOT, environment.script("uv"), upgrade=chosen.upgrade)


def prepared(group: str, debian_groups: Sequence[str]) -> Environment:
    """The environment with this group of libraries and these groups of Debian packages in it."""
    environment = Environment(ROOT)
    needs = [*debian_groups, *([] if environment.can_be_made() else ["python"])]
    debian.ensure(INSTALLER / "debian-packages.txt", needs, as_root=os.name == "posix" and os.geteuid() == 0)
    environment.ensure(group)
    return environment


def checked(environment: Environment) -> list[str]:
    """The names of the lint steps that failed; all of them run."""
    return [" ".join(step) for step in LINT if called([str(environment.script(step[0])), *step[1:]])]


def called(command: Sequence[str], environ: Mapping[str, str] | None = None) -> int:
    """The exit code of a program run in the project's folder, in this environment or the caller's."""
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode


def start(command: Sequence[str]) -> int:
    """Becomes the program where the system can, so that signals reach it; paths stay the caller's."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], list(command))
    return subprocess.run(command, check=False).returncode
